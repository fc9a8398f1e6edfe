"""The last stages of a curriculum: shards in order, the images they use, and the data card.

Reads the `scored` questions; writes `shards/tier=N/part-NNNNN.parquet`, `images`, `README.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from curriculum_kit.config import BuildConfig
from curriculum_kit.datasets_features import datasets_metadata
from curriculum_kit.enums import ChoiceSource, ImageStorage, Order, TieBreak
from curriculum_kit.pipeline.image_files import ImageFiles
from curriculum_kit.pipeline.runner import Facts
from curriculum_kit.pipeline.sources import Source
from curriculum_kit.pipeline.sql import from_tables
from curriculum_kit.prompts import template_named
from curriculum_kit.schemas import schema_of
from curriculum_kit.shards import EMBEDDED_ROW_GROUP, cut, shard_rows
from curriculum_kit.storage import ParquetSink

BATCH_ROWS = 10_000


def write_shards(
    config: BuildConfig,
    database: duckdb.DuckDBPyConnection,
    scored: Path,
    sizes: Sequence[int],
    images: ImageFiles,
    scratch: Path,
    on_rows: Callable[[int], None],
) -> Facts:
    """Write the shards below `scratch` in curriculum order; return the number of files and rows.

    Tiers are contiguous in the order, so that the first sizes[0] rows are tier 0, the next tier 1.
    """
    template = template_named(config.prompt)
    embed = config.images is ImageStorage.EMBED
    metadata = datasets_metadata(schema_of("shard"), decode_images=embed)
    read_image = images.read if embed else None
    rows = _Rows(_in_order(config, database, scored))
    done = files = 0
    for name, tier, count in cut(sizes, config.rows_per_shard):
        with ParquetSink(scratch / "shards" / name, "shard", metadata, EMBEDDED_ROW_GROUP if embed else None) as sink:
            for table in rows.take(count):
                sink.write(shard_rows(table, np.full(table.num_rows, tier), template, read_image, images.paths))
                done += table.num_rows
                on_rows(done)
        files += 1
    return {"files": files, "rows": done}


def _in_order(config: BuildConfig, database: duckdb.DuckDBPyConnection, scored: Path) -> Iterator[pa.RecordBatch]:
    """Stream the scored questions in the order of the shards; the seed orders those that are equally hard.

    Within a step that options were drawn for, the seed alone does: sorted by S(q), each step would fall back to begin
    with, and questions with the same options would stand together.
    """
    down = " DESC" if config.order is Order.HARD_TO_EASY else ""
    by = {
        TieBreak.NONE: [],
        TieBreak.HOPS: [f"coalesce(hops, -1){down}"],
        TieBreak.BLIND: ["blind" if down else "blind DESC"],
    }[config.tie_break]
    first = "step" if config.choices is ChoiceSource.SIMILAR else "difficulty"
    keys = [] if config.order is Order.SHUFFLED else [f"{first}{down}", *by]
    keys += ["md5_number_lower($seed || question_id)", "question_id"]
    query = f"SELECT * FROM {from_tables([scored])} ORDER BY {', '.join(keys)}"
    yield from database.cursor().sql(query, params={"seed": f"{config.seed}:"}).to_arrow_reader(BATCH_ROWS)


class _Rows:
    """A stream of batches from which exact numbers of rows are taken."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self._rest: pa.Table | None = None

    def take(self, count: int) -> Iterator[pa.Table]:
        while count:
            table = self._rest if self._rest is not None else pa.Table.from_batches([next(self._batches)])
            now = min(count, table.num_rows)
            self._rest = table.slice(now) if now < table.num_rows else None
            count -= now
            if now:
                yield table.slice(0, now)


def write_images(
    database: duckdb.DuckDBPyConnection,
    sources: Sequence[Source],
    questions: Path,
    scratch: Path,
    images: ImageFiles,
) -> Facts:
    """Write the rows of `images` that the selected questions use, by image_id; return counts by status.

    Their paths are those of the shards, of `images`.
    """
    query = (
        f"SELECT DISTINCT ON (image_id) * FROM {from_tables(source.images for source in sources)} "
        f"WHERE image_id IN (SELECT unnest(image_ids) FROM {from_tables([questions])}) ORDER BY image_id"
    )
    counts: dict[str, int] = {}
    with ParquetSink(scratch / "images.parquet", "images") as sink:
        for batch in database.cursor().sql(query).to_arrow_reader(BATCH_ROWS):
            sink.write(_with_paths(batch, images))
            for status in batch["status"].to_pylist():
                key = status or "not looked at"
                counts[key] = counts.get(key, 0) + 1
    return {"images": sink.rows, "by_status": counts}


def _with_paths(rows: pa.RecordBatch, images: ImageFiles) -> pa.RecordBatch:
    at = rows.schema.get_field_index("path")
    return rows.set_column(at, rows.schema.field(at), images.paths(rows.column("image_id")))
