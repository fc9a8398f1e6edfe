"""The draw of options as one problem per tier: which sets of options, and how often each member is right.

Let x[C, a] be the share of a tier's questions that offer the set C and are answered by its member a. The answers
are given, so the x[C, a] of an answer sum to its share. S(q) of a question follows from C (and a), so the tier's mean
S(q) is linear in x. Who knows how often each member of each set is right guesses the one most often right and gets
sum_C max_a x[C, a] of the questions: what that is above chance is the blind gain of the options. It is 0 where
every member of a set is right equally often.

For one set, the x[C, .] of a given maximum m are a box whose corners are m times a 0/1 vector: some members are
right equally often, the others never. So every draw is a mixture of columns (C, T), T the members of C that are
right, and the blind gain is the sum of the weights of the columns, less chance: a linear program with a row per label
instead of one per set and answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.enums import DifficultyKind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Pool:
    """L labels that may be offered beside each other, and the questions of one tier that they answer."""

    similarity: Floats
    """(L, L), symmetric, from 0 to 1"""
    clash: Bools
    """(L, L), symmetric: labels that must not stand in one set"""
    share: Floats
    """(L,): the share of the tier's questions that each label answers"""
    options: int
    """Labels in a set, from 2 to L"""
    room: Floats | None = None
    """(L, L): the share of the tier's questions that label a answers and beside which b may stand; None where
    nothing is barred from single questions"""

    def __post_init__(self) -> None:
        """Check that the arrays fit each other."""
        size = len(self.share)
        assert self.similarity.shape == self.clash.shape == (size, size), "one row and column per label"
        assert 2 <= self.options <= size, "a set has 2 labels or more, and no more than there are"

    def __len__(self) -> int:
        """Return the number of labels."""
        return len(self.share)

    @cached_property
    def narrow(self) -> tuple[Ints, Ints]:
        """Return the ordered pairs (answer, other) of labels that not all questions of the answer may offer."""
        if self.room is None:
            nothing = np.empty(0, np.int64)
            return nothing, nothing
        answer, other = np.nonzero((self.room < self.share[:, None] - 1e-12) & ~self.clash)
        apart = answer != other
        return answer[apart], other[apart]


@dataclass(frozen=True)
class Problem:
    """What is asked of one tier. The shares of all pools sum to 1."""

    pools: tuple[Pool, ...]
    target: float
    """Wanted mean S(q); 0 asks for the least that can be had, 1 for the most"""
    max_gain: float
    """Blind gain of the options over the whole tier, at most; 1 sets no bound"""
    kind: DifficultyKind = DifficultyKind.PAIRWISE_MEAN

    @property
    def chance(self) -> float:
        """Return the share of the questions that is right by chance."""
        return float(sum(pool.share.sum() / pool.options for pool in self.pools))

    def at(self, target: float, max_gain: float | None = None) -> Problem:
        """Return the same questions with another target, and another bound where one is given."""
        return replace(self, target=target, max_gain=self.max_gain if max_gain is None else max_gain)


@dataclass(frozen=True)
class Columns:
    """m columns of one pool: sets of labels, and which members of each are right."""

    sets: Ints
    """(m, options), each row ascending"""
    right: Bools
    """(m, options), one or more in each row"""

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self.sets)

    def joined(self, other: Columns) -> Columns:
        """Return these and others, each once, in an order of their own."""
        sets = np.concatenate([self.sets, other.sets])
        right = np.concatenate([self.right, other.right])
        rows = np.unique(np.column_stack([sets, right]), axis=0, return_index=True)[1]
        return Columns(sets[rows], right[rows])

    def take(self, rows: NDArray[np.integer] | Bools) -> Columns:
        """Return some of the columns."""
        return Columns(self.sets[rows], self.right[rows])


@dataclass(frozen=True)
class Design:
    """A solution: columns of each pool and the share of the tier's questions that each member of T gets from them."""

    columns: tuple[Columns, ...]
    weights: tuple[Floats, ...]
    """Per pool (m,)"""
    mean: float
    """Mean S(q) of the questions that get options"""
    gain: float
    """Blind gain of the options, as a share of these"""
    left_out: float = 0.0
    """Share of the tier's questions that get none, so that the bound on the blind gain is kept"""
    exact: bool = True
    """Whether every safe set was looked at"""

    @property
    def n_sets(self) -> int:
        """Return how many different option sets are offered."""
        return sum(
            len(np.unique(one.sets[weight > 0], axis=0)) for one, weight in zip(self.columns, self.weights, strict=True)
        )


def member_scores(pool: Pool, sets: Ints, kind: DifficultyKind) -> Floats:
    """Return S(q) of a question that offers a set, for each member as the answer: (m, options) for m sets."""
    size = sets.shape[1]
    beside = pool.similarity[sets[:, :, None], sets[:, None, :]].copy()
    own = np.arange(size)
    if kind is DifficultyKind.ANSWER_MAX:
        beside[:, own, own] = -np.inf
        highest: Floats = beside.max(axis=2)
        return highest
    beside[:, own, own] = 0.0
    means = beside.sum(axis=2) / (size - 1)
    if kind is DifficultyKind.PAIRWISE_MEAN:
        means = np.repeat(means.mean(axis=1, keepdims=True), size, axis=1)
    answered: Floats = means
    return answered
