"""What happens besides training: completions are written before each checkpoint, and the bar names the tier.

Heavy libraries load with this module: import it where training begins.
"""

from __future__ import annotations

from typing import Any

from transformers import ProgressCallback, TrainerCallback

from trainer.monitor import Monitor


class Recorder(TrainerCallback):
    """Has the monitor write what it noted, at the latest when a checkpoint is due."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Take out what the run does again."""
        if state.is_world_process_zero:
            self._monitor.begin(state.global_step)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Write before the checkpoint: killed in between, a run has too many completions rather than too few."""
        if control.should_save or control.should_training_stop:
            self._monitor.flush()

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Write what is left."""
        self._monitor.flush()


class TierProgress(ProgressCallback):
    """The bar of transformers, with the tier, S(q), reward and dead groups of the latest chunk before it."""

    def __init__(self, monitor: Monitor) -> None:
        super().__init__()
        self._monitor = monitor

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Say where the run stands."""
        if self.training_bar is not None and self._monitor.standing:
            self.training_bar.set_description(self._monitor.standing, refresh=False)
        above: Any = super()
        above.on_step_end(args, state, control, **kwargs)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        """Leave the figures to the loggers: forty of them a step would push the bar away."""
