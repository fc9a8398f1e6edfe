"""The embedded sample: the same bytes wherever it is built, and never over another one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from curriculum_kit.cli.build import sample_defaults
from curriculum_kit.config import BuildConfig
from curriculum_kit.errors import OutputOccupied
from curriculum_kit.pipeline.build import build
from curriculum_kit.pipeline.sample import generate, ingest_sample

Contents = Callable[[Path], dict[str, bytes]]


def quietly(*_: Any) -> None:
    """Say nothing of the progress."""


def test_a_phantom_is_generated_once_and_never_over_another(tmp_path: Path, contents: Contents) -> None:
    source = tmp_path / "phantom"
    assert generate(source, 2, 0, False, quietly) == {"scenes": 2, "seed": 0, "frames": False}
    before = {path: path.stat().st_mtime_ns for path in source.rglob("*")}
    generate(source, 2, 0, False, quietly)
    assert {path: path.stat().st_mtime_ns for path in source.rglob("*")} == before
    files = contents(source)
    for scenes, seed, frames in ((3, 0, False), (2, 1, False), (2, 0, True)):
        with pytest.raises(OutputOccupied, match=r"holds another phantom \(frames False, scenes 2, seed 0\)"):
            generate(source, scenes, seed, frames, quietly)
    assert contents(source) == files


@pytest.fixture
def build_sample(tmp_path: Path, hashed_vectors: Callable[..., Path]) -> Callable[..., Path]:
    """Return a function that builds the sample of three scenes without a model."""

    def run(name: str, **options: Any) -> Path:
        seed = options.get("seed", 0)
        if not (tmp_path / f"labels{seed}.npz").exists():
            ingest_sample(tmp_path / f"sample{seed}", 3, seed, quietly)
            labels = pq.read_table(tmp_path / f"sample{seed}" / "tables" / "choices.parquet")["label"].to_pylist()
            hashed_vectors(tmp_path / f"labels{seed}.npz", labels)
        asked = {"sample": True, "scenes": 3, "embeddings": tmp_path / f"labels{seed}.npz"}
        build(BuildConfig(**(asked | options)), tmp_path / name)
        return tmp_path / name

    return run


def test_two_samples_are_equal_in_bytes_and_another_seed_is_not(
    build_sample: Callable[..., Path], contents: Contents
) -> None:
    one = contents(build_sample("one", options=6))
    assert contents(build_sample("two", options=6)) == one
    other = contents(build_sample("three", options=6, seed=1))
    different = {name for name in one if one[name] != other.get(name)}
    assert {"manifest.json", "images.parquet", "similarity.parquet"} <= different


def test_rejects_of_the_sample_do_not_name_the_output(build_sample: Callable[..., Path]) -> None:
    # Alone among its kind, the grasper has no distractor.
    where = "answer = 'grasper' OR question_type = 'exist'"
    rejects = pq.read_table(build_sample("one", where=where, tiers=1) / "rejects.parquet").to_pylist()
    assert {row["detail"] for row in rejects} == {"grasper"}
    assert {row["source"] for row in rejects} == {"the embedded sample (3 scenes)/questions.parquet"}
    assert {row["reason"] for row in rejects} == {"no_distractors"}


@pytest.mark.model
def test_the_sample_needs_nothing_but_a_folder(tmp_path: Path, contents: Contents) -> None:
    config = BuildConfig(sample=True, scenes=30, **sample_defaults())
    summary = build(config, tmp_path / "one")
    assert [tier["mean"] for tier in summary.tiers] == sorted({tier["mean"] for tier in summary.tiers})
    shards = pq.read_table(tmp_path / "one" / "shards", partitioning=None)
    assert set(shards["question_type"].to_pylist()) == {"query_component"}
    assert all(image["bytes"].startswith(b"\x89PNG") for row in shards["images"].to_pylist() for image in row)
    build(config, tmp_path / "two")
    assert contents(tmp_path / "two") == contents(tmp_path / "one")
