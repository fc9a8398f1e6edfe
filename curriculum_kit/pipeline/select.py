"""The first stage of a curriculum: which questions, and choices for those that have none.

Reads the ingested tables; writes the selected `questions`, each with choices, and `rejects`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.benchmarks.scene_graph import Scene, also_right
from curriculum_kit.config import BuildConfig
from curriculum_kit.distractors import PoolKey, draw, pools_of
from curriculum_kit.enums import ChoiceSource, ImageStorage
from curriculum_kit.errors import NothingLeft
from curriculum_kit.pipeline.image_files import ImageFiles
from curriculum_kit.pipeline.rejects import Rejects
from curriculum_kit.pipeline.runner import Facts
from curriculum_kit.pipeline.sources import Selection, Source
from curriculum_kit.pipeline.sql import from_tables
from curriculum_kit.schemas import Reason, schema_of
from curriculum_kit.storage import ParquetSink

BATCH_ROWS = 20_000

_ONE_ANSWER = frozenset({"count", "exist"})
"""Question types of a scene graph whose answer rules every other out: nearly half of SSG-VQA need not be looked up."""
_NONE: frozenset[str] = frozenset()


class SceneLookup:
    """Scene graphs by image, read for one batch of questions at a time."""

    def __init__(self, database: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> None:
        self._database = database
        self._paths = [source.scenes for source in sources if source.scenes]

    def of(self, image_ids: Sequence[str]) -> dict[str, Scene]:
        """Return the scenes of the images that have one."""
        if not self._paths:
            return {}
        query = f"SELECT image_id, scene_graph FROM {from_tables(self._paths)} WHERE image_id IN (SELECT unnest(?))"
        found = self._database.cursor().execute(query, [sorted(set(image_ids))]).fetchall()
        return {image_id: Scene.from_json(text) for image_id, text in found}


def select(
    config: BuildConfig,
    selection: Selection,
    scenes: SceneLookup,
    images: ImageFiles,
    scratch: Path,
) -> Facts:
    """Write the selected questions and the rejects below `scratch`; return the counts."""
    selected = selection.rows("count(*)")[0][0]
    if not selected:
        raise NothingLeft(f"no question meets --where {config.where!r}; ckit inspect DIR --sql shows what there is")
    redraw = config.choices is ChoiceSource.RANDOM
    pools = _pools(selection, redraw)
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
            bare = np.array([redraw or not labels for labels in table["choices"].to_pylist()], bool)
            kept.write(table.filter(pa.array(~bare)).select(names))
            kept.write(_drawn(table.filter(pa.array(bare)), pools, scenes, config, lost, tally).select(names))
        tally.update(kept=kept.rows, rejected=sink.rows)
    if not tally["kept"]:
        why = ", ".join(f"{count} {reason}" for reason, count in lost.reasons.most_common())
        raise NothingLeft(f"no question is left: every one was turned away ({why}); check --image-root and --where")
    return dict(tally)


def _pools(selection: Selection, redraw: bool) -> dict[PoolKey, list[str]]:
    tables = (pa.Table.from_batches([batch]) for batch in selection.batches(BATCH_ROWS))
    return pools_of(table if redraw else table.filter(_is_bare(table)) for table in tables)


def _is_bare(table: pa.Table) -> pa.ChunkedArray:
    return pc.equal(pc.list_value_length(table["choices"]), 0)


def _drawn(
    bare: pa.Table,
    pools: dict[PoolKey, list[str]],
    scenes: SceneLookup,
    config: BuildConfig,
    lost: Rejects,
    tally: Counter[str],
) -> pa.Table:
    """Draw choices for the questions of a batch that have none."""
    if not bare.num_rows:
        return bare
    images = [keys[0] if keys else "" for keys in bare["image_ids"].to_pylist()]
    known = scenes.of(images)
    columns = [bare[name].to_pylist() for name in ("question", "answer", "question_type")]
    shown = [
        None if image not in known else _NONE if kind in _ONE_ANSWER else also_right(question, answer, known[image])
        for question, answer, kind, image in zip(*columns, images, strict=True)
    ]
    tally.update(
        drawn=bare.num_rows,
        checked_against_scene=sum(labels is not None for labels in shown),
        not_checked_against_scene=sum(labels is None for labels in shown),
        with_other_right_labels=sum(bool(labels) for labels in shown),
    )
    table, kept = draw(bare, [labels or () for labels in shown], pools, options=config.options, seed=config.seed)
    sizes = Counter(pc.list_value_length(table["choices"]).to_pylist())
    tally["with_fewer_options"] += sum(count for size, count in sizes.items() if size < config.options)
    lost.turn_away(bare, kept, Reason.NO_DISTRACTORS)
    return table
