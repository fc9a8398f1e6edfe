"""The draw to compare with: each question takes the safe set whose S(q) is nearest the target, for itself alone."""

from __future__ import annotations

import numpy as np

from curriculum_kit.choice_design.exact import all_columns, is_small
from curriculum_kit.choice_design.large import generated_columns
from curriculum_kit.choice_design.problem import Columns, Design, Problem, member_scores


def naive_design(problem: Problem, seed: int = 0) -> Design:
    """Return the design in which every answer has one set, as near the target as it can be, whatever it gives away.

    Of sets that are as near the first one is taken. Where sets cannot be listed, those that the search finds without
    a bound on the blind gain are compared.
    """
    exact = is_small(problem)
    columns = all_columns(problem) if exact else generated_columns(problem.at(problem.target, 1.0), seed)
    chosen, weights, mean, gain, given = [], [], 0.0, 0.0, 0.0
    for pool, own in zip(problem.pools, columns, strict=True):
        sets = np.unique(own.sets, axis=0)
        scores = member_scores(pool, sets, problem.kind)
        away = np.abs(scores - problem.target)
        right = np.zeros(sets.shape, bool)
        for answer in np.flatnonzero(pool.share):
            held = sets == answer
            if held.any():
                right.ravel()[np.where(held, away, np.inf).argmin()] = True
        row, member = np.nonzero(right)
        share = pool.share[sets[row, member]]
        mean += float(share @ scores[row, member])
        given += float(share.sum())
        most = np.zeros(len(sets))
        np.maximum.at(most, row, share)
        gain += float(most.sum()) - float(share.sum()) / pool.options
        chosen.append(Columns(sets[row], np.arange(sets.shape[1]) == member[:, None]))
        weights.append(share)
    given = max(given, 1e-12)
    return Design(tuple(chosen), tuple(weights), mean / given, gain / given, exact=exact)
