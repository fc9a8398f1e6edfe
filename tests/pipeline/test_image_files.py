"""Image files: found by one rule at ingest and in a build, wherever the folder that was named begins."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from curriculum_kit.config import BuildConfig
from curriculum_kit.enums import ImageStorage
from curriculum_kit.image_layout import ImageLayout
from curriculum_kit.pipeline.audit import audit
from curriculum_kit.pipeline.audited import open_audited
from curriculum_kit.pipeline.build import BuildSummary
from curriculum_kit.pipeline.fix import fix
from curriculum_kit.pipeline.image_files import ImageFiles, ImagePlace, image_files
from curriculum_kit.pipeline.sources import open_source

Make = Callable[..., BuildSummary]
Ingest = Callable[..., Path]


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    """Return a folder two levels above the images, which are named `Images/N.png`."""
    folder = tmp_path / "disk" / "OmniMedVQA" / "Images"
    folder.mkdir(parents=True)
    for number in range(70):
        Image.new("L", (4, 3), number + 1).save(folder / f"{number}.png")
    return tmp_path / "disk"


def shown(folder: Path) -> dict[str, str]:
    """Return the path of each question's image in the shards, by the number in the question."""
    shards = [pq.ParquetFile(path).read().to_pylist() for path in sorted((folder / "shards").rglob("*.parquet"))]
    return {row["question"].split()[3]: row["images"][0]["path"] for rows in shards for row in rows}


def test_a_file_is_found_where_the_layout_says(tmp_path: Path) -> None:
    for name in ("a/pictures", "b"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "a" / "pictures" / "x.png").write_bytes(b"a")
    (tmp_path / "b" / "y.png").write_bytes(b"b")
    places = [
        ImagePlace(tmp_path / "a", ImageLayout("Images", "pictures")),
        ImagePlace(tmp_path / "b", ImageLayout("Images")),
    ]
    files = ImageFiles({"one": places})
    assert files.read("one:Images/x.png") == b"a"
    assert files.read("one:Images/y.png") == b"b"
    assert files.find("one:Images/z.png") is None
    ids = pa.array(["one:Images/y.png", "one:Images/z.png", "one:Images/y.png", "two:Images/y.png"])
    # What is nowhere would lie at the first place; what has no place is as named.
    assert files.paths(ids).to_pylist() == ["y.png", "pictures/z.png", "y.png", "Images/y.png"]


def test_what_an_ingest_found_a_build_finds(make: Make, ingest_rows: Ingest, seventy: list[Any], deep: Path) -> None:
    tables = ingest_rows(seventy, "looked", image_root=deep)
    images = pq.read_table(tables / "images.parquet").to_pylist()
    assert {row["status"] for row in images} == {"ok"}
    assert {row["image_id"]: row["path"] for row in images} == {
        f"omnimedvqa:Images/{number}.png": f"OmniMedVQA/Images/{number}.png" for number in range(70)
    }
    assert json.loads((tables / "manifest.json").read_text())["image_layout"] == {"add": "OmniMedVQA"}
    assert make("embedded", sources=(tables,), images="embed").rows == 70
    expected = {str(number): f"OmniMedVQA/Images/{number}.png" for number in range(70)}
    for name in ("embedded", "paths"):
        make(name, sources=(tables,), images="embed" if name == "embedded" else "paths")
        assert shown(tables.parent / name) == expected


@pytest.mark.parametrize(
    ("level", "lies"), [(".", "OmniMedVQA/Images/"), ("OmniMedVQA", "Images/"), ("OmniMedVQA/Images", "")]
)
def test_a_build_may_name_another_level(make: Make, deep: Path, tmp_path: Path, level: str, lies: str) -> None:
    assert make(images="embed", image_root=deep / level).rejected == 0
    assert shown(tmp_path / "curriculum") == {str(number): f"{lies}{number}.png" for number in range(70)}
    stored = pq.read_table(tmp_path / "curriculum" / "images.parquet").to_pylist()
    assert {row["image_id"]: row["path"] for row in stored} == {
        f"omnimedvqa:Images/{number}.png": f"{lies}{number}.png" for number in range(70)
    }


def test_paths_stay_as_found_where_the_images_are_not_at_hand(
    make: Make, ingest_rows: Ingest, seventy: list[Any], deep: Path, tmp_path: Path
) -> None:
    tables = ingest_rows(seventy, "looked", image_root=deep)
    cleaned = tmp_path / "cleaned"
    fix(tables, cleaned)
    deep.rename(tmp_path / "elsewhere")
    for source in (tables, cleaned):
        make(f"of-{source.name}", sources=(source,))
        assert shown(tmp_path / f"of-{source.name}")["7"] == "OmniMedVQA/Images/7.png"


def test_an_image_that_comes_later_is_looked_for_by_the_rule(
    ingest_rows: Ingest, seventy: list[Any], deep: Path
) -> None:
    late = deep / "OmniMedVQA" / "Images" / "7.png"
    late.rename(deep / "kept")
    tables = ingest_rows(seventy, "looked", image_root=deep)
    files = image_files(BuildConfig(sources=(tables,)), duckdb.connect(), [open_source(tables)])
    assert files.find("omnimedvqa:Images/7.png") is None
    (deep / "kept").rename(late)
    again = image_files(BuildConfig(sources=(tables,)), duckdb.connect(), [open_source(tables)])
    assert again.find("omnimedvqa:Images/7.png") == late
    assert again.path("omnimedvqa:Images/7.png") == "OmniMedVQA/Images/7.png"
    assert again.layouts.keys() == {"image_layouts"}


def test_images_at_their_own_paths_add_nothing_to_what_a_stage_depends_on(tables: Path, deep: Path) -> None:
    for root in (None, deep / "OmniMedVQA", deep / "absent"):
        config = BuildConfig(sources=(tables,), image_root=root, images=ImageStorage.PATHS)
        assert image_files(config, duckdb.connect(), [open_source(tables)]).layouts == {}


def test_an_audit_of_a_curriculum_knows_images_by_their_ids(
    make: Make, ingest_rows: Ingest, seventy: list[Any], deep: Path, tmp_path: Path
) -> None:
    tables = ingest_rows(seventy, "looked", image_root=deep)
    make(sources=(tables,))
    query = "SELECT question_id, image_ids FROM questions ORDER BY ALL"
    before, after = (
        open_audited(folder).database.execute(query).fetchall() for folder in (tables, tmp_path / "curriculum")
    )
    assert after == before
    assert "images/not-listed" not in audit(tmp_path / "curriculum").findings["name"].to_pylist()
