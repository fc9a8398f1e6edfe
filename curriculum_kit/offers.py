"""Questions and the options they offer, as integers: what every check of option statistics counts over.

Reads batches of `questions`; gives one entry per question and one per offered option. Questions without
choices are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.labels import fold_label
from curriculum_kit.schemas import schema_of

COLUMNS = (
    *("question_id", "benchmark", "split", "unit_id", "image_ids", "question", "answer", "choices"),
    *("question_type", "modality", "choices_as_given"),
)
"""The columns of `questions` that are read."""


@dataclass(frozen=True)
class Coded:
    """A column of text as codes: `codes[i]` is the place of row i's text in `texts`, int32. Null is ""."""

    codes: np.ndarray
    texts: list[str]

    def take(self, rows: np.ndarray) -> Coded:
        """Return some of the rows; all texts are kept."""
        return replace(self, codes=self.codes[rows])


@dataclass(frozen=True)
class Offers:
    """n questions that offer m options in all.

    The options of question q are the entries `start[q]` to `start[q + 1]` of `option` and `is_right`, in
    their order. An entry is right where its label is the answer's: as spelled by the source, several may be.
    """

    question_ids: pa.Array
    """string, length n"""
    benchmark: Coded
    split: Coded
    unit: Coded
    image: Coded
    """The images of a question in order, joined by a line break: questions about the same images share it."""
    question: Coded
    question_type: Coded
    modality: Coded
    start: np.ndarray
    """int64, length n + 1, from 0 to m"""
    option: Coded
    """Length m. Canonical labels, or the options as the source spells them."""
    is_right: np.ndarray
    """bool, length m"""

    def __len__(self) -> int:
        """Return the number of questions."""
        return len(self.question_ids)

    @cached_property
    def sizes(self) -> np.ndarray:
        """The number of options of each question, int64, length n."""
        return np.diff(self.start)

    @cached_property
    def row(self) -> np.ndarray:
        """The question of each option, int64, length m."""
        return np.repeat(np.arange(len(self)), self.sizes)

    @cached_property
    def chance(self) -> np.ndarray:
        """The probability of each question to be right by chance, float64, length n."""
        chance: np.ndarray = np.bincount(self.row, self.is_right, len(self)) / self.sizes
        return chance

    def subset(self, rows: np.ndarray) -> Offers:
        """Return the questions at these places, in this order (a mask is taken too)."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        sizes = self.sizes[rows]
        start = np.concatenate(([0], np.cumsum(sizes)))
        entries = np.repeat(self.start[rows] - start[:-1], sizes) + np.arange(start[-1])
        columns = ("benchmark", "split", "unit", "image", "question", "question_type", "modality")
        return replace(
            self,
            question_ids=self.question_ids.take(pa.array(rows)),
            start=start,
            option=self.option.take(entries),
            is_right=self.is_right[entries],
            **{name: getattr(self, name).take(rows) for name in columns},
        )

    def hits(self, scores: np.ndarray) -> np.ndarray:
        """Return how often the option of the highest score is right, for each question: 0 or 1.

        `scores` has an entry per option. Between equal scores the choice is by chance, and the value in between.
        """
        best = np.maximum.reduceat(scores, self.start[:-1])
        top = scores == best[self.row]
        return np.bincount(self.row, top & self.is_right, len(self)) / np.bincount(self.row, top, len(self))


def offers_of(batches: Iterable[pa.RecordBatch | pa.Table], as_given: bool = False) -> Offers:
    """Return the questions that have choices, in the order given.

    With `as_given` the options are as the source spells them, and questions whose spellings are not known
    are left out; otherwise they are the canonical labels.
    """
    column = "choices_as_given" if as_given else "choices"
    # Batches of a query name the items of a list otherwise than those of a file, and hold no promise about nulls.
    schema = pa.schema([schema_of("questions").field(name).with_nullable(True) for name in COLUMNS])
    parts = [schema.empty_table()]
    for batch in batches:
        table = (
            (pa.Table.from_batches([batch]) if isinstance(batch, pa.RecordBatch) else batch)
            .select(list(COLUMNS))
            .cast(schema)
        )
        parts.append(table.filter(pc.greater(pc.fill_null(pc.list_value_length(table[column]), 0), 0)))
    table = pa.concat_tables(parts)
    options = _one(table[column])
    option = _coded(options.flatten())
    start = np.concatenate(([0], np.cumsum(pc.list_value_length(options).to_numpy(zero_copy_only=False)))).astype(int)
    answer = _coded(table["answer"])
    labels = [fold_label(text) for text in option.texts] if as_given else option.texts
    right = _same(labels, answer.texts)[option.codes] == np.repeat(answer.codes, np.diff(start))
    return Offers(
        question_ids=_one(table["question_id"]),
        benchmark=_coded(table["benchmark"]),
        split=_coded(table["split"]),
        unit=_coded(table["unit_id"]),
        image=_coded(pc.binary_join(table["image_ids"], "\n")),
        question=_coded(table["question"]),
        question_type=_coded(table["question_type"]),
        modality=_coded(table["modality"]),
        start=start,
        option=option,
        is_right=right,
    )


def _same(labels: Sequence[str], answers: Sequence[str]) -> np.ndarray:
    """Return for each label its place among the answers, -1 where it is none."""
    places = {answer: place for place, answer in enumerate(answers)}
    return np.array([places.get(label, -1) for label in labels], np.int64)


def _one(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.combine_chunks()


def _coded(column: pa.ChunkedArray | pa.Array) -> Coded:
    encoded = pc.fill_null(_one(column), "").dictionary_encode()
    return Coded(encoded.indices.to_numpy(zero_copy_only=False), encoded.dictionary.to_pylist())
