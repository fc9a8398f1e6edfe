"""Anatomy-R1: questions and options out of the instruction, images whose path begins with space and slash."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curriculum_kit.benchmarks.anatomy_r1 import AnatomyR1
from curriculum_kit.errors import SourceNotFound

READER = AnatomyR1()
OPTIONS = "Anatomy Options:\nA. Liver\nB. Gut\nC. Cystic Plate\nD. Omentum"
ROW = {
    "instruction": f"Answer the question. Question: is a word here.\nQuestion:\nWhat is red?\n{OPTIONS}",
    "sft_prompt": "",
    "solution": "C",
    "answer": "Cystic Plate",
    "images": " /CholecT45/data/VID66/000791.png",
}


def write(path: Path, *rows: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows))
    return path


def test_a_row_becomes_a_question(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    write(tmp_path / "GRPO.json", ROW)
    (question,) = read_all(READER, tmp_path).questions
    assert question.pop("question_id").startswith("anatomy-r1-")
    assert question == {
        "benchmark": "anatomy-r1",
        "split": "unassigned",
        "unit_id": "VID66",
        "image_ids": ["anatomy-r1:CholecT45/data/VID66/000791.png"],
        "question": "What is red?",
        "answer": "cystic plate",
        "choices": ["liver", "gut", "cystic plate", "omentum"],
        "answer_index": 2,
        "question_type": None,
        "modality": None,
        "choices_as_given": ["Liver", "Gut", "Cystic Plate", "Omentum"],
        "metadata": {"file": "GRPO"},
    }


def test_images_may_be_a_list(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    source = write(tmp_path / "GRPO.json", ROW | {"images": ["/VID02/1.png", " VID02/2.png"]}, ROW | {"images": []})
    first, second = read_all(READER, source).questions
    assert first["image_ids"] == ["anatomy-r1:VID02/1.png", "anatomy-r1:VID02/2.png"]
    assert (first["unit_id"], second["unit_id"]) == ("VID02", "anatomy-r1:none")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"solution": "A"}, "answer_contradictory"),
        ({"solution": "Liver"}, "answer_not_in_choices"),
        ({"solution": "E"}, "answer_not_in_choices"),
        ({"answer": "Bone"}, "answer_not_in_choices"),
        ({"solution": "", "answer": ""}, "answer_empty"),
        ({"solution": None}, "field_missing"),
        ({"images": 7.5e400}, "field_not_text"),
        ({"images": [3]}, "field_not_text"),
        ({"images": "/CholecT45/../../x.png"}, "image_path_unsafe"),
        ({"instruction": "Question:\nWhat is red?"}, "choices_unreadable"),
        ({"instruction": "Question:\nWhat is red?\nAnatomy Options:\nA. Liver\nC. Gut"}, "choices_unreadable"),
        ({"instruction": "Question:\nWhat?\nAnatomy Options:\nPick one.\nA. Liver\nB. Gut"}, "choices_unreadable"),
        ({"instruction": f"What is red?\n{OPTIONS}"}, "question_empty"),
        ({"instruction": f"Question:\n{OPTIONS}"}, "question_empty"),
    ],
)
def test_what_is_turned_away(
    change: dict[str, object], reason: str, tmp_path: Path, read_all: Callable[..., Any]
) -> None:
    rows = read_all(READER, write(tmp_path / "GRPO.json", ROW, ROW | change))
    assert len(rows.questions) == 1
    assert rows.reasons == [(1, reason)]


def test_a_lone_letter_or_a_lone_text_is_enough(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    source = write(tmp_path / "GRPO.json", ROW | {"solution": ""}, ROW | {"answer": " "}, ROW | {"solution": "c."})
    assert [question["answer_index"] for question in read_all(READER, source).questions] == [2, 2, 2]


def test_the_files_of_a_checkout_are_found_and_told_apart(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    write(tmp_path / "package.json", {})
    write(tmp_path / "data" / "GRPO.json", ROW)
    write(tmp_path / "data" / "GRPO-GDQA.json", ROW | {"answer": "Gut", "solution": "B"})
    questions = read_all(READER, tmp_path).questions
    assert {question["metadata"]["file"]: question["answer"] for question in questions} == {
        "GRPO": "cystic plate",
        "GRPO-GDQA": "gut",
    }
    assert READER.recognises(tmp_path)


def test_the_id_does_not_change_when_the_file_moves(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    files = [write(tmp_path / "a" / "GRPO.json", ROW), write(tmp_path / "b" / "renamed.json", {}, ROW)]
    first, second = (read_all(READER, file).questions[0]["question_id"] for file in files)
    assert first == second


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="does not exist"):
        READER.files(tmp_path / "absent")
    assert not READER.recognises(tmp_path / "absent")


@pytest.mark.real_data
def test_the_release_is_read_without_a_reject(real_data: Path, read_all: Callable[..., Any]) -> None:
    rows = read_all(READER, real_data / "anatomy_r1")
    assert rows.rejects == []
    by_file = Counter(question["metadata"]["file"] for question in rows.questions)
    assert by_file == {"GRPO": 1000, "GRPO-GDQA": 1000}
    grpo = [question for question in rows.questions if question["metadata"]["file"] == "GRPO"]
    assert all(question["answer"] == question["choices"][question["answer_index"]] for question in grpo)
    assert len({frozenset(question["choices"]) for question in grpo}) == 15
    labels = {"liver", "omentum", "gut", "gallbladder", "cystic plate", "abdominal wall cavity"}
    assert {label for question in grpo for label in question["choices"]} == labels
    assert all(question["unit_id"].startswith("VID") for question in rows.questions)
    assert len({question["question_id"] for question in rows.questions}) == 2000
