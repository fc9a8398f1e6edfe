"""What a guesser gains who knows the option sets: measured on what was drawn, without the program that drew it."""

from __future__ import annotations

import numpy as np

from curriculum_kit.choice_design.problem import Bools, Floats, Ints

FOLDS = 5
DECIMALS = 9
"""Gains are rounded to this: 0.03 and the last bit is 0.03."""


def guessed_in_sample(options: Ints, answer: Ints) -> float:
    """Return the share of questions right for who knows how often each member of each set is right, less chance.

    `options` (n, k) hold label numbers in any order, -1 where a question has fewer; `answer` (n,) the right ones.
    """
    sets, member, there = _sets(options, answer)
    right = np.zeros((int(sets.max()) + 1, options.shape[1]))
    np.add.at(right, (sets, member), 1.0)
    return round(float(right.max(axis=1).sum() / len(answer) - (1 / there.sum(axis=1)).mean()), DECIMALS)


def guessed_out_of_fold(options: Ints, answer: Ints, fold: Ints) -> float:
    """Return the same where the counts come from the other folds alone, and equally frequent members share the guess.

    Chance for a set that the other folds do not hold. Where sets are balanced it tends to be below 0: a member that is
    right in this fold is right the less often in the others.
    """
    sets, member, there = _sets(options, answer)
    n_sets, folds = int(sets.max()) + 1, int(fold.max()) + 1
    right = np.zeros((folds, n_sets, options.shape[1]))
    np.add.at(right, (fold, sets, member), 1.0)
    others = (right.sum(axis=0) - right)[fold, sets]
    others[~there] = -1.0
    top = others == others.max(axis=1, keepdims=True)
    hits: Floats = top[np.arange(len(answer)), member] / top.sum(axis=1)
    return round(float((hits - 1 / there.sum(axis=1)).mean()), DECIMALS)


def set_codes(options: Ints) -> Ints:
    """Return a number from 0 for each set of labels, in whatever order they stand: (n,) for (n, k)."""
    ordered = np.sort(options, axis=1)
    base = int(ordered.max(initial=0)) + 2
    codes = np.zeros(len(ordered), np.int64)
    # Numbers are sorted several times as fast as rows.
    for column in ordered.T:
        if int(codes.max(initial=0)) >= np.iinfo(np.int64).max // base:
            codes = np.unique(codes, return_inverse=True)[1]
        codes = codes * base + column + 1
    return np.unique(codes, return_inverse=True)[1]


def _sets(options: Ints, answer: Ints) -> tuple[Ints, Ints, Bools]:
    """Return the set of each question as a code, the place of its answer in the sorted set, and which places exist."""
    ordered = np.sort(options, axis=1)[:, ::-1]  # what is missing comes last
    return set_codes(options), (ordered == answer[:, None]).argmax(axis=1), ordered >= 0
