"""How often each label is offered and is right, counted by DuckDB over tables of questions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb


def count_labels(
    database: duckdb.DuckDBPyConnection, questions: Sequence[Path]
) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many questions have each label as the answer, and how many offer it."""
    paths = [str(path) for path in questions]
    answers = "SELECT answer, count(*) FROM read_parquet(?) GROUP BY 1"
    offers = "SELECT label, count(*) FROM (SELECT unnest(choices) AS label FROM read_parquet(?)) GROUP BY 1"
    found = [dict(database.cursor().execute(query, [paths]).fetchall()) for query in (answers, offers)]
    return found[0], found[1]
