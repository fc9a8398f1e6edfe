"""Benchmarks small enough to read, as offers."""

from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from curriculum_kit.offers import Offers, offers_of
from curriculum_kit.schemas import schema_of

Row = tuple[str, str, str, Sequence[str]]
"""unit, question, answer, choices"""

SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wu"]


@pytest.fixture(scope="session")
def make_offers() -> Callable[..., Offers]:
    """Return a function that makes offers of rows (unit, question, answer, choices)."""
    return offers_from


@pytest.fixture(scope="session")
def innocent() -> Callable[..., list[Row]]:
    """Return a function that makes a benchmark without shortcuts from a seed."""
    return innocent_rows


def offers_from(rows: Sequence[Row], types: Sequence[str] | None = None) -> Offers:
    records: list[dict[str, Any]] = [
        {
            "question_id": f"q{number}",
            "benchmark": "toy",
            "split": "train",
            "unit_id": unit,
            "image_ids": [],
            "question": question,
            "answer": answer,
            "choices": list(choices),
            "answer_index": list(choices).index(answer),
            "question_type": types[number] if types else None,
            "modality": None,
            "metadata": [],
            "choices_as_given": None,
        }
        for number, (unit, question, answer, choices) in enumerate(rows)
    ]
    return offers_of([pa.Table.from_pylist(records, schema=schema_of("questions"))])


def innocent_rows(seed: int, questions: int = 600, labels: int = 12, options: int = 4) -> list[Row]:
    """Four questions per unit, random words, and an answer drawn uniformly from options drawn uniformly."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(questions):
        choices = [f"organ {label}" for label in rng.choice(labels, options, replace=False)]
        question = "what is " + " ".join(rng.choice(SYLLABLES, 4))
        rows.append((f"u{number // 4}", question, choices[rng.integers(options)], choices))
    return rows


@pytest.fixture(scope="session")
def make_database() -> Callable[..., duckdb.DuckDBPyConnection]:
    """Return a function that makes a connection with `questions` and `images` of what a test says of their rows."""
    return database_of


def database_of(
    questions: Sequence[dict[str, Any]], images: Sequence[dict[str, Any]] = ()
) -> duckdb.DuckDBPyConnection:
    """Rows name what they are about; all else is the same for all. A question shows the image `a` unless it says."""
    asked = [
        {
            "question_id": f"q{number}",
            "benchmark": "toy",
            "split": "unassigned",
            "unit_id": (row.get("image_ids") or ["toy:a"])[0],
            "image_ids": ["toy:a"],
            "question": "Which organ?",
            "answer": "liver",
            "choices": [],
            "metadata": [],
        }
        | row
        for number, row in enumerate(questions)
    ]
    shown = [
        {
            "image_id": f"toy:{row.get('path', 'a')}",
            "path": "a",
            "status": "ok",
            "width": 64,
            "height": 48,
            "regions": [],
        }
        | row
        for row in images
    ]
    database = duckdb.connect()
    for name, rows in (("questions", asked), ("images", shown)):
        database.register("given", pa.Table.from_pylist(rows, schema=schema_of(name)))
        database.execute(f"CREATE TABLE {name} AS FROM given")
    return database
