"""The linear program over given columns: shares of the tier's questions, as near the target as they allow.

Rows: the share of each label as an answer; the mean S(q); the blind gain; and, for labels that are barred from single
questions, how many questions of an answer a label may stand beside. Everything that may turn out impossible has a
variable of its own with a price, so the program always has a solution and says by how much it falls short. The bound
on the blind gain and the labels that are barred are kept at the price of questions without options: a label that
answers half of the questions of its pool gives itself away in any sets of four. Dearest after that is the target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from curriculum_kit.choice_design.problem import Columns, Floats, Ints, Pool, Problem, member_scores

_BARRED, _GAIN, _UNASSIGNED, _DISTANCE = 10_000.0, 10_000.0, 1_000.0, 1.0
"""Prices per unit of share. A question without options lowers the blind gain by half a question or more, and moves the
mean S(q) by less than a hundred."""

GUESSED = 0.01
"""Price of blind gain within the bound: it is taken only where it brings the target nearer by more than that."""

_SLACK = 1e-6
"""What a second program may lose on the first: ten times the tolerance of the solver, which else finds none as good."""

_FREE_GAIN = 0.003
"""How much more blind gain, within the bound, a second program may take: else the first has hardly an equal."""

_NEARNESS = 20.0
"""What S(q) of a question at its tier's target is worth, against a liking for pairs of about 1: a mean of 0.5 should
not be made of 0.1 and 0.9."""


@dataclass(frozen=True)
class Duals:
    """What a column must beat, by pool: the worth of an answer, of S(q), of standing beside, and the price of a column.

    A column (C, T) betters the program where the sum over a in T of `answer[a] + score * S(C, a) + sum_b beside[a, b]`
    over the other members b of C, is greater than `price`.
    """

    answer: tuple[Floats, ...]
    beside: tuple[Floats, ...]
    score: float
    price: float


@dataclass(frozen=True)
class Solved:
    """A solution of the program over given columns."""

    weights: tuple[Floats, ...]
    cost: float
    short: Floats
    """The values of the variables with a price, in the order of the program"""
    duals: Duals
    mean: float
    """Mean S(q) of the questions that get options"""
    gain: float
    """Blind gain, as a share of these"""
    left_out: tuple[Floats, ...]
    """Per pool (L,): the share of the tier's questions that get none, by answer"""


@dataclass(frozen=True)
class Spread:
    """A second aim among solutions as good as a first: S(q) near the target, and pairs of labels that are liked."""

    liking: tuple[Floats, ...]
    """By pool (L, L)"""
    first: Solved
    """The solution that none may fall short of"""
    tolerance: float
    """How much further from the target is as good"""


def solve_over(problem: Problem, columns: Sequence[Columns]) -> Solved:
    """Return the best shares of the given columns (one `Columns` per pool)."""
    solved = _solve(problem, columns)
    assert solved is not None, "the program has a solution: what may be impossible has a price"
    return solved


def solve_like(problem: Problem, columns: Sequence[Columns], spread: Spread) -> Solved | None:
    """Return the most liked of the solutions over these columns that fall no shorter than the first.

    None where the solver finds none: the first keeps its constraints only as nearly as the solver's tolerance.
    """
    return _solve(problem, columns, spread)


def _solve(problem: Problem, columns: Sequence[Columns], spread: Spread | None = None) -> Solved | None:
    from scipy.optimize import linprog

    n, labels = sum(map(len, columns)), sum(map(len, problem.pools))
    equal, upper, limits = _constraints(problem, columns)
    prices = np.repeat([_UNASSIGNED, _DISTANCE, _GAIN, _BARRED], [labels, 2, 1, len(limits) - 1])
    cost, highest = np.append(np.full(n, GUESSED), prices), np.full(n + len(prices), np.inf)
    if spread is not None:
        liked = [_liked(problem, *each) for each in zip(problem.pools, columns, spread.liking, strict=True)]
        cost = np.append(-np.concatenate(liked), np.zeros(len(prices)))
        highest[n:] = spread.first.short + _SLACK
        highest[n + labels : n + labels + 2] += spread.tolerance
        limits[0] = min(limits[0], problem.chance + max(spread.first.gain, 0.0) + _FREE_GAIN)
    found = linprog(
        cost,
        A_ub=upper,
        b_ub=limits,
        A_eq=equal,
        b_eq=np.append(np.concatenate([pool.share for pool in problem.pools]), problem.target),
        bounds=np.column_stack([np.zeros(len(cost)), highest]),
        method="highs",
    )
    if found.status != 0:
        return None
    weights = np.maximum(found.x[:n], 0.0)
    values = np.append(weights, np.maximum(found.x[n:], 0.0))
    assigned = max(1.0 - float(values[n : n + labels].sum()), 1e-12)
    by_chance = sum(
        float(lacking.sum()) / pool.options
        for pool, lacking in zip(problem.pools, _by_pool(problem, values[n : n + labels]), strict=True)
    )
    return Solved(
        weights=tuple(np.split(weights, np.cumsum([len(own) for own in columns])[:-1])),
        cost=float(found.fun),
        short=values[n:],
        duals=_duals(problem.pools, found.eqlin.marginals, found.ineqlin.marginals),
        mean=float((equal[:, :n] @ weights)[labels]) / assigned,
        gain=(float(weights.sum()) - problem.chance + by_chance) / assigned,
        left_out=_by_pool(problem, values[n : n + labels]),
    )


