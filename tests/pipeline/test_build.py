"""Build: the curriculum as a reader finds it, the same bytes each time, and nothing done twice."""

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars
import pyarrow.parquet as pq
import pytest
from PIL import Image

from curriculum_kit.errors import OutputUnwritable
from curriculum_kit.pipeline.build import BuildSummary
from curriculum_kit.schemas import check_schema

Make = Callable[..., BuildSummary]
Contents = Callable[[Path], dict[str, bytes]]

STAGES = ["select", "audit", "vocabulary", "encode", "similarity", "score", "tiers", "shards", "images"]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Return an image root with a picture for each of the 70 questions, each of another grey."""
    folder = tmp_path / "pictures" / "Images"
    folder.mkdir(parents=True)
    for number in range(70):
        Image.new("L", (4, 3), number).save(folder / f"{number}.png")
    return tmp_path / "pictures"


def shards(curriculum: Path) -> list[Path]:
    return sorted((curriculum / "shards").rglob("*.parquet"))


def rows_in_order(curriculum: Path) -> list[dict[str, Any]]:
    return [row for path in shards(curriculum) for row in pq.read_table(path, partitioning=None).to_pylist()]


def test_questions_read_are_rows_and_rejects_and_what_was_left_out(make: Make, tmp_path: Path) -> None:
    summary = make(where="question_type = 'Anatomy Identification'")
    assert (summary.rows_read, summary.selected, summary.left_out) == (70, 35, 35)
    assert (summary.rows, summary.rejected) == (35, 0)
    assert sum(tier["questions"] for tier in summary.tiers) == 35
    assert len(rows_in_order(tmp_path / "curriculum")) == 35


def test_shards_stand_from_easy_to_hard_and_no_difficulty_stands_in_two_tiers(make: Make, tmp_path: Path) -> None:
    summary = make(tiers=4, rows_per_shard=10)
    files = shards(tmp_path / "curriculum")
    assert summary.files == len(files) > 4
    for path in files:
        table = pq.ParquetFile(path).read()
        check_schema(table.schema, "shard", str(path))
        assert {f"tier={tier}" for tier in table["tier"].to_pylist()} == {path.parent.name}
        assert table.num_rows <= 10
    rows = rows_in_order(tmp_path / "curriculum")
    difficulty = [row["difficulty"] for row in rows]
    assert difficulty == sorted(difficulty)
    assert len({(row["difficulty"], row["tier"]) for row in rows}) == len(set(difficulty))
    assert summary.distinct_difficulties == len(set(difficulty))
    for tier, said in enumerate(summary.tiers):
        own = [row["difficulty"] for row in rows if row["tier"] == tier]
        assert (said["questions"], said["low"], said["high"]) == (len(own), min(own), max(own))
        assert said["mean"] == pytest.approx(np.mean(own), abs=1e-8)


def test_a_row_stands_on_its_own(make: Make, tmp_path: Path) -> None:
    make()
    for row in rows_in_order(tmp_path / "curriculum"):
        assert row["choices"][row["answer_index"]] == row["answer"]
        assert row["solution"] == "ABCD"[row["answer_index"]]
        assert row["group_id"] == row["question_id"]
        assert row["question"] in row["prompt"][-1]["content"]
        number = row["question"].split()[3]
        assert row["images"] == [{"bytes": None, "path": f"Images/{number}.png"}]


def test_two_builds_are_equal_in_bytes(make: Make, contents: Contents, pictures: Path, tmp_path: Path) -> None:
    options = {"images": "embed", "image_root": pictures, "rows_per_shard": 9}
    make("one", **options)
    make("two", **options)
    one = contents(tmp_path / "one")
    assert contents(tmp_path / "two") == one
    assert {name for name in one if "/" not in name} == {
        *("manifest.json", "README.md", "choices.parquet", "similarity.parquet", "images.parquet", "rejects.parquet")
    }


def test_the_manifest_holds_hash_and_rows_of_every_table(make: Make, contents: Contents, tmp_path: Path) -> None:
    make()
    tables = {name: data for name, data in contents(tmp_path / "curriculum").items() if name.endswith(".parquet")}
    manifest = json.loads((tmp_path / "curriculum" / "manifest.json").read_text())
    assert manifest["files"] == {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "rows": pq.read_table(io.BytesIO(data)).num_rows}
        for name, data in sorted(tables.items())
    }


def test_another_seed_orders_equal_questions_otherwise(
    make: Make, ingest_rows: Callable[..., Path], seventy: list[dict[str, Any]], tmp_path: Path
) -> None:
    equal = [seventy[0] | {"question_id": str(number)} for number in range(20)]
    source = (ingest_rows([*equal, *seventy[1:3]], "equal"),)
    ids = []
    for seed in (0, 1, 0):
        make(f"seed{len(ids)}", sources=source, seed=seed)
        ids.append([row["question_id"] for row in rows_in_order(tmp_path / f"seed{len(ids)}")])
    assert ids[0] == ids[2] != ids[1]
    assert sorted(ids[0]) == sorted(ids[1])


def test_a_second_run_skips_every_stage_and_leaves_the_bytes(
    make: Make, contents: Contents, stages_seen: type[Any], tmp_path: Path
) -> None:
    first = make()
    before, seen = contents(tmp_path / "curriculum"), stages_seen()
    assert make(on_stage=seen) == first
    assert (seen.ran, seen.skipped) == ([], STAGES)
    assert contents(tmp_path / "curriculum") == before


def test_other_tiers_run_only_what_depends_on_them(
    make: Make, contents: Contents, stages_seen: type[Any], tmp_path: Path
) -> None:
    make()
    make("fresh", tiers=2)
    seen = stages_seen()
    make(tiers=2, force=True, on_stage=seen)
    assert seen.ran == ["tiers", "shards"]
    assert contents(tmp_path / "curriculum") == contents(tmp_path / "fresh")


def test_a_table_that_is_gone_or_changed_is_made_again(
    make: Make, contents: Contents, stages_seen: type[Any], tmp_path: Path
) -> None:
    make()
    before = contents(tmp_path / "curriculum")
    (tmp_path / "curriculum" / "similarity.parquet").unlink()
    (shards(tmp_path / "curriculum")[1]).write_bytes(b"changed")
    seen = stages_seen()
    make(on_stage=seen)
    assert seen.ran == ["similarity", "shards"]
    assert contents(tmp_path / "curriculum") == before


def test_a_changed_source_is_noticed(
    make: Make, ingest_rows: Callable[..., Path], seventy: list[dict[str, Any]], tmp_path: Path
) -> None:
    make()
    ingest_rows(seventy[:40])
    assert make().rows == 40
    assert len(rows_in_order(tmp_path / "curriculum")) == 40


def test_images_that_appear_or_change_are_noticed_where_they_are_embedded(
    make: Make, pictures: Path, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"images": "embed", "image_root": pictures}
    kept = (pictures / "Images" / "3.png").read_bytes()
    (pictures / "Images" / "3.png").unlink()
    assert make(**options).rejected == 1
    (pictures / "Images" / "3.png").write_bytes(kept)
    Image.new("L", (9, 9), 200).save(pictures / "Images" / "4.png")
    assert make(**options).rejected == 0
    stored = {row["images"][0]["path"]: row["images"][0]["bytes"] for row in rows_in_order(tmp_path / "curriculum")}
    assert stored == {f"Images/{n}.png": (pictures / "Images" / f"{n}.png").read_bytes() for n in range(70)}


def test_other_libraries_read_the_shards_as_they_are(
    make: Make, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    make(images="embed", image_root=pictures, rows_per_shard=9)
    files = str(tmp_path / "curriculum" / "shards" / "**" / "*.parquet")
    expected = rows_in_order(tmp_path / "curriculum")
    ids = [row["question_id"] for row in expected]
    loaded = datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=str(tmp_path / "cache"))
    assert loaded["question_id"][:] == ids
    assert loaded["tier"][:] == [row["tier"] for row in expected]
    picture = loaded[5]["images"][0]
    assert picture.size == (4, 3)
    assert picture.getpixel((0, 0)) == int(expected[5]["question"].split()[3])
    assert polars.read_parquet(files, hive_partitioning=False)["question_id"].to_list() == ids
    assert duckdb.sql(f"SELECT question_id FROM '{files}'").fetchall() == [(name,) for name in ids]


@pytest.mark.parametrize("stage", ["write_scores", "write_shards", "write_images"])
def test_an_error_in_a_stage_leaves_no_half_written_table_and_the_next_run_ends_the_work(
    stage: str, make: Make, contents: Contents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from curriculum_kit.storage import ParquetSink

    make("whole")
    written: list[int] = []

    def fail(sink: ParquetSink, batch: Any) -> None:
        written.append(1)
        raise OSError(28, "No space left on device", str(sink.path))

    with monkeypatch.context() as patch:
        patch.setattr(f"curriculum_kit.pipeline.stages.{stage}", _failing(stage, fail))
        with pytest.raises(OutputUnwritable, match=r"the disk is full while writing .*; free some room"):
            make()
    assert written
    left = contents(tmp_path / "curriculum")
    assert "manifest.json" not in left
    for name in left:
        assert pq.read_table(tmp_path / "curriculum" / name, partitioning=None).num_columns
    make()
    assert contents(tmp_path / "curriculum") == contents(tmp_path / "whole")


def _failing(stage: str, fail: Callable[..., None]) -> Callable[..., Any]:
    """Return a stage whose first write of rows fails when the file is open."""
    from curriculum_kit.pipeline import stages
    from curriculum_kit.storage import ParquetSink

    original = getattr(stages, stage)

    def run(*args: Any, **kwargs: Any) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ParquetSink, "write", fail)
            return original(*args, **kwargs)

    return run
