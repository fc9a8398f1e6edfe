"""How hard a question is made by its choices: S(q) from the similarities of pairs of choices.

Reads the choices of the questions, the position of the answer, the sorted vocabulary and whatever
looks up the similarity of pairs. Gives one number from 0 to 1 per question, the harder the higher. Rejects nothing:
every label is in the vocabulary that was made from these questions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curriculum_kit.schemas import CHANNELS, MAX_CHOICES, DifficultyKind

DECIMALS = 9
"""S(q) is rounded to this, so that sums taken in another order do not tear equal questions into two tiers."""

_SLICE = 250_000  # questions whose choice ids are held at a time


class Pairs(Protocol):
    """The similarity of pairs of choice ids."""

    @property
    def channels(self) -> Sequence[str]:
        """Return the names of the channels that exist."""

    def lookup(self, a: NDArray[np.integer], b: NDArray[np.integer], column: str = "fused") -> NDArray[np.float64]:
        """Return one column for pairs in any order, elementwise; NaN where it has no value."""


def difficulties(
    choices: pa.ListArray | pa.ChunkedArray,
    answer_index: NDArray[np.integer],
    labels: pa.Array,
    pairs: Pairs,
    kind: DifficultyKind = DifficultyKind.PAIRWISE_MEAN,
    column: str = "fused",
) -> NDArray[np.float64]:
    """Return S(q) of each question, float64, to 9 decimals; NaN where `column` lacks a pair that counts.

    `choices` lists the labels of each question (2 to 26), `answer_index` is the position of the answer
    among them, `labels` the sorted vocabulary, whose positions are the ids that `pairs` knows.
    The same choices in another order give the same bits. `kind` says which pairs count: all unordered
    pairs of choices (`pairwise_mean`), or those of the answer with a distractor, of which the mean or the highest.
    """
    return _scores(choices, answer_index, labels, pairs, kind, [column])[column]


def parts(
    choices: pa.ListArray | pa.ChunkedArray,
    answer_index: NDArray[np.integer],
    labels: pa.Array,
    pairs: Pairs,
    kind: DifficultyKind = DifficultyKind.PAIRWISE_MEAN,
) -> dict[str, NDArray[np.float64]]:
    """Return S(q) of each channel alone, from its calibrated similarities; arguments as in `difficulties`.

    Every channel of the schema is a key; one that does not exist has NaN for every question.
    """
    there = [channel for channel in CHANNELS if channel in pairs.channels]
    columns = [f"{channel}_calibrated" for channel in there]
    scores = _scores(choices, answer_index, labels, pairs, kind, columns)
    absent = {channel: np.full(len(choices), np.nan) for channel in CHANNELS}
    return absent | dict(zip(there, scores.values(), strict=True))


def _scores(
    choices: pa.ListArray | pa.ChunkedArray,
    answer_index: NDArray[np.integer],
    labels: pa.Array,
    pairs: Pairs,
    kind: DifficultyKind,
    columns: Sequence[str],
) -> dict[str, NDArray[np.float64]]:
    scores = {column: np.empty(len(choices)) for column in columns}
    for start in range(0, len(choices), _SLICE):
        some = choices.slice(start, _SLICE)
        for rows, ids in _by_size(some, labels):
            answer = answer_index[start + rows]
            assert ((answer >= 0) & (answer < ids.shape[1])).all(), "an answer lies outside its choices"
            left, right = _sides(ids, answer, kind)
            for column in columns:
                values = pairs.lookup(left, right, column)
                score = values.max(axis=1) if kind is DifficultyKind.ANSWER_MAX else values.mean(axis=1)
                scores[column][start + rows] = np.round(score, DECIMALS)
    return scores


def _by_size(
    choices: pa.ListArray | pa.ChunkedArray, labels: pa.Array
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.int64]]]:
    """Yield, per number of choices, the questions that have it and their choice ids as (questions, choices)."""
    lists = choices.combine_chunks() if isinstance(choices, pa.ChunkedArray) else choices
    found = pc.index_in(lists.flatten(), value_set=labels)
    assert found.null_count == 0, "a choice is not in the vocabulary"
    flat = found.to_numpy().astype(np.int64)
    sizes = lists.value_lengths().to_numpy()
    starts = np.cumsum(sizes) - sizes
    for size in np.unique(sizes):
        assert 2 <= size <= MAX_CHOICES, f"a question has {size} choices"
        rows = np.flatnonzero(sizes == size)
        yield rows, flat[starts[rows][:, None] + np.arange(size)]


def _sides(
    ids: NDArray[np.int64], answer: NDArray[np.integer], kind: DifficultyKind
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the choice ids on both sides of the pairs that count, (questions, pairs), in an order of their own."""
    size = ids.shape[1]
    if kind is DifficultyKind.PAIRWISE_MEAN:
        ordered = np.sort(ids, axis=1)
        first, second = np.array(list(combinations(range(size), 2))).T
        return ordered[:, first], ordered[:, second]
    right = ids[np.arange(len(ids)), answer]
    others = ids[np.arange(size) != answer[:, None]].reshape(len(ids), size - 1)
    return np.broadcast_to(right[:, None], others.shape), np.sort(others, axis=1)
