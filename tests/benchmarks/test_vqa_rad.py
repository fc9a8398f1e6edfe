"""VQA-RAD: open answers, some of them numbers, and a file beside them that holds no questions."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curriculum_kit.benchmarks.vqa_rad import VQARAD
from curriculum_kit.errors import SourceNotFound

READER = VQARAD()
ROW = {
    "qid": 11,
    "image_name": "synpic42202.jpg",
    "image_organ": "CHEST",
    "answer": "Yes",
    "answer_type": "CLOSED ",
    "question_type": "PRES, ATTRIB",
    "question": "Is there an aneurysm?",
    "phrase_type": "freeform",
}


def write(folder: Path, **files: list[object]) -> Path:
    for name, rows in files.items():
        (folder / f"{name}.json").write_text(json.dumps(rows))
    return folder


def test_a_row_becomes_a_question(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    rows = read_all(READER, write(tmp_path, testset=[ROW]))
    (question,) = rows.questions
    assert question.pop("question_id").startswith("vqa-rad-")
    assert question == {
        "benchmark": "vqa-rad",
        "split": "test",
        "unit_id": "vqa-rad:images/synpic42202.jpg",
        "image_ids": ["vqa-rad:images/synpic42202.jpg"],
        "question": "Is there an aneurysm?",
        "answer": "yes",
        "choices": [],
        "answer_index": None,
        "question_type": "PRES, ATTRIB",
        "modality": None,
        "choices_as_given": None,
        "metadata": {"answer_type": "CLOSED", "phrase_type": "freeform", "organ": "CHEST"},
    }
    assert rows.surfaces == {("yes", "Yes")}


def test_a_number_is_an_answer(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    rows = read_all(READER, write(tmp_path, trainset=[ROW | {"answer": 4}, ROW | {"answer": 2.5}]))
    assert [(question["answer"], question["split"]) for question in rows.questions] == [
        ("4", "train"),
        ("2.5", "train"),
    ]


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, trainset=[ROW], testset=[ROW], answer_all_list=["yes"])
    assert [file.name for file in READER.files(tmp_path)] == ["testset.json", "trainset.json"]


def test_a_folder_with_only_other_files_is_not_this_benchmark(tmp_path: Path) -> None:
    write(tmp_path, answer_all_list=["yes"])
    with pytest.raises(SourceNotFound, match=r"holds no VQA-RAD: trainset\.json, testset\.json"):
        READER.files(tmp_path)


def test_what_is_turned_away(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    bad = [ROW | {"answer": True}, ROW | {"answer": None}, ROW | {"qid": None}, ROW | {"answer": "."}, [ROW]]
    assert read_all(READER, write(tmp_path, trainset=bad)).reasons == [
        (0, "field_not_text"),
        (1, "field_missing"),
        (2, "field_missing"),
        (3, "answer_empty"),
        (4, "not_an_object"),
    ]


@pytest.mark.real_data
def test_every_row_of_the_release_is_a_question(real_data: Path, read_all: Callable[..., Any]) -> None:
    rows = read_all(READER, real_data / "vqa_rad")
    assert rows.rejects == []
    assert Counter(question["split"] for question in rows.questions) == {"train": 3_064, "test": 451}
    assert Counter(question["metadata"]["answer_type"] for question in rows.questions) == {
        "CLOSED": 2_095,
        "OPEN": 1_420,
    }
    assert len({question["question_id"] for question in rows.questions}) == 3_515
    assert all((real_data / "vqa_rad" / image["path"]).is_file() for image in rows.images)
