from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curriculum_kit.benchmarks.mcq import MultipleChoice

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        (" a.png", ["mcq:a.png"]),
        (["a.png", "b.png"], ["mcq:a.png", "mcq:b.png"]),
        ("['a.png', 'b.png']", ["mcq:a.png", "mcq:b.png"]),
        ("[]", []),
        (None, []),
        ("", []),
        ({"bytes": None, "path": "a.png"}, ["mcq:a.png"]),
        ([{"bytes": None, "path": "a.png"}], ["mcq:a.png"]),
        ("/data/images/a.png", ["mcq:a.png"]),
    ],
)
def test_images_in_every_shape(read_row: Make, images: object, expected: list[str]) -> None:
    row = {"question": "Which?", "answer": "liver", "images": images}
    assert read_row(row, image_root=Path("/data/images"))["image_ids"] == expected


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        ("/data/other/a.png", "image_path_unsafe"),
        ("/data/images/../a.png", "image_path_unsafe"),
        ("../a.png", "image_path_unsafe"),
        ({"bytes": "iVBORw0", "path": None}, "field_not_text"),
        ([["a.png"]], "field_not_text"),
    ],
)
def test_images_that_cannot_be_used(read_row: Make, image: object, reason: str) -> None:
    row = {"question": "Which?", "answer": "liver", "image": image}
    assert read_row(row, image_root=Path("/data/images"))[0] == reason


def test_split_column_is_mapped_and_an_unknown_name_kept(tmp_path: Path, read_all: Make, lines: Make) -> None:
    names = ["train", "Val", "dev", "validation", "test", "fold 3", None]
    rows = [{"question": f"Which {name}?", "answer": "liver", "split": name} for name in names]
    read = read_all(MultipleChoice(), lines(tmp_path / "all_test.jsonl", rows))
    splits = ["train", "validation", "validation", "validation", "test", "unassigned", "test"]
    assert [question["split"] for question in read.questions] == splits
    assert read.questions[5]["metadata"] == {"split_name": "fold 3"}


def test_ids_tell_apart_what_counts_from_one_in_each_file_and_survive_a_move(
    tmp_path: Path, read_all: Make, lines: Make
) -> None:
    row = {"id": 1, "question": "Which organ?", "options": ["liver", "gut"], "answer": "A"}
    lines(tmp_path / "train.jsonl", [row | {"image": "a.png"}, row | {"image": "a.png", "id": 2}])
    lines(tmp_path / "test.jsonl", [row | {"image": "b.png"}])
    ids = [question["question_id"] for question in read_all(MultipleChoice(), tmp_path).questions]
    assert len(set(ids)) == 3
    (tmp_path / "train.jsonl").rename(tmp_path / "moved.jsonl")
    (tmp_path / "test.jsonl").unlink()
    assert [question["question_id"] for question in read_all(MultipleChoice(), tmp_path).questions] == ids[1:]
