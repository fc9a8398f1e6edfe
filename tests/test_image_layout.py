"""Where images lie: the layouts of the real releases, and what must not be taken for an image."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit import image_layout
from curriculum_kit.image_layout import ImageLayout, find_layout

FRAMES = [f"CholecT45/data/VID{video:02d}/{frame:06d}.png" for video in (1, 4, 68) for frame in range(5)]


def files(root: Path, *paths: str) -> Path:
    """Write files below `root`, each with its path as content."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)
    return root


@pytest.mark.parametrize(
    ("there", "named_folder", "layout"),
    [
        ("CholecT45/data/VID01/000001.png", ".", ImageLayout()),
        ("data/VID01/000001.png", ".", ImageLayout("CholecT45")),
        ("CholecT45/data/VID01/000001.png", "CholecT45/data", ImageLayout("CholecT45/data")),
        ("VID04/000001.png", ".", ImageLayout("CholecT45/data")),
        ("videos/VID01/000001.png", ".", ImageLayout("CholecT45/data", "videos")),
        ("CholecT50/videos/VID68/000004.png", ".", ImageLayout("CholecT45/data", "CholecT50/videos")),
        ("release/CholecT45/data/VID68/000004.png", ".", ImageLayout("", "release")),
        ("videos/VID68/000004.png", "videos/VID68", ImageLayout("CholecT45/data/VID68")),
    ],
)
def test_frames_are_found_at_every_level_of_every_release(
    tmp_path: Path, there: str, named_folder: str, layout: ImageLayout
) -> None:
    files(tmp_path, there, "other/notes.txt", "labels/VID01.json")
    found = find_layout(FRAMES, tmp_path / named_folder)
    assert (found.layout, found.is_found) == (layout, True)


@pytest.mark.parametrize(
    ("named", "there", "layout"),
    [
        ("images/synpic1.jpg", "VQA_RAD Image Folder/synpic1.jpg", ImageLayout("images", "VQA_RAD Image Folder")),
        ("imgs/xmlab0/source.jpg", "Slake1.0/imgs/xmlab0/source.jpg", ImageLayout("", "Slake1.0")),
        ("imgs/xmlab0/source.jpg", "xmlab0/source.jpg", ImageLayout("imgs")),
        ("Images/A & B/x (1).png", "OmniMedVQA/Images/A & B/x (1).png", ImageLayout("", "OmniMedVQA")),
        ("1.png", "pictures/1.png", ImageLayout("", "pictures")),
    ],
)
def test_other_benchmarks_are_found_by_the_same_rule(
    tmp_path: Path, named: str, there: str, layout: ImageLayout
) -> None:
    assert find_layout([named], files(tmp_path, there)).layout == layout
    assert (tmp_path / layout.path(named)).read_text() == there


def test_one_frame_among_thousands_is_enough(tmp_path: Path) -> None:
    frames = [f"CholecT45/data/VID01/{number:06d}.png" for number in range(5_000)]
    frames += [f"CholecT45/data/VID{video:02d}/000000.png" for video in range(2, 80)]
    assert find_layout(frames, files(tmp_path, "VID01/003217.png")).layout == ImageLayout("CholecT45/data")


def test_the_frames_of_one_video_are_not_those_of_another(tmp_path: Path) -> None:
    files(tmp_path, "videos/VID70/000001.png")
    for frames in (FRAMES, ["data/VID68/000001.png"]):
        for root in (tmp_path, tmp_path / "videos", tmp_path / "videos" / "VID70"):
            assert not find_layout(frames, root).is_found
    assert find_layout(["data/VID70/000001.png"], tmp_path / "videos" / "VID70").is_found


def test_a_folder_that_several_could_be_is_told_by_what_is_above_it(tmp_path: Path) -> None:
    root = files(tmp_path, "MIAS/train/1.png") / "MIAS" / "train"
    named = ["Images/ACRIMA/train/1.png", "Images/MIAS/train/1.png"]
    assert find_layout(named, root).layout == ImageLayout("Images/MIAS/train")
    elsewhere = files(tmp_path, "mine/train/1.png") / "mine" / "train"
    assert not find_layout(named, elsewhere).is_found


def test_of_two_places_the_one_with_more_images_is_taken(tmp_path: Path) -> None:
    files(tmp_path, "all/a.png", "all/b.png", "some/b.png")
    assert find_layout(["a.png", "b.png"], tmp_path).layout == ImageLayout("", "all")


def test_of_two_places_that_differ_none_is_taken(tmp_path: Path) -> None:
    files(tmp_path, "train/1.png", "validation/1.png")
    found = find_layout(["images/1.png"], tmp_path)
    assert (found.is_found, found.rivals) == (False, ("train/1.png", "validation/1.png"))
    for folder in ("train", "validation"):
        (tmp_path / folder / "1.png").write_text("a copy")
    assert find_layout(["images/1.png"], tmp_path).layout == ImageLayout("images", "train")


def test_what_was_tried_is_told(tmp_path: Path) -> None:
    files(tmp_path, "a/b/c/d/e.txt", ".hidden/VID01/000000.png")
    found = find_layout(FRAMES, tmp_path)
    assert (found.layout, found.is_found, found.folders) == (ImageLayout(), False, 3)
    assert found.tried == ("CholecT45/data/VID01/000000.png", "data/VID01/000000.png", "VID01/000000.png")
    assert find_layout([], tmp_path).tried == ()
    assert not find_layout(FRAMES, tmp_path / "absent").is_found


def test_a_disk_full_of_folders_is_not_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_layout, "MOST_FOLDERS", 10)
    for number in range(40):
        (tmp_path / f"{number:02d}").mkdir()
    assert find_layout(FRAMES, tmp_path).folders == 10
    # Likely names come first, however many others there are.
    files(tmp_path, "data/VID01/000000.png")
    assert find_layout(FRAMES, tmp_path).layout == ImageLayout("CholecT45")


def test_a_folder_of_very_many_files_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_layout, "_MOST_NAMES", 3)
    files(tmp_path, *(f"pictures/{number}.png" for number in range(30)))
    assert find_layout([f"images/{number}.png" for number in range(30)], tmp_path).layout.add == "pictures"


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    assert not find_layout(FRAMES, tmp_path).is_found


PART = st.sampled_from(["data", "VID01", "a", "a-b", "1.png"])


@given(st.lists(st.lists(PART, min_size=1, max_size=3).map("/".join), min_size=1, max_size=6), st.data())
def test_a_layout_changes_only_paths_that_begin_with_its_folder(paths: list[str], data: st.DataObject) -> None:
    drop, add = data.draw(st.sampled_from(["", "data", "a", "data/VID01"])), data.draw(st.sampled_from(["", "x/y"]))
    layout = ImageLayout(drop, add)
    for path in paths:
        if drop and not path.startswith(drop + "/"):
            assert layout.path(path) == path
        else:
            assert f"{drop}/{layout.path(path).removeprefix(f'{add}/')}".strip("/") == path


@pytest.mark.real_data
@pytest.mark.parametrize("level", ["", "cholect50", "cholect50/videos"])
def test_the_real_frames_are_found_for_ssg_vqa(real_data: Path, level: str) -> None:
    # The excerpt has frames of three videos; of VID01 and most others there is none.
    frames = [f"CholecT45/data/{video}/{n:06d}.png" for video in ("VID01", "VID68", "VID70") for n in range(2_000)]
    found = find_layout(frames, real_data / level)
    assert found.is_found
    assert sum((real_data / level / found.layout.path(frame)).is_file() for frame in frames) > 50
