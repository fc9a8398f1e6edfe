"""From shares to whole questions: how many questions of each answer get each set of options.

The questions of an answer are all given options, and the members of a set stay right equally often where the design has
them so: rounding each number on its own would part them again, by half a question for each member of each set.
"""

from __future__ import annotations

import numpy as np

from curriculum_kit.choice_design.problem import Columns, Floats, Ints


def wanted_counts(columns: Columns, weights: Floats, counts: Ints) -> Ints:
    """Return how many of the questions of each answer, of which there are `counts`, the design gives options to."""
    wanted: Ints = np.minimum(counts, np.rint(_by_answer(columns, weights, len(counts))).astype(np.int64))
    return wanted


def whole_columns(columns: Columns, weights: Floats, counts: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return how often each column is taken, and how many questions of each answer are over.

    `weights` are numbers of questions per right member of a column, `counts` (L,) the questions of each answer. Columns
    are taken whole, one question for each right member: as often as the weight says rounded down, then once
    more, the largest remainders first (`rng` decides among equals), while each right member still has a question.
    """
    # The solver's tolerance may give an answer a little more than it has.
    given = np.maximum(_by_answer(columns, weights, len(counts)), 1e-12)
    ease = np.where(columns.right, np.minimum(counts / given, 1.0)[columns.sets], 1.0).min(axis=1)
    taken = np.floor(weights * ease + 1e-9).astype(np.int64)
    left = counts - np.rint(_by_answer(columns, taken, len(counts))).astype(np.int64)
    assert (left >= 0).all(), "whole columns fit into the counts"
    rest = weights - taken
    order = np.lexsort((rng.random(len(rest)), -rest))
    for column in order[rest[order] > 1e-6]:
        members = columns.sets[column][columns.right[column]]
        if (left[members] > 0).all():
            taken[column] += 1
            left[members] -= 1
    return taken, left


def leftover_cells(columns: Columns, weights: Floats, left: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the columns (as places) and answers of the questions that are over, one entry per question.

    Each goes to a column in which its answer is right, the most offered ones first, where one more matters least.
    """
    places, answers = [], []
    for answer in np.flatnonzero(left):
        holding = np.flatnonzero(((columns.sets == answer) & columns.right).any(axis=1) & (weights > 0))
        if not len(holding):
            continue
        order = holding[np.lexsort((rng.random(len(holding)), -weights[holding]))]
        places.append(order[np.arange(left[answer]) % len(order)])
        answers.append(np.full(left[answer], answer))
    if not places:
        nothing = np.empty(0, np.int64)
        return nothing, nothing
    return np.concatenate(places), np.concatenate(answers)


def _by_answer(columns: Columns, weights: Floats | Ints, labels: int) -> Floats:
    """Return how many questions of each answer the columns hold."""
    column, member = np.nonzero(columns.right)
    return np.asarray(np.bincount(columns.sets[column, member], weights[column], labels), np.float64)
