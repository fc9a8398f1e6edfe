"""The letter of the right option, where options were drawn at random: each letter equally often wherever one looks.

Reads S(q) and the number of options of each question; gives the position of its answer. In the order of S(q) every run
of k questions with k options has the answer once at each position, so that tiers have, however they are cut.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def balanced_positions(difficulty: NDArray[np.floating], sizes: NDArray[np.integer], seed: int) -> NDArray[np.int64]:
    """Return the position of the answer of each question, from 0 and below its number of options.

    Questions of equal S(q) are taken in the order given. The order within a run is random, by `seed`. A question of
    no options is at position 0.
    """
    positions = np.zeros(len(sizes), np.int64)
    rng = np.random.default_rng(seed)
    for size in np.unique(sizes[sizes > 0]):
        rows = np.flatnonzero(sizes == size)
        ordered = rows[np.argsort(difficulty[rows], kind="stable")]
        runs = rng.random((-(-len(rows) // size), size)).argsort(axis=1)
        positions[ordered] = runs.ravel()[: len(rows)]
    return positions


def moved(choices: pa.ListArray, answer_index: NDArray[np.integer], position: NDArray[np.integer]) -> pa.ListArray:
    """Return the options with the answer at another position; the others keep their order.

    >>> moved(pa.array([["gut", "liver", "cyst"]]), np.array([0]), np.array([2])).to_pylist()
    [['liver', 'cyst', 'gut']]
    """
    sizes = choices.value_lengths().to_numpy()
    starts = np.cumsum(sizes) - sizes
    row = np.repeat(np.arange(len(sizes)), sizes)
    # Sorted by where each is to stand: the others in their order, the answer before the one whose place it takes.
    key = np.arange(len(row)) - starts[row]
    is_answer = key == answer_index[row]
    key = key - (key > answer_index[row])
    wanted = np.where(is_answer, position[row] - 0.5, key)
    order = np.lexsort((wanted, row))
    offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), choices.flatten().take(pa.array(order)))
