"""Option sets to begin with, where not all can be listed: a design without blind gain, and a set for every label.

Lay the labels of a pool end to end in some order, each as long as k times its share of the questions, and put k
points at distance 1: moved along from 0 to 1 they meet a set of k labels at a time, each label as long as it answers
questions. Taken for these lengths, the sets have every member right equally often (systematic sampling: Madow, Ann.
Math. Statist. 20, 1949). The order decides which labels meet.
"""

from __future__ import annotations

import numpy as np

from curriculum_kit.choice_design.problem import Ints, Pool

_RANDOM_ORDERS = 4


def label_orders(pool: Pool, rng: np.random.Generator) -> list[Ints]:
    """Return orders of the labels: such that unlike ones meet, such that similar ones meet, and random ones.

    Labels that clash stand next to each other, where they hardly ever meet.
    """
    from scipy.sparse.csgraph import connected_components

    cluster = connected_components(pool.clash, directed=False)[1]
    # The leading direction of similarity puts similar labels next to each other.
    centred = pool.similarity - pool.similarity.mean(axis=0)
    along = centred @ _leading(centred, rng)
    orders = [np.lexsort((along, _mean_by(cluster, along)[cluster]))]
    orders.append(_folded(orders[0], pool))
    for _ in range(_RANDOM_ORDERS):
        random = rng.random(len(pool))
        orders.append(np.lexsort((random, _mean_by(cluster, random)[cluster])))
    return orders


def systematic_sets(pool: Pool, order: Ints) -> Ints:
    """Return the safe sets that k points meet, moved along the labels in this order: (m, options), m at most L + k."""
    ends = np.cumsum(pool.share[order])
    ends *= pool.options / ends[-1]
    edges = np.unique(np.append(ends % 1.0, 0.0))
    middles = (edges + np.append(edges[1:], 1.0)) / 2
    points = middles[:, None] + np.arange(pool.options)
    sets = np.sort(order[np.minimum(np.searchsorted(ends, points), len(order) - 1)], axis=1)
    distinct = (np.diff(sets, axis=1) > 0).all(axis=1)
    safe = ~pool.clash[sets[:, :, None], sets[:, None, :]].any(axis=(1, 2))
    return np.unique(sets[distinct & safe], axis=0)


def sets_around(pool: Pool, rng: np.random.Generator) -> Ints:
    """Return a safe set around each label for which one is found: labels at random, those that clash least first."""
    clash, size = pool.clash, len(pool)
    sets = np.arange(size)[:, None]
    safe = ~clash
    np.fill_diagonal(safe, val=False)
    for _ in range(pool.options - 1):
        order = np.where(safe[sets[:, 0]], clash.sum(axis=1) + rng.random((len(sets), size)), np.inf)
        other = order.argmin(axis=1)
        some = order[np.arange(len(sets)), other] < np.inf
        sets = np.column_stack([sets, other])[some]
        safe[sets[:, 0]] &= ~clash[sets[:, -1]]
        safe[sets[:, 0], sets[:, -1]] = False
    return np.sort(sets, axis=1)


def _folded(order: Ints, pool: Pool) -> Ints:
    """Return the order in which neighbours of a given order meet: dealt to k rows, the shortest so far first."""
    lengths = np.zeros(pool.options)
    rows: list[list[int]] = [[] for _ in range(pool.options)]
    for label in order.tolist():
        row = int(lengths.argmin())
        rows[row].append(label)
        lengths[row] += pool.share[label]
    return np.array([label for row in rows for label in row], np.int64)


def _mean_by(cluster: Ints, values: np.ndarray) -> np.ndarray:
    means: np.ndarray = np.bincount(cluster, values) / np.bincount(cluster)
    return means


def _leading(matrix: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the leading right singular vector, nearly: a few steps of power iteration."""
    vector = rng.standard_normal(len(matrix))
    for _ in range(20):
        vector = matrix.T @ (matrix @ vector)
        vector /= max(float(np.linalg.norm(vector)), 1e-12)
    return vector
