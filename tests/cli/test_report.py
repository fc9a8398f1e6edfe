"""`ckit report`: a page, a line about it, and a line about images that are not there."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

Ckit = Callable[..., Any]


def test_a_page_is_written_and_missing_images_are_told(ckit: Ckit, curriculum: Path) -> None:
    result = ckit("report", curriculum)
    page = Path("report.html").read_text("utf-8")
    assert result.code == 0
    assert page.startswith("<!doctype html>")
    assert result.out == f"report.html shows 56 questions, 56 of them as cards; {len(page.encode()) / 1e6:.1f} MB.\n"
    assert result.err.count("\n") == 1
    assert "56 of the 56 images on the cards were not found or do not decode" in result.err
    assert result.err.endswith("with --image-root\n")


def test_images_that_are_there_are_no_matter(ckit: Ckit, curriculum: Path) -> None:
    for number in range(56):
        Image.new("RGB", (8, 8)).save(f"{number}.png")
    result = ckit("report", curriculum, "-o", "page.html", "--image-root", ".", "--cards", 10, "--json")
    assert (result.code, result.err) == (0, "")
    told = json.loads(result.out)
    assert (told["file"], told["questions"], told["cards"], told["missing"]) == ("page.html", 56, 10, 0)


def test_a_wrong_root_is_a_mistake(ckit: Ckit, curriculum: Path) -> None:
    Path("empty").mkdir()
    mistake = ckit("report", curriculum, "--image-root", "empty").mistake
    assert mistake.startswith("empty holds none of the images, such as ")
    assert not Path("report.html").exists()


def test_another_file_is_not_overwritten(ckit: Ckit, curriculum: Path) -> None:
    Path("report.html").write_text("mine")
    assert "is no page of ckit report" in ckit("report", curriculum).mistake
    assert Path("report.html").read_text() == "mine"


def test_a_damaged_table_is_told_in_one_line(ckit: Ckit, curriculum: Path) -> None:
    (curriculum / "similarity.parquet").write_bytes(b"PAR1")
    assert "holds a table that cannot be read" in ckit("report", curriculum).mistake
