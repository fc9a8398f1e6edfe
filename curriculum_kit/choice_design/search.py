"""Local search for option sets that would better a solution, where there are too many sets to list.

Reads a pool and the duals of the program over the columns so far; gives columns. A set grows greedily from one
label, then each member in turn is replaced by the best of all labels of the pool.
"""

from __future__ import annotations

import numpy as np

from curriculum_kit.choice_design.master import Duals
from curriculum_kit.choice_design.problem import Bools, Columns, Floats, Ints, Pool, member_scores
from curriculum_kit.enums import DifficultyKind

ROUNDS = 2
"""How often each member may be replaced."""

_CELLS = 8_000_000
"""Values held at once (64 MB): sets times members times labels."""


def better_columns(
    pool: Pool, place: int, duals: Duals, kind: DifficultyKind, starts: Ints, least: float
) -> tuple[Columns, Floats]:
    """Return columns that better the program by more than `least` per unit, and by how much; the best first.

    `place` is the pool's among those of `duals`, `starts` the labels (s,) from which sets grow.
    """
    worth = _Worth(pool, place, duals, kind)
    step = max(1, _CELLS // (pool.options * len(pool)))
    sets = np.concatenate([worth.grown(starts[at : at + step]) for at in range(0, len(starts), step)])
    sets = np.unique(np.sort(sets, axis=1), axis=0)
    values = member_worth(pool, place, duals, kind, sets)
    better = np.maximum(values, 0.0).sum(axis=1) - duals.price
    order = np.argsort(-better, kind="stable")
    order = order[better[order] > least]
    order = order[(values[order] > 0).any(axis=1)]
    return Columns(sets[order], values[order] > 0), better[order]


def member_worth(pool: Pool, place: int, duals: Duals, kind: DifficultyKind, sets: Ints) -> Floats:
    """Return what one question answered by each member of a set is worth: (m, options) for m sets."""
    beside = duals.beside[place][sets[:, :, None], sets[:, None, :]].sum(axis=2)
    worth: Floats = duals.score * member_scores(pool, sets, kind) + duals.answer[place][sets] + beside
    return worth


class _Worth:
    """What sets are worth under the duals of one program."""

    def __init__(self, pool: Pool, place: int, duals: Duals, kind: DifficultyKind) -> None:
        self.pool, self.kind, self.score = pool, kind, duals.score
        self.answer, self.beside = duals.answer[place], duals.beside[place]

    def grown(self, starts: Ints) -> Ints:
        """Return the sets that grow from the labels and cannot be bettered by replacing one member."""
        sets = starts[:, None]
        for _ in range(self.pool.options - 1):
            value = self.with_each(sets)
            best = value.argmax(axis=1)
            # A label beside which too few others are safe gives no set.
            some = value[np.arange(len(sets)), best] > -np.inf
            sets = np.column_stack([sets, best])[some]
        for _ in range(ROUNDS):
            for member in range(self.pool.options - 1, -1, -1):
                others = np.delete(sets, member, axis=1)
                sets = np.column_stack([others, self.with_each(others).argmax(axis=1)])
        return sets

    def with_each(self, sets: Ints) -> Floats:
        """Return what s sets would be worth with each label of the pool as a further member: (s, L)."""
        members, joined = self._scores(sets)
        beside = self.beside[sets[:, :, None], sets[:, None, :]].sum(axis=2)
        members *= self.score
        members += (self.answer[sets] + beside)[:, :, None] + self.beside[sets]
        joined = self.score * joined + self.answer + self.beside.T[sets].sum(axis=1)
        value: Floats = np.maximum(members, 0.0).sum(axis=1) + np.maximum(joined, 0.0)
        # Where no member is worth a question, the sum before cutting at 0 says which set is nearest to it.
        value += 1e-6 * (members.sum(axis=1) + joined)
        value[self._unsafe(sets)] = -np.inf
        return value

    def _scores(self, sets: Ints) -> tuple[Floats, Floats]:
        """Return S of each member (s, size, L) and of the label that joins (s, L), for each label that may join."""
        size = sets.shape[1]
        to = self.pool.similarity[sets]
        between = self.pool.similarity[sets[:, :, None], sets[:, None, :]].copy()
        own = np.arange(size)
        if self.kind is DifficultyKind.ANSWER_MAX:
            between[:, own, own] = -np.inf
            return np.maximum(between.max(axis=2)[:, :, None], to), to.max(axis=1)
        between[:, own, own] = 0.0
        if self.kind is DifficultyKind.ANSWER_MEAN:
            return (between.sum(axis=2)[:, :, None] + to) / size, to.mean(axis=1)
        mean = (between.sum(axis=(1, 2))[:, None] / 2 + to.sum(axis=1)) / (size * (size + 1) / 2)
        return np.repeat(mean[:, None, :], size, axis=1), mean

    def _unsafe(self, sets: Ints) -> Bools:
        """Return which labels must not join which sets: (s, L)."""
        unsafe = np.array(self.pool.clash[sets].any(axis=1))
        unsafe[np.arange(len(sets))[:, None], sets] = True
        return unsafe