def _by_pool(problem: Problem, values: Floats) -> tuple[Floats, ...]:
    return tuple(np.split(values, np.cumsum([len(pool) for pool in problem.pools])[:-1]))


def _constraints(problem: Problem, columns: Sequence[Columns]) -> tuple[Any, Any, Floats]:
    """Return the rows that must be equal, those that have a limit, and the limits.

    The variables are the columns, pool by pool, then what falls short: the share of each answer without options, the
    mean S(q) below and above its target, the blind gain beyond its bound, and each narrow pair beyond its room.
    """
    from scipy.sparse import coo_matrix

    n, labels = sum(map(len, columns)), sum(map(len, problem.pools))
    equal, upper = _Cells(), _Cells()
    limits = [np.array([problem.chance + problem.max_gain])]
    first_column, first_label, first_room = 0, 0, 1
    for pool, own in zip(problem.pools, columns, strict=True):
        at = first_column + np.arange(len(own))
        column, member = np.nonzero(own.right)
        equal.add(first_label + own.sets[column, member], at[column], 1.0)
        equal.add(labels, at, (member_scores(pool, own.sets, problem.kind) * own.right).sum(axis=1))
        upper.add(0, at, 1.0)
        answer, other = pool.narrow
        if pool.room is not None:
            number = np.full((len(pool), len(pool)), -1)
            number[answer, other] = first_room + np.arange(len(answer))
            met = number[own.sets[:, :, None], own.sets[:, None, :]]
            column, left, right = np.nonzero((met >= 0) & own.right[:, :, None])
            upper.add(met[column, left, right], at[column], 1.0)
            limits.append(pool.room[answer, other])
        first_column, first_label = first_column + len(own), first_label + len(pool)
        first_room += len(answer)
    under, over, excess = n + labels + np.arange(3)
    equal.add(np.arange(labels), n + np.arange(labels), 1.0)
    equal.add(labels, np.array([under, over]), np.array([1.0, -1.0]))
    # Questions without options count as on target, and neither as guessed nor in what the bound is a share of.
    equal.add(labels, n + np.arange(labels), problem.target)
    by_chance = np.concatenate([np.full(len(pool), 1 / pool.options) for pool in problem.pools])
    upper.add(0, n + np.arange(labels), by_chance + problem.max_gain)
    upper.add(np.arange(first_room), excess + np.arange(first_room), -1.0)
    total = excess + first_room
    return (
        coo_matrix(equal.all(), shape=(labels + 1, total)).tocsr(),
        coo_matrix(upper.all(), shape=(first_room, total)).tocsr(),
        np.concatenate(limits),
    )


class _Cells:
    """The entries of a sparse matrix as they are found."""

    def __init__(self) -> None:
        self._parts: list[tuple[Ints, Ints, Floats]] = []

    def add(self, rows: Ints | int, columns: Ints, values: Floats | float) -> None:
        """Add entries; rows and values may be one for all."""
        shape = columns.shape
        self._parts.append((np.broadcast_to(rows, shape), columns, np.broadcast_to(np.float64(values), shape)))

    def all(self) -> tuple[Floats, tuple[Ints, Ints]]:
        """Return values, rows and columns as scipy takes them."""
        rows, columns, values = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        return values, (rows, columns)


def _liked(problem: Problem, pool: Pool, columns: Columns, liking: Floats) -> Floats:
    """Return how much each column is liked: the pairs of a right member and another one, and S(q) near the target."""
    beside = liking[columns.sets[:, :, None], columns.sets[:, None, :]].sum(axis=2)
    away = np.abs(member_scores(pool, columns.sets, problem.kind) - problem.target)
    liked: Floats = ((beside - _NEARNESS * away) * columns.right).sum(axis=1)
    return liked


def _duals(pools: Sequence[Pool], equal: Floats, upper: Floats) -> Duals:
    answers, besides = [], []
    label, room = 0, 1
    for pool in pools:
        answers.append(equal[label : label + len(pool)])
        beside = np.zeros((len(pool), len(pool)))
        answer, other = pool.narrow
        beside[answer, other] = upper[room : room + len(answer)]
        besides.append(beside)
        label, room = label + len(pool), room + len(answer)
    return Duals(tuple(answers), tuple(besides), float(equal[-1]), GUESSED - float(upper[0]))
