"""The order of options: the right one at A, B, C, D equally often, the others in random order."""

from __future__ import annotations

import numpy as np

from curriculum_kit.choice_design.problem import Ints


def lettered(sets: Ints, answer: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the options of each question in order, (n, options), and the position of the answer, (n,).

    `sets` (n, options) hold label numbers, `answer` (n,) one of each row. The positions of the answer are as equally
    many as can be, over all questions, among those of an answer, and among those of an answer and a set.
    """
    n, size = sets.shape
    keys = (rng.random(n), *sets.T[::-1], answer)
    index = np.empty(n, np.int64)
    index[np.lexsort(keys)] = (np.arange(n) + rng.integers(size)) % size
    others = sets[sets != answer[:, None]].reshape(n, size - 1)
    others = np.take_along_axis(others, rng.random(others.shape).argsort(axis=1), axis=1)
    position = np.arange(size)
    # Before the answer stand as many others as its position says, the rest behind it.
    source = np.where(position < index[:, None], position, np.maximum(position - 1, 0))
    options = np.take_along_axis(others, np.minimum(source, size - 2), axis=1)
    options[np.arange(n), index] = answer
    return options, index
