"""Fixtures that the tests of several readers share."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from curriculum_kit.benchmarks.base import Benchmark, SourceFile


@dataclass
class AllRows:
    """Everything a reader gave for a source, as plain rows; metadata as a dict."""

    questions: list[dict[str, Any]]
    images: list[dict[str, Any]]
    rejects: list[dict[str, Any]]
    surfaces: set[tuple[str, str]]
    sources: list[SourceFile]

    @property
    def reasons(self) -> list[tuple[int, str]]:
        """Position and reason of every reject."""
        return [(reject["position"], reject["reason"]) for reject in self.rejects]


@pytest.fixture
def read_all() -> Callable[[Benchmark, Path], AllRows]:
    """Return a function that reads a whole source."""

    def read(benchmark: Benchmark, source: Path) -> AllRows:
        rows = AllRows([], [], [], set(), [])
        for batch in benchmark.read(source, benchmark.files(source)):
            rows.questions += [q | {"metadata": dict(q["metadata"])} for q in batch.questions.to_pylist()]
            rows.images += batch.images.to_pylist()
            rows.rejects += batch.rejects.to_pylist()
            rows.surfaces |= batch.surfaces
            rows.sources += batch.sources
        return rows

    return read
