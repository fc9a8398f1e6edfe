"""Fixtures of the `mcq` reader: JSON lines on disk, a reader with a mapping, one row read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curriculum_kit.benchmarks.mcq import McqOptions, MultipleChoice, parse_mapping

Make = Callable[..., Any]


@pytest.fixture
def lines() -> Make:
    """Return a function that writes rows as JSON lines and gives the path back."""

    def write(path: Path, rows: list[Any]) -> Path:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    return write


@pytest.fixture
def reader() -> Make:
    """Return a function that makes a reader of `FIELD=COLUMN` pairs and other options."""

    def make(*pairs: str, **options: Any) -> MultipleChoice:
        return MultipleChoice(McqOptions(mapping=parse_mapping(list(pairs)), **options))

    return make


@pytest.fixture
def read_row(tmp_path: Path, read_all: Make, lines: Make, reader: Make) -> Make:
    """Return a function that reads one row; it gives the question, or the reason and detail of the reject."""

    def read(row: dict[str, Any], *pairs: str, **options: Any) -> Any:
        rows = read_all(reader(*pairs, **options), lines(tmp_path / "one.jsonl", [row]))
        assert len(rows.questions) + len(rows.rejects) == 1
        return rows.questions[0] if rows.questions else (rows.rejects[0]["reason"], rows.rejects[0]["detail"])

    return read
