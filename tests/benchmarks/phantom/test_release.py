import json
import re
from pathlib import Path

import pytest
from PIL import Image

from curriculum_kit.benchmarks.phantom import write_release
from curriculum_kit.benchmarks.phantom.release import VIDEOS
from curriculum_kit.errors import ConfigInvalid, OutputOccupied, OutputUnwritable


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_layout_is_that_of_the_release(tmp_path: Path) -> None:
    steps: list[int] = []
    write_release(tmp_path / "phantom", scenes=47, seed=1, on_progress=steps.append)
    files = contents(tmp_path / "phantom")
    assert len(files) == 3 * 47
    assert steps == list(range(1, 48))
    first, second = VIDEOS[:2]
    assert {f"qa_txt/{first}/1.txt", f"scene_graph/{first}_1.json", f"CholecT45/data/{first}/000001.png"} <= set(files)
    assert {f"qa_txt/{second}/1.txt", "qa_txt/VID43/0.txt"} <= set(files)
    with Image.open(tmp_path / "phantom" / "CholecT45" / "data" / first / "000001.png") as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", (430, 240))
    graph = json.loads(files[f"scene_graph/{first}_1.json"])
    assert graph["scenes"][0]["image_filename"] == f"{first}_1"
    lines = files[f"qa_txt/{first}/1.txt"].decode().splitlines()
    assert lines[0].startswith("Which anatomical structures are present?|")
    assert {len(line.split("|")) for line in lines} == {2, 3, 5}


def test_videos_are_those_of_the_published_split_in_turn() -> None:
    assert len(set(VIDEOS)) == 45
    assert all(re.fullmatch(r"VID\d\d", name) for name in VIDEOS)
    assert VIDEOS[7:9] == ("VID18", "VID22")
    assert VIDEOS[43:] == ("VID31", "VID43")


@pytest.mark.real_data
def test_videos_are_those_of_the_real_split(real_data: Path) -> None:
    split = json.loads((real_data / "ssg_vqa" / "splits.json").read_text())
    assert sorted(VIDEOS) == sorted(split["train"] + split["val"] + split["test"])
    for start in range(0, 45, 9):
        assert set(VIDEOS[start : start + 7]) <= set(split["train"])
        assert VIDEOS[start + 7] in split["val"]
        assert VIDEOS[start + 8] in split["test"]


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_release(tmp_path / name, scenes=6, seed=4)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    write_release(tmp_path / "other", scenes=6, seed=5)
    assert contents(tmp_path / "one") != contents(tmp_path / "other")


def test_a_larger_release_begins_with_the_smaller_and_frames_change_no_question(tmp_path: Path) -> None:
    write_release(tmp_path / "small", scenes=5, seed=4, frames=True)
    write_release(tmp_path / "large", scenes=60, seed=4, frames=False)
    small, large = contents(tmp_path / "small"), contents(tmp_path / "large")
    assert not any(name.endswith(".png") for name in large)
    assert len(large) == 120
    text = {name: data for name, data in small.items() if not name.endswith(".png")}
    assert text.items() <= large.items()


def test_an_empty_folder_is_filled_and_another_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write_release(tmp_path / "empty", scenes=1, seed=0, frames=False)
    before = contents(tmp_path / "empty")
    with pytest.raises(OutputOccupied, match="is not empty; name a new folder"):
        write_release(tmp_path / "empty", scenes=2, seed=0)
    assert contents(tmp_path / "empty") == before


def test_what_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputUnwritable, match="is not a folder"):
        write_release(tmp_path / "file", scenes=1, seed=0)
    with pytest.raises(OutputUnwritable, match="cannot be written"):
        write_release(tmp_path / "file" / "below", scenes=1, seed=0)
    with pytest.raises(ConfigInvalid, match="0 scenes"):
        write_release(tmp_path / "none", scenes=0, seed=0)


def test_a_run_that_breaks_leaves_nothing_behind(tmp_path: Path) -> None:
    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_release(tmp_path / "phantom", scenes=3, seed=0, frames=False, on_progress=stop)
    assert list(tmp_path.iterdir()) == []
