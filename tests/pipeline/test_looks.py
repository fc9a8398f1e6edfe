"""The image channel: from regions and images to prototypes, similarity and what an image adds to a question."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from curriculum_kit.benchmarks import reader_of
from curriculum_kit.config import BuildConfig
from curriculum_kit.encoders.clip import ClipModel
from curriculum_kit.errors import CkitError, ConfigInvalid
from curriculum_kit.pipeline.build import BuildSummary, build
from curriculum_kit.pipeline.ingest import ingest
from curriculum_kit.pipeline.sample import generate

Rows = list[dict[str, Any]]
STRUCTURES = "question_type = 'query_component'"


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the tables of 40 scenes of the phantom, with their frames."""
    root = tmp_path_factory.mktemp("scenes")
    request = generate(root / "release", 40, 5, True, lambda *_: None)
    ingest(reader_of("phantom"), root / "release", root / "tables", request=request, image_root=root / "release")
    return root / "tables"


@pytest.fixture
def look(scenes: Path, tiny: Path, hashed_vectors: Callable[..., Path], tmp_path: Path) -> Callable[..., BuildSummary]:
    labels = pq.read_table(scenes / "choices.parquet")["label"].to_pylist()
    vectors = hashed_vectors(tmp_path / "vectors.npz", labels)

    def run(name: str = "curriculum", **options: Any) -> BuildSummary:
        asked = {"sources": (scenes,), "embeddings": vectors, "clip_model": str(tiny), "where": STRUCTURES}
        asked |= {"cache": tmp_path / "cache", "device": "cpu"}
        return build(BuildConfig(**asked | options), tmp_path / name, force=True)

    return run


def read(folder: Path, name: str) -> Rows:
    return pq.read_table(folder / name, partitioning=None).to_pylist()


def stages_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text())["stages"]
    return found


def test_prototypes_are_the_means_of_the_regions(
    look: Callable[..., BuildSummary], scenes: Path, tiny: Path, tmp_path: Path
) -> None:
    look(min_images=5)
    folder = tmp_path / "curriculum"
    regions: dict[str, list[tuple[str, Any]]] = {}
    for row in read(folder, "images.parquet"):
        for region in row["regions"]:
            regions.setdefault(region["label"], []).append((row["path"], region))
    made = {row["label"]: row for row in read(folder, "prototypes.parquet")}
    known = {label for label, row in made.items() if row["used"]}
    for label, row in made.items():
        shown = regions.get(label, [])
        assert (row["rows"], row["images"]) == (len(shown), len({path for path, _ in shown}))
        assert row["used"] == (row["images"] >= 5)
    assert stages_of(folder)["looks"]["too_few"] == {
        label: row["images"] for label, row in made.items() if 0 < row["images"] < 5
    }
    # Cosines between prototypes are those of the means of vectors that the model gives to the crops themselves.
    model = ClipModel.load(str(tiny), "cpu")
    manifest = json.loads((scenes / "manifest.json").read_text())
    root = Path(manifest["request"]["image_root"])
    means = {}
    for label in sorted(known)[:3]:
        batch = {name: [region[name] for _, region in regions[label]] for name in ("x0", "y0", "x1", "y1")}
        keys = [str(number) for number in range(len(regions[label]))]
        table = pa.table({"key": keys, "path": [str(root / path) for path, _ in regions[label]], **batch})
        mean = np.stack(model.encode_batch(table)["vector"].to_pylist()).mean(axis=0)
        means[label] = mean / np.linalg.norm(mean)
    labels = [row["label"] for row in read(folder, "choices.parquet")]
    found = {
        frozenset({labels[row["choice_a"]], labels[row["choice_b"]]}): row["clip_image"]
        for row in read(folder, "similarity.parquet")
    }
    one, two, three = means
    for a, b in ((one, two), (one, three), (two, three)):
        assert found[frozenset({a, b})] == pytest.approx(means[a] @ means[b], abs=1e-5)
    lacking = {label for label in labels if label not in known}
    assert all((value is None) == bool(pair & lacking) for pair, value in found.items())


def test_every_channel_has_its_part_of_the_difficulty(look: Callable[..., BuildSummary], tmp_path: Path) -> None:
    look(min_images=5)
    rows = read(tmp_path / "curriculum", "shards")
    some = [row for row in rows if row["difficulty_clip_image"] is not None]
    assert len(some) > 50
    for row in some:
        parts = [row[f"difficulty_{channel}"] for channel in ("text", "clip_text", "clip_image")]
        assert row["difficulty"] == pytest.approx(np.mean(parts), abs=1e-6)
    look("weighed", min_images=5, weights={"text": 1.0, "clip_image": 3.0})
    for row in read(tmp_path / "weighed", "shards"):
        if row["difficulty_clip_image"] is not None:
            mean = (row["difficulty_text"] + 3 * row["difficulty_clip_image"]) / 4
            assert row["difficulty"] == pytest.approx(mean, abs=1e-6)


