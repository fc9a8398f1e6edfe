"""Pass rates from a user's file: question_id and pass_rate, as Parquet, CSV or JSON lines.

A file may also tell the wordings of a question apart (variant_id) and say how many rollouts are behind a rate.
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
OPTIONAL = ("variant_id", "rollouts")

_ROUNDED = 0.005
"""A rate may be rounded to two digits: 0.19 for 3 of 16."""

_READERS = {
    ".parquet": "read_parquet({}, hive_partitioning = false)",
    ".csv": "read_csv({}, header = true, all_varchar = true, hive_partitioning = false)",
    ".tsv": "read_csv({}, header = true, all_varchar = true, delim = '\t', hive_partitioning = false)",
    ".jsonl": "read_ndjson_objects({}, hive_partitioning = false)",
    ".ndjson": "read_ndjson_objects({}, hive_partitioning = false)",
}
_JSON = (".jsonl", ".ndjson")


def load_pass_rates(database: duckdb.DuckDBPyConnection, file: Path, *, per_wording: bool = False) -> int:
    """Make the table `rates` (question_id VARCHAR, pass_rate DOUBLE, 0 to 1) of a file; return its number of rows.

    Where asked for `per_wording`, the table has also variant_id INTEGER (0, the original, where the file has no such
    column) and rollouts INTEGER (null where it has none), and a question may stand there once for each wording.

    Raises a `CkitError` in one line for a file that is absent, of another format or damaged, for a missing column,
    for rows without an id, ids that repeat, and pass rates that are no number or lie outside 0 to 1; `per_wording`
    for a variant_id or rollouts that are no whole number, and for a rate that cannot be the share of its rollouts.
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
        names = _column_names(database, source, kind)
        _check_columns(file, names)
        further = [name for name in OPTIONAL if per_wording and name in names]
        columns = [f"{_cell('question_id', kind)} AS question_id", *_number("pass_rate", kind, "given")]
        for name in further:
            columns += _number(name, kind, f"given_{name}")
        database.execute(f"CREATE TABLE rates AS SELECT {', '.join(columns)} FROM {source}")
    _check_rows(database, file, per_wording, "variant_id" in further)
    if per_wording:
        _check_whole(database, file, further)
        _settle(database, further)
    return _count(database, "true")


def _cell(name: str, kind: str) -> str:
    return f"json ->> '$.{name}'" if kind in _JSON else f"CAST({name} AS VARCHAR)"


def _number(name: str, kind: str, given: str) -> tuple[str, str]:
    """Return a column as it stands in the file and as a number, null where it is none."""
    return f"{_cell(name, kind)} AS {given}", f"TRY_CAST({_cell(name, kind)} AS DOUBLE) AS {name}"


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


def _check_rows(database: duckdb.DuckDBPyConnection, file: Path, per_wording: bool, has_variants: bool) -> None:
    """Raise `SourceUnreadable` for the first thing that is wrong with the rows, with the first question it concerns."""
    if not _count(database, "true"):
        raise _empty(file)
    if count := _count(database, "coalesce(question_id, '') = ''"):
        raise SourceUnreadable(f"{file}: rows without a question_id: {count:,}; leave them out")
    keys = "question_id, coalesce(variant_id::VARCHAR, given_variant_id)" if has_variants else "question_id"
    repeated = database.execute(
        f"SELECT question_id, count(*) AS n FROM rates GROUP BY {keys} HAVING n > 1 ORDER BY 1"
    ).fetchall()
    if repeated:
        what = "pairs of question_id and variant_id" if has_variants else "question_ids"
        apart = ", or tell its wordings apart by a column variant_id" if per_wording and not has_variants else ""
        raise SourceUnreadable(
            f"{file}: {what} that stand there more than once: {len(repeated):,}, the first is "
            f"{repeated[0][0]!r}, {repeated[0][1]} times; give each {'wording' if has_variants else 'question'} one "
            f"row, the mean over its rollouts{apart}"
        )
    share = "give the share of rollouts that were right, 0 to 1"
    _refuse(database, file, "pass_rate", "given", "given IS NULL", "is missing", share)
    _refuse(database, file, "pass_rate", "given", "pass_rate IS NULL", "is no number", share)
    outside = "NOT pass_rate BETWEEN 0 AND 1 OR isnan(pass_rate)"
    _refuse(database, file, "pass_rate", "given", outside, "lies outside 0 to 1", share)


def _check_whole(database: duckdb.DuckDBPyConnection, file: Path, further: list[str]) -> None:
    """Raise `SourceUnreadable` for a variant_id or rollouts that cannot be, or that do not go with the rate."""
    for name, least, step in (
        ("variant_id", 0, "number the wordings from 0, the original"),
        ("rollouts", 1, "give how many rollouts are behind the rate, or leave the column out"),
    ):
        if name in further:
            none = f"{name} IS NULL OR NOT {name} BETWEEN {least} AND 1e6 OR {name} != floor({name})"
            _refuse(database, file, name, f"given_{name}", none, f"is no whole number from {least} on", step)
    if "rollouts" in further:
        right = "pass_rate * rollouts"
        odd = f"abs({right} - round({right})) > {_ROUNDED} * rollouts + 1e-6"
        step = "check both, or leave the column rollouts out"
        _refuse(database, file, "pass_rate", "given", odd, "is no share of its rollouts", step)


def _settle(database: duckdb.DuckDBPyConnection, further: list[str]) -> None:
    """Give `rates` both further columns as whole numbers, whether the file has them or not."""
    variant = "CAST(variant_id AS INTEGER)" if "variant_id" in further else "0"
    rollouts = "CAST(rollouts AS INTEGER)" if "rollouts" in further else "CAST(NULL AS INTEGER)"
    database.execute(
        f"CREATE OR REPLACE TABLE rates AS SELECT question_id, pass_rate, {variant} AS variant_id, "
        f"{rollouts} AS rollouts FROM rates"
    )


def _refuse(
    database: duckdb.DuckDBPyConnection, file: Path, name: str, given: str, wrong: str, says: str, step: str
) -> None:
    """Raise `SourceUnreadable` where rows are wrong, with the first of them and what to do."""
    if not (count := _count(database, wrong)):
        return
    query = f"SELECT question_id, {given} FROM rates WHERE {wrong} ORDER BY question_id LIMIT 1"
    question, cell = database.execute(query).fetchall()[0]
    what = name if cell is None else f"{name} {cell!r}"
    raise SourceUnreadable(f"{file}: {what} of question {question!r} {says} (such rows: {count:,}); {step}")


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
