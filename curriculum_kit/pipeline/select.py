"""The first stage of a curriculum: which questions, and choices for those that have none.

Reads the ingested tables; writes the selected `questions`, each with choices, and `rejects`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.benchmarks.base import Rejected
from curriculum_kit.benchmarks.normalise import rejects_table
from curriculum_kit.benchmarks.scene_graph import Scene, also_right
from curriculum_kit.config import BuildConfig, ChoiceSource, ImageStorage
from curriculum_kit.distractors import PoolKey, draw, pools_of
from curriculum_kit.errors import NothingLeft
from curriculum_kit.pipeline.runner import Facts
from curriculum_kit.pipeline.sources import Selection, Source
from curriculum_kit.schemas import Reason, schema_of
from curriculum_kit.storage import ParquetSink

BATCH_ROWS = 20_000


class SceneLookup:
    """Scene graphs by image, read for one batch of questions at a time."""

    def __init__(self, database: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> None:
        self._database = database
        self._paths = [str(source.scenes) for source in sources if source.scenes]

    def of(self, image_ids: Sequence[str]) -> dict[str, Scene]:
        """Return the scenes of the images that have one."""
        if not self._paths:
            return {}
        query = "SELECT image_id, scene_graph FROM read_parquet($paths) WHERE image_id IN (SELECT unnest($ids))"
        wanted = {"paths": self._paths, "ids": sorted(set(image_ids))}
        found = self._database.cursor().execute(query, wanted).fetchall()
        return {image_id: Scene.from_json(text) for image_id, text in found}


def select(
    config: BuildConfig,
    selection: Selection,
    scenes: SceneLookup,
    image_roots: Sequence[Path],
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
    exists = lru_cache(maxsize=None)(lambda path: any((root / path).is_file() for root in image_roots))
    with (
        ParquetSink(scratch / "questions.parquet", "questions") as kept,
        ParquetSink(scratch / "rejects.parquet", "rejects") as lost,
    ):
        for batch in selection.batches(BATCH_ROWS):
            table = pa.Table.from_batches([batch])
            if config.images is ImageStorage.EMBED:
                here = [all(exists(key.partition(":")[2]) for key in keys) for keys in table["image_ids"].to_pylist()]
                table = _turn_away(table, np.array(here, bool), Reason.IMAGE_MISSING, lost)
            bare = np.array([redraw or not labels for labels in table["choices"].to_pylist()], bool)
            kept.write(table.filter(pa.array(~bare)).select(names))
            kept.write(_drawn(table.filter(pa.array(bare)), pools, scenes, config, lost, tally).select(names))
        tally.update(kept=kept.rows, rejected=lost.rows)
    if not tally["kept"]:
        raise NothingLeft(
            "no question is left: every one was turned away; see ckit build-curriculum --help on --images and --options"
        )
    return dict(tally)


def _pools(selection: Selection, redraw: bool) -> dict[PoolKey, list[str]]:
    columns = (
        "benchmark, coalesce(question_type, ''), upper(coalesce(metadata['answer_type'], '')), "
        "coalesce(metadata['language'], ''), coalesce(metadata['asks_for'], ''), answer, bool_or(len(choices) = 0)"
    )
    rows = selection.rows(columns, "GROUP BY ALL")
    return pools_of((tuple(row[:5]), row[5]) for row in rows if redraw or row[6])


def _drawn(
    bare: pa.Table,
    pools: dict[PoolKey, list[str]],
    scenes: SceneLookup,
    config: BuildConfig,
    lost: ParquetSink,
    tally: Counter[str],
) -> pa.Table:
    """Draw choices for the questions of a batch that have none."""
    if not bare.num_rows:
        return bare
    images = [keys[0] if keys else "" for keys in bare["image_ids"].to_pylist()]
    known = scenes.of(images)
    asked = zip(bare["question"].to_pylist(), bare["answer"].to_pylist(), images, strict=True)
    shown = [
        also_right(question, answer, known[image]) if image in known else None for question, answer, image in asked
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
    _turn_away(bare, kept, Reason.NO_DISTRACTORS, lost)
    return table


def _turn_away(table: pa.Table, keep: np.ndarray, reason: Reason, lost: ParquetSink) -> pa.Table:
    """Write the rows that are not kept to the rejects, and return the others."""
    if keep.all():
        return table
    for row in table.filter(pa.array(~keep)).to_pylist():
        source, position = row.pop("filename"), row.pop("file_row_number")
        raw = row | {"metadata": dict(row["metadata"])}
        detail = ", ".join(row["image_ids"]) if reason is Reason.IMAGE_MISSING else row["answer"]
        reject = Rejected(source, position, reason, raw, detail)
        lost.write(rejects_table([reject], row["benchmark"], stage="choices"))
    return table.filter(pa.array(keep))
