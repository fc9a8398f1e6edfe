"""Real files, ingested once, and how to read what an audit found in them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from curriculum_kit.benchmarks import reader_of
from curriculum_kit.pipeline.audit import Audit
from curriculum_kit.pipeline.ingest import ingest

Rows = list[dict[str, Any]]


def ingested(name: str, source: Path, folder: Path) -> Path:
    ingest(reader_of(name), source, folder)
    return folder


@pytest.fixture(scope="session")
def omnimedvqa(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ingested("omnimedvqa", real_data / "omnimedvqa", tmp_path_factory.mktemp("omnimedvqa"))


@pytest.fixture(scope="session")
def med_r1(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ingested("med-r1", real_data / "med_r1", tmp_path_factory.mktemp("med-r1"))


@pytest.fixture(scope="session")
def anatomy_r1(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ingested("anatomy-r1", real_data / "anatomy_r1", tmp_path_factory.mktemp("anatomy-r1"))


@pytest.fixture(scope="session")
def questions_of() -> Callable[..., Rows]:
    """Return what reads the questions of a folder, of one type where it is named."""

    def read(folder: Path, question_type: str | None = None) -> Rows:
        rows = pq.read_table(folder / "questions.parquet").to_pylist()
        return [row for row in rows if question_type in (None, row["question_type"])]

    return read


@pytest.fixture(scope="session")
def named() -> Callable[[Audit], dict[str, dict[str, Any]]]:
    """Return what gives the findings by their names."""
    return lambda found: {row["name"]: row for row in found.findings.to_pylist()}
