"""The page of a real curriculum: its images wherever they lie, its audit, a run, and what is refused."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from PIL import Image

from curriculum_kit.errors import CkitError, ConfigInvalid, OutputOccupied, SchemaMismatch, SourceNotFound
from curriculum_kit.pipeline.audit import audit, save_audit
from curriculum_kit.pipeline.report import write_report
from curriculum_kit.schemas import schema_of
from curriculum_kit.storage import write_table

Make = Callable[..., Any]


def data_of(page: Path) -> dict[str, Any]:
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', page.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return json.loads(found[1])


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Return a root with the 70 images that the questions name, each grey by its number."""
    root = tmp_path / "images"
    (root / "Images").mkdir(parents=True)
    for number in range(70):
        Image.new("RGB", (60, 40), (number, number, number)).save(root / "Images" / f"{number}.png")
    return root


@pytest.fixture
def curriculum(make: Make, tmp_path: Path) -> Path:
    """Return a curriculum that does not know where its images lie."""
    make()
    return tmp_path / "curriculum"


def test_a_page_shows_what_the_curriculum_holds(curriculum: Path, tmp_path: Path) -> None:
    done = write_report(curriculum, tmp_path / "report.html")
    shown = data_of(done.file)
    assert (done.questions, done.cards, done.bytes) == (70, 70, done.file.stat().st_size)
    assert shown["name"] == "curriculum"
    assert [tier["tier"] for tier in shown["tiers"]] == [0, 1, 2]
    assert sum(tier["questions"] for tier in shown["tiers"]) == 70
    assert len(shown["matrix"]["labels"]) == 8
    assert shown["groups"] is None
    assert shown["training"] is None
    assert shown["provenance"]["sources"][0]["questions"] == 70
    assert "seed" in shown["provenance"]["settings"]
    for card in shown["cards"]:
        assert card["difficulty"] == pytest.approx(sum(card["pairs"]) / 6, abs=1e-5)
    assert sorted(path.name for path in tmp_path.glob("*.html*")) == ["report.html"]


def test_equal_curricula_have_equal_pages(curriculum: Path, tmp_path: Path) -> None:
    pages = [write_report(curriculum, tmp_path / f"{name}.html", seed=3).file.read_bytes() for name in "ab"]
    assert (pages[0] == pages[1]) is True
    other = write_report(curriculum, tmp_path / "a.html", cards=5, seed=4)
    assert other.cards == 5


def test_images_are_found_below_a_root_that_is_named(curriculum: Path, images: Path, tmp_path: Path) -> None:
    (images / "Images" / "3.png").unlink()
    (images / "Images" / "4.png").write_bytes(b"no image")
    done = write_report(curriculum, tmp_path / "report.html", image_root=images)
    assert (done.pictures, done.missing, done.looked_at) == (70, 2, str(images / "Images" / "3.png"))
    shown = data_of(done.file)
    notes = {picture["path"]: picture["note"] for picture in shown["pictures"] if picture["note"]}
    assert notes == {
        "Images/3.png": "The image file is not there.",
        "Images/4.png": "The image file does not decode.",
    }


@pytest.mark.parametrize("told", ["ingest", "build"])
def test_images_are_found_where_an_earlier_command_found_them(
    make: Make, ingest_rows: Make, seventy: list[Any], images: Path, tmp_path: Path, told: str
) -> None:
    if told == "ingest":
        make(sources=(ingest_rows(seventy, "looked", image_root=images),))
    else:
        make(image_root=images)
    assert write_report(tmp_path / "curriculum", tmp_path / "report.html").missing == 0


def test_embedded_images_need_no_files(make: Make, images: Path, tmp_path: Path) -> None:
    make(images="embed", image_root=images)
    shutil.rmtree(images)
    done = write_report(tmp_path / "curriculum", tmp_path / "report.html")
    assert (done.pictures, done.missing, done.looked_at) == (70, 0, None)


def test_images_that_moved_leave_cards_without_them(make: Make, images: Path, tmp_path: Path) -> None:
    make(image_root=images)
    images.rename(tmp_path / "elsewhere")
    done = write_report(tmp_path / "curriculum", tmp_path / "report.html")
    assert done.missing == done.pictures == 70
    assert done.looked_at is not None
    assert done.looked_at.startswith(str(images / "Images"))
    assert write_report(tmp_path / "curriculum", done.file, image_root=tmp_path / "elsewhere").missing == 0


def test_findings_are_shown_while_they_are_of_this_curriculum(curriculum: Path, make: Make, tmp_path: Path) -> None:
    assert not data_of(write_report(curriculum, tmp_path / "report.html").file)["audit"]["is_full"]
    save_audit(audit(curriculum))
    shown = data_of(write_report(curriculum, tmp_path / "report.html").file)["audit"]
    assert shown["is_full"]
    assert {finding["check"] for finding in shown["findings"]} > {"prior", "blind", "letters"}


def completions(folder: Path, **other: Any) -> Path:
    row = {"step": 0, "chunk": 0, "question_id": "q", "group_id": "g", "variant_id": 0, "tier": 1, "difficulty": 0.5}
    row |= {"answer": "gut", "solution": "A", "completion": "A", "length": 3, "rewards": [("accuracy", 1.0)]}
    row |= {"reward": 1.0, "advantage": 0.0, "dead": True}
    table = pa.Table.from_pylist([row, row], schema=schema_of("completions"))
    (folder / "completions").mkdir(parents=True)
    write_table(folder / "completions" / "part-000000.parquet", table, "completions")
    return folder


def test_a_run_adds_its_figures(curriculum: Path, tmp_path: Path) -> None:
    run = completions(tmp_path / "run")
    shown = data_of(write_report(curriculum, tmp_path / "report.html", training=run).file)["training"]
    assert (shown["groups"], shown["steps"], shown["answers"][0]["dead"]) == (1, 1, 1.0)


def test_another_table_is_no_completions(curriculum: Path, tmp_path: Path) -> None:
    run = completions(tmp_path / "run")
    shutil.copy(curriculum / "choices.parquet", run / "completions" / "part-000001.parquet")
    with pytest.raises(SchemaMismatch, match="is no completions table"):
        write_report(curriculum, tmp_path / "report.html", training=run)
    (run / "completions" / "part-000001.parquet").write_text("no table")
    with pytest.raises(SourceNotFound, match="is no Parquet file"):
        write_report(curriculum, tmp_path / "report.html", training=run)


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"image_root": "images"}, SourceNotFound, r"images holds none of the images, such as Images/\d+\.png"),
        ({"image_root": "nowhere"}, SourceNotFound, "image folder .*nowhere does not exist; name the folder with"),
        ({"training": "images"}, SourceNotFound, "images holds no completions of a run; name the output folder"),
        ({"folder": "tables"}, ConfigInvalid, "holds ingested questions, no curriculum"),
        ({"folder": "nowhere"}, SourceNotFound, "nowhere does not exist"),
        ({"output": "images"}, OutputOccupied, "images is a folder; name a file for the page"),
        ({"output": "notes.html"}, OutputOccupied, "notes.html exists and is no page of ckit report"),
    ],
)
def test_what_is_refused_is_said_in_one_line_and_nothing_is_written(
    curriculum: Path, tmp_path: Path, asked: dict[str, str], error: type[CkitError], message: str
) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "notes.html").write_text("mine")
    options: dict[str, Any] = {"folder": "curriculum", "output": "report.html"} | asked
    with pytest.raises(error, match=message):
        write_report(**{name: tmp_path / value for name, value in options.items()})
    assert (tmp_path / "notes.html").read_text() == "mine"
    assert not (tmp_path / "report.html").exists()
