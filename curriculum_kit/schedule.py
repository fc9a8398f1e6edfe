"""In which order training walks through the groups of a curriculum.

Reads nothing but numbers: how many groups each tier has, how many steps there are, how many groups a step takes, a
seed. Gives the groups of every step by their place in curriculum order (0 is the first group of tier 0). Trainer and
exports share it, so that a curriculum means the same order everywhere; it knows of neither.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from random import Random

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.enums import ScheduleKind
from curriculum_kit.errors import ConfigInvalid

REPLAY = 0.1
"""Share of a step that `mixed` draws from earlier tiers, unless another is given."""

START = 0.1
"""Share of the curriculum that `linear` and `competence` can reach in the first step, unless another is given.
Platanios et al. take 0.01 of some 100,000 sentences; of a curriculum of 1,000 groups these were the same ten again
and again."""


@dataclass(frozen=True)
class Schedule:
    """The order of one training run: `total_steps` steps of `groups_per_step` groups.

    The order depends on the fields alone, never on what was asked before: a run that is resumed at a step goes on
    as if it had not been interrupted, and every process of a distributed run computes the same. Groups are dealt at
    random by `seed`. No group comes twice before every group that can be reached has come once, and a step
    holds no group twice as long as there are enough. One place (steps times groups per step) per group gives each group
    exactly once, whatever the kind (`mixed` aside, whose replay takes places): arms of a comparison then differ in
    nothing but the order.

    - `steps`: tier by tier. The places are shared out in proportion to the sizes of the tiers. With fewer places
      than groups a part of each tier is seen, with more every tier is walked several times, each time in
      another order, before the next begins.
    - `reversed`: the same, from the hardest tier to the easiest.
    - `mixed`: as `steps`, but from the second tier on, a share `replay` of the places, evenly spread, holds groups of
      earlier tiers that have been seen. These tiers get more places for it, so that the new groups of all
      tiers are seen equally often.
    - `linear`, `competence`: step t deals from the first c(t) of the curriculum. c grows from `start` to 1 in the last
      step, as c = start + (1 - start) t or c = sqrt(start^2 + (1 - start^2) t) for t from 0 to 1 (Platanios et al.,
      Competence-based Curriculum Learning, NAACL 2019), faster only where groups would be left over
      otherwise. Platanios et al. deal with replacement; here the groups not yet seen come first.
    - `shuffled`: from the whole curriculum, another order every time that all of it has been seen.

    Raises `ConfigInvalid` in one line for sizes or shares that cannot be, and for a share that the kind does not heed.

    >>> Schedule((4, 4), total_steps=4, groups_per_step=2).order.tolist()
    [[1, 2], [3, 0], [7, 5], [6, 4]]
    """

    tier_sizes: tuple[int, ...]
    """Groups (not rows) per tier, easiest first."""
    total_steps: int
    groups_per_step: int
    kind: ScheduleKind = ScheduleKind.STEPS
    seed: int = 0
    replay: float | None = None
    """Share of replayed groups, 0 up to 1 (excluded); heeded by `mixed` alone; None is 0.1."""
    start: float | None = None
    """Reachable share in the first step, above 0 to 1; heeded by `linear` and `competence` alone; None is 0.1."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not self.tier_sizes or min(self.tier_sizes) < 1:
            raise ConfigInvalid(f"tier sizes {list(self.tier_sizes)}: every tier needs a group; leave out empty tiers")
        for name in ("total_steps", "groups_per_step"):
            if getattr(self, name) < 1:
                raise ConfigInvalid(f"{name} {getattr(self, name)} must be 1 or more")
        _check_share("replay", self.replay, self.kind, (ScheduleKind.MIXED,))
        _check_share("start", self.start, self.kind, (ScheduleKind.LINEAR, ScheduleKind.COMPETENCE))

    def groups_at(self, step: int) -> NDArray[np.int64]:
        """Return the groups of a step (from 0) by their places in curriculum order; `ConfigInvalid` beyond the end."""
        if not 0 <= step < self.total_steps:
            raise ConfigInvalid(f"step {step} is not one of the {self.total_steps} of the schedule; ask for more steps")
        groups: NDArray[np.int64] = self.order[step]
        return groups

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """The groups of every step by their places in curriculum order, (total_steps, groups_per_step), read-only."""
        if self.kind in (ScheduleKind.STEPS, ScheduleKind.MIXED, ScheduleKind.REVERSED):
            dealt = self._by_tier()
        else:
            dealt = self._by_reach()
        places = self.total_steps * self.groups_per_step
        order = np.fromiter(dealt, np.int64, places).reshape(self.total_steps, self.groups_per_step)
        order.flags.writeable = False
        return order

    @cached_property
    def reach(self) -> NDArray[np.int64]:
        """How many groups, from the easiest on, each step of `linear`, `competence` or `shuffled` can deal from."""
        groups, places = sum(self.tier_sizes), self.total_steps * self.groups_per_step
        start = START if self.start is None else self.start
        time = np.linspace(0, 1, self.total_steps) if self.total_steps > 1 else np.ones(1)
        if self.kind is ScheduleKind.LINEAR:
            share = start + (1 - start) * time
        elif self.kind is ScheduleKind.COMPETENCE:
            share = np.sqrt(start**2 + (1 - start**2) * time)
        else:
            share = np.ones(self.total_steps)
        # What the later steps have no room for must be reachable now, and a step must find enough groups.
        later = self.groups_per_step * np.arange(self.total_steps)[::-1]
        least = np.maximum(min(groups, places) - later, min(groups, self.groups_per_step))
        reach: NDArray[np.int64] = np.maximum(np.ceil(share * groups - 1e-9), least).astype(np.int64)
        return reach

    def _by_reach(self) -> Iterator[int]:
        deck = _Deck(f"{self.seed}", ())
        before = 0
        for reach in self.reach.tolist():
            deck.add(range(before, reach))
            before = reach
            in_step: set[int] = set()
            for _ in range(self.groups_per_step):
                yield deck.deal(in_step)

    def _by_tier(self) -> Iterator[int]:
        replay = 0.0
        if self.kind is ScheduleKind.MIXED:
            replay = REPLAY if self.replay is None else self.replay
        ends = list(accumulate(self.tier_sizes))
        tiers = [range(end - size, end) for end, size in zip(ends, self.tier_sizes, strict=True)]
        numbers = range(len(tiers))
        seen: set[int] = set()
        in_step: set[int] = set()
        place = 0
        for tier, places in zip(reversed(numbers) if self._is_reversed else numbers, self._places(replay), strict=True):
            new, earlier = _Deck(f"{self.seed}/{tier}", tiers[tier]), _Deck(f"{self.seed}/<{tier}", sorted(seen))
            for number in range(places):
                if place % self.groups_per_step == 0:
                    in_step.clear()
                place += 1
                replayed = seen and math.floor((number + 1) * replay + 1e-9) > math.floor(number * replay + 1e-9)
                yield (earlier if replayed else new).deal(in_step)
            seen |= new.dealt

    @property
    def _is_reversed(self) -> bool:
        return self.kind is ScheduleKind.REVERSED

    def _places(self, replay: float) -> list[int]:
        """Return how many places each tier gets, in the order in which the tiers are walked."""
        sizes = self.tier_sizes[::-1] if self._is_reversed else self.tier_sizes
        weights = np.array(sizes) / ([1.0] + [1.0 - replay] * (len(sizes) - 1))
        ends = np.cumsum(weights) / weights.sum() * self.total_steps * self.groups_per_step
        places: list[int] = np.diff(np.round(ends).astype(np.int64), prepend=0).tolist()
        return places


