"""OmniMedVQA: its folders, its missing options and its spellings."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curriculum_kit.benchmarks.omnimedvqa import OmniMedVQA
from curriculum_kit.errors import SourceNotFound, SourceUnreadable

READER = OmniMedVQA()
ROW = {
    "dataset": "MIAS",
    "question_id": "MIAS_0007",
    "question_type": "Anatomy Identification",
    "question": " What is shown? ",
    "gt_answer": "Breast tissue.",
    "image_path": "Images/MIAS/a b (3)%.png",
    "option_A": "Liver",
    "option_B": "breast_tissue",
    "modality_type": "X-Ray",
}


def write(folder: Path, rows: object, name: str = "MIAS.json") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(rows))
    return folder / name


def test_a_row_becomes_a_question(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    write(tmp_path / "QA_information" / "Open-access", [ROW])
    rows = read_all(READER, tmp_path)
    (question,) = rows.questions
    assert question.pop("question_id").startswith("omnimedvqa-")
    assert question == {
        "benchmark": "omnimedvqa",
        "split": "unassigned",
        "unit_id": "omnimedvqa:Images/MIAS/a b (3)%.png",
        "image_ids": ["omnimedvqa:Images/MIAS/a b (3)%.png"],
        "question": "What is shown?",
        "answer": "breast tissue",
        "choices": ["liver", "breast tissue"],
        "answer_index": 1,
        "question_type": "Anatomy Identification",
        "modality": "X-Ray",
        "choices_as_given": ["Liver", "breast_tissue"],
        "metadata": {"dataset": "MIAS", "access": "open"},
    }
    assert rows.surfaces == {("liver", "Liver"), ("breast tissue", "breast_tissue")}
    assert [file.path for file in rows.sources] == ["QA_information/Open-access/MIAS.json"]


def test_options_may_be_absent_null_or_blank(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    source = write(tmp_path, [ROW | {"option_C": None, "option_D": "Bone"}, ROW | {"option_C": " ", "option_D": ""}])
    choices = [question["choices"] for question in read_all(READER, source).questions]
    assert choices == [["liver", "breast tissue", "bone"], ["liver", "breast tissue"]]


def test_modality_may_be_spelled_modality(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    row = {key: value for key, value in ROW.items() if key != "modality_type"}
    source = write(tmp_path, [row | {"modality": "CT"}, row | {"question_id": "MIAS_0008"}])
    assert [question["modality"] for question in read_all(READER, source).questions] == ["CT", None]


def test_options_equal_once_folded_are_merged_and_named(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    source = write(tmp_path, [ROW | {"option_C": "LIVER.", "option_D": "Bone"}])
    (question,) = read_all(READER, source).questions
    assert question["choices"] == ["liver", "breast tissue", "bone"]
    assert question["metadata"]["merged_choices"] == '["liver"]'


def test_rejects_keep_place_reason_and_record(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    no_image = {key: value for key, value in ROW.items() if key != "image_path"}
    bad = [
        "text",
        None,
        no_image,
        ROW | {"question": None},
        ROW | {"option_A": ["Liver"]},
        ROW | {"gt_answer": "Bone"},
        ROW | {"gt_answer": ""},
        ROW | {"option_A": "Breast Tissue"},
        ROW | {"image_path": "../../etc/passwd"},
        ROW | {"question": "  "},
    ]
    source = write(tmp_path, [ROW, *bad])
    rows = read_all(READER, source)
    assert len(rows.questions) == 1
    assert rows.reasons == [
        (1, "not_an_object"),
        (2, "not_an_object"),
        (3, "field_missing"),
        (4, "field_missing"),
        (5, "field_not_text"),
        (6, "answer_not_in_choices"),
        (7, "answer_empty"),
        (8, "duplicate_choices"),
        (9, "image_path_unsafe"),
        (10, "question_empty"),
    ]
    assert rows.rejects[2]["detail"] == "image_path"
    assert json.loads(rows.rejects[2]["record"]) == no_image
    assert {reject["source"] for reject in rows.rejects} == {"MIAS.json"}


@pytest.mark.parametrize("level", [".", "omni", "omni/QA_information", "omni/QA_information/Restricted-access"])
def test_any_level_of_the_release_is_a_source(level: str, tmp_path: Path, read_all: Callable[..., Any]) -> None:
    file = write(tmp_path / "omni" / "QA_information" / "Restricted-access", [ROW])
    by_level, by_file = (read_all(READER, source).questions for source in (tmp_path / level, file))
    assert by_level == by_file
    assert by_level[0]["metadata"]["access"] == "restricted"
    assert READER.recognises(tmp_path / level)


def test_same_id_in_two_data_sets_is_two_questions(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    source = write(tmp_path, [ROW, ROW | {"dataset": "other"}])
    assert len({question["question_id"] for question in read_all(READER, source).questions}) == 2


def test_hidden_copies_of_an_archive_are_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "QA_information" / "Open-access"
    file = write(folder, [ROW])
    (folder / "._MIAS.json").write_bytes(b"\x00\x05\x16\x07")
    assert READER.files(tmp_path) == [file]


def test_a_file_without_rows_is_an_error(tmp_path: Path) -> None:
    source = write(tmp_path, [])
    with pytest.raises(SourceUnreadable, match=r"MIAS\.json holds no rows"):
        list(READER.read(source, [source]))


def test_a_folder_without_files_names_the_layout(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="holds no OmniMedVQA: QA_information/Open-access/NAME"):
        READER.files(tmp_path)
    assert not READER.recognises(tmp_path)


@pytest.mark.real_data
def test_every_row_of_the_release_is_accounted_for(real_data: Path, read_all: Callable[..., Any]) -> None:
    rows = read_all(READER, real_data / "omnimedvqa")
    assert len(rows.questions) + len(rows.rejects) == 62_907
    assert rows.rejects == []
    assert len(rows.sources) == 30
    assert sum(question["question_type"] == "Anatomy Identification" for question in rows.questions) == 13_633
    assert sum("merged_choices" in question["metadata"] for question in rows.questions) == 44
    assert sum(len(question["choices"]) == 2 for question in rows.questions) == 5_839
    assert len({question["question_id"] for question in rows.questions}) == 62_907
