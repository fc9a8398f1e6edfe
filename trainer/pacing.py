"""Schedules that heed how the run goes: on to the next tier, or towards harder questions, when the pass rate says so.

A pace takes the place of `curriculum_kit.schedule.Schedule`: it gives the groups of a chunk by their places in
curriculum order. What it gives depends on the pass rates of the chunks before and on nothing else, so that a resumed
run that knows them goes on exactly, and every process of a distributed run computes the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.errors import ConfigInvalid, did_you_mean

PACE = "pacing.json"
"""In a checkpoint: the pass rates so far."""

LAG = 2
"""The rates of chunk t - 2 and before decide chunk t: accelerate fetches a batch while the one before is worked on."""

Ints = NDArray[np.int64]


class Rule(StrEnum):
    """When to go on."""

    THRESHOLD = "threshold"
    """Tier by tier: on to the next when the mean pass rate of the last chunks of this one reaches a bound."""
    ADARFT = "adarft"
    """Toward the groups whose difficulty is right for what the model passes now (Shi et al., arXiv 2504.05520)."""


@dataclass(frozen=True)
class PaceConfig:
    """What the section `curriculum.pacing` may say."""

    rule: Rule = Rule.THRESHOLD
    at: float = 0.7
    """Pass rate, 0 to 1, from which on the next tier begins; of `threshold`."""
    window: int = 5
    """Chunks of a tier that the rate is the mean of, at least one; of `threshold`."""
    eta: float = 0.5
    """Largest change of the target in one chunk, as a share of the curriculum; of `adarft`, as are the next two.
    The paper has 50 on a scale of 100."""
    alpha: float = 2.0
    """How steeply the change follows the pass rate."""
    beta: float = 0.5
    """Pass rate that is aimed at: above it the target rises."""


def parse_pace(section: Mapping[str, Any]) -> PaceConfig:
    """Return what a section says; raise `ConfigInvalid` in one line with all that is wrong.

    >>> parse_pace({"rule": "adarft", "beta": 0.6}).beta
    0.6
    """
    known = {one.name: one for one in fields(PaceConfig)}
    mistakes = [f"pacing.{name} is unknown{did_you_mean(name, known)}" for name in section if name not in known]
    given = {name: value for name, value in section.items() if name in known}
    rules = [rule.value for rule in Rule]
    if given.get("rule", Rule.THRESHOLD) not in rules:
        mistakes.append(
            f"pacing.rule {given['rule']!r}{did_you_mean(str(given['rule']), rules)}; take {' or '.join(rules)}"
        )
    for name, low, high in (
        ("at", 0, 1),
        ("window", 1, math.inf),
        ("eta", 0, 1),
        ("alpha", 0, math.inf),
        ("beta", 0, 1),
    ):
        value = given.get(name, low)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            mistakes.append(f"pacing.{name} is {value!r}, must be from {low} to {high:g}")
    if mistakes:
        raise ConfigInvalid(f"curriculum: {'; '.join(mistakes)}")
    if "rule" in given:
        given["rule"] = Rule(given["rule"])
    return PaceConfig(**given)


@dataclass
class Pace:
    """The order of one run of `total_steps` chunks of `groups_per_step` groups, as its pass rates decide it.

    No group comes twice before every group of its tier (`threshold`) or of the curriculum (`adarft`) has come once.
    """

    tier_sizes: tuple[int, ...]
    """Groups per tier, easiest first."""
    total_steps: int
    groups_per_step: int
    config: PaceConfig
    seed: int = 0
    rates: list[float] = field(default_factory=list)
    """Pass rate of each chunk that is done, 0 to 1, in their order."""

    def __post_init__(self) -> None:
        """Begin with nothing dealt."""
        self._dealt: list[Ints] = []
        self._deck = _Deck(self.tier_sizes, self.seed)
        self._targets: list[float] = []

    def note(self, rate: float) -> None:
        """Take note of the pass rate of the next chunk that is done."""
        self.rates.append(rate)

    def groups_at(self, chunk: int) -> Ints:
        """Return the groups of a chunk (from 0); raise `ConfigInvalid` beyond the end.

        Every chunk before `chunk` - 1 has to be done.
        """
        if not 0 <= chunk < self.total_steps:
            raise ConfigInvalid(
                f"step {chunk} is not one of the {self.total_steps} of the schedule; ask for more steps"
            )
        while len(self._dealt) <= chunk:
            self._dealt.append(self._next(len(self._dealt)))
        return self._dealt[chunk]

    def targets(self) -> Sequence[float]:
        """Return what each chunk that was dealt aimed at: its tier, or a place in the curriculum from 0 to 1."""
        return tuple(self._targets)

    def _next(self, chunk: int) -> Ints:
        known = max(chunk - LAG + 1, 0)
        assert len(self.rates) >= known, "a chunk is dealt when the one before the last is done"
        if self.config.rule is Rule.ADARFT:
            target = self._moved(chunk)
            self._targets.append(target)
            return self._deck.nearest(target, self.groups_per_step)
        tier = self._tier(chunk)
        self._targets.append(float(tier))
        return self._deck.of_tier(tier, self.groups_per_step)

    def _tier(self, chunk: int) -> int:
        """Return the tier of a chunk: one more than that of the chunk before where its last rates reach the bound."""
        if chunk == 0:
            return 0
        tier = int(self._targets[-1])
        own = [
            rate
            for rate, target in zip(self.rates[: max(chunk - LAG + 1, 0)], self._targets, strict=False)
            if target == tier
        ]
        latest = own[-self.config.window :]
        passed = len(latest) == self.config.window and sum(latest) / len(latest) >= self.config.at
        return min(tier + passed, len(self.tier_sizes) - 1)

    def _moved(self, chunk: int) -> float:
        """Return the target T <- clip(T + eta tanh(alpha (R - beta))) of a chunk (AdaRFT, section 3)."""
        if chunk < LAG:
            return 0.0
        rate = self.rates[chunk - LAG]
        step = self.config.eta * math.tanh(self.config.alpha * (rate - self.config.beta))
        return min(max(self._targets[-1] + step, 0.0), 1.0)


class _Deck:
    """Groups that are dealt, those dealt least often first."""

    def __init__(self, tier_sizes: Sequence[int], seed: int) -> None:
        ends = np.cumsum(tier_sizes)
        self._bounds = [(int(end - size), int(end)) for end, size in zip(ends, tier_sizes, strict=True)]
        count = int(ends[-1])
        self._place = np.arange(count) / max(count - 1, 1)
        self._times = np.zeros(count, np.int64)
        # `Random.random` is the one generator whose numbers Python promises to keep from version to version.
        random = Random(f"{seed}/pace").random
        self._lot = np.array([random() for _ in range(count)])

    def of_tier(self, tier: int, count: int) -> Ints:
        """Return groups of a tier, by lot."""
        low, high = self._bounds[tier]
        order = np.lexsort((self._lot[low:high], self._times[low:high]))
        return self._deal(low + order, count)

    def nearest(self, target: float, count: int) -> Ints:
        """Return the groups whose place in the curriculum, 0 to 1, is nearest to the target."""
        return self._deal(np.lexsort((self._lot, np.abs(self._place - target), self._times)), count)

    def _deal(self, order: Ints, count: int) -> Ints:
        """Return the first groups of an order, which begins again where it is too short."""
        chosen: Ints = np.resize(order, count).astype(np.int64)
        np.add.at(self._times, chosen, 1)
        return chosen
