"""Draw options so that each one offered is equally likely to be the right one.

Reads how likely each label is to answer a question; gives options that hold the answer. Let p(b) be the
probability of label b to answer the question and k the number of options. Take a design that offers b with
probability k p(b), whatever the answer is, and draw from it under the condition that the answer is offered:
the set C then comes up with P(C | a) = P(C) / (k p(a)), so that p(a) P(C | a) is the same for every a in C, and
who knows p and C still guesses at chance. Systematic sampling (Madow, Ann. Math. Statist. 20, 1949) is such
a design, and the condition costs nothing there: lay the labels end to end in random order, each as long as
its probability to be offered, and put points at distance 1; the first one goes anywhere into the answer.

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


def systematic(shares: np.ndarray, answers: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return which labels are offered, a mask of the shape of `shares`; the answer always is.

    `shares` holds probabilities to be offered, as `inclusion` gives them; `answers` the column of each answer.
    """
    ends = np.cumsum(shares, axis=1)
    row = np.arange(len(shares))
    # Inside the answer, off its ends, where rounding could give the point to a neighbour.
    point = ends[row, answers] - shares[row, answers] * rng.uniform(0.01, 0.99, len(shares))
    options = np.rint(ends[:, -1:])
    passed = np.clip(np.ceil(ends - (point % 1.0)[:, None]), 0, options)
    passed[:, -1:] = options
    hit: np.ndarray = np.diff(passed, axis=1, prepend=0) > 0
    assert hit[row, answers].all(), "the answer is offered"
    return hit
