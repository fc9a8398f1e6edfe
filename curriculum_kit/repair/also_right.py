"""Which labels must not stand beside which: those that would be right too.

Reads labels and questions as codes; gives clusters of labels of which one at most may be offered, and for each
question the labels that are barred from it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from curriculum_kit.labels import near_key

_HEAVY = 0.25
"""A cluster of labels that answer more than this share of the questions is not made: it would take up an
option of nearly every question. Its labels are still never offered beside an answer that they may share."""


def contained(labels: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of pairs of labels that mean the same or of which one says less: all its words are the other's.

    >>> contained(["left lung", "spleen", "lung", "lungs", "right lung"])
    [(0, 2), (0, 3), (2, 3), (2, 4), (3, 4)]
    """
    words = [frozenset(near_key(label).split()) for label in labels]
    holding: dict[str, set[int]] = {}
    for place, mine in enumerate(words):
        for word in mine:
            holding.setdefault(word, set()).add(place)
    pairs: set[tuple[int, int]] = set()
    for place, mine in enumerate(words):
        wider = set.intersection(*(holding[word] for word in mine)) if mine else set()
        pairs.update((min(place, other), max(place, other)) for other in wider if other != place)
    return sorted(pairs)


def answering_alike(labels: Sequence[str], polar: Collection[str]) -> list[tuple[int, int]]:
    """Return the places of pairs of labels that begin with the same yes or no.

    >>> answering_alike(["no, it's normal", "no fracture", "normal", "yes, a fracture"], {"yes", "no"})
    [(0, 1)]
    """
    openings = [match[0] if (match := re.match(r"\w+", label)) else "" for label in labels]
    return [
        (one, other)
        for one, opening in enumerate(openings)
        if opening in polar
        for other in range(one + 1, len(labels))
        if openings[other] == opening
    ]


def clusters(labels: Sequence[str], counts: np.ndarray, polar: Collection[str] = ()) -> tuple[np.ndarray, np.ndarray]:
    """Return the cluster of each label, and which pairs of labels may both be right, a symmetric mask.

    `counts` says how many questions each label answers. Both may be right where labels mean the same, where one says
    less of the same thing, and where they begin with the same one of the `polar` words. Of a cluster's labels one at
    most should be offered, even as a distractor: two labels of which neither could be right beside the other
    would both be seen to be wrong.
    """
    root = np.arange(len(labels))
    related = np.zeros((len(labels), len(labels)), dtype=bool)
    pairs = sorted({*contained(labels), *answering_alike(labels, polar)})
    keys = [near_key(label) for label in labels]
    # Labels that mean the same come first: they are one cluster, however heavy.
    for one, other in sorted(pairs, key=lambda pair: (keys[pair[0]] != keys[pair[1]], pair)):
        related[one, other] = related[other, one] = True
        joined = np.isin(root, root[[one, other]])
        if keys[one] == keys[other] or counts[joined].sum() <= _HEAVY * counts.sum():
            root[joined] = root[joined].min()
    return np.unique(root, return_inverse=True)[1], related


def asked_twice(keys: np.ndarray, answers: np.ndarray, labels: int) -> Any:
    """Return the answers of all questions with the same key, a sparse 0/1 matrix (questions, labels).

    A negative key is no key.
    """
    from scipy.sparse import coo_matrix

    known = keys >= 0
    distinct, place = np.unique(keys[known], return_inverse=True)
    cells = (np.ones(len(place)), (place, answers[known]))
    seen = coo_matrix(cells, shape=(len(distinct) + 1, labels)).tocsr()  # The last row is empty, for no key.
    rows = np.full(len(keys), len(distinct))
    rows[known] = place
    matrix = seen[rows]
    matrix.data[:] = 1.0
    return matrix


def with_related(barred: Any, answers: np.ndarray, related: np.ndarray) -> Any:
    """Return the labels that are barred and all that are related to them, without those that only the answer bars.

    `barred` and the result are sparse 0/1 matrices (questions, labels), `related` is a mask of pairs of labels.
    """
    from scipy.sparse import csr_matrix

    row = np.arange(barred.shape[0])
    own = csr_matrix((np.ones(len(row)), (row, answers)), shape=barred.shape)
    others = barred - barred.multiply(own)
    others.eliminate_zeros()
    everything = (others + others @ csr_matrix(related, dtype=np.float64)).tocsr()
    everything.data[:] = 1.0
    return everything


def named(also_right: Sequence[Collection[str]], places: dict[str, int], labels: int) -> Any:
    """Return the labels that are said to be right for each question, a sparse 0/1 matrix (questions, labels)."""
    from scipy.sparse import coo_matrix

    cells = [(row, places[label]) for row, said in enumerate(also_right) for label in set(said) if label in places]
    row, column = np.array(cells, np.int64).reshape(-1, 2).T
    return coo_matrix((np.ones(len(row)), (row, column)), shape=(len(also_right), labels)).tocsr()
