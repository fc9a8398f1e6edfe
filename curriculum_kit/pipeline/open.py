"""Finished folders of ckit as DuckDB views named after their tables."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from curriculum_kit.errors import ConfigInvalid, OutputOccupied, SchemaMismatch, SourceNotFound
from curriculum_kit.pipeline.sql import from_tables
from curriculum_kit.schemas import SCHEMA_VERSION
from curriculum_kit.storage import MANIFEST, read_json, sha256_of

_VIEWS = {
    "curriculum": {
        "shards": "shards/**/*.parquet",
        **{name: f"{name}.parquet" for name in ("choices", "similarity", "images", "rejects", "wordings")},
    },
    "questions": {name: f"{name}.parquet" for name in ("questions", "images", "choices", "rejects", "scenes")},
}
_AUDIT = {name: f"audit/{name}.parquet" for name in ("findings", "evidence", "blind")}
"""Views of either kind of folder, once `ckit audit` has been there."""


def open_views(folder: Path) -> tuple[str, dict[str, Any], duckdb.DuckDBPyConnection]:
    """Return the kind of a folder (`curriculum` or `questions`), its manifest and its tables as views."""
    if not folder.is_dir():
        raise SourceNotFound(f"{folder} does not exist; name a folder that ckit build-curriculum or ckit ingest wrote")
    manifest = read_json(folder / MANIFEST)
    if manifest and manifest.get("kind") == "arms":
        raise SourceNotFound(f"{folder} holds arms, each a curriculum of its own; name one, such as {folder}/ordered")
    if manifest is None or manifest.get("kind") not in _VIEWS:
        unfinished = (folder / ".ckit").is_dir()
        what = "an unfinished run; run its command again" if unfinished else "nothing that ckit wrote; check the path"
        raise SourceNotFound(f"{folder} holds {what}")
    if manifest.get("schema_version") != SCHEMA_VERSION:
        raise SchemaMismatch(f"{folder} was written by another version of ckit; write it again")
    kind: str = manifest["kind"]
    database = duckdb.connect()
    _create_views(database, folder, kind)
    return kind, manifest, database


def write_database(folder: Path, file: Path) -> list[str]:
    """Write a DuckDB database whose views are the tables of a folder, by absolute paths; return their names.

    Raises what `open_views` does, and `OutputOccupied` where the file is there already.
    """
    kind, _, database = open_views(folder)
    database.close()
    if file.exists():
        raise OutputOccupied(f"{file} exists already; name another file for --duckdb, or remove it")
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    with duckdb.connect(str(part)) as written:
        _create_views(written, folder.resolve(), kind)
        names = [row[0] for row in written.execute("SHOW TABLES").fetchall()]
    part.replace(file)
    return names


def _create_views(database: duckdb.DuckDBPyConnection, folder: Path, kind: str) -> None:
    for name, pattern in (_VIEWS[kind] | (_AUDIT if _is_audited(folder) else {})).items():
        if files := sorted(folder.glob(pattern)):
            with reading(folder):
                database.execute(f"CREATE VIEW {name} AS SELECT * FROM {from_tables(files)}")


def _is_audited(folder: Path) -> bool:
    """Say whether an audit in the folder is about what is there now."""
    known = read_json(folder / "audit" / MANIFEST) or {}
    return bool(known.get("audited") == sha256_of(folder / MANIFEST))


@contextlib.contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Raise `SchemaMismatch` in one line where a table turns out to be damaged while it is read."""
    try:
        yield
    except duckdb.Error as error:
        reason = _first_line(error)
        raise SchemaMismatch(f"{folder} holds a table that cannot be read ({reason}); write it again") from error


def run_sql(database: duckdb.DuckDBPyConnection, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the column names and rows of a query; raise `ConfigInvalid` in one line where it fails.

    Columns of one name are numbered (`x`, `x_2`), so that none is lost where rows become dictionaries.
    """
    try:
        if not database.extract_statements(query):
            raise ConfigInvalid('--sql is empty; try --sql "SELECT * FROM choices LIMIT 5"')
        result = database.execute(query)
        names = [column[0] for column in result.description or []]
        earlier = [names[:place].count(name) for place, name in enumerate(names)]
        return [f"{name}_{n + 1}" if n else name for name, n in zip(names, earlier, strict=True)], result.fetchall()
    except duckdb.Error as error:
        reason = _first_line(error)
        views = ", ".join(row[0] for row in database.cursor().execute("SHOW TABLES").fetchall())
        raise ConfigInvalid(f"--sql fails: {reason}; the views are {views}") from error


def _first_line(error: duckdb.Error) -> str:
    return str(error).split("\n\n")[0].replace("\n", " ")
