"""Put the options of each question in order: the answer as often at A as at any other letter."""

from __future__ import annotations

import numpy as np


def shuffled(
    rows: np.ndarray, labels: np.ndarray, is_right: np.ndarray, questions: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the order of options that brings each question's together, and where each question begins.

    An entry is an option of question `rows`; each question has one that is right, or none at all. Among questions with
    the same number of options and the same answer the letters of the answer are as equally many as can be.
    """
    sizes = np.bincount(rows, minlength=questions)
    right = np.flatnonzero(is_right)
    right = right[rng.permutation(len(right))]
    right = right[np.lexsort((labels[right], sizes[rows[right]]))]
    place = np.zeros(questions, np.int64)
    place[rows[right]] = np.arange(len(right)) % sizes[rows[right]]
    # The others stand in random order: before the answer as many as its place says, the rest behind it.
    order = np.lexsort((rng.random(len(rows)), is_right, rows))
    rank = np.arange(len(rows)) - (np.cumsum(sizes) - sizes)[rows[order]]
    at = place[rows[order]]
    position = np.where(is_right[order], at, rank + (rank >= at))
    return order[np.lexsort((position, rows[order]))], np.concatenate(([0], np.cumsum(sizes)))
