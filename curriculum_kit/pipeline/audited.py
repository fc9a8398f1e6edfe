"""What an audit looks at: the questions of a folder as DuckDB views, and as integers where statistics are made."""

from __future__ import annotations

import contextlib
import math
import os
import tempfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa

from curriculum_kit.errors import NothingLeft, SchemaMismatch
from curriculum_kit.offers import COLUMNS, Offers, offers_of
from curriculum_kit.pipeline.open import open_views, reading
from curriculum_kit.pipeline.sources import WHAT_IS_SELECTED, check_condition, open_source
from curriculum_kit.schemas import schema_of

BATCH_ROWS = 50_000

_OF_SHARDS = """
    SELECT question_id, benchmark, split, unit_id, {image_ids} AS image_ids,
        question, answer, choices, answer_index, question_type, modality,
        map_from_entries(metadata) AS metadata, NULL::VARCHAR[] AS choices_as_given
    FROM shards {join} WHERE variant_id = 0
"""
"""The original wording of every question of a curriculum, as a row of `questions`."""

_MOVED = """
CREATE TABLE moved_images AS
SELECT concat(split_part(image_id, ':', 1), ':', path) AS place, min(image_id) AS image_id
FROM images GROUP BY place HAVING min(image_id) <> place
"""
"""Images that lie elsewhere than their benchmark says: shards know them by where they lie."""

_KEYS = """
CREATE TABLE keys_of_images AS
SELECT question_id, list(coalesce(image_id, place) ORDER BY number) AS image_ids
FROM (
    SELECT question_id, concat(benchmark, ':', unnest(images).path) AS place, generate_subscripts(images, 1) AS number
    FROM shards WHERE variant_id = 0
) LEFT JOIN moved_images USING (place)
GROUP BY question_id
"""


class Audited:
    """The questions that are audited. `database` has the views `questions`, `images` and `rejects`.

    Statistics of options are made over at most about `sample` questions, chosen by their id; None: over all.
    """

    def __init__(self, database: duckdb.DuckDBPyConnection, sample: int | None = None) -> None:
        self.database = database
        self._sample = sample

    @cached_property
    def questions(self) -> int:
        """The number of questions."""
        return int(self.database.cursor().execute("SELECT count(*) FROM questions").fetchall()[0][0])

    @cached_property
    def labels(self) -> Offers:
        """The questions that have choices, with their canonical labels: what a model is shown."""
        return offers_of(self._batches())

    @cached_property
    def spellings(self) -> Offers:
        """The questions whose choices are known as the source spells them."""
        return offers_of(self._batches(), as_given=True)

    @cached_property
    def rejects(self) -> pa.Table:
        """The rows that ingest or the build turned away; none where these left no such table."""
        if ("rejects",) not in self.database.cursor().execute("SHOW TABLES").fetchall():
            return schema_of("rejects").empty_table()
        found = self.database.cursor().sql("SELECT * FROM rejects").to_arrow_table()
        return pa.table(found.columns, schema=schema_of("rejects"))

    def _batches(self) -> Iterator[pa.RecordBatch]:
        query = f"SELECT {', '.join(COLUMNS)} FROM questions"
        if self._sample and self.questions > self._sample:
            query += f" WHERE md5_number_lower(question_id) % {math.ceil(self.questions / self._sample)} = 0"
        yield from self.database.cursor().sql(query).to_arrow_reader(BATCH_ROWS)


def open_audited(folder: Path, where: str | None = None, memory: str = "800MB") -> Audited:
    """Open what `ckit ingest` or `ckit build-curriculum` wrote; raise a `CkitError` in one line where it is neither."""
    kind, manifest, database = open_views(folder)
    for name in manifest.get("files", ()):
        if not (folder / name).is_file():
            raise SchemaMismatch(f"{folder / name} is gone; write {folder} again with ckit")
    database.execute("SET memory_limit = ?", [memory])
    database.execute("SET temp_directory = ?", [str(Path(tempfile.gettempdir()) / f"ckit-{os.getpid()}")])
    database.execute("SET enable_progress_bar = false")
    if kind == "questions":
        open_source(folder)  # its tables must be as they were written
        database.execute("ALTER VIEW questions RENAME TO all_questions")
    else:
        with reading(folder):
            database.execute(f"CREATE VIEW all_questions AS {_of_shards(database)}")
    database.execute("ALTER VIEW images RENAME TO all_images")

    def select() -> object:
        # The newline ends a comment that the condition may hold.
        clause = f"WHERE ({where}\n)" if where else ""
        database.execute(f"CREATE OR REPLACE VIEW questions AS SELECT * FROM all_questions {clause}")
        # Images that only other questions ask about are no concern of these.
        asked = "WHERE image_id IN (SELECT unnest(image_ids) FROM questions)" if where else ""
        database.execute(f"CREATE OR REPLACE VIEW images AS SELECT * FROM all_images {asked}")
        return database.execute(f"SELECT {WHAT_IS_SELECTED} FROM questions").fetchall()

    if where:
        check_condition(where, select)
    with reading(folder):
        select()
    audited = Audited(database)
    if not audited.questions:
        raise NothingLeft(f"no question meets --where {where!r}; ckit inspect {folder} --sql shows what there is")
    return audited


def _of_shards(database: duckdb.DuckDBPyConnection) -> str:
    database.execute(_MOVED)
    if not database.execute("FROM moved_images LIMIT 1").fetchall():
        as_named = "list_transform(images, lambda image: concat(benchmark, ':', image.path))"
        return _OF_SHARDS.format(image_ids=as_named, join="")
    database.execute(_KEYS)
    join = "LEFT JOIN keys_of_images USING (question_id)"
    return _OF_SHARDS.format(image_ids="coalesce(image_ids, [])", join=join)


@contextlib.contextmanager
def reading_checks(folder: Path) -> Iterator[None]:
    """Raise `SchemaMismatch` in one line where a table turns out to be damaged once its rows are read."""
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        # Arrow hands on what DuckDB runs into as an error of its own: words are all that tells them apart.
        if any(sign in str(error) for sign in ("Out of Memory", "No space left")):
            raise
        reason = str(error).split("\n")[0]
        raise SchemaMismatch(f"{folder} holds a table that cannot be read ({reason}); write it again") from error
