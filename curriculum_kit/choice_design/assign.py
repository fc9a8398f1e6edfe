"""Which question gets which set: the numbers come from the design, the questions by seed.

Reads a design and the answers of the questions; gives a set for each question, or none. Within an answer any question
may get any of its sets, or none where the design has fewer than there are questions; where a set holds a label that is
barred from the question, two questions change places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curriculum_kit.choice_design.problem import Bools, Columns, Floats, Ints, Pool
from curriculum_kit.choice_design.rounding import leftover_cells, wanted_counts, whole_columns

SWAP_ROUNDS = 60
"""How often a question whose set holds a barred label is offered another one's."""


def assigned_sets(
    pool: Pool, columns: Columns, weights: Floats, own: Ints, barred: Ints | None, rng: np.random.Generator
) -> Ints:
    """Return the set of each question of a pool, (questions, options); a row of -1 where none is safe or none is left.

    `weights` are numbers of questions per right member, `own` the answers as places among the labels,
    `barred` the ascending keys question * labels + label of what must not be offered; None where nothing is.
    """
    if not len(columns):
        return np.full((len(own), pool.options), -1)
    counts = np.bincount(own, minlength=len(pool))
    wanted = wanted_counts(columns, weights, counts)
    taken, left = whole_columns(columns, weights, wanted, rng)
    place, over = leftover_cells(columns, taken, left, rng)
    column, member = np.nonzero(columns.right)
    times = taken[column]
    slot_set = np.append(np.repeat(column, times), place)
    slot_answer = np.append(np.repeat(columns.sets[column, member], times), over)
    slots = np.lexsort((rng.random(len(slot_set)), slot_answer))
    questions = np.lexsort((rng.random(len(own)), own))
    # The n-th question of an answer gets its n-th slot; an answer without sets has no slots at all.
    starts = np.searchsorted(slot_answer[slots], np.arange(len(pool)))
    rank = np.arange(len(own)) - (np.cumsum(counts) - counts)[own[questions]]
    served = rank < np.bincount(slot_answer, minlength=len(pool))[own[questions]]
    chosen = np.full(len(own), -1)
    chosen[questions[served]] = slot_set[slots[(starts[own[questions]] + rank)[served]]]
    held = None if barred is None else _Barred(barred, len(pool))
    if held is not None:
        chosen = _swapped(columns, chosen, own, held, rng)
    sets: Ints = columns.sets[chosen]
    sets[chosen < 0] = -1
    if held is None:
        return sets
    for question in np.flatnonzero(held.hits(np.arange(len(own)), sets)).tolist():
        sets[question] = _safe_set(pool, columns, int(own[question]), held.of(question), rng)
    return sets


@dataclass(frozen=True)
class _Barred:
    keys: Ints
    labels: int

    def hits(self, question: Ints, sets: Ints) -> Bools:
        """Return which of the sets hold a label that is barred from their question."""
        asked = question[:, None] * self.labels + sets
        found = np.minimum(np.searchsorted(self.keys, asked), len(self.keys) - 1)
        held: Bools = (self.keys[found] == asked).any(axis=1) & (sets[:, 0] >= 0)
        return held

    def of(self, question: int) -> Bools:
        """Return which labels are barred from a question."""
        mask: Bools = np.isin(question * self.labels + np.arange(self.labels), self.keys)
        return mask


def _swapped(columns: Columns, chosen: Ints, own: Ints, barred: _Barred, rng: np.random.Generator) -> Ints:
    """Return the columns of the questions after those whose sets hold barred labels have changed places with others."""
    chosen = chosen.copy()
    order = np.argsort(own, kind="stable")
    counts = np.bincount(own)
    starts = np.cumsum(counts) - counts

    def holds(question: Ints, column: Ints) -> Bools:
        return barred.hits(question, columns.sets[column]) & (column >= 0)

    for _ in range(SWAP_ROUNDS):
        wrong = np.flatnonzero(holds(np.arange(len(own)), chosen))
        if not len(wrong):
            break
        other = order[starts[own[wrong]] + (rng.random(len(wrong)) * counts[own[wrong]]).astype(np.int64)]
        _, first = np.unique(other, return_index=True)  # a question changes places with one other at a time
        wrong, other = wrong[first], other[first]
        fits = ~holds(wrong, chosen[other]) & ~holds(other, chosen[wrong]) & (chosen[other] >= 0)
        fits &= ~np.isin(other, wrong)
        wrong, other = wrong[fits], other[fits]
        chosen[wrong], chosen[other] = chosen[other], chosen[wrong]
    return chosen


def _safe_set(pool: Pool, columns: Columns, answer: int, barred: Bools, rng: np.random.Generator) -> Ints:
    """Return a set with the answer and nothing that is barred: one of the design, else any; -1 where none is found.

    So few questions need one that what they add to the blind gain does not matter; the draw measures it.
    """
    holding = columns.sets[(columns.sets == answer).any(axis=1)]
    holding = holding[~barred[holding].any(axis=1)]
    if len(holding):
        return np.asarray(rng.choice(holding), np.int64)
    chosen = [answer]
    for label in rng.permutation(np.flatnonzero(~barred)).tolist():
        if len(chosen) < pool.options and label not in chosen and not pool.clash[label, chosen].any():
            chosen.append(label)
    return np.sort(chosen) if len(chosen) == pool.options else np.full(pool.options, -1)
