"""Near-best solutions for large pools, by column generation.

The linear program is solved over a few columns; its duals say what a further column would have to be worth; a
local search looks for such columns (`search`), and so on until it finds none, the target is met, or little is gained.
Where the search finds every column that betters the program, the solution is that of `exact`. (Gilmore and Gomory, A
linear programming approach to the cutting-stock problem, Operations Research 9, 1961.)
"""

from __future__ import annotations

import numpy as np

from curriculum_kit.choice_design.master import GUESSED, Duals, Solved, solve_over
from curriculum_kit.choice_design.problem import Columns, Floats, Problem
from curriculum_kit.choice_design.search import better_columns, member_worth
from curriculum_kit.choice_design.start import label_orders, sets_around, systematic_sets

MAX_ROUNDS = 80
PATIENCE = 6
"""Rounds without progress after which the search ends."""

PROGRESS = 5e-4
"""What is gained in S(q) over so many rounds, at least."""

_MET = 1e-6
_STARTS = 400
"""Labels from which sets grow in one round, over all pools."""

_NEW = 300
"""Columns that one pool gives in one round."""


def generated_columns(problem: Problem, seed: int) -> list[Columns]:
    """Return columns of each pool over which the program is solved about as well as over all of them."""
    rng = np.random.default_rng(seed)
    columns = _first(problem, rng)
    best, since = np.inf, 0
    for _ in range(MAX_ROUNDS):
        solved = solve_over(problem, columns)
        if solved.cost < GUESSED * problem.chance + _MET:
            break
        if solved.cost <= best - PROGRESS:
            best, since = solved.cost, 0
        else:
            since += 1
        if since == PATIENCE:
            break
        found = _round(problem, solved, rng)
        if not any(map(len, found)):
            break
        columns = _kept(problem, columns, solved)
        columns = [old.joined(new) for old, new in zip(columns, found, strict=True)]
    return columns


def _first(problem: Problem, rng: np.random.Generator) -> list[Columns]:
    """Return columns that give options to every answer, and, where labels hardly clash, without blind gain."""
    found = []
    for pool in problem.pools:
        around = sets_around(pool, rng)
        balanced = [systematic_sets(pool, order) for order in label_orders(pool, rng)]
        sets = np.unique(np.concatenate([around, *balanced]), axis=0)
        # One right member alone: the shares of the answers can then always be met, at a price in blind gain.
        one = np.repeat(np.unique(around, axis=0), pool.options, axis=0)
        alone = np.tile(np.eye(pool.options, dtype=bool), (len(one) // pool.options, 1))
        found.append(Columns(sets, np.ones(sets.shape, bool)).joined(Columns(one, alone)))
    return found


def _round(problem: Problem, solved: Solved, rng: np.random.Generator) -> list[Columns]:
    total, found = sum(map(len, problem.pools)), []
    for place, pool in enumerate(problem.pools):
        starts = rng.permutation(len(pool))[: max(1, round(_STARTS * len(pool) / total))]
        columns, _ = better_columns(pool, place, solved.duals, problem.kind, starts, 1e-7)
        found.append(columns.take(np.arange(min(len(columns), _NEW))))
    return found


def _kept(problem: Problem, columns: list[Columns], solved: Solved) -> list[Columns]:
    """Return the columns that the solution uses and those that are nearly worth their price."""
    kept = []
    for place, (pool, own) in enumerate(zip(problem.pools, columns, strict=True)):
        most = 8 * len(pool) + 1_000
        if len(own) <= most:
            kept.append(own)
            continue
        lack = _lack(problem, place, own, solved.duals)
        lack[solved.weights[place] > 0] = -np.inf
        kept.append(own.take(np.sort(np.argsort(lack, kind="stable")[:most])))
    return kept


def _lack(problem: Problem, place: int, columns: Columns, duals: Duals) -> Floats:
    worth = member_worth(problem.pools[place], place, duals, problem.kind, columns.sets)
    lack: Floats = duals.price - (worth * columns.right).sum(axis=1)
    return lack