def test_an_image_makes_questions_of_the_same_choices_differ(look: Callable[..., BuildSummary], tmp_path: Path) -> None:
    look(min_images=3, options=3)
    rows = [row for row in read(tmp_path / "curriculum", "shards") if row["difficulty_image"] is not None]
    assert len(rows) > 100
    assert all(0 <= row["difficulty_image"] <= 1 for row in rows)
    by_set: dict[frozenset[str], set[tuple[float, float]]] = {}
    for row in rows:
        by_set.setdefault(frozenset(row["choices"]), set()).add((row["difficulty"], row["difficulty_image"]))
    repeated = [found for found in by_set.values() if len(found) > 1]
    assert len(repeated) > 10
    assert all(len({difficulty for difficulty, _ in found}) == 1 for found in repeated)


def test_a_second_curriculum_embeds_nothing(
    look: Callable[..., BuildSummary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look()
    monkeypatch.setattr(ClipModel, "encode_batch", lambda *_: pytest.fail("every vector is in the cache"))
    look("again", tiers=2, choices="similar")
    first, second = (read(tmp_path / name, "prototypes.parquet") for name in ("curriculum", "again"))
    assert [row for row in first if row["rows"]] == [row for row in second if row["rows"]]


def test_whole_images_show_the_answers_where_there_are_no_regions(
    ingest_rows: Callable[..., Path], seventy: Rows, vectors: Path, tiny: Path, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    for number in range(67):
        file = tmp_path / "root" / "Images" / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 255, (20, 30, 3), dtype=np.uint8)).save(file)
    (tmp_path / "root" / "Images" / "67.png").write_text("this is no image")
    (tmp_path / "root" / "Images" / "3.png").unlink()
    tables = ingest_rows(seventy, image_root=tmp_path / "root")
    config = BuildConfig(
        sources=(tables,),
        embeddings=vectors,
        clip_model=str(tiny),
        cache=tmp_path / "cache",
        device="cpu",
        min_images=1,
    )
    build(config, tmp_path / "curriculum")
    facts = stages_of(tmp_path / "curriculum")["looks"]
    assert facts["by_status"] == {"corrupt": 1, "missing": 3, "ok": 66}
    assert (facts["regions"], facts["prototypes"]) == (0, 8)
    rows = {row["question_id"]: row for row in read(tmp_path / "curriculum", "shards")}
    assert sum(row["difficulty_image"] is None for row in rows.values()) == 4
    card = (tmp_path / "curriculum" / "README.md").read_text()
    assert "The image tower saw 66 images (1 corrupt, 3 missing)" in card


def test_without_images_the_other_channels_are_left(
    ingest_rows: Callable[..., Path], seventy: Rows, vectors: Path, tiny: Path, tmp_path: Path
) -> None:
    asked = {"sources": (ingest_rows(seventy),), "embeddings": vectors, "clip_model": str(tiny), "device": "cpu"}
    build(BuildConfig(**asked, cache=tmp_path / "cache"), tmp_path / "curriculum")
    rows = read(tmp_path / "curriculum", "similarity.parquet")
    assert all(row["clip_image"] is None and row["clip_text"] is not None for row in rows)
    assert "No image was found" in (tmp_path / "curriculum" / "README.md").read_text()
    with pytest.raises(ConfigInvalid, match="no channel that has a weight has vectors: text, clip_text are there"):
        build(BuildConfig(**asked, cache=tmp_path / "cache", weights={"clip_image": 1.0}), tmp_path / "only")


def test_labels_that_a_closed_model_does_not_know_are_left_to_the_others(
    look: Callable[..., BuildSummary], write_clip_model: Callable[..., Path], tmp_path: Path
) -> None:
    model = write_clip_model(
        tmp_path / "closed", ckit={"labels": ["gallbladder", "gut", "liver"], "templates": ["a {label}"]}
    )
    look(clip_model=str(model))
    unknown = stages_of(tmp_path / "curriculum")["encode"]["clip"]["unknown"]
    assert "grasper" in unknown
    assert "gut" not in unknown
    other = write_clip_model(tmp_path / "other", ckit={"labels": ["knee"], "templates": ["a {label}"]})
    with pytest.raises(CkitError, match="was trained on knee alone and does not know"):
        look("other", clip_model=str(other))


def test_a_model_that_is_not_there_fails_before_anything_is_made(
    look: Callable[..., BuildSummary], tmp_path: Path
) -> None:
    with pytest.raises(CkitError) as raised:
        look(clip_model=str(tmp_path / "nothing"))
    assert "\n" not in str(raised.value)
    assert not list((tmp_path / "curriculum").glob("*.parquet"))
