"""Publish: the order of the rows, the cut into files, the images that are asked about."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from PIL import Image

from curriculum_kit.errors import CkitError
from curriculum_kit.pipeline.build import BuildSummary
from curriculum_kit.pipeline.image_files import ImageFiles, ImagePlace

Make = Callable[..., BuildSummary]


def test_files_are_cut_at_the_size_asked_for(make: Make, tmp_path: Path) -> None:
    make(tiers=1, rows_per_shard=32)
    names = {path.name: pq.read_metadata(path).num_rows for path in (tmp_path / "curriculum").rglob("part-*.parquet")}
    assert names == {"part-00000.parquet": 32, "part-00001.parquet": 32, "part-00002.parquet": 6}


def test_how_the_files_are_cut_does_not_change_the_rows(make: Make, tmp_path: Path) -> None:
    make("small", rows_per_shard=1)
    make("large")
    small, large = (
        [
            row
            for path in sorted((tmp_path / name / "shards").rglob("*.parquet"))
            for row in pq.ParquetFile(path).read().to_pylist()
        ]
        for name in ("small", "large")
    )
    assert len(small) == 70
    assert small == large


def test_images_are_those_of_the_selected_questions_each_once(make: Make, tmp_path: Path) -> None:
    make(where="question_type = 'Modality Recognition'")
    images = pq.read_table(tmp_path / "curriculum" / "images.parquet")["image_id"].to_pylist()
    assert images == sorted(f"omnimedvqa:Images/{number}.png" for number in range(1, 70, 2))
    manifest = json.loads((tmp_path / "curriculum" / "manifest.json").read_text())
    assert manifest["stages"]["images"] == {"images": 35, "by_status": {"not looked at": 35}}


def test_hops_order_questions_of_equal_difficulty(
    make: Make, ingest_rows: Callable[..., Path], seventy: list[dict[str, Any]], tmp_path: Path
) -> None:
    from curriculum_kit.benchmarks.mcq import McqOptions, MultipleChoice, parse_mapping
    from curriculum_kit.pipeline.ingest import ingest

    rows = [
        {"question": f"q{n}?", "choices": ["gut", "liver"], "answer": "gut", "steps": steps}
        for n, steps in enumerate(["2", "0", "many", "1", "2", None, "0", "1"])
    ]
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    mapping = parse_mapping(["question=question", "choices=choices", "answer=answer", "hops=steps"])
    ingest(MultipleChoice(McqOptions(mapping=mapping)), tmp_path / "rows.json", tmp_path / "t")
    summary = make(sources=(tmp_path / "t",), tie_break="hops", tiers=4)
    shards = sorted((tmp_path / "curriculum" / "shards").rglob("*.parquet"))
    hops = [pq.ParquetFile(path).read()["hops"].to_pylist() for path in shards]
    # What is no number counts as unknown, and stands before 0.
    assert hops == [[None, None], [0, 0], [1, 1], [2, 2]]
    assert summary.distinct_difficulties == 1


def test_an_image_is_looked_for_below_the_root_of_its_benchmark_alone(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "a" / "x.png").write_bytes(b"a")
    files = ImageFiles({"one": [ImagePlace(tmp_path / "a")], "two": [ImagePlace(tmp_path / "b")]})
    assert files.read("one:x.png") == b"a"
    assert files.find("two:x.png") is None
    with pytest.raises(CkitError, match=r"the image file of two:x\.png is gone; put it back"):
        files.read("two:x.png")
    with pytest.raises(CkitError, match="is gone"):
        files.read("three:x.png")


def test_an_image_that_goes_between_the_stages_is_named(make: Make, tmp_path: Path) -> None:
    root = tmp_path / "root" / "Images"
    root.mkdir(parents=True)
    for number in range(70):
        Image.new("L", (2, 2)).save(root / f"{number}.png")

    def on_stage(stage: str, state: str) -> None:
        if (stage, state) == ("tiers", "done"):
            (root / "33.png").unlink()

    with pytest.raises(CkitError, match=r"33\.png"):
        make(images="embed", image_root=tmp_path / "root", on_stage=on_stage)
    assert not (tmp_path / "curriculum" / "shards").exists()
