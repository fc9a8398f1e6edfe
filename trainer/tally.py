"""What a chunk of completions says of tiers, answers and wordings: rewards, accuracy, dead groups, lengths.

Reads chunks as an observer is told of them (`trainer.generation.Generation`); gives groups, and figures by name as a
logger takes them. Pure: neither torch nor TRL is imported.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from trainer.generation import Generation

Key = TypeVar("Key", int, str)

ACCURACY = "accuracy"
"""The reward that says whether an answer is right."""

_ALIKE = 1e-8
"""Rewards that differ by less are equal: sums of weighted floats are not exact."""


@dataclass(frozen=True)
class Group:
    """One group of a chunk: all rollouts of one question, whichever wording they answer."""

    group_id: str
    tier: int
    answer: str
    difficulty: float
    rewards: tuple[float, ...]
    """Weighted sum of the rewards of each rollout, which advantages are made of."""
    right: tuple[float, ...] | None
    """The reward `accuracy` of each rollout; None where the run has none of that name."""
    wordings: tuple[int, ...]
    """variant_id that each rollout answers."""
    lengths: tuple[int, ...]
    """Tokens of each completion."""

    @property
    def dead(self) -> bool:
        """Whether all rollouts earned the same, so that the group has no gradient."""
        return max(self.rewards) - min(self.rewards) < _ALIKE


def total_rewards(batch: Generation, weights: Mapping[str, float]) -> list[float]:
    """Return the weighted sum of the rewards of each rollout; a reward that had nothing to say (NaN) adds nothing."""
    return [
        sum(weights[name] * value for name, value in zip(batch.rewards, each, strict=True) if not math.isnan(value))
        for each in zip(*batch.rewards.values(), strict=True)
    ]


def groups_of(batch: Generation, weights: Mapping[str, float], size: int) -> list[Group]:
    """Return the groups of a chunk, each `size` rollouts that follow one another."""
    rewards = total_rewards(batch, weights)
    right = batch.rewards.get(ACCURACY)
    found = []
    for start in range(0, len(batch.rows), size):
        part = slice(start, start + size)
        rows = batch.rows[part]
        assert len({row["group_id"] for row in rows}) == 1, "the rollouts of a group follow one another"
        found.append(
            Group(
                rows[0]["group_id"],
                rows[0]["tier"],
                rows[0]["answer"],
                rows[0]["difficulty"],
                tuple(rewards[part]),
                None if right is None else tuple(right[part]),
                tuple(row["variant_id"] for row in rows),
                tuple(batch.lengths[part]),
            )
        )
    return found


def figures(groups: Sequence[Group], forecast: Mapping[int, float] | None = None) -> dict[str, float]:
    """Return the figures of some groups by name: over all of them, per tier, per answer and per wording.

    Shares and rewards are means over rollouts, `dead` is the share of groups. `forecast` has the share of dead groups
    that was expected of each tier, 0 to 1; it is given beside what was seen, for the tiers that are there.
    """
    found = {"curriculum/tier": fmean(group.tier for group in groups)}
    found["curriculum/difficulty"] = fmean(group.difficulty for group in groups)
    found["curriculum/dead"] = _dead(groups)
    for tier, some in _by(groups, lambda group: group.tier):
        name = f"tier_{tier}"
        found[f"{name}/reward"] = fmean(reward for group in some for reward in group.rewards)
        found |= _accuracy(name, some)
        found[f"{name}/dead"] = _dead(some)
        found[f"{name}/length"] = fmean(length for group in some for length in group.lengths)
        if forecast and tier in forecast:
            found[f"{name}/dead_forecast"] = forecast[tier]
    for answer, some in _by(groups, lambda group: group.answer):
        found |= _accuracy(f"answer_{answer}", some)
        found[f"answer_{answer}/dead"] = _dead(some)
    worded = [group for group in groups if len(set(group.wordings)) > 1]
    for variant in sorted({variant for group in worded for variant in group.wordings}):
        right = [
            value
            for group in worded
            for value, wording in zip(group.right or (), group.wordings, strict=False)
            if wording == variant
        ]
        if right:
            found[f"wording_{variant}/accuracy"] = fmean(right)
    return found


def _accuracy(name: str, groups: Sequence[Group]) -> dict[str, float]:
    right = [value for group in groups for value in group.right or ()]
    return {f"{name}/accuracy": fmean(right)} if right else {}


def _dead(groups: Sequence[Group]) -> float:
    return fmean(group.dead for group in groups)


def _by(groups: Iterable[Group], key: Callable[[Group], Key]) -> list[tuple[Key, list[Group]]]:
    parts: dict[Key, list[Group]] = {}
    for group in groups:
        parts.setdefault(key(group), []).append(group)
    return sorted(parts.items())
