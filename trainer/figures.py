"""Accuracy with intervals, and the image gain: all questions, by tier, answer, question type and benchmark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trainer.intervals import Interval, mean_difference, share
from trainer.results import Condition, by_question

PARTS = ("tier", "benchmark", "question_type", "answer")
"""By what the questions are taken apart; within each, values come by number of questions, tiers in order."""


@dataclass(frozen=True)
class Part:
    """How a model did on a part of the questions."""

    part: str
    """`all`, or the column by which the questions were taken apart."""
    of: str | None
    """The value of that column; None for all."""
    questions: int
    """Wordings of one question count each."""
    units: int
    chance: float
    """Mean of one over the number of options."""
    accuracy: Mapping[str, Interval]
    """By condition, over the questions asked under it."""
    gain: Mapping[str, Interval]
    """What the image adds: accuracy with it less accuracy under the other condition, on the same questions."""
    unreadable: Mapping[str, float]
    """Share of completions that name no option, or several, by condition."""


def figures(results: pa.Table) -> list[Part]:
    """Return the figures of a result table, all questions first."""
    table = by_question(results)
    units = pc.binary_join_element_wise(table["benchmark"], table["unit_id"], "\n").combine_chunks()
    table = table.append_column("unit", pc.cast(units.dictionary_encode().indices, pa.int64()))
    return [_part(name, value, chosen) for name, value, chosen in _parts(table)]


def _parts(table: pa.Table) -> Iterator[tuple[str, str | None, pa.Table]]:
    yield "all", None, table
    for name in PARTS:
        column = table[name]
        values = pc.value_counts(column.filter(pc.equal(table["condition"], Condition.IMAGE.value))).to_pylist()
        values = [value for value in values if value["values"] is not None]
        if name == "tier":
            values.sort(key=lambda value: value["values"])
        else:
            values.sort(key=lambda value: (-value["counts"], value["values"]))
        for value in values:
            yield name, str(value["values"]), table.filter(pc.fill_null(pc.equal(column, value["values"]), False))


def _part(part: str, of: str | None, table: pa.Table) -> Part:
    shown = {condition: table.filter(pc.equal(table["condition"], condition)) for condition in Condition}
    shown = {condition: rows for condition, rows in shown.items() if rows.num_rows}
    seen = shown[Condition.IMAGE]
    return Part(
        part,
        of,
        questions=seen.num_rows,
        units=len(np.unique(_numbers(seen, "unit"))),
        chance=float((1 / _numbers(seen, "n_choices")).mean()),
        accuracy={name: share(_numbers(rows, "pass_rate"), _numbers(rows, "unit")) for name, rows in shown.items()},
        gain={name: _gain(seen, rows) for name, rows in shown.items() if name is not Condition.IMAGE},
        unreadable={name: float(_numbers(rows, "unreadable").mean()) for name, rows in shown.items()},
    )


def _gain(seen: pa.Table, unseen: pa.Table) -> Interval:
    keys = ["question_id", "variant_id"]
    pairs = seen.select([*keys, "pass_rate", "unit"]).join(
        unseen.select([*keys, "pass_rate"]), keys, join_type="inner", right_suffix="_unseen"
    )
    difference = _numbers(pairs, "pass_rate") - _numbers(pairs, "pass_rate_unseen")
    return mean_difference(difference, _numbers(pairs, "unit"))


def _numbers(table: pa.Table, name: str) -> Any:
    return np.asarray(table[name].to_numpy())
