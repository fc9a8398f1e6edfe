"""100,000 drawn distractors: none that the scene graph shows to be right too, none that names the answer otherwise."""

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from curriculum_kit.benchmarks import reader_of
from curriculum_kit.benchmarks.scene_graph import Scene, answers
from curriculum_kit.config import BuildConfig
from curriculum_kit.pipeline.build import build
from curriculum_kit.pipeline.ingest import ingest
from curriculum_kit.pipeline.sample import generate
from curriculum_kit.terms import Terms

SCENES = 1_000


@pytest.fixture(scope="module")
def many_scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("many")
    request = generate(root / "release", SCENES, 3, False, lambda *_: None)
    ingest(reader_of("phantom"), root / "release", root / "tables", request=request)
    return root / "tables"


@pytest.mark.parametrize("choices", ["random", "similar"])
def test_no_unsafe_distractor_among_100_000(
    many_scenes: Path, choices: str, hashed_vectors: Callable[..., Path], tmp_path: Path
) -> None:
    labels = pq.read_table(many_scenes / "choices.parquet")["label"].to_pylist()
    vectors = hashed_vectors(tmp_path / "vectors.npz", labels)
    config = BuildConfig(sources=(many_scenes,), embeddings=vectors, choices=choices, options=8)
    build(config, tmp_path / "drawn")
    scenes = {
        row["image_id"]: Scene.from_json(row["scene_graph"])
        for row in pq.read_table(many_scenes / "scenes.parquet").to_pylist()
    }
    names = ["question", "answer", "choices", "images"]
    rows = pq.read_table(tmp_path / "drawn" / "shards", partitioning=None, columns=names).to_pylist()
    terms = Terms.load()
    drawn = checked = 0
    for row in rows:
        others = set(row["choices"]) - {row["answer"]}
        right = answers(row["question"], scenes[f"phantom:{row['images'][0]['path']}"])
        assert len(others) == len(row["choices"]) - 1
        assert right is None or (row["answer"] in right and right.isdisjoint(others)), row["question"]
        drawn += len(others)
        checked += len(others) * (right is not None)
    assert drawn > 100_000
    assert checked > 0.95 * drawn
    pairs = {(row["answer"], other) for row in rows for other in row["choices"] if other != row["answer"]}
    assert not [pair for pair in pairs if terms.related(*pair)]
