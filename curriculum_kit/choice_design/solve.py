"""From a tier's problem to its design: exact or nearly so, and one of many equally good ones.

A solution of a linear program stands on as few sets as there are rows, some twenty for fifteen labels: every question
about the liver would come with one of five sets. So the program is solved again with random likings for pairs of
labels, over solutions as good as the first, and the design is the mean of these: any mean of good designs is as good.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from curriculum_kit.choice_design.exact import all_columns, is_small
from curriculum_kit.choice_design.large import generated_columns
from curriculum_kit.choice_design.master import Solved, Spread, solve_like, solve_over
from curriculum_kit.choice_design.problem import Columns, Design, Floats, Problem

TOLERANCE = 0.005
"""How much further from the target the mean S(q) may be than need be, so that option sets vary."""

_SOLUTIONS = 8
_SAMPLE = 1_500
"""Columns of a pool that one further solution may use, beside those of the first."""

_LEAST = 1e-9


def best_design(problem: Problem, seed: int, questions: int | None = None) -> Design:
    """Return a design as near the target as possible, first of all within the bound on the blind gain.

    With `questions` (how many the tier has) the design is the mean of several, drawn with `seed`, as far as there are
    enough questions to be spread over more sets; without, it is the first one found.
    """
    exact = is_small(problem)
    columns = all_columns(problem) if exact else generated_columns(problem, seed)
    first = solve_over(problem, columns)
    solutions: list[tuple[Sequence[Columns], Solved]] = []
    labels = sum(map(len, problem.pools))
    options = max(pool.options for pool in problem.pools)
    # Fewer than four questions for a member of a set could not be right about equally often.
    rounds = 0 if questions is None else min(_SOLUTIONS, questions // (4 * options * labels))
    rng = np.random.default_rng(seed)
    for _ in range(rounds):
        some = [_some(own, weight, rng) for own, weight in zip(columns, first.weights, strict=True)]
        liking = tuple(rng.standard_normal((len(pool), len(pool))) for pool in problem.pools)
        another = solve_like(problem, some, Spread(liking, first, TOLERANCE))
        if another is not None:
            solutions.append((some, another))
    return _mean(solutions or [(columns, first)], exact)


def _some(columns: Columns, weights: Floats, rng: np.random.Generator) -> Columns:
    """Return the columns in use and a sample of the others."""
    used = np.flatnonzero(weights > _LEAST)
    sample = rng.choice(len(columns), min(len(columns), _SAMPLE), replace=False)
    return columns.take(np.union1d(used, sample))


def _mean(solutions: Sequence[tuple[Sequence[Columns], Solved]], exact: bool) -> Design:
    """Return the mean of several solutions."""
    pools = range(len(solutions[0][0]))
    columns, weights = [], []
    for pool in pools:
        used = [solved.weights[pool] > _LEAST for _, solved in solutions]
        found = [own[pool].take(kept) for (own, _), kept in zip(solutions, used, strict=True)]
        share = np.concatenate([solved.weights[pool][kept] for (_, solved), kept in zip(solutions, used, strict=True)])
        sets = np.concatenate([one.sets for one in found])
        right = np.concatenate([one.right for one in found])
        rows, first, place = np.unique(np.column_stack([sets, right]), axis=0, return_index=True, return_inverse=True)
        columns.append(Columns(sets[first], right[first]))
        weights.append(np.bincount(place.ravel(), share, len(rows)) / len(solutions))
    return Design(
        columns=tuple(columns),
        weights=tuple(weights),
        mean=float(np.mean([solved.mean for _, solved in solutions])),
        gain=float(np.mean([solved.gain for _, solved in solutions])),
        left_out=float(np.mean([sum(share.sum() for share in solved.left_out) for _, solved in solutions])),
        exact=exact,
    )