class _Deck:
    """Groups dealt at random: first those that never were, then round after round of those that were.

    `Random.random` is the one generator whose numbers Python promises to keep from version to version.
    """

    def __init__(self, seed: str, groups: Iterable[int]) -> None:
        self._random = Random(seed).random
        self._new = list(groups)
        self._round: list[int] = []
        self._done: list[int] = []

    @property
    def dealt(self) -> set[int]:
        """The groups that were dealt at least once."""
        return {*self._round, *self._done}

    def add(self, groups: Iterable[int]) -> None:
        """Put in groups that can be dealt from now on."""
        self._new.extend(groups)

    def deal(self, in_step: set[int]) -> int:
        """Return a group and note it in `in_step`; it is none of those there already, if that can be."""
        if not self._new and not self._round:
            self._round, self._done = self._done, []
        pile = self._new or self._round
        untried = len(pile)
        while True:
            place, untried = int(self._random() * untried), untried - 1
            pile[place], pile[untried] = pile[untried], pile[place]
            if not untried or pile[untried] not in in_step:
                break
        pile[untried], pile[-1] = pile[-1], pile[untried]
        group = pile.pop()
        self._done.append(group)
        in_step.add(group)
        return group


def _check_share(name: str, share: float | None, kind: ScheduleKind, heeded_by: tuple[ScheduleKind, ...]) -> None:
    if share is None:
        return
    if kind not in heeded_by:
        raise ConfigInvalid(f"{name} goes with {' or '.join(heeded_by)}, not with {kind}; leave it out")
    # A step can replay nothing but not everything, and start from everything but not from nothing.
    fits, allowed = {
        "replay": (0 <= share < 1, "at least 0 and below 1"),
        "start": (0 < share <= 1, "above 0 and at most 1"),
    }[name]
    if not fits:
        raise ConfigInvalid(f"{name} {share} must be {allowed}")
