"""A benchmark small enough to read, ingested and built without a model."""

import hashlib
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curriculum_kit.benchmarks import reader_of
from curriculum_kit.config import BuildConfig
from curriculum_kit.pipeline.build import BuildSummary, build
from curriculum_kit.pipeline.ingest import ingest
from curriculum_kit.pipeline.sample import generate

LABELS = ("gallbladder", "gut", "heart", "kidney", "liver", "lung", "omentum", "spleen")


def omnimedvqa_row(number: int, choices: tuple[str, ...], **other: Any) -> dict[str, Any]:
    """Return a row of OmniMedVQA whose answers take turns among the options."""
    options = {f"option_{letter}": choice for letter, choice in zip("ABCD", choices, strict=False)}
    row = {
        "dataset": "Tiny",
        "question_id": f"Tiny_{number}",
        "question_type": ("Anatomy Identification", "Modality Recognition")[number % 2],
        "question": f"What does picture {number} show?",
        "gt_answer": choices[number % len(choices)],
        "image_path": f"Images/{number}.png",
        "modality_type": "CT",
    }
    return row | options | other


@pytest.fixture
def seventy() -> list[dict[str, Any]]:
    """Return a question for each of the 70 ways to choose 4 of 8 labels."""
    return [omnimedvqa_row(number, four) for number, four in enumerate(itertools.combinations(LABELS, 4))]


@pytest.fixture
def ingest_rows(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that ingests rows as OmniMedVQA and gives the folder of the tables."""

    def run(rows: list[Any], name: str = "tables", **options: Any) -> Path:
        source = tmp_path / f"{name}-source" / "QA_information" / "Open-access"
        source.mkdir(parents=True, exist_ok=True)
        (source / "Tiny.json").write_text(json.dumps(rows), encoding="utf-8")
        ingest(reader_of("omnimedvqa"), tmp_path / f"{name}-source", tmp_path / name, **options)
        return tmp_path / name

    return run


class Seen:
    """Which stages ran and which were skipped."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.skipped: list[str] = []

    def __call__(self, stage: str, state: str) -> None:
        if state != "started":
            (self.skipped if state == "skipped" else self.ran).append(stage)


@pytest.fixture(scope="session")
def stages_seen() -> type[Seen]:
    """Return what makes an `on_stage` that remembers in `ran` and `skipped`."""
    return Seen


@pytest.fixture
def tables(ingest_rows: Callable[..., Path], seventy: list[dict[str, Any]]) -> Path:
    """Return the folder of the 70 questions, ingested."""
    return ingest_rows(seventy)


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    """Return vectors of the 8 labels that give most sets of four a similarity of their own."""
    path = tmp_path / "vectors.npz"
    np.savez(path, labels=np.array(LABELS), vectors=np.random.default_rng(7).normal(size=(len(LABELS), 5)))
    return path


@pytest.fixture
def make(tables: Path, vectors: Path, tmp_path: Path) -> Callable[..., BuildSummary]:
    """Return a function that builds a curriculum of the 70 questions below `tmp_path`."""

    def run(
        name: str = "curriculum",
        *,
        force: bool = False,
        on_stage: Callable[[str, str], None] = lambda *_: None,
        **options: Any,
    ) -> BuildSummary:
        asked = {"sources": (tables,), "embeddings": vectors} | options
        return build(BuildConfig(**asked), tmp_path / name, force=force, on_stage=on_stage)

    return run


@pytest.fixture(scope="session")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the tables of 30 scenes of the phantom: questions without choices, and scene graphs."""
    root = tmp_path_factory.mktemp("phantom")
    request = generate(root / "release", 30, 5, False, lambda *_: None)
    ingest(reader_of("phantom"), root / "release", root / "tables", request=request)
    return root / "tables"


@pytest.fixture(scope="session")
def hashed_vectors() -> Callable[[Path, list[str]], Path]:
    """Return a function that writes a vector, made of the label's hash, for every label given."""

    def write(path: Path, labels: list[str]) -> Path:
        seeds = [int.from_bytes(hashlib.blake2b(label.encode(), digest_size=4).digest(), "big") for label in labels]
        rows = np.stack([np.random.default_rng(seed).normal(size=6) for seed in seeds])
        np.savez(path, labels=np.array(labels), vectors=rows)
        return path

    return write


@pytest.fixture(scope="session")
def contents() -> Callable[[Path], dict[str, bytes]]:
    """Return a function that reads every file of a folder, except what a `.ckit/` in it keeps for itself."""

    def read(folder: Path) -> dict[str, bytes]:
        found = {path.relative_to(folder): path for path in sorted(folder.rglob("*")) if path.is_file()}
        return {name.as_posix(): path.read_bytes() for name, path in found.items() if ".ckit" not in name.parts}

    return read
