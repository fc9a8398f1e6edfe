"""The folders that `ckit ingest` wrote, as input of a curriculum; the embedded sample makes its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from curriculum_kit.errors import ConfigInvalid, SchemaMismatch, SourceNotFound
from curriculum_kit.pipeline.sql import from_tables
from curriculum_kit.schemas import SCHEMA_VERSION, columns_of
from curriculum_kit.storage import MANIFEST, open_table, read_json, sha256_of

_NEEDED = frozenset({"benchmark", "files", "request", "rows", "schema_version", "source"})
"""Keys of the manifest that a curriculum reads."""


@dataclass(frozen=True)
class Source:
    """One ingested benchmark: its folder, the name to show for it, its manifest and where its images lie."""

    root: Path
    shown: str
    manifest: dict[str, Any]
    image_root: Path | None
    """The folder that image paths start from, where one was named at ingest."""

    @property
    def questions(self) -> Path:
        """The table of questions."""
        return self.root / "questions.parquet"

    @property
    def images(self) -> Path:
        """The table of images."""
        return self.root / "images.parquet"

    @property
    def scenes(self) -> Path | None:
        """The table of scene graphs, where the benchmark has them."""
        # Not whatever lies there: an ingest into this folder before the last may have left one.
        return self.root / "scenes.parquet" if "scenes.parquet" in self.manifest["files"] else None

    @property
    def tables(self) -> list[str]:
        """The names of the tables that a curriculum may read."""
        return ["questions", "images", "choices"] + (["scenes"] if self.scenes else [])

    @cached_property
    def hashes(self) -> dict[str, str]:
        """The SHA-256 of each of `tables`."""
        return {name: sha256_of(self.root / f"{name}.parquet") for name in self.tables}


def open_source(root: Path, shown: str | None = None) -> Source:
    """Open a folder that `ckit ingest` wrote; raise a `CkitError` unless its tables are as they were written."""
    if not root.is_dir():
        raise SourceNotFound(f"{root} does not exist; name a folder that ckit ingest wrote")
    manifest = read_json(root / MANIFEST)
    if not manifest or manifest.get("kind") != "questions":
        what = "a curriculum" if manifest and manifest.get("kind") == "curriculum" else "no finished ingest"
        raise SourceNotFound(f"{root} holds {what}; name a folder that ckit ingest wrote")
    if not manifest.keys() >= _NEEDED:
        raise SchemaMismatch(f"{root / MANIFEST} is not as ckit ingest wrote it; ingest the benchmark again")
    if manifest.get("schema_version") != SCHEMA_VERSION:
        raise SchemaMismatch(f"{root} was written by another version of ckit; ingest it again")
    images = manifest["request"].get("image_root")
    source = Source(root, shown or str(root), manifest, Path(images) if images else None)
    for name in source.tables:
        open_table(root / f"{name}.parquet", name)
    for name, digest in source.hashes.items():
        if digest != manifest["files"][f"{name}.parquet"]["sha256"]:
            raise SchemaMismatch(f"{root / name}.parquet is not as ckit ingest wrote it; ingest the benchmark again")
    return source


WHAT_IS_SELECTED = "count(*), bit_xor(hash(question_id))"
"""Columns of a query that is answered alike as long as the same questions are selected."""


def check_condition(where: str, select: Callable[[], Any]) -> None:
    """Raise `ConfigInvalid` where `select`, which asks for `WHAT_IS_SELECTED`, fails or is answered anew each time."""
    try:
        found = [select() for _ in range(2)]
    except duckdb.Error as error:
        reason = str(error).split("\n\n")[0].replace("\n", " ")
        names = ", ".join(column.name for column in columns_of("questions"))
        raise ConfigInvalid(f"--where {where!r} fails: {reason}; the columns are {names}") from error
    if found[0] != found[1]:
        raise ConfigInvalid(
            f"--where {where!r} selects other questions each time; for a part of them at random use a condition "
            "on the id, such as hash(question_id) % 10 = 0"
        )


class Selection:
    """The questions of all sources that meet the condition, through DuckDB.

    With `among`, a table of questions that have choices, only those that it holds.
    """

    def __init__(
        self,
        database: duckdb.DuckDBPyConnection,
        sources: Sequence[Source],
        where: str | None,
        among: Path | None = None,
    ) -> None:
        self._database = database
        self._paths = [source.questions for source in sources]
        self._among = among
        self.shown = {str(source.questions): f"{source.shown}/{source.questions.name}" for source in sources}
        """What to call the file of a question in tables."""
        # The newline ends a comment that the condition may hold.
        conditions = [f"({where}\n)"] if where else []
        if among is not None:
            conditions.append(f"question_id IN (SELECT question_id FROM {from_tables([among])})")
        self._clause = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        if where:
            check_condition(where, lambda: self.rows(WHAT_IS_SELECTED))

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a connection of one's own to the same database."""
        return self._database.cursor()

    def rows(self, columns: str, rest: str = "") -> list[tuple[Any, ...]]:
        """Return a small result over the selected questions."""
        query = f"SELECT {columns} FROM {from_tables(self._paths)} {self._clause} {rest}"
        return self._database.cursor().execute(query).fetchall()

    def batches(self, size: int) -> Iterator[Any]:
        """Stream the selected questions in the order of the sources, with `filename` and `file_row_number`.

        With `among` there is also `other_choices`, those that the question has in that table.
        """
        query = f"SELECT * FROM {from_tables(self._paths, positions=True)} {self._clause}"
        params: dict[str, Any] = {}
        if self._among is not None:
            params["files"] = [str(path) for path in self._paths]
            query = (
                f"SELECT asked.*, other.choices AS other_choices FROM ({query}) AS asked "
                f"JOIN {from_tables([self._among])} AS other USING (question_id) "
                "ORDER BY list_position($files, asked.filename), asked.file_row_number"
            )
        yield from self._database.cursor().sql(query, params=params).to_arrow_reader(size)

    @property
    def table(self) -> str:
        """What stands behind FROM to read the selected questions."""
        return f"(SELECT * FROM {from_tables(self._paths)} {self._clause})"

    @property
    def positions(self) -> str:
        """What stands behind FROM to look up `filename` and `file_row_number` of a question."""
        return from_tables(self._paths, positions=True)

    def check_ids(self) -> None:
        """Raise `ConfigInvalid` where one question comes from two sources."""
        repeated = self._database.execute(
            f"SELECT any_value(question_id), count(*) FROM (SELECT question_id FROM {from_tables(self._paths)} "
            "GROUP BY question_id HAVING count(*) > 1)"
        ).fetchall()
        if repeated and repeated[0][1]:
            raise ConfigInvalid(
                f"{repeated[0][1]} questions stand in more than one of the folders named ({repeated[0][0]}, ...); "
                "name each ingest once"
            )


def describe(sources: Sequence[Source]) -> list[dict[str, Any]]:
    """Return what the manifest says of each source."""
    return [
        {
            "folder": source.shown,
            "tables": source.hashes,
            **{key: source.manifest[key] for key in ("benchmark", "source", "rows")},
        }
        for source in sources
    ]
