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


def leftover_cells(columns: Columns, taken: Ints, left: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the columns (as places) and answers of the questions that are over, one entry per question.

    `taken` says how often each column is taken, `left` (L,) how many questions of each answer are over. Each goes to a
    set where its answer is right less often than another member, which gives nothing away; where there is none, to
    one whose other members have questions over as well, and so can follow.
    """
    sets, first, of_column = np.unique(columns.sets, axis=0, return_index=True, return_inverse=True)
    right = np.zeros(sets.shape)
    np.add.at(right, of_column.ravel(), taken[:, None] * columns.right)
    left = left.copy()
    places, answers = [], []
    for answer in rng.permutation(np.repeat(np.arange(len(left)), left)).tolist():
        holding, member = np.nonzero(sets == answer)
        if not len(holding):
            continue
        slack = right[holding].max(axis=1) - right[holding, member]
        followers = (left[sets[holding]] > 0).sum(axis=1)
        best = np.lexsort((rng.random(len(holding)), followers, np.minimum(slack, 1)))[-1]
        right[holding[best], member[best]] += 1
        left[answer] -= 1
        places.append(int(first[holding[best]]))
        answers.append(answer)
    return np.array(places, np.int64), np.array(answers, np.int64)


def _by_answer(columns: Columns, weights: Floats | Ints, labels: int) -> Floats:
    """Return how many questions of each answer the columns hold."""
    column, member = np.nonzero(columns.right)
    return np.asarray(np.bincount(columns.sets[column, member], weights[column], labels), np.float64)
