"""SLAKE: two languages, units that are the image's folder."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curriculum_kit.benchmarks.slake import Slake

READER = Slake()
ROW = {
    "img_id": 1,
    "img_name": "xmlab1/source.jpg",
    "question": "图像中有肝脏吗",
    "answer": "肝脏",
    "q_lang": "zh",
    "location": "Abdomen",
    "modality": "MRI",
    "answer_type": "OPEN",
    "base_type": "vqa",
    "content_type": "Organ",
    "triple": ["vhead", "_", "_"],
    "qid": 0,
}


def write(folder: Path, name: str, *rows: object) -> Path:
    (folder / name).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return folder


def test_a_row_becomes_a_question(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    (question,) = read_all(READER, write(tmp_path, "validate.json", ROW)).questions
    assert question.pop("question_id").startswith("slake-")
    assert question == {
        "benchmark": "slake",
        "split": "validation",
        "unit_id": "slake:xmlab1",
        "image_ids": ["slake:imgs/xmlab1/source.jpg"],
        "question": "图像中有肝脏吗",
        "answer": "肝脏",
        "choices": [],
        "answer_index": None,
        "question_type": "Organ",
        "modality": "MRI",
        "choices_as_given": None,
        "metadata": {"answer_type": "OPEN", "location": "Abdomen", "content_type": "Organ", "language": "zh"},
    }


def test_only_the_three_question_files_are_read(tmp_path: Path) -> None:
    for name in ("train.json", "validate.json", "test.json", "mask.json", "test_open.csv"):
        write(tmp_path, name, ROW)
    assert [file.name for file in READER.files(tmp_path)] == ["test.json", "train.json", "validate.json"]


def test_other_benchmarks_with_the_same_file_names_are_not_recognised(tmp_path: Path) -> None:
    write(tmp_path, "train.json", {"question": "What?", "answer": "x", "qid": 1})
    assert not READER.recognises(tmp_path)


def test_without_an_image_number_the_image_is_the_unit(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    (question,) = read_all(READER, write(tmp_path, "train.json", ROW | {"img_id": None})).questions
    assert question["unit_id"] == "slake:imgs/xmlab1/source.jpg"


def test_what_is_turned_away(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    source = write(tmp_path, "train.json", ROW | {"answer": ""}, ROW | {"img_name": "../x.jpg"}, ROW | {"qid": [1]})
    assert read_all(READER, source).reasons == [(0, "answer_empty"), (1, "image_path_unsafe"), (2, "field_not_text")]


@pytest.mark.real_data
def test_one_row_of_the_release_has_no_answer(real_data: Path, read_all: Callable[..., Any]) -> None:
    rows = read_all(READER, real_data / "slake")
    assert len(rows.questions) + len(rows.rejects) == 14_028
    assert [(r["source"], r["position"], r["reason"]) for r in rows.rejects] == [("train.json", 1_622, "answer_empty")]
    assert Counter(question["split"] for question in rows.questions) == {
        "train": 9_834,
        "validation": 2_099,
        "test": 2_094,
    }
    assert len({question["unit_id"] for question in rows.questions}) == 642
