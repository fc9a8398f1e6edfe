"""Who watches a run: the monitor of a plan, and the callbacks that have it write and show where the run stands.

Heavy libraries load with this module: import it where training begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainer.callbacks import Recorder, TierProgress
from trainer.monitor import Monitor
from trainer.plan import Plan
from trainer.rewards import reward_functions


def watch(plan: Plan, forecast: Mapping[int, float] | None = None) -> tuple[Monitor, list[Any]]:
    """Return the monitor of a run and its callbacks; `forecast` has the expected share of dead groups per tier."""
    arguments = plan.arguments
    functions, weights = reward_functions(
        plan.config.curriculum.rewards, completion_tokens=arguments.max_completion_length
    )
    named = {function.__name__: weight for function, weight in zip(functions, weights, strict=True)}
    monitor = Monitor(Path(arguments.output_dir), named, plan.selection.rollouts, forecast)
    bar = [] if arguments.disable_tqdm else [TierProgress(monitor)]
    return monitor, [Recorder(monitor), *bar]
