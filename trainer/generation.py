"""What is told of a chunk of completions to whoever watches a run. Light: neither torch nor TRL is imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

ROW = "row_index"
"""Column that says where a row stands in the curriculum."""

IDENTITY = (ROW, "question_id", "group_id", "variant_id", "tier", "difficulty", "answer", "solution")
"""What an observer is told of a row."""


@dataclass(frozen=True)
class Generation:
    """One chunk of completions of all processes, in the order of the schedule; every list has an entry for each."""

    step: int
    """Steps of the optimizer done before."""
    chunk: int
    """Chunks generated before."""
    rows: list[dict[str, Any]]
    """`IDENTITY` of the row that was answered."""
    completions: list[str]
    lengths: list[int]
    """Tokens of the completions."""
    rewards: dict[str, list[float]]
    """By the name of the reward, without its weight; NaN where it had nothing to say."""
    advantages: list[float]

    def exchanged(self, other: Generation, from_other: Sequence[bool]) -> Generation:
        """Return the chunk with some entries of another of as many, by what stands in `from_other`."""

        def mixed(mine: list[Any], theirs: list[Any]) -> list[Any]:
            return [b if new else a for a, b, new in zip(mine, theirs, from_other, strict=True)]

        lists = [one.name for one in fields(self) if isinstance(getattr(self, one.name), list)]
        made: dict[str, Any] = {name: mixed(getattr(self, name), getattr(other, name)) for name in lists}
        rewards = {name: mixed(values, other.rewards[name]) for name, values in self.rewards.items()}
        return replace(self, rewards=rewards, **made)


class Observer(Protocol):
    """Is told of every chunk, in the main process alone."""

    def generated(self, batch: Generation) -> Mapping[str, float] | None:
        """Take note of a chunk, which has been rewarded and is about to be learnt from; return figures to be logged."""
        ...
