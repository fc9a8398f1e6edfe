"""Shards: rows that stand on their own and load without any code of ours."""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from curriculum_kit.datasets_features import datasets_metadata
from curriculum_kit.prompts import TEMPLATES, PromptTemplate
from curriculum_kit.schemas import schema_of
from curriculum_kit.shards import ReadImage, cut, shard_rows
from curriculum_kit.storage import ParquetSink

PLAIN = PromptTemplate("plain", "", "{question} {options}")


def scored(number: int, **other: Any) -> dict[str, Any]:
    row = {"question_id": f"b-{number}", "benchmark": "b", "split": "train", "unit_id": "u", "image_ids": ["b:x/1.png"]}
    row |= {"question": f"Q{number}?", "answer": "gut", "choices": ["cyst", "gut"], "answer_index": 1}
    row |= {"question_type": "organ", "modality": None, "metadata": [("hops", "1")], "difficulty": 0.5}
    row |= {
        "difficulty_text": 0.25,
        "difficulty_clip_text": None,
        "difficulty_clip_image": None,
        "difficulty_image": None,
        "hops": 1,
        "blind": None,
    }
    return row | other


def table(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=schema_of("scored"))


def made(rows: pa.Table, tier: int = 0, read_image: ReadImage | None = None) -> pa.Table:
    return shard_rows(rows, np.full(len(rows), tier), PLAIN, read_image)


def test_a_scored_question_becomes_a_row_that_stands_on_its_own() -> None:
    result = made(table(scored(7)), tier=2)
    assert result.schema == schema_of("shard")
    assert result.to_pylist() == [
        {
            "question_id": "b-7",
            "group_id": "b-7",
            "variant_id": 0,
            "tier": 2,
            "difficulty": 0.5,
            "difficulty_text": 0.25,
            "difficulty_clip_text": None,
            "difficulty_clip_image": None,
            "difficulty_image": None,
            "hops": 1,
            "blind": None,
            "benchmark": "b",
            "split": "train",
            "unit_id": "u",
            "question": "Q7?",
            "choices": ["cyst", "gut"],
            "answer": "gut",
            "answer_index": 1,
            "solution": "B",
            "prompt": [{"role": "user", "content": "Q7? A. cyst\nB. gut"}],
            "images": [{"bytes": None, "path": "x/1.png"}],
            "question_type": "organ",
            "modality": None,
            "metadata": [{"key": "hops", "value": "1"}],
        }
    ]


def test_the_solution_is_the_letter_of_the_answer_up_to_z() -> None:
    labels = [f"l{number}" for number in range(26)]
    rows = table(*(scored(n, choices=labels, answer=labels[n], answer_index=n) for n in range(26)))
    assert "".join(made(rows)["solution"].to_pylist()) == "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.parametrize("step", [1, 2, 5])
def test_slices_and_chunks_give_the_same_rows_as_the_whole(step: int) -> None:
    rows = table(
        scored(0, metadata=[]),
        scored(1, image_ids=[], metadata=[("a", "1"), ("b", "2")]),
        scored(2, image_ids=["b:1.png", "b:a:2.png"]),
        scored(3, metadata=[("c", "3")]),
        scored(4, image_ids=["b:5.png"]),
    )
    whole = made(rows)
    assert whole["metadata"].to_pylist()[1] == [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]
    assert [[image["path"] for image in images] for images in whole["images"].to_pylist()] == [
        ["x/1.png"],
        [],
        ["1.png", "a:2.png"],
        ["x/1.png"],
        ["5.png"],
    ]
    slices = [rows.slice(start, step) for start in range(0, 5, step)]
    assert pa.concat_tables(map(made, slices)).to_pylist() == whole.to_pylist()
    assert made(pa.concat_tables(slices)).to_pylist() == whole.to_pylist()


def test_bytes_are_asked_for_by_image_id_and_stored_in_order() -> None:
    rows = table(scored(0, image_ids=["b:1.png", "b:2.png"]), scored(1, image_ids=[]), scored(2, image_ids=["b:3.png"]))
    images = made(rows, read_image=str.encode)["images"].to_pylist()
    assert images == [
        [{"bytes": b"b:1.png", "path": "1.png"}, {"bytes": b"b:2.png", "path": "2.png"}],
        [],
        [{"bytes": b"b:3.png", "path": "3.png"}],
    ]


def test_no_rows_give_an_empty_table() -> None:
    assert made(table()).equals(schema_of("shard").empty_table())


@given(st.lists(st.integers(0, 40), max_size=5), st.integers(1, 15))
def test_cut_covers_every_tier_with_full_files_and_one_remainder(sizes: list[int], rows_per_shard: int) -> None:
    parts = list(cut(sizes, rows_per_shard))
    assert len({name for name, _, _ in parts}) == len(parts)
    for tier, size in enumerate(sizes):
        counts = [rows for _, of_tier, rows in parts if of_tier == tier]
        assert sum(counts) == size
        assert all(rows == rows_per_shard for rows in counts[:-1])
        assert all(0 < rows <= rows_per_shard for rows in counts)


def test_names_of_shard_files_sort_in_curriculum_order_within_a_tier() -> None:
    names = [name for name, _, _ in cut([120], 10)]
    assert names[:2] == ["tier=0/part-00000.parquet", "tier=0/part-00001.parquet"]
    assert names == sorted(names)


LOAD = """
import sys
from datasets import load_dataset

embedded, paths = (load_dataset("parquet", data_files=name, split="train")[0] for name in sys.argv[1:])
print([(image.size, image.getpixel((0, 0))) for image in embedded["images"]])
print(paths["images"])
print(paths["prompt"], paths["metadata"], paths["choices"], paths["answer_index"], paths["modality"])
"""


def test_datasets_reads_shards_as_they_are(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (3, 2), (255, 0, 7)).save(stream, "PNG")
    files = [tmp_path / "embed" / "part.parquet", tmp_path / "paths" / "part.parquet"]
    for file, read_image in zip(files, (lambda image_id: stream.getvalue(), None), strict=True):
        with ParquetSink(
            file, "shard", datasets_metadata(schema_of("shard"), decode_images=read_image is not None)
        ) as sink:
            sink.write(shard_rows(table(scored(0)), np.array([0]), PLAIN, read_image))
    environment = os.environ | {"HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    command = [sys.executable, "-c", LOAD, *map(str, files)]
    shown = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.splitlines() == [
        "[((3, 2), (255, 0, 7))]",
        "[{'bytes': None, 'path': 'x/1.png'}]",
        "[{'role': 'user', 'content': 'Q0? A. cyst\\nB. gut'}] [{'key': 'hops', 'value': '1'}] ['cyst', 'gut'] 1 None",
    ]


def test_the_prompt_is_that_of_the_template() -> None:
    template = TEMPLATES["think"]
    (row,) = shard_rows(table(scored(0)), np.array([0]), template, None).to_pylist()
    assert row["prompt"] == template.render("Q0?", ["cyst", "gut"])
