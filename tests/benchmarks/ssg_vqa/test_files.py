"""The files of SSG-VQA: found wherever the release was unpacked, in order, each read once."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curriculum_kit.benchmarks.ssg_vqa.reader import SSGVQA
from curriculum_kit.errors import SourceNotFound

READER = SSGVQA()
QUESTIONS = "What is the hook doing?|dissect\n"


def frame(root: Path, video: str, name: str | int, text: str = QUESTIONS) -> None:
    file = root / "qa_txt" / video / f"{name}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize("named", [".", "ssg-qa", "ssg-qa/qa_txt"])
def test_the_release_is_found_one_level_deeper_and_from_within(
    tmp_path: Path, read_all: Callable[..., Any], named: str
) -> None:
    frame(tmp_path / "ssg-qa", "VID01", 1)
    (tmp_path / "ssg-qa" / "scene_graph").mkdir()
    graph = {"scenes": [{"objects": [{"bbox": [0, 0, 215, 120], "component": "cystic_plate"}]}]}
    (tmp_path / "ssg-qa" / "scene_graph" / "VID01_1.json").write_text(json.dumps(graph))
    assert READER.recognises(tmp_path / named)
    rows = read_all(READER, tmp_path / named)
    assert (len(rows.questions), len(rows.images[0]["regions"])) == (1, 1)
    assert [source.path for source in rows.sources] == ["qa_txt/VID01/1.txt"]


def test_files_stand_in_the_order_of_videos_and_frames(tmp_path: Path) -> None:
    for video, number in (("VID10", 2), ("VID02", 10), ("VID02", 9), ("VID02", 100)):
        frame(tmp_path, video, number)
    (tmp_path / "qa_txt" / "VID02" / "notes.txt").write_text("x")
    (tmp_path / "qa_txt" / "VID02" / ".9.txt").write_text("x")
    (tmp_path / "qa_txt" / "readme.txt").write_text("x")
    names = [Path(file).relative_to(tmp_path / "qa_txt").as_posix() for file in READER.files(tmp_path)]
    assert names == ["VID02/9.txt", "VID02/10.txt", "VID02/100.txt", "VID10/2.txt"]


@pytest.mark.parametrize("made", ["", "qa_txt", "qa_txt/VID01"])
def test_without_question_files_the_layout_is_said(tmp_path: Path, made: str) -> None:
    (tmp_path / made).mkdir(parents=True, exist_ok=True)
    assert not READER.recognises(tmp_path)
    with pytest.raises(SourceNotFound, match=r"holds no qa_txt/VIDxx/<frame>\.txt; unpack ssg-qa\.zip there"):
        READER.files(tmp_path)


def test_a_padded_name_is_another_file_with_ids_of_its_own(tmp_path: Path, read_all: Callable[..., Any]) -> None:
    frame(tmp_path, "VID01", "1")
    frame(tmp_path, "VID01", "01")
    questions = read_all(READER, tmp_path).questions
    assert len({question["question_id"] for question in questions}) == len(questions) == 2


def test_a_folder_that_is_named_like_a_file_is_left_alone(tmp_path: Path) -> None:
    frame(tmp_path, "VID01", 1)
    (tmp_path / "qa_txt" / "VID01" / "3.txt").mkdir()
    assert [Path(file).name for file in READER.files(tmp_path)] == ["1.txt"]
