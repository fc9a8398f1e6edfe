"""What came of the runs: a table, and the curves as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any


@dataclass(frozen=True)
class Run:
    """What one seed came to; accuracies are 0 to 1."""

    seed: int
    held_out: dict[int, float]
    """Accuracy on the held-out scenes by steps done."""
    blank: float
    """The same with a blank image, after the last step."""
    sampled: list[float]
    """Accuracy of the completions of each step, as they were sampled."""
    seconds: float
    """CPU time of training."""

    @property
    def gain(self) -> float:
        """What training added."""
        return self.held_out[max(self.held_out)] - self.held_out[0]


def summary(runs: Sequence[Run]) -> dict[str, Any]:
    """Return the figures over all seeds, as JSON."""
    gains = [run.gain for run in runs]
    return {
        "seeds": [run.seed for run in runs],
        "before": round(fmean(run.held_out[0] for run in runs), 4),
        "after": round(fmean(run.held_out[max(run.held_out)] for run in runs), 4),
        "gain": round(fmean(gains), 4),
        "gain by seed": [round(gain, 4) for gain in gains],
        "deviation": round(stdev(gains), 4) if len(gains) > 1 else None,
        "blank": round(fmean(run.blank for run in runs), 4),
        "cpu seconds a run": round(fmean(run.seconds for run in runs), 1),
    }


def draw_curves(runs: Sequence[Run], chance: float, file: Path) -> None:
    """Write a picture: accuracy on held-out scenes, and that of the sampled completions, over the steps."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), sharey=True, layout="constrained")
    for run in runs:
        left.plot(list(run.held_out), list(run.held_out.values()), "o-", label=f"seed {run.seed}")
        left.plot([max(run.held_out)], [run.blank], "x", color="grey")
        right.plot(range(1, len(run.sampled) + 1), _smooth(run.sampled), label=f"seed {run.seed}")
    left.plot([], [], "x", color="grey", label="blank image")
    for axes, title in (
        (left, "held-out scenes, likeliest answer"),
        (right, "sampled in training, mean of 10 steps"),
    ):
        axes.axhline(chance, color="grey", linestyle=":", label="chance")
        axes.set(title=title, xlabel="steps of GRPO", ylim=(0.2, 0.6))
        axes.grid(alpha=0.3)
    left.set_ylabel("accuracy")
    left.legend(fontsize="small")
    figure.suptitle("GRPO on shifted scenes of the phantom")
    figure.savefig(file, dpi=120)
    plt.close(figure)


def _smooth(values: Sequence[float], width: int = 10) -> list[float]:
    """Return the mean of each value and up to `width` - 1 before it."""
    return [fmean(values[max(0, place - width + 1) : place + 1]) for place in range(len(values))]
