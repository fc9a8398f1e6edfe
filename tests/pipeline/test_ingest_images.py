"""The images of an ingest: what is said of where they lie and where they were looked for."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from curriculum_kit.benchmarks.normalise import images_table
from curriculum_kit.pipeline.ingest_images import look
from curriculum_kit.schemas import schema_of

NAMED = [f"data/VID01/{number:06d}.png" for number in range(1, 6)]


def looked(root: Path) -> tuple[list[str], dict[str, Any]]:
    """Return the path and status of each image, and what was found."""
    steps: list[int] = []
    table, found = look(images_table((f"b:{name}", name) for name in NAMED), root, steps.append)
    assert table.schema == schema_of("images")
    assert table["image_id"].to_pylist() == [f"b:{name}" for name in NAMED]
    assert steps == [1, 2, 3, 4, 5]
    return [f"{row['path']} {row['status']}" for row in table.to_pylist()], found


def draw(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (3, 2)).save(root / name)
    return root


def test_where_all_is_as_named_nothing_is_said(tmp_path: Path) -> None:
    rows, found = looked(draw(tmp_path, *NAMED))
    assert rows == [f"{name} ok" for name in NAMED]
    assert found == {"layout": {}, "notes": []}


def test_images_of_another_release_are_found_and_the_missing_named(tmp_path: Path) -> None:
    rows, found = looked(draw(tmp_path, "videos/VID01/000002.png"))
    assert rows == [f"videos/VID01/{n:06d}.png {'ok' if n == 2 else 'missing'}" for n in range(1, 6)]
    assert found == {
        "layout": {"drop": "data", "add": "videos"},
        "notes": [
            f"What is named data/VID01/000002.png lies at {tmp_path}/videos/VID01/000002.png, and so do the others.",
            f"Missing below {tmp_path}: videos/VID01/000001.png, videos/VID01/000003.png, videos/VID01/000004.png, ...",
        ],
    }


@pytest.mark.parametrize(("folders", "beside"), [((), ""), (("a/b",), " and in 2 folders there")])
def test_where_none_is_found_it_says_where_it_looked(tmp_path: Path, folders: tuple[str, ...], beside: str) -> None:
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True)
    rows, found = looked(tmp_path)
    assert rows == [f"{name} missing" for name in NAMED]
    assert found["notes"] == [
        "None was found: looked for data/VID01/000001.png, VID01/000001.png below " + str(tmp_path) + beside + "."
    ]


def test_two_places_that_differ_are_named(tmp_path: Path) -> None:
    draw(tmp_path, "a/VID01/000001.png")
    (tmp_path / "b" / "VID01").mkdir(parents=True)
    (tmp_path / "b" / "VID01" / "000001.png").write_bytes(b"another")
    _, found = looked(tmp_path)
    assert found["notes"] == [
        f"None was taken: a/VID01/000001.png and b/VID01/000001.png below {tmp_path} differ and could be one image; "
        "name the right folder with --images."
    ]
