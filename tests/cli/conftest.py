"""The `ckit` command in this process, and a small benchmark for it."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curriculum_kit.cli import main

LABELS = ("gallbladder", "gut", "heart", "kidney", "liver", "lung", "omentum", "spleen")


@dataclass(frozen=True)
class Result:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def mistake(self) -> str:
        """The one line of a command that refused its input."""
        assert self.code == 2, self
        assert self.err.startswith("ckit: "), self
        assert self.err.count("\n") == 1, self
        assert "Traceback" not in self.err + self.out, self
        return self.err.removeprefix("ckit: ").rstrip("\n")


@pytest.fixture
def ckit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Result]:
    """Return a function that runs `ckit` as in a terminal of 80 columns, in a folder of its own."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> Result:
        monkeypatch.setattr("sys.argv", ["ckit", *map(str, words)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return Result(code, out, err)

    return run


@pytest.fixture
def rows() -> list[dict[str, Any]]:
    """Return a multiple-choice question for each of the 56 ways to choose 3 of 8 labels."""
    return [
        {
            "question": f"What does picture {number} show?",
            "choices": labels,
            "answer": labels[number % 3],
            "type": ("organ", "other")[number % 2],
            "image": f"{number}.png",
        }
        for number, labels in enumerate(itertools.combinations(LABELS, 3))
    ]


@pytest.fixture
def source(tmp_path: Path, rows: list[dict[str, Any]]) -> Path:
    """Return a file with the questions and two rows that cannot be used."""
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([*rows, rows[0] | {"answer": "nose"}, 5]))
    return path


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    """Return vectors of the labels."""
    path = tmp_path / "vectors.npz"
    np.savez(path, labels=np.array(LABELS), vectors=np.random.default_rng(7).normal(size=(len(LABELS), 5)))
    return path


@pytest.fixture
def tables(ckit: Callable[..., Result], source: Path, tmp_path: Path) -> Path:
    """Return the folder of the questions, ingested by the command."""
    assert ckit("ingest", "mcq", source, "--map", "question_type=type", "-o", tmp_path / "tables").code == 0
    return tmp_path / "tables"


@pytest.fixture
def curriculum(ckit: Callable[..., Result], tables: Path, vectors: Path, tmp_path: Path) -> Path:
    """Return a curriculum built by the command."""
    assert ckit("build-curriculum", tables, "--embeddings", vectors, "-o", tmp_path / "curriculum").code == 0
    return tmp_path / "curriculum"
