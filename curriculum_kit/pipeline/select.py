"""The first stage of a curriculum: which questions, and choices for those that get random ones.

Reads the ingested tables; writes the selected `questions` and `rejects`. Each question has choices, but where they are
to be drawn for a wanted difficulty: that takes their similarity, and is a stage of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.config import BuildConfig
from curriculum_kit.distractors import POLAR, PoolKey, draw, pools_of
from curriculum_kit.enums import ChoiceSource, ImageStorage
from curriculum_kit.errors import NothingLeft
from curriculum_kit.pipeline.also_right import AlsoRight
from curriculum_kit.pipeline.image_files import ImageFiles
from curriculum_kit.pipeline.rejects import Rejects
from curriculum_kit.pipeline.runner import Facts
from curriculum_kit.pipeline.shared import Among
from curriculum_kit.pipeline.sources import Selection
from curriculum_kit.schemas import Reason, schema_of
from curriculum_kit.storage import ParquetSink, iter_table
from curriculum_kit.terms import Terms

BATCH_ROWS = 20_000

_ATTEMPTS = 20
"""Draws of a question that is to have a certain number of options; one is nearly always enough."""


def select(
    config: BuildConfig,
    selection: Selection,
    also_right: AlsoRight,
    terms: Terms,
    images: ImageFiles,
    scratch: Path,
    among: Among | None = None,
) -> Facts:
    """Write the selected questions and the rejects below `scratch`; return the counts.

    With `among`, questions whose choices are drawn at random get as many as they have there, of the labels that could
    be drawn there.
    """
    selected = selection.rows("count(*)")[0][0]
    if not selected:
        raise NothingLeft(f"no question meets --where {config.where!r}; ckit inspect DIR --sql shows what there is")
    later = config.choices is ChoiceSource.SIMILAR
    redraw = config.choices is ChoiceSource.RANDOM
    randomly = None if later else _RandomDraw(config, _pools(selection, redraw, among), also_right, terms)
    tally: Counter[str] = Counter(selected=selected)
    names = schema_of("questions").names
    with (
        ParquetSink(scratch / "questions.parquet", "questions") as kept,
        ParquetSink(scratch / "rejects.parquet", "rejects") as sink,
    ):
        lost = Rejects(sink, selection.shown)
        for batch in selection.batches(BATCH_ROWS):
            table = pa.Table.from_batches([batch])
            if config.images is ImageStorage.EMBED:
                here = [all(map(images.find, keys)) for keys in table["image_ids"].to_pylist()]
                table = lost.turn_away(table, np.array(here, bool), Reason.IMAGE_MISSING)
            if randomly is None:
                # Yes or no leaves no choice of options: their S(q) is what it is.
                open_ = pc.invert(pc.is_in(table["answer"], pa.array(sorted(POLAR))))
                table = lost.turn_away(table, open_.to_numpy(zero_copy_only=False), Reason.POLAR_QUESTION)
                kept.write(_without_choices(table.select(names)))
                continue
            bare = np.array([redraw or not labels for labels in table["choices"].to_pylist()], bool)
            kept.write(table.filter(pa.array(~bare)).select(names))
            kept.write(randomly.draw(table.filter(pa.array(bare)), lost, tally).select(names))
        tally.update(kept=kept.rows, rejected=sink.rows)
    if not tally["kept"]:
        why = ", ".join(f"{count} {reason}" for reason, count in lost.reasons.most_common())
        raise NothingLeft(f"no question is left: every one was turned away ({why}); check --image-root and --where")
    if tally["drawn"]:
        tally.update(also_right.counts)
    return dict(tally)


def _without_choices(table: pa.Table) -> pa.Table:
    """Return the questions as if their source offered nothing: labels are drawn from what is right somewhere."""
    rows = len(table)
    empty = pa.ListArray.from_arrays(pa.array(np.zeros(rows + 1, np.int32)), pa.array([], pa.string()))
    for name in ("choices", "answer_index", "choices_as_given"):
        place = table.schema.get_field_index(name)
        field = table.schema.field(place)
        table = table.set_column(place, field, empty if name == "choices" else pa.nulls(rows, field.type))
    return table


def _with_other_choices(table: pa.Table) -> pa.Table:
    """Return the questions with `other_choices` as their choices."""
    pairs = zip(table["other_choices"].to_pylist(), table["answer"].to_pylist(), strict=True)
    index = pa.array([choices.index(answer) for choices, answer in pairs], pa.int32())
    for name, values in (("choices", table["other_choices"]), ("answer_index", index)):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(place), values.cast(table.schema.types[place]))
    return table


def _pools(selection: Selection, redraw: bool, among: Among | None) -> dict[PoolKey, list[str]]:
    if among and redraw:
        return pools_of(pa.Table.from_batches([batch]) for batch in iter_table(among.asked, "questions"))
    tables = (pa.Table.from_batches([batch]) for batch in selection.batches(BATCH_ROWS))
    return pools_of(table if redraw else table.filter(_is_bare(table)) for table in tables)


def _is_bare(table: pa.Table) -> pa.ChunkedArray:
    return pc.equal(pc.list_value_length(table["choices"]), 0)


class _RandomDraw:
    """Draws choices at random for the questions of a batch that are to get some."""

    def __init__(
        self, config: BuildConfig, pools: dict[PoolKey, list[str]], also_right: AlsoRight, terms: Terms
    ) -> None:
        self._config, self._pools, self._also_right = config, pools, also_right

        @cache
        def pairs(labels: tuple[str, ...]) -> np.ndarray:
            return terms.clashes(labels).pairs

        self._pairs = pairs

    def draw(self, bare: pa.Table, lost: Rejects, tally: Counter[str]) -> pa.Table:
        if not bare.num_rows:
            return bare
        also_right, most = self._also_right.of(bare), self._config.most_options
        if "other_choices" in bare.column_names:
            table, kept = self._as_many(bare, also_right, tally), np.ones(bare.num_rows, bool)
        else:
            table, kept = self._once(bare, also_right, most)
        fewer = pc.less(pc.list_value_length(table["choices"]), most)
        tally["with_fewer_options"] += pc.sum(fewer).as_py() or 0
        tally["drawn"] += bare.num_rows
        lost.turn_away(bare, kept, Reason.NO_DISTRACTORS)
        # What was spelled by the source is not what is offered now.
        spelled = table.schema.get_field_index("choices_as_given")
        return table.set_column(spelled, table.schema.field(spelled), pa.nulls(len(table), table.schema.types[spelled]))

    def _once(
        self, bare: pa.Table, also_right: Sequence[Collection[str]], options: int | np.ndarray, attempt: int = 0
    ) -> tuple[pa.Table, np.ndarray]:
        """Return the questions that get choices, and a mask that says which these are."""
        return draw(
            bare,
            also_right,
            self._pools,
            options=options,
            seed=self._config.seed + (attempt << 64),  # beyond every seed that can be asked for
            clashing=lambda labels: self._pairs(tuple(labels)),
        )

    def _as_many(self, bare: pa.Table, also_right: Sequence[Collection[str]], tally: Counter[str]) -> pa.Table:
        """Give each question as many choices as `other_choices` has, so that chance is the same.

        A draw may end with fewer: a whole that came first leaves no room for its parts. Then it is drawn again, and in
        the end the question gets the others themselves.
        """
        wanted = pc.list_value_length(bare["other_choices"]).to_numpy()
        rows, parts, places = np.arange(bare.num_rows), [], []
        for attempt in range(_ATTEMPTS):
            right = [also_right[row] for row in rows]
            table, kept = self._once(bare.take(pa.array(rows)), right, wanted[rows], attempt)
            enough = pc.list_value_length(table["choices"]).to_numpy() == wanted[rows[kept]]
            parts.append(table.filter(pa.array(enough)))
            places.append(rows[kept][enough])
            rows = np.setdiff1d(rows, places[-1])
            if not len(rows):
                break
        tally["with_the_others"] += len(rows)
        parts.append(_with_other_choices(bare.take(pa.array(rows))))
        return pa.concat_tables(parts).take(pa.array(np.argsort(np.concatenate([*places, rows]))))
