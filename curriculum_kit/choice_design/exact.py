"""The exact solution for small pools: every safe set of options, with every choice of right members.

Reads a `Problem` whose safe sets can be listed; gives the columns of its linear program.
"""

from __future__ import annotations

from itertools import combinations, product
from math import comb

import numpy as np

from curriculum_kit.choice_design.problem import Bools, Columns, Ints, Pool, Problem

MAX_COLUMNS = 50_000
"""Columns up to which the program is solved over all of them at once."""


def is_small(problem: Problem) -> bool:
    """Return whether every set can be listed, with every choice of right members."""
    counts = [comb(len(pool), pool.options) * (2**pool.options - 1) for pool in problem.pools]
    return bool(sum(counts) <= MAX_COLUMNS)


def all_columns(problem: Problem) -> list[Columns]:
    """Return the columns of each pool of a small problem."""
    return [with_corners(safe_sets(pool)) for pool in problem.pools]


def safe_sets(pool: Pool) -> Ints:
    """Return all sets of a pool without two labels that clash: (m, options), in lexicographic order."""
    every = np.array(list(combinations(range(len(pool)), pool.options)), np.int64).reshape(-1, pool.options)
    return every[~clashing(pool, every)]


def clashing(pool: Pool, sets: Ints) -> Bools:
    """Return which sets hold two labels that clash."""
    return np.asarray(pool.clash[sets[:, :, None], sets[:, None, :]].any(axis=(1, 2)))


def with_corners(sets: Ints) -> Columns:
    """Return a column for each set and each choice of its right members, one or more."""
    size = sets.shape[1]
    corners = np.array(list(product([False, True], repeat=size))[1:])
    return Columns(np.repeat(sets, len(corners), axis=0), np.tile(corners, (len(sets), 1)))
