"""`ckit ingest`: what it prints, in words and as JSON, and how it ends."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

Ckit = Callable[..., Any]


def test_it_prints_where_every_row_went(ckit: Ckit, source: Path) -> None:
    result = ckit("ingest", "mcq", source, "-o", "tables")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        "58 rows in = 56 questions + 2 rejects",
        "          1 answer_not_in_choices",
        "          1 not_an_object",
        "56 images (56 not looked at), 8 labels",
        "Written to tables. Next: ckit build-curriculum tables -o CURRICULUM",
    ]
    assert pq.read_metadata("tables/questions.parquet").num_rows == 56


def test_json_holds_the_printed_figures(ckit: Ckit, source: Path) -> None:
    assert json.loads(ckit("ingest", "mcq", source, "-o", "tables", "--json").out) == {
        "benchmark": "mcq",
        "output": "tables",
        "rows_in": 58,
        "questions": 56,
        "rejects": 2,
        "rejects_by_reason": {"answer_not_in_choices": 1, "not_an_object": 1},
        "images": 56,
        "images_by_status": {"not looked at": 56},
        "choices": 8,
        "up_to_date": False,
        "image_layout": {},
        "image_notes": [],
    }


def test_it_says_where_images_lie_and_where_it_looked(ckit: Ckit, source: Path) -> None:
    Path("pictures").mkdir()
    result = ckit("ingest", "mcq", source, "--images", "pictures", "-o", "tables")
    lines = result.out.splitlines()
    assert lines[3] == "56 images (56 missing), 8 labels"
    assert lines[4].startswith("  None was found: looked for ")
    assert lines[4].endswith(" below pictures.")
    said = json.loads(ckit("ingest", "mcq", source, "--images", "pictures", "-o", "again", "--json").out)
    assert said["image_notes"] == [lines[4].strip()]


def test_the_same_again_is_up_to_date(ckit: Ckit, source: Path) -> None:
    ckit("ingest", "mcq", source, "-o", "tables")
    lines = ckit("ingest", "mcq", source, "-o", "tables").out.splitlines()
    assert lines[0] == "tables is up to date: the source and the options are the same."
    assert lines[1] == "58 rows in = 56 questions + 2 rejects"
    assert lines[-1] == "Next: ckit build-curriculum tables -o CURRICULUM"


def test_strict_ends_with_1_where_a_row_was_rejected(ckit: Ckit, source: Path, rows: list[Any]) -> None:
    result = ckit("ingest", "mcq", source, "-o", "tables", "--strict")
    assert (result.code, result.err) == (1, "")
    assert "56 questions + 2 rejects" in result.out
    source.write_text(json.dumps(rows))
    assert ckit("ingest", "mcq", source, "-o", "tables", "--strict").code == 0


def test_the_phantom_is_generated_and_read(ckit: Ckit) -> None:
    summary = json.loads(ckit("ingest", "phantom", "scenes", "--scenes", 2, "-o", "tables", "--json").out)
    assert summary["rows_in"] == summary["questions"] + summary["rejects"]
    assert summary["images_by_status"] == {"ok": 2}
    assert len(list(Path("scenes").rglob("*.png"))) == 2
    bare = json.loads(ckit("ingest", "phantom", "bare", "--scenes", 2, "--no-frames", "-o", "t", "--json").out)
    assert bare["images_by_status"] == {"not looked at": 2}
    assert bare["questions"] == summary["questions"]


@pytest.mark.parametrize("folder", ["out[1]", "out[/b]", "[bold]x"])
def test_a_path_is_printed_as_it_is_and_on_one_line(ckit: Ckit, source: Path, folder: str) -> None:
    long = Path(folder, *["a-folder-with-a-long-name"] * 6)
    result = ckit("ingest", "mcq", source, "-o", long)
    assert result.code == 0
    assert f"Written to {long}. Next: ckit build-curriculum {long} -o CURRICULUM" in result.out.splitlines()


def test_pandas_stays_out_and_is_there_again_afterwards(source: Path, tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    code = f"""
import sys
from curriculum_kit.cli import app
app(["ingest", "mcq", {str(source)!r}, "-o", {str(tmp_path / "tables")!r}], standalone_mode=False)
assert "pandas" not in sys.modules
import pyarrow as pa
assert pa.table({{"a": [1, None, 3]}}).to_pandas()["a"].sum() == 4
"""
    subprocess.run([sys.executable, "-c", code], check=True)
