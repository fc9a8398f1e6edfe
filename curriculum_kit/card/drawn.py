"""What a draw of options reached, tier by tier as the shards hold them.

Reads the facts of the stage `draw` (an entry per step of the curriculum, several to a tier where S(q) rises within it)
and the config of the manifest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curriculum_kit.enums import Order


@dataclass(frozen=True)
class DrawnTier:
    """One tier of drawn options; means are over its questions."""

    name: str
    """Number of the tier in the shards; the step it was drawn for where all stand in one tier"""
    options: int
    targets: tuple[float, float]
    """Of its first step and its last, which are one where S(q) does not rise within the tier"""
    target: float
    mean: float
    chance: float
    promised_gain: float
    gain: float
    gain_out_of_fold: float
    option_sets: tuple[int, int]
    """The fewest and the most of a step"""
    questions: int
    drawn: int
    left_out: int
    fewer: int

    @property
    def shortfall(self) -> float:
        """Return how far the mean S(q) is from its target, negative where it is too low."""
        return self.mean - self.target

    @property
    def unsafe(self) -> int:
        """Return how many questions have no label that may stand beside their answer."""
        return self.questions - self.drawn - self.left_out


def drawn_tiers(facts: Mapping[str, Any], config: Mapping[str, Any]) -> list[DrawnTier]:
    """Return what was reached in each tier, in the order of the shards."""
    steps: list[dict[str, Any]] = facts["steps"]
    if config["order"] == Order.HARD_TO_EASY:
        steps = steps[::-1]
    size = len(steps) // config["tiers"]
    parts = [steps[start : start + size] for start in range(0, len(steps), size)]
    return [_joined(str(number), part) for number, part in enumerate(parts)]


def _joined(name: str, steps: Sequence[Mapping[str, Any]]) -> DrawnTier:
    drawn = sum(step["drawn"] for step in steps)
    sets = [step["option_sets"] for step in steps]

    def mean(key: str) -> float:
        return float(sum(step[key] * step["drawn"] for step in steps) / max(drawn, 1))

    return DrawnTier(
        name=name,
        options=steps[0]["options"],
        targets=(steps[0]["target"], steps[-1]["target"]),
        target=mean("target"),
        mean=mean("mean"),
        chance=mean("chance"),
        promised_gain=mean("promised_gain"),
        gain=mean("gain"),
        gain_out_of_fold=mean("gain_out_of_fold"),
        option_sets=(min(sets), max(sets)),
        questions=sum(step["questions"] for step in steps),
        drawn=drawn,
        left_out=sum(step["left_out"] for step in steps),
        fewer=sum(step["fewer"] for step in steps),
    )
