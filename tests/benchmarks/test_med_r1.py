"""Med-R1: axis and split from the file's place, options out of the problem."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curriculum_kit.benchmarks.med_r1 import MedR1

READER = MedR1()
ROW = {
    "image": "Images/MIAS/mdb084.png",
    "problem": "What is this? A)CT scan, B)Liver, with gut, C)MRI",
    "solution": "<answer> B </answer>",
}


def write(root: Path, axis: str, name: str, *rows: object) -> Path:
    path = root / "Splits" / axis / name.rpartition("_")[2] / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows))
    return path


def test_a_row_becomes_a_question(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    write(tmp_path, "modality", "X-Ray_test", ROW)
    (question,) = read_all(READER, tmp_path).questions
    assert question.pop("question_id").startswith("med-r1-")
    assert question == {
        "benchmark": "med-r1",
        "split": "test",
        "unit_id": "med-r1:Images/MIAS/mdb084.png",
        "image_ids": ["med-r1:Images/MIAS/mdb084.png"],
        "question": "What is this?",
        "answer": "liver, with gut",
        "choices": ["ct scan", "liver, with gut", "mri"],
        "answer_index": 1,
        "question_type": None,
        "modality": "X-Ray",
        "choices_as_given": ["CT scan", "Liver, with gut", "MRI"],
        "metadata": {"file": "X-Ray_test", "axis": "modality"},
    }


def test_a_row_that_stands_in_both_axes_and_splits_is_kept_each_time(
    tmp_path: Path, read_all: Callable[..., Any]
) -> None:
    write(tmp_path, "modality", "CT(Computed Tomography)_train", ROW)
    write(tmp_path, "modality", "CT(Computed Tomography)_test", ROW)
    write(tmp_path, "question_type", "Lesion Grading_train", ROW)
    questions = read_all(READER, tmp_path).questions
    assert len({question["question_id"] for question in questions}) == 3
    assert [(q["split"], q["modality"], q["question_type"]) for q in questions] == [
        ("test", "CT(Computed Tomography)", None),
        ("train", "CT(Computed Tomography)", None),
        ("train", None, "Lesion Grading"),
    ]


@pytest.mark.parametrize("level", [".", "Splits", "Splits/modality", "Splits/modality/train"])
def test_any_level_of_the_release_is_a_source(level: str, tmp_path: Path, read_all: Callable[..., Any]) -> None:
    file = write(tmp_path, "modality", "X-Ray_train", ROW)
    assert read_all(READER, tmp_path / level).questions == read_all(READER, file).questions
    assert READER.recognises(tmp_path / level)


def test_a_file_out_of_place_says_less(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    source = tmp_path / "mine.json"
    source.write_text(json.dumps([ROW]))
    (question,) = read_all(READER, source).questions
    assert (question["split"], question["modality"], question["question_type"]) == ("unassigned", None, None)
    assert question["metadata"] == {"file": "mine"}


def test_what_is_turned_away(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    source = write(
        tmp_path,
        "modality",
        "X-Ray_train",
        ROW | {"problem": "What is this?"},
        ROW | {"problem": "What is this? A)CT, C)MRI"},
        ROW | {"solution": "<answer> CT scan </answer>"},
        ROW | {"solution": "<answer> D </answer>"},
        ROW | {"problem": "What is this? A)MRI, B)mri."},
        {"image": "a.png"},
    )
    assert read_all(READER, source).reasons == [
        (0, "choices_unreadable"),
        (1, "choices_unreadable"),
        (2, "answer_not_in_choices"),
        (3, "answer_not_in_choices"),
        (4, "duplicate_choices"),
        (5, "field_missing"),
    ]


@pytest.mark.real_data
def test_images_shared_by_train_and_test(real_data: Path, read_all: Callable[..., Any]) -> None:
    rows = read_all(READER, real_data / "med_r1")
    assert (len(rows.questions), rows.rejects) == (6_301 + 1_615 + 13_119 + 3_329, [])
    assert len({question["question_id"] for question in rows.questions}) == len(rows.questions)
    x_ray = [question for question in rows.questions if question["modality"] == "X-Ray"]
    in_train = {question["image_ids"][0] for question in x_ray if question["split"] == "train"}
    test = [question["image_ids"][0] for question in x_ray if question["split"] == "test"]
    assert (len(test), sum(image in in_train for image in test)) == (1_615, 526)
