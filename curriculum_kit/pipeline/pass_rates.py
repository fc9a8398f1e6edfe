"""Pass rates from a user's file: question_id and pass_rate, as Parquet, CSV or JSON lines.

Reads the file; gives a DuckDB table `rates`. Rejects the file as a whole, in one line, where it cannot be meant so.
"""

from __future__ import annotations

import contextlib
import glob
from collections.abc import Iterator
from pathlib import Path

import duckdb

from curriculum_kit.errors import ConfigInvalid, SourceNotFound, SourceUnreadable, did_you_mean

COLUMNS = ("question_id", "pass_rate")

_READERS = {
    ".parquet": "read_parquet({}, hive_partitioning = false)",
    ".csv": "read_csv({}, header = true, all_varchar = true, hive_partitioning = false)",
    ".tsv": "read_csv({}, header = true, all_varchar = true, delim = '\t', hive_partitioning = false)",
    ".jsonl": "read_ndjson_objects({}, hive_partitioning = false)",
    ".ndjson": "read_ndjson_objects({}, hive_partitioning = false)",
}
_JSON = (".jsonl", ".ndjson")


def load_pass_rates(database: duckdb.DuckDBPyConnection, file: Path) -> int:
    """Make the table `rates` (question_id VARCHAR, pass_rate DOUBLE, 0 to 1) of a file; return its number of rows.

    Raises a `CkitError` in one line for a file that is absent, of another format or damaged, for a missing column,
    and for rows without an id, ids that repeat, and pass rates that are no number or lie outside 0 to 1.
    """
    if not file.is_file():
        raise SourceNotFound(f"{file} {'is a folder' if file.is_dir() else 'does not exist'}; check --pass-rates")
    kind = file.suffix.lower()
    if kind not in _READERS:
        raise ConfigInvalid(f"{file} is no {', '.join(_READERS)}; give pass rates as Parquet, CSV or JSON lines")
    if not file.stat().st_size:
        raise _empty(file)
    place = "'" + glob.escape(str(file)).replace("'", "''") + "'"
    source = _READERS[kind].format(place)
    with _reading(file):
        _check_columns(file, _column_names(database, source, kind))
        cells = [f"json ->> '$.{name}'" if kind in _JSON else f"CAST({name} AS VARCHAR)" for name in COLUMNS]
        database.execute(
            f"CREATE TABLE rates AS SELECT {cells[0]} AS question_id, {cells[1]} AS given, "
            f"TRY_CAST({cells[1]} AS DOUBLE) AS pass_rate FROM {source}"
        )
    _check_rows(database, file)
    return _count(database, "true")


def _column_names(database: duckdb.DuckDBPyConnection, source: str, kind: str) -> list[str]:
    if kind in _JSON:
        rows = database.execute(f"SELECT DISTINCT unnest(json_keys(json)) AS name FROM {source} ORDER BY 1").fetchall()
    else:
        rows = database.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    return [row[0] for row in rows]


def _check_columns(file: Path, names: list[str]) -> None:
    for name in COLUMNS:
        if names and name not in names:
            there = f"it has {', '.join(names[:8])}"
            raise SourceUnreadable(f"{file} has no column {name}{did_you_mean(name, names)}; {there}; rename one")


def _check_rows(database: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Raise `SourceUnreadable` for the first thing that is wrong with the rows, with the first question it concerns."""
    if not _count(database, "true"):
        raise _empty(file)
    if count := _count(database, "coalesce(question_id, '') = ''"):
        raise SourceUnreadable(f"{file}: rows without a question_id: {count:,}; leave them out")
    repeated = database.execute(
        "SELECT question_id, count(*) AS n FROM rates GROUP BY 1 HAVING n > 1 ORDER BY 1"
    ).fetchall()
    if repeated:
        raise SourceUnreadable(
            f"{file}: question_ids that stand there more than once: {len(repeated):,}, the first is "
            f"{repeated[0][0]!r}, {repeated[0][1]} times; give each question one row, the mean over its rollouts"
        )
    for wrong, says in (
        ("given IS NULL", "is missing"),
        ("pass_rate IS NULL", "is no number"),
        ("NOT pass_rate BETWEEN 0 AND 1 OR isnan(pass_rate)", "lies outside 0 to 1"),
    ):
        if count := _count(database, wrong):
            query = f"SELECT question_id, given FROM rates WHERE {wrong} ORDER BY question_id LIMIT 1"
            name, given = database.execute(query).fetchall()[0]
            what = "pass_rate" if given is None else f"pass_rate {given!r}"
            raise SourceUnreadable(
                f"{file}: {what} of question {name!r} {says} (such rows: {count:,}); "
                "give the share of rollouts that were right, 0 to 1"
            )


def _empty(file: Path) -> SourceUnreadable:
    return SourceUnreadable(f"{file} is empty; give it a row per question with {' and '.join(COLUMNS)}")


def _count(database: duckdb.DuckDBPyConnection, condition: str) -> int:
    return int(database.execute(f"SELECT count(*) FROM rates WHERE {condition}").fetchall()[0][0])


@contextlib.contextmanager
def _reading(file: Path) -> Iterator[None]:
    """Raise `SourceUnreadable` in one line where DuckDB cannot read the file."""
    try:
        yield
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise SourceUnreadable(f"{file} cannot be read ({reason}); write it again") from error
