"""How often each label is offered and is right, counted by DuckDB over tables of questions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from curriculum_kit.pipeline.sql import from_tables


def count_labels(
    database: duckdb.DuckDBPyConnection, questions: Sequence[Path]
) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many questions have each label as the answer, and how many offer it."""
    tables = from_tables(questions)
    answers = f"SELECT answer, count(*) FROM {tables} GROUP BY 1"
    offers = f"SELECT label, count(*) FROM (SELECT unnest(choices) AS label FROM {tables}) GROUP BY 1"
    found = [dict(database.cursor().execute(query).fetchall()) for query in (answers, offers)]
    return found[0], found[1]
