"""How much the wordings of a group differ from one another.

Reads groups of texts and their vectors; gives means over groups, in which each group counts once, however many texts
it holds. A group of one text differs in nothing and is left out of the means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_BLOCK = 4096
"""Groups whose vectors are held at once."""


@dataclass(frozen=True)
class Diversity:
    """Means over the groups of two texts or more; None where there is none. They grow with variety.

    `embedding_distance` is in [0, 2], all others are in [0, 1].
    """

    groups: int
    full: float | None
    """The share of all groups that reached the wanted size; None without groups."""
    embedding_distance: float | None
    """1 - cosine, over the pairs of a group."""
    word_distance: float | None
    """1 - |words of both| / |words of either| (Jaccard), over the pairs of a group."""
    distinct_1: float | None
    distinct_2: float | None


def diversity(
    groups: Sequence[Sequence[str]], encode: Callable[[Sequence[str]], NDArray[np.float32]], wanted: int
) -> Diversity:
    """Return the diversity of groups that should have `wanted` texts each; each distinct text is encoded once.

    `encode` gives unit rows (n, d) for n texts.
    """
    counted = [tuple(group) for group in groups if len(group) > 1]
    full = sum(len(group) >= wanted for group in groups) / len(groups) if groups else None
    if not counted:
        return Diversity(len(groups), full, None, None, None, None)
    texts = sorted({text for group in counted for text in group}, key=lambda text: (len(text), text))
    return Diversity(
        len(groups),
        full,
        float(embedding_distances(counted, texts, encode(texts)).mean()),
        _mean(map(lru_cache(maxsize=1 << 17)(word_distance), counted)),
        _mean(distinct(group, 1) for group in counted),
        _mean(distinct(group, 2) for group in counted),
    )


def embedding_distances(
    groups: Sequence[Sequence[str]], texts: Sequence[str], vectors: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return for each group the mean of 1 - cosine over its pairs; `vectors` holds a unit row for each of `texts`.

    For unit vectors the cosines of all ordered pairs of n texts sum to |sum of the vectors|^2 - n.
    """
    rows = {text: row for row, text in enumerate(texts)}
    sizes = np.array([len(group) for group in groups], np.int64)
    distances = np.empty(len(groups), np.float64)
    for size in np.unique(sizes):
        places = np.flatnonzero(sizes == size)
        for start in range(0, len(places), _BLOCK):
            block = places[start : start + _BLOCK]
            members = np.array([[rows[text] for text in groups[place]] for place in block], np.int64)
            sums = vectors[members].sum(axis=1, dtype=np.float64)
            cosines = (np.einsum("ij,ij->i", sums, sums) - size) / (size * (size - 1))
            distances[block] = 1 - cosines
    return distances


def word_distance(texts: Sequence[str]) -> float:
    """Return the mean over all pairs of texts of 1 - Jaccard of their words, without case and marks.

    >>> word_distance(["the red gut", "the gut"])
    0.33333333333333337
    """
    sets = [_grams(text, 1)[0] for text in texts]
    return _mean(1 - len(a & b) / len(a | b) if a or b else 0.0 for a, b in combinations(sets, 2))


def distinct(texts: Sequence[str], n: int) -> float:
    """Return the share of different n-grams among all n-grams of the texts; 0 where there are none.

    Distinct-n of Li et al. 2016 (A Diversity-Promoting Objective Function for Neural Conversation Models), with the
    number of n-grams below the line, so that 1 can be reached for each n.

    >>> distinct(["a b", "a c"], 1)
    0.75
    """
    found = [_grams(text, n) for text in texts]
    total = sum(count for _, count in found)
    return len(frozenset().union(*(grams for grams, _ in found))) / total if total else 0.0


@lru_cache(maxsize=1 << 17)
def _grams(text: str, n: int) -> tuple[frozenset[tuple[str, ...]], int]:
    """Return the different n-grams of a text's words, and how many there are in all."""
    words = _WORD.findall(text.casefold())
    grams = [tuple(words[start : start + n]) for start in range(len(words) - n + 1)]
    return frozenset(grams), len(grams)


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(np.fromiter(values, np.float64)))
