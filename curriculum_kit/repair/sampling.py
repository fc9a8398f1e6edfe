"""Draw options so that each one offered is equally likely to be the right one.

Reads how likely each label is to answer a question; gives options that hold the answer. Let p(b) be the
probability of label b to answer the question and k the number of options. Take a design that offers b with
probability k p(b), whatever the answer is, and draw from it under the condition that the answer is offered:
the set C then comes up with P(C | a) = P(C) / (k p(a)), so that p(a) P(C | a) is the same for every a in C, and
who knows p and C still guesses at chance. Systematic sampling (Madow, Ann. Math. Statist. 20, 1949) is such
a design, and the condition costs nothing there: lay the labels end to end in random order, each as long as
its probability to be offered, and put points at distance 1; the first one goes anywhere into the answer. Of labels
that must not stand together, a cluster, one is drawn by its share of the cluster, as long as they are together.

A label with p(b) > 1/k cannot be balanced: it is always offered, and the others share what is left.
"""

from __future__ import annotations

import numpy as np

LEAST = 1e-7
"""The least share of a question's likelihood that a label has: shorter ones would drown in rounding."""


def inclusion(weights: np.ndarray, starts: np.ndarray, options: np.ndarray) -> np.ndarray:
    """Return the probability of each label to be offered, in proportion to its weight and at most 1 per cluster.

    `weights` is (questions, labels), 0 where a label must not be offered; neighbouring labels form clusters of
    which one at most may be offered, `starts` says where each begins. `options` is the number of options
    of each question. The rows of the result sum to it, or to the number of clusters where these are fewer.
    """
    sizes = np.diff(np.append(starts, weights.shape[1]))
    mass = np.add.reduceat(weights, starts, axis=1)
    wanted = np.minimum(options, (mass > 0).sum(axis=1))
    full = np.zeros(mass.shape, dtype=bool)
    for _ in range(int(options.max())):
        # Clusters that are full leave the rest of the options to the others, of which more may then be full.
        left = np.where(full, 0.0, mass)
        total = left.sum(axis=1)
        scale = (wanted - full.sum(axis=1)) / np.where(total > 0, total, 1.0)
        over = ~full & (left * scale[:, None] >= 1 - 1e-12)
        if not over.any():
            break
        full |= over
    offered = np.where(full, 1.0, left * scale[:, None])
    shares: np.ndarray = weights * np.repeat(offered / np.where(mass > 0, mass, 1.0), sizes, axis=1)
    return shares


def systematic(
    shares: np.ndarray, starts: np.ndarray, options: np.ndarray, answers: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return the columns of the labels offered, int64 (questions, most options); -1 where there are fewer.

    `shares` holds probabilities to be offered, as `inclusion` gives them; `starts` says where each cluster begins,
    `options` how many are wanted and `answers` is the column of each answer, which is always offered. Each question
    lays the labels in an order of its own: sets drawn in a common one would be known by the company they keep.
    """
    sizes = np.diff(np.append(starts, shares.shape[1]))
    mass = np.add.reduceat(shares, starts, axis=1)
    home = np.repeat(np.arange(len(starts)), sizes)[answers]
    row = np.arange(len(shares))
    order = _shuffled(mass.shape, rng)
    # numpy.take_along_axis takes several times as long.
    ends = np.cumsum(np.take(mass, order + row[:, None] * mass.shape[1]), axis=1)
    place = np.argmax(order == home[:, None], axis=1)
    # Inside the answer's cluster, off its ends, where rounding could give the point to a neighbour.
    point = ends[row, place] - mass[row, home] * rng.uniform(0.01, 0.99, len(shares))
    drawn = np.full((len(shares), int(options.max(initial=0))), -1, np.int64)
    wanted = np.minimum(options, np.rint(ends[:, -1]))
    # A point behind the last end would fall on a cluster that must not be offered.
    last = np.nextafter(ends[:, -1], 0)
    for number in range(drawn.shape[1]):
        at = np.minimum(point % 1.0 + number, last)
        found = np.count_nonzero(ends <= at[:, None], axis=1)
        drawn[:, number] = np.where(number < wanted, order[row, found], -1)
    assert (drawn == home[:, None]).any(axis=1).all(), "the answer is offered"
    return _of_clusters(drawn, home, answers, shares, starts, sizes, rng)


def _shuffled(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return a random order of the columns for each row, int64."""
    assert shape[1] <= 2**16, "a column fits the low half of a key"
    # Keys of 32 bits are sorted many times faster than places by keys: the low half holds the place.
    keys = rng.integers(2**16, size=shape, dtype=np.uint16).astype(np.uint32) << 16
    order: np.ndarray = np.sort(keys | np.arange(shape[1], dtype=np.uint32), axis=1) & 0xFFFF
    return order.astype(np.int64)


def _of_clusters(
    drawn: np.ndarray,
    home: np.ndarray,
    answers: np.ndarray,
    shares: np.ndarray,
    starts: np.ndarray,
    sizes: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the column of a label of each cluster drawn: the answer of its own, one by its share of the others."""
    columns = np.where(drawn >= 0, starts[drawn], -1)
    row, number = np.nonzero((drawn >= 0) & (sizes[drawn] > 1))
    cluster = drawn[row, number]
    members = starts[cluster][:, None] + np.arange(sizes.max())
    inside = np.arange(sizes.max()) < sizes[cluster][:, None]
    ends = np.cumsum(np.where(inside, shares[row[:, None], np.where(inside, members, 0)], 0.0), axis=1)
    at = np.minimum(ends[:, -1] * rng.random(len(row)), np.nextafter(ends[:, -1], 0))
    columns[row, number] = starts[cluster] + np.count_nonzero(ends <= at[:, None], axis=1)
    return np.where(drawn == home[:, None], answers[:, None], columns)
