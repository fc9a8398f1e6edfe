"""Arms over 480 questions after eight labels, built once, and what reads them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from curriculum_kit.benchmarks import reader_of
from curriculum_kit.config import BuildConfig
from curriculum_kit.pipeline.arms import build_arms
from curriculum_kit.pipeline.ingest import ingest

Rows = list[dict[str, Any]]

LABELS = ("gallbladder", "gut", "heart", "kidney", "liver", "lung", "omentum", "spleen")


def asked_about(count: int) -> Rows:
    """Return questions whose answers take turns, offered with the three labels behind them, each with its image."""
    return [
        {
            "dataset": "Tiny",
            "question_id": f"Tiny_{number}",
            "question_type": "Organ",
            "question": f"What does picture {number} show?",
            "gt_answer": LABELS[number % len(LABELS)],
            "image_path": f"Images/{number}.png",
            "modality_type": "CT",
        }
        | {f"option_{letter}": LABELS[(number + n) % len(LABELS)] for n, letter in enumerate("DBAC")}
        for number in range(count)
    ]


def ingested(rows: Rows, folder: Path) -> Path:
    source = folder / "source" / "QA_information" / "Open-access"
    source.mkdir(parents=True)
    (source / "Tiny.json").write_text(json.dumps(rows))
    ingest(reader_of("omnimedvqa"), folder / "source", folder / "tables")
    return folder / "tables"


def vectors_of(labels: tuple[str, ...], path: Path) -> Path:
    np.savez(path, labels=np.array(labels), vectors=np.random.default_rng(7).normal(size=(len(labels), 5)))
    return path


def rows_in(curriculum: Path) -> Rows:
    files = sorted((curriculum / "shards").rglob("*.parquet"))
    return [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]


@pytest.fixture(scope="session")
def rows_of() -> Callable[[Path], Rows]:
    """Return what reads the shards of a curriculum, in order."""
    return rows_in


@pytest.fixture(scope="session")
def draw_vectors() -> Callable[[tuple[str, ...], Path], Path]:
    """Return what writes a vector for each label."""
    return vectors_of


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> BuildConfig:
    """Return what asks for arms of 480 questions, in three tiers."""
    folder = tmp_path_factory.mktemp("asked")
    vectors = vectors_of(LABELS, folder / "vectors.npz")
    return BuildConfig(sources=(ingested(asked_about(480), folder),), embeddings=vectors, choices="similar")


@pytest.fixture(scope="session")
def made(config: BuildConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with all arms; it is only read."""
    folder = tmp_path_factory.mktemp("made") / "arms"
    build_arms(config, folder)
    return folder


@pytest.fixture(scope="session")
def rows(made: Path) -> dict[str, Rows]:
    """Return the rows of each arm in order."""
    return {folder.name: rows_in(folder) for folder in sorted(made.iterdir()) if (folder / "shards").is_dir()}


@pytest.fixture(scope="session")
def mostly_liver(tmp_path_factory: pytest.TempPathFactory) -> BuildConfig:
    """Return what asks for arms of 240 questions after the liver in two of three, and one that has no distractor.

    No set of options could hide all of the livers. Whatever else is asked for has a liver beside it in its image.
    """
    folder, asked = tmp_path_factory.mktemp("liver"), asked_about(241)
    for number, row in enumerate(asked):
        row["image_path"] = f"Images/{number // 3}.png"
        if number % 3:
            row |= {
                "gt_answer": "liver",
                "option_D": "liver",
                "option_B": "gut",
                "option_A": "lung",
                "option_C": "heart",
            }
    asked[-1] |= {"question_type": "Other", "gt_answer": "nose", "option_D": "nose"}
    vectors = vectors_of((*LABELS, "nose"), folder / "vectors.npz")
    return BuildConfig(sources=(ingested(asked, folder),), embeddings=vectors, choices="similar", tiers=2)


@pytest.fixture
def one_tier(tmp_path: Path) -> BuildConfig:
    """Return what asks for arms of 48 questions in one tier."""
    vectors = vectors_of(LABELS, tmp_path / "vectors.npz")
    return BuildConfig(sources=(ingested(asked_about(48), tmp_path),), embeddings=vectors, choices="similar", tiers=1)
