"""Which labels may both be right, told by their words; and clusters of labels of which one at most is offered.

Words go a long way, not all of it: that a label of quite other words is also right (lung, chest) can be known only from
a table of terms, from the source's own options (`apart`) or from other questions about the image (`barred`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import combinations
from math import ceil

import numpy as np

from curriculum_kit.labels import near_key

_HEAVY = 0.25
"""A cluster of labels that answer more than this share of the questions is not made: it would take up an
option of nearly every question. Its labels are still never offered beside an answer that they may share."""

_STEM = 6
"""Letters in which two first words agree that are forms of one. Shorter ones agree by their prefix (osteo-, micro-)."""

_MOST = 0.6
"""Share of the longer one of them: pneumonia is no pneumothorax."""


_SAYING_NOTHING = frozenset(
    near_key(word)
    for word in (
        *("abnormality", "abnormalities", "anomaly", "change", "condition", "disease", "disorder", "finding", "image"),
        *("imaging", "lesion", "pathology", "photo", "picture", "problem", "scan", "structure"),
    )
)
"""Words that leave open what it is: who says bowel abnormality says of a bowel inflammation nothing wrong."""

_SOUND = frozenset({"normal", "healthy", "unremarkable", "negative"})


def contained(labels: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of pairs of labels that mean the same or of which one says less: all its words are the other's.

    Words that say nothing are not counted where there are others.

    >>> contained(["left lung", "spleen", "lung", "lungs", "right lung"])
    [(0, 2), (0, 3), (2, 3), (2, 4), (3, 4)]
    >>> contained(["bowel abnormality", "bowel inflammation", "renal inflammation"])
    [(0, 1)]
    """
    words = [all_ - _SAYING_NOTHING or all_ for all_ in (frozenset(near_key(label).split()) for label in labels)]
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
    """Return the places of pairs of labels that begin with the same yes or no, or both say that all is normal.

    >>> answering_alike(["no, it's normal", "no fracture", "healthy lungs", "yes, a fracture"], {"yes", "no"})
    [(0, 1), (0, 2)]
    """
    said: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        words = re.findall(r"\w+", label)
        if words and words[0] in polar:
            said.setdefault(words[0], []).append(place)
        if _SOUND.intersection(words):
            said.setdefault("normal", []).append(place)
    return sorted({pair for places in said.values() for pair in combinations(places, 2)})


def beginning_alike(labels: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of pairs of labels whose first words are forms of one: six letters and most of it agree.

    >>> beginning_alike(["dermoscopy", "dermoscopic imaging", "pneumonia", "pneumothorax"])
    [(0, 1)]
    """
    near: dict[str, list[tuple[int, str]]] = {}
    for place, label in enumerate(labels):
        first = label.partition(" ")[0]
        if len(first) >= _STEM:
            near.setdefault(first[:_STEM], []).append((place, first))
    return [
        (one, other)
        for words in near.values()
        for (one, first), (other, second) in combinations(words, 2)
        if first[: (most := ceil(_MOST * max(len(first), len(second))))] == second[:most]
    ]


def paired(pairs: Sequence[tuple[int, int]], labels: int) -> np.ndarray:
    """Return a symmetric mask (labels, labels) of the pairs."""
    mask = np.zeros((labels, labels), dtype=bool)
    one, other = np.array(pairs, np.int64).reshape(-1, 2).T
    mask[one, other] = mask[other, one] = True
    return mask


def clusters(labels: Sequence[str], counts: np.ndarray, related: np.ndarray) -> np.ndarray:
    """Return the cluster of each label: sets of labels of which every two are `related`, a symmetric mask.

    `counts` says how many questions each label answers. Of a cluster's labels one at most should be offered, even as a
    distractor: two labels of which neither could be right beside the other would both be seen to be wrong. Labels that
    are related to a third one only (left and right lung, to lung) may stand together.
    """
    root = np.arange(len(labels))
    keys = [near_key(label) for label in labels]
    pairs = [(int(one), int(other)) for one, other in np.argwhere(np.triu(related))]
    # Labels that mean the same come first: they are one cluster, however heavy.
    for one, other in sorted(pairs, key=lambda pair: (keys[pair[0]] != keys[pair[1]], pair)):
        mine, theirs = np.flatnonzero(root == root[one]), np.flatnonzero(root == root[other])
        joined = np.union1d(mine, theirs)
        light = counts[joined].sum() <= _HEAVY * counts.sum()
        if root[one] != root[other] and (keys[one] == keys[other] or (light and related[np.ix_(mine, theirs)].all())):
            root[joined] = joined[0]
    cluster: np.ndarray = np.unique(root, return_inverse=True)[1]
    return cluster
