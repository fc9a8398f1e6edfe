"""Give every label one spelling, so that none tells the answer by how it is written.

Reads and gives a table of questions. Labels that mean the same (`near_key`) become the one of them that is
used most, everywhere; equal options of a question become one; `choices_as_given` becomes the labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.labels import near_key


@dataclass(frozen=True)
class Folded:
    """What folding did, in questions and labels."""

    questions: int
    offering: int
    """Questions that have options"""
    labels_before: int
    labels_after: int
    respelled: int
    """Questions with an option that was written in another way than its label"""
    relabelled: int
    """Questions with an answer or option whose label became another one that means the same"""
    merged: int
    """Questions that lost options that were equal to another one of theirs"""
    kept: int
    """Questions whose options all mean the same: they keep them, for one alone would be no question"""

    def sentences(self) -> list[str]:
        """Say what was done to how many questions."""
        of = f"of {self.questions:,} questions"
        said = []
        if self.offering or self.labels_after == self.labels_before:
            said.append(self._writing())
        if self.labels_after < self.labels_before:
            said.append(
                f"{self.labels_before:,} labels became {self.labels_after:,}, because some mean the same; "
                f"that changed {self.relabelled:,} {of}."
            )
        if self.merged:
            said.append(f"Equal options were merged in {self.merged:,} {of}.")
        if self.kept:
            said.append(
                f"{self.kept:,} {of} keep options that mean the same, because they have no others; look at them."
            )
        return said

    def _writing(self) -> str:
        if not self.offering:
            return f"No two of {self.labels_before:,} answers mean the same; they were left as they are."
        which = (
            f"all {self.offering:,}" if self.respelled == self.offering else f"{self.respelled:,} of {self.offering:,}"
        )
        that = " that have some" if self.offering < self.questions else ""
        if not self.respelled:
            return f"The options of all {self.offering:,} questions{that} are written in one form already."
        return f"The options of {which} questions{that} were written in one form."


def fold_formats(questions: pa.Table) -> tuple[pa.Table, Folded]:
    """Return the questions with one spelling per label, and what that changed; no question is lost.

    All questions must be given at once: which spelling of a label stays is decided by how many use it. Options keep
    their order, and `answer_index` follows the answer.
    """
    options = _one(questions["choices"])
    sizes = pc.list_value_length(options).to_numpy(zero_copy_only=False).astype(np.int64)
    row = np.repeat(np.arange(len(sizes)), sizes)
    encoded = pa.concat_arrays([options.flatten(), _one(questions["answer"])]).dictionary_encode()
    codes, labels = encoded.indices.to_numpy().astype(np.int64), encoded.dictionary.to_pylist()
    folded = _one_form(labels, np.bincount(codes, minlength=len(labels)))[codes]
    first = _first(row, folded[: len(row)])
    alone = (sizes > 1) & (np.bincount(row[first], minlength=len(sizes)) < 2)
    # What would be left with one option keeps all, in its own words.
    kept = alone[np.concatenate((row, np.arange(len(sizes))))]
    new = np.where(kept, codes, folded)
    option, answer = new[: len(row)], new[len(row) :]
    stays = first | alone[row]
    changed = np.bincount(row, option != codes[: len(row)], len(sizes)) + (answer != codes[len(row) :]) > 0
    left = np.bincount(row[stays], minlength=len(sizes))
    place = np.arange(int(stays.sum())) - np.repeat(np.cumsum(left) - left, left)
    right = option[stays] == answer[row[stays]]
    index = np.zeros(len(sizes), np.int32)
    index[row[stays][right]] = place[right]
    choices = pa.ListArray.from_arrays(
        pa.array(np.concatenate(([0], np.cumsum(left))), pa.int32()), encoded.dictionary.take(pa.array(option[stays]))
    )
    given = pa.array(sizes > 0)
    table = questions
    for name, column in {
        "answer": encoded.dictionary.take(pa.array(answer)),
        "choices": choices,
        "answer_index": pc.if_else(given, pa.array(index), pa.scalar(None, pa.int32())),
        "choices_as_given": pc.if_else(given, choices, pa.scalar(None, choices.type)),
    }.items():
        place_ = table.schema.get_field_index(name)
        table = table.set_column(place_, table.schema.field(name), column)
    return table, Folded(
        questions=len(sizes),
        offering=int((sizes > 0).sum()),
        labels_before=len(labels),
        labels_after=len(np.unique(new)),
        respelled=_respelled(questions),
        relabelled=int(changed.sum()),
        merged=int((left < sizes).sum()),
        kept=int(alone.sum()),
    )


def _one_form(labels: list[str], counts: np.ndarray) -> np.ndarray:
    """Return for each label the place of the most used one that means the same; the first in order where equal."""
    keys: dict[str, int] = {}
    for place in sorted(range(len(labels)), key=lambda place: (-counts[place], labels[place])):
        keys.setdefault(near_key(labels[place]), place)
    return np.array([keys[near_key(label)] for label in labels], np.int64)


def _first(row: np.ndarray, option: np.ndarray) -> np.ndarray:
    """Return a mask of the options that no earlier one of the question equals."""
    first = np.zeros(len(row), bool)
    first[np.unique(row * (int(option.max(initial=0)) + 1) + option, return_index=True)[1]] = True
    return first


def _respelled(questions: pa.Table) -> int:
    """Return how many questions have an option that is not written as its label."""
    given = _one(questions["choices_as_given"])
    known = pc.and_(given.is_valid(), pc.greater(pc.list_value_length(_one(questions["choices"])), 0))
    columns = (given.filter(known), _one(questions["choices"]).filter(known))
    joined = [pc.binary_join(column, "\n") for column in columns]
    return int(pc.sum(pc.cast(pc.not_equal(*joined), pa.int64())).as_py() or 0)


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks()
