"""The `ckit` command in this process, and a small benchmark for it."""

import itertools
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curriculum_kit.benchmarks.mcq import McqOptions, MultipleChoice, parse_mapping
from curriculum_kit.cli import main
from curriculum_kit.pipeline.ingest import ingest

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


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return 100 ingested questions with shortcuts.

    The right option alone begins in lower case, 3 of 50 images are on both sides, and what is brown is the liver.
    """
    random = np.random.default_rng(3)
    asked = []
    for number in range(100):
        is_brown = number % 3 == 0
        labels = [label for label in LABELS if label != "liver"]
        four = [str(label) for label in random.permutation(["liver", *random.permutation(labels)[:3]])]
        right = four.index("liver") if is_brown else int(random.integers(4))
        options = [label if place == right else label.capitalize() for place, label in enumerate(four)]
        image = number // 2
        side = number if image < 3 else image
        asked.append(
            {
                "question": f"What is {'brown' if is_brown else 'seen'} in picture {number}?",
                "choices": options,
                "answer": options[right],
                "image": f"{image}.png",
                "split": ("train", "test")[side % 2],
                "type": ("organ", "other")[number % 2],
            }
        )
    root = tmp_path_factory.mktemp("planted")
    (root / "rows.json").write_text(json.dumps([*asked, asked[0] | {"answer": "nose"}]))
    mapping = parse_mapping(["split=split", "question_type=type"])
    ingest(MultipleChoice(McqOptions(mapping=mapping)), root / "rows.json", root / "tables")
    return root / "tables"


@pytest.fixture
def planted(made: Path, tmp_path: Path) -> Path:
    """Return a copy of the tables in the folder where the command runs, named as one would type it."""
    shutil.copytree(made, tmp_path / "planted")
    return Path("planted")
