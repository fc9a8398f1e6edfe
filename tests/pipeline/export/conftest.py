"""A curriculum written by hand: two tiers, three splits, a group of three wordings, awkward texts, small images."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from PIL import Image

from curriculum_kit.prompts import template_named
from curriculum_kit.schemas import SCHEMA_VERSION, schema_of
from curriculum_kit.storage import ParquetSink, write_json

LABELS = ["gut", "liver, left", "cystic_plate"]

# question_id, group_id, variant_id, tier, split, answer_index, images, question
ROWS = [
    ("q1", "q1", 0, 0, "train", 1, ["a/1.png"], "Which organ is brown?"),
    ("q2", "q2", 0, 0, "test", 0, ["a/2.png"], 'Is the "gut" {left} of it?'),
    ("q3", "q3", 0, 1, "train", 2, ["a/1.png"], "Was ist das für ein Organ?\nUnd wo?"),
    ("q3~1", "q3", 1, 1, "train", 2, ["a/1.png"], "Name it."),
    ("q3~2", "q3", 2, 1, "train", 2, ["a/1.png"], "What is it called?"),
    ("q4", "q4", 0, 1, "unassigned", 0, ["b/3.png"], "Which one lies deepest?"),
    ("q5", "q5", 0, 1, "validation", 1, ["b/3.png"], "Which one is cut?"),
]
MIXED = [
    ("q6", "q6", 0, 1, "train", 1, ["a/1.png", "b/3.png"], "What differs between the two?"),
    ("q7", "q7", 0, 1, "train", 0, [], "Which of these is hollow?"),
]
COLOURS = {"a/1.png": (150, 60, 40), "a/2.png": (20, 200, 90), "b/3.png": (10, 10, 240)}


def _png(colour: tuple[int, int, int]) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (56, 56), colour).save(content, "PNG")
    return content.getvalue()


PICTURES = {path: _png(colour) for path, colour in COLOURS.items()}


def _row(row: tuple[Any, ...], embedded: bool) -> dict[str, Any]:
    question_id, group_id, variant_id, tier, split, answer, images, question = row
    return {
        **dict.fromkeys(schema_of("shard").names),
        "question_id": question_id,
        "group_id": group_id,
        "variant_id": variant_id,
        "tier": tier,
        "difficulty": 0.25 + tier / 2,
        "benchmark": "mine",
        "split": split,
        "unit_id": "u",
        "question": question,
        "choices": LABELS,
        "answer": LABELS[answer],
        "answer_index": answer,
        "solution": "ABC"[answer],
        "prompt": template_named("think").render(question, LABELS),
        "images": [{"bytes": PICTURES[path] if embedded else None, "path": path} for path in images],
        "metadata": [],
    }


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Return the folder that the images of the curriculum lie in."""
    for path, content in PICTURES.items():
        (tmp_path / "images" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "images" / path).write_bytes(content)
    return tmp_path / "images"


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Return what writes a curriculum: (embedded, mixed: questions of two images and of none, changes by question)."""

    def write(embedded: bool = True, mixed: bool = False, **changes: dict[str, Any]) -> Path:
        folder = tmp_path / "curriculum"
        rows = [_row(row, embedded) for row in [*ROWS, *(MIXED if mixed else [])]]
        rows = [row | changes.get(row["question_id"], {}) for row in rows]
        for tier in (0, 1):
            with ParquetSink(folder / f"shards/tier={tier}/part-00000.parquet", "shard") as sink:
                sink.write(pa.Table.from_pylist([row for row in rows if row["tier"] == tier], schema_of("shard")))
        (folder / "README.md").write_text("---\nconfigs: []\n---\n# The card\n")
        config = {"images": "embed" if embedded else "paths", "image_root": None}
        write_json(folder / "manifest.json", {"kind": "curriculum", "schema_version": SCHEMA_VERSION, "config": config})
        return folder

    return write


@pytest.fixture
def wanted() -> Callable[..., list[dict[str, Any]]]:
    """Return the rows of the curriculum that an export holds, those of a split or all: what must come back."""

    def rows(*splits: str, mixed: bool = False) -> Iterator[dict[str, Any]]:
        for row in [*ROWS, *(MIXED if mixed else [])]:
            if not splits or row[4] in splits:
                made = _row(row, embedded=True)
                yield {name: made[name] for name in ("question_id", "group_id", "variant_id", "tier", "question")} | {
                    "choices": LABELS,
                    "solution": made["solution"],
                    "text": made["prompt"][0]["content"],
                    "images": [image["bytes"] for image in made["images"]],
                }

    return lambda *splits, **more: list(rows(*splits, **more))
