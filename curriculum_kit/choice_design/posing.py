"""From questions to one `Problem` per tier: their pools, what each label answers, what must not stand together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from curriculum_kit.choice_design.asked import Asked, Goal, Pairs
from curriculum_kit.choice_design.problem import Bools, Floats, Ints, Pool, Problem
from curriculum_kit.choice_design.start import sets_around
from curriculum_kit.enums import DifficultyKind
from curriculum_kit.errors import ConfigInvalid, NothingLeft

MAX_LABELS = 1_000
"""Labels that compete for the same questions; a larger pool is parted into labels that are right about as often."""


@dataclass(frozen=True)
class Members:
    """The labels of one pool, ascending, and its questions in one tier."""

    labels: Ints
    rows: Ints
    """Places of the questions"""
    own: Ints
    """The place of each question's answer among the labels"""


@dataclass(frozen=True)
class TierProblem:
    """The problem of a tier, and whom its pools hold; `without` are questions whose pool has no two safe labels."""

    problem: Problem
    members: tuple[Members, ...]
    without: Ints

    @cached_property
    def rows(self) -> Ints:
        """Return the places of the questions of all pools, ascending."""
        return np.sort(np.concatenate([one.rows for one in self.members]))

    @property
    def questions(self) -> int:
        """Return how many questions the pools hold."""
        return sum(len(one.rows) for one in self.members)


def labels_of_pools(asked: Asked) -> tuple[Asked, list[Ints]]:
    """Return the questions with large pools parted, and the labels that answer the questions of each pool."""
    width = int(asked.answer.max(initial=0)) + 1
    keys, counts = np.unique(asked.pool * width + asked.answer, return_counts=True)
    pool, label = keys // width, keys % width
    part = np.zeros(len(keys), np.int64)
    for number in np.flatnonzero(np.bincount(pool) > MAX_LABELS):
        own = np.flatnonzero(pool == number)
        parts = -(-len(own) // MAX_LABELS)
        part[own[np.lexsort((label[own], -counts[own]))]] = np.arange(len(own)) * parts // len(own)
    part_of = np.unique(pool * (int(part.max(initial=0)) + 1) + part, return_inverse=True)[1]
    own = part_of[np.searchsorted(keys, asked.pool * width + asked.answer)]
    return replace(asked, pool=own), [label[part_of == number] for number in range(int(part_of.max(initial=-1)) + 1)]


def tier_problem(
    asked: Asked,
    labels: Sequence[Ints],
    tier: int,
    goal: Goal,
    pairs: Pairs,
    clashes: Ints,
    *,
    kind: DifficultyKind = DifficultyKind.PAIRWISE_MEAN,
    column: str = "fused",
) -> TierProblem:
    """Return the problem of one tier.

    `labels` are those of each pool, `clashes` (c, 2) the pairs of labels that must not stand in one set. A pool that is
    too small for the options asked for, or in which too many labels clash, offers as many as it can. Raises
    `NothingLeft` where the tier has no questions or none of its pools has two labels to offer, and
    `ConfigInvalid` where no pool has enough labels or the similarity of two labels is not known.
    """
    rows = np.flatnonzero(asked.tier == tier)
    pools, members, without = [], [], [np.empty(0, np.int64)]
    for number in np.unique(asked.pool[rows]):
        own = rows[asked.pool[rows] == number]
        held = Members(labels[number], own, np.searchsorted(labels[number], asked.answer[own]))
        made = _pool(held, asked, len(rows), goal.options, pairs, clashes, column)
        if made is None:
            without.append(own)
            continue
        pools.append(made)
        members.append(held)
    most = max((pool.options for pool in pools), default=0)
    if not most:
        raise NothingLeft(
            f"tier {tier} has {len(rows)} questions, and none of their pools has 2 labels that may stand together; "
            "ask for fewer tiers, widen --where, or look at the synonyms"
        )
    if most < goal.options:
        raise ConfigInvalid(
            f"{goal.options} options were asked for in tier {tier}, and no pool has more than {most} labels that may "
            f"stand together; ask for --options {most}"
        )
    drawn = sum(float(pool.share.sum()) for pool in pools)
    pools = [
        replace(pool, share=pool.share / drawn, room=None if pool.room is None else pool.room / drawn) for pool in pools
    ]
    return TierProblem(
        Problem(tuple(pools), goal.target, goal.max_gain, kind), tuple(members), np.sort(np.concatenate(without))
    )


def barred_keys(asked: Asked, members: Members) -> Ints:
    """Return question * labels + label for each label that is barred from a question of a pool, ascending.

    Questions and labels are counted within the pool.
    """
    row, label = asked.barred
    question = np.minimum(np.searchsorted(members.rows, row), len(members.rows) - 1)
    place = np.minimum(np.searchsorted(members.labels, label), len(members.labels) - 1)
    known = (members.rows[question] == row) & (members.labels[place] == label)
    known &= members.own[question] != place  # the answer is right, and stays
    return np.unique(question[known] * len(members.labels) + place[known])


def _pool(
    members: Members, asked: Asked, total: int, options: int, pairs: Pairs, clashes: Ints, column: str
) -> Pool | None:
    ids = members.labels
    if len(ids) < 2:
        return None
    similarity = np.asarray(pairs.lookup(ids[:, None], ids[None, :], column), np.float64)
    if np.isnan(similarity).any():
        raise ConfigInvalid(f"{column} has no value for some pairs of labels; take a channel that has all labels")
    counts = np.bincount(members.own, minlength=len(ids))
    pool = Pool(
        similarity=similarity,
        clash=_clash(ids, clashes),
        share=counts / total,
        options=min(options, len(ids)),
        room=_room(asked, members, counts, total),
    )
    rng = np.random.default_rng(0)
    for size in range(pool.options, 1, -1):
        smaller = replace(pool, options=size)
        if len(sets_around(smaller, rng)):
            return smaller
    return None


def _clash(ids: Ints, clashes: Ints) -> Bools:
    clash = np.zeros((len(ids), len(ids)), bool)
    if len(clashes):
        place = np.minimum(np.searchsorted(ids, clashes), len(ids) - 1)
        place = place[(ids[place] == clashes).all(axis=1)]
        clash[place[:, 0], place[:, 1]] = clash[place[:, 1], place[:, 0]] = True
        np.fill_diagonal(clash, val=False)
    return clash


def _room(asked: Asked, members: Members, counts: Ints, total: int) -> Floats | None:
    """Return how many questions of each answer each label may stand beside, as a share; None where all may."""
    keys, size = barred_keys(asked, members), len(members.labels)
    if not len(keys):
        return None
    cells = members.own[keys // size] * size + keys % size
    taken = np.bincount(cells, minlength=size**2).reshape(size, size)
    room: Floats = (counts[:, None] - taken) / total
    return room
