"""Select: which questions, choices for those that have none, and the count of everything."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from PIL import Image

from curriculum_kit.benchmarks import reader_of
from curriculum_kit.benchmarks.scene_graph import Scene, answers
from curriculum_kit.config import BuildConfig
from curriculum_kit.errors import NothingLeft
from curriculum_kit.pipeline.build import BuildSummary, build
from curriculum_kit.pipeline.ingest import ingest

OPTIONS = 4


@pytest.fixture(scope="module")
def drawn(phantom: Path, hashed_vectors: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a curriculum of all questions of the phantom, whose choices are drawn."""
    root = tmp_path_factory.mktemp("drawn")
    labels = pq.read_table(phantom / "choices.parquet")["label"].to_pylist()
    vectors = hashed_vectors(root / "vectors.npz", labels)
    build(BuildConfig(sources=(phantom,), embeddings=vectors, options=OPTIONS), root / "curriculum")
    return root / "curriculum"


def rows_of(curriculum: Path) -> list[dict[str, Any]]:
    return pq.read_table(curriculum / "shards", partitioning=None).to_pylist()


def counts_of(curriculum: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads((curriculum / "manifest.json").read_text())["stages"]["select"]
    return found


def test_no_distractor_is_right_too(drawn: Path, phantom: Path) -> None:
    scenes = {
        row["image_id"]: Scene.from_json(row["scene_graph"])
        for row in pq.read_table(phantom / "scenes.parquet").to_pylist()
    }
    checked = 0
    for row in rows_of(drawn):
        found = answers(row["question"], scenes[f"phantom:{row['images'][0]['path']}"])
        if found is not None:
            assert row["answer"] in found, row["question"]
            assert found.isdisjoint(set(row["choices"]) - {row["answer"]}), row["question"]
            checked += 1
    assert checked > 300


def test_a_question_to_be_answered_by_true_or_false_gets_exactly_these(drawn: Path) -> None:
    polar = [row for row in rows_of(drawn) if row["answer"] in {"true", "false"}]
    assert len(polar) > 50
    assert {frozenset(row["choices"]) for row in polar} == {frozenset({"true", "false"})}
    assert {row["question_type"] for row in polar} == {"exist"}
    others = [row for row in rows_of(drawn) if row["answer"] not in {"true", "false"}]
    assert not any({"true", "false"} & set(row["choices"]) for row in others)


def test_the_counts_of_the_manifest_are_those_of_the_shards(drawn: Path, phantom: Path) -> None:
    rows, counts = rows_of(drawn), counts_of(drawn)
    sizes = Counter(len(row["choices"]) for row in rows)
    rejects = pq.read_table(drawn / "rejects.parquet").to_pylist()
    asked = pq.read_metadata(phantom / "questions.parquet").num_rows
    assert counts["selected"] == counts["drawn"] == asked
    assert counts["kept"] == len(rows)
    assert counts["rejected"] == len(rejects) == asked - len(rows)
    assert counts["checked_against_scene"] + counts["not_checked_against_scene"] == asked
    # A question without any distractor keeps none of its options: it is a reject, not one of fewer options.
    assert counts["with_fewer_options"] == sum(count for size, count in sizes.items() if size < OPTIONS)
    assert max(sizes) == OPTIONS
    assert min(sizes) == 2


def test_the_answer_stands_at_every_letter_about_as_often(drawn: Path) -> None:
    rows = [row for row in rows_of(drawn) if len(row["choices"]) == OPTIONS]
    places = Counter(row["solution"] for row in rows)
    assert set(places) == set("ABCD")
    assert all(abs(count / len(rows) - 0.25) < 0.06 for count in places.values())


def test_choices_are_drawn_anew_where_that_is_asked(make: Callable[..., BuildSummary], tmp_path: Path) -> None:
    make("kept")
    make("drawn", choices="random", options=3)
    assert {len(row["choices"]) for row in rows_of(tmp_path / "kept")} == {4}
    drawn = rows_of(tmp_path / "drawn")
    assert {len(row["choices"]) for row in drawn} == {3}
    assert all(row["choices"][row["answer_index"]] == row["answer"] for row in drawn)
    assert counts_of(tmp_path / "drawn")["drawn"] == 70
    assert "drawn" not in counts_of(tmp_path / "kept")


def test_questions_without_distractors_are_rejects_that_name_their_source(
    tmp_path: Path, hashed_vectors: Callable[..., Path]
) -> None:
    shared = {"question_type": "ORGAN", "answer_type": "OPEN"}
    rows = [
        {"qid": 1, "question": "Which organ?", "answer": "liver", "image_name": "a.jpg", **shared},
        {"qid": 2, "question": "Which organ is it?", "answer": "gut", "image_name": "b.jpg", **shared},
        {"qid": 3, "question": "Which plane?", "answer": "axial", "image_name": "a.jpg", **shared},
    ]
    rows[2]["question_type"] = "PLANE"
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "trainset.json").write_text(json.dumps(rows))
    tables = tmp_path / "tables"
    ingest(reader_of("vqa-rad"), tmp_path / "source", tables)
    vectors = hashed_vectors(tmp_path / "vectors.npz", ["axial", "gut", "liver"])
    summary = build(BuildConfig(sources=(tables,), tiers=1, embeddings=vectors), tmp_path / "curriculum")
    assert (summary.rows_read, summary.rows, summary.rejected) == (3, 2, 1)
    (reject,) = pq.read_table(tmp_path / "curriculum" / "rejects.parquet").to_pylist()
    assert json.loads(reject.pop("record"))["question"] == "Which plane?"
    assert reject == {
        "stage": "choices",
        "benchmark": "vqa-rad",
        "source": f"{tables}/questions.parquet",
        "position": 2,
        "reason": "no_distractors",
        "detail": "axial",
    }


def test_questions_whose_image_is_missing_are_rejects_where_images_are_embedded(
    make: Callable[..., BuildSummary], tmp_path: Path
) -> None:
    (tmp_path / "root" / "Images").mkdir(parents=True)
    for number in range(10, 70):
        Image.new("L", (2, 2)).save(tmp_path / "root" / "Images" / f"{number}.png")
    summary = make(images="embed", image_root=tmp_path / "root")
    assert (summary.rows_read, summary.rows, summary.rejected) == (70, 60, 10)
    rejects = pq.read_table(tmp_path / "curriculum" / "rejects.parquet").to_pylist()
    assert [(row["reason"], row["detail"], row["position"]) for row in rejects] == [
        ("image_missing", f"omnimedvqa:Images/{number}.png", number) for number in range(10)
    ]


def test_where_nothing_is_left_the_command_says_so(make: Callable[..., BuildSummary], tmp_path: Path) -> None:
    with pytest.raises(NothingLeft, match=r"no question meets --where \"split = 'x'\""):
        make(where="split = 'x'")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingLeft, match=r"every one was turned away \(70 image_missing\); check --image-root"):
        make(images="embed", image_root=tmp_path / "empty")
