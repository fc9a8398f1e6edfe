"""Labels that an encoder holds for nearly the same and no table knows: listed for the user to decide, never merged."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curriculum_kit.errors import EmbeddingsInvalid
from curriculum_kit.labels import near_key
from curriculum_kit.terms.resolver import Terms

NEAR_EQUAL = pa.schema(
    [
        pa.field("label_a", pa.string(), nullable=False),
        pa.field("label_b", pa.string(), nullable=False),
        pa.field("cosine", pa.float64(), nullable=False),
    ]
)

_TELLING = tuple(
    frozenset(group.split())
    for group in (
        "left right bilateral both",
        "upper middle lower",
        "anterior posterior",
        "superior inferior",
        "medial lateral",
        "proximal middle distal",
        "ascending transverse descending sigmoid",
        "frontal parietal temporal occipital upper middle lower",
        "head body tail",
        "first second third fourth fifth",
        "large small",
        "no mild moderate severe advanced proliferative",
        "acute chronic",
        "benign malignant metastatic",
        "normal abnormal",
        "positive negative",
        "good bad",
        "high low",
        "light dark",
        "more less",
        "increased decreased",
        "pre post inter intra extra",
        "with without non",
        "red white",
    )
)
"""Words that encoders hold for nearly the same, though labels that differ by them mean two things."""

_COUNTED = re.compile(r"\d|^[ivx]+[a-d]?$")
"""Numbers and stages: labels that differ in them are not the same."""

_ONE_VECTOR = 1 - 1e-4
"""The cosine from which on two labels have one vector: the encoder tells none of their words apart."""

_UNREAD = 0.1
"""The share of labels with another's vector from which on the encoder cannot read their script (MiniLM and Chinese)."""


def near_equal(
    labels: Sequence[str],
    vectors: NDArray[np.floating],
    terms: Terms,
    *,
    at_least: float = 0.85,
    words_at_most: int = 5,
) -> pa.Table:
    """Return pairs of n labels whose unit vectors (n, d) have a cosine of `at_least`, as `NEAR_EQUAL`, nearest first.

    Left out is what needs no decision: pairs that clash already, structures that the table holds apart, labels that
    differ by a side, number, stage or other word that tells things apart, labels of more than `words_at_most` words
    (sentences), and labels in a script that the encoder cannot read. The comparison is exact, by FAISS.
    Raises `EmbeddingsInvalid` where vectors and labels do not fit.
    """
    unit = np.ascontiguousarray(vectors, dtype=np.float32)
    if unit.ndim != 2 or len(unit) != len(labels):
        raise EmbeddingsInvalid(f"vectors of shape {unit.shape} for {len(labels)} labels; give one row per label")
    terse = np.array([place for place, label in enumerate(labels) if len(label.split()) <= words_at_most], np.int64)
    pairs = _pairs(unit[terse], at_least)
    named = [(labels[terse[one]], labels[terse[other]], float(cosine)) for one, other, cosine in pairs]
    unread = _unread_scripts([labels[place] for place in terse], named)
    rows = [
        {"label_a": min(one, other), "label_b": max(one, other), "cosine": cosine}
        for one, other, cosine in named
        if not unread.intersection((_script(one), _script(other)))
        and not _told_apart(near_key(one), near_key(other))
        and not _held_apart(one, other, terms)
        and terms.related(one, other) is None
    ]
    rows.sort(key=lambda row: (-row["cosine"], row["label_a"], row["label_b"]))
    return pa.Table.from_pylist(rows, schema=NEAR_EQUAL)


def _pairs(unit: NDArray[np.float32], at_least: float) -> list[tuple[int, int, float]]:
    """Return the rows a < b of all pairs with at least this cosine, and the cosine to 6 decimals."""
    import faiss as library

    faiss: Any = library  # its type stubs lack half of it

    if not len(unit):
        return []
    index = faiss.IndexFlatIP(unit.shape[1])
    index.add(unit)
    # A little more than asked for: sums in float32 differ with the block they stand in, rounded ones in float64 do not.
    limits, _, found = index.range_search(unit, at_least - 1e-5)
    a, b = np.repeat(np.arange(len(unit)), np.diff(limits.astype(np.int64))), found.astype(np.int64)
    a, b = a[a < b], b[a < b]
    cosine = np.round(np.einsum("ij,ij->i", unit[a], unit[b], dtype=np.float64), 6)
    kept = cosine >= at_least
    return list(zip(a[kept].tolist(), b[kept].tolist(), cosine[kept].tolist(), strict=True))


def _unread_scripts(labels: Sequence[str], pairs: Sequence[tuple[str, str, float]]) -> set[str]:
    alike = {
        label
        for one, other, cosine in pairs
        if cosine >= _ONE_VECTOR and near_key(one) != near_key(other)
        for label in (one, other)
    }
    of = Counter(map(_script, labels))
    return {script for script, count in Counter(map(_script, alike)).items() if count >= _UNREAD * of[script]}


def _script(label: str) -> str:
    """Return the script of a label's first letter, as Unicode names it: LATIN, CJK, ...; "" where it has none."""
    letter = next((character for character in label if character.isalpha()), "\0")
    return unicodedata.name(letter, "").split(" ")[0]


def _told_apart(one: str, other: str) -> bool:
    """Return whether the words by which two keys differ say that two things are meant."""
    mine, yours = set(one.split()), set(other.split())
    mine, yours = mine - yours, yours - mine
    return any(_COUNTED.search(word) for word in mine | yours) or any(
        group & mine and group & yours for group in _TELLING
    )


def _held_apart(one: str, other: str, terms: Terms) -> bool:
    """Return whether each label names a structure of the table that the other does not name."""
    mine, yours = terms.structures(one), terms.structures(other)
    return bool(mine - yours) and bool(yours - mine)
