"""A curriculum of eleven questions, written without a build, and a model that is told what to say."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from curriculum_kit.prompts import TEMPLATES
from curriculum_kit.schemas import SCHEMA_VERSION, schema_of
from curriculum_kit.shards import shard_rows
from curriculum_kit.storage import sha256_of, write_json, write_table

CHOICES = ["gut", "liver", "lung", "spleen"]
# question, tier, split, unit, position of the answer, has an image
QUESTIONS = [
    ("q0", 0, "test", "u0", 1, True),
    ("q1", 0, "test", "u0", 1, True),
    ("q2", 0, "test", "u1", 2, True),
    ("q3", 0, "train", "u9", 0, True),
    ("q4", 1, "test", "u1", 0, True),
    ("q5", 1, "test", "u2", 1, True),
    ("q6", 1, "test", "u2", 3, True),
    ("q7", 1, "train", "u9", 0, True),
    ("q8", 2, "test", "u3", 1, True),
    ("q9", 2, "test", "u3", 1, False),
]


def shard(tier):
    """Return the rows of a tier; q1 has a second wording."""
    asked = [question for question in QUESTIONS if question[1] == tier]
    count = len(asked)
    columns = {name: [None] * count for name in schema_of("scored").names} | {
        "question_id": [row[0] for row in asked], "benchmark": ["b"] * count, "split": [row[2] for row in asked],
        "unit_id": [row[3] for row in asked], "question": [f"{row[0]}?" for row in asked],
        "image_ids": [[f"b:{row[0]}.png"] if row[5] else [] for row in asked], "choices": [CHOICES] * count,
        "answer": [CHOICES[row[4]] for row in asked], "answer_index": [row[4] for row in asked],
        "question_type": ["organ"] * count, "metadata": [[]] * count, "difficulty": [tier / 10] * count,
    }  # fmt: skip
    rows = shard_rows(pa.table(columns, schema_of("scored")), np.full(count, tier), TEMPLATES["answer"], None)
    if tier:
        return rows
    reworded = rows.slice(1, 1).set_column(2, rows.schema.field("variant_id"), pa.array([1], pa.int32()))
    return pa.concat_tables([rows.slice(0, 2), reworded, rows.slice(2)])


@pytest.fixture
def curriculum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a curriculum whose images lie in its folder `images`, 40 x 20 pixels of red."""
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "curriculum"
    files = {}
    for tier in range(3):
        name = f"shards/tier={tier}/part-00000.parquet"
        write_table(folder / name, shard(tier), "shard")
        files[name] = {"sha256": sha256_of(folder / name)}
    (folder / "images").mkdir()
    for name, *_, has_image in QUESTIONS:
        if has_image:
            Image.new("RGB", (40, 20), (255, 0, 0)).save(folder / "images" / f"{name}.png")
    config = {"image_root": str(folder / "images")}
    manifest = {"kind": "curriculum", "schema_version": SCHEMA_VERSION, "files": files, "config": config}
    write_json(folder / "manifest.json", manifest)
    return folder


class Told:
    """A model that says what a function of (question, colour of its image or None, sample) returns."""

    def __init__(self, says: Callable[[str, tuple[int, int, int] | None, int], str], fails_after: int = 10**9):
        self.says, self.left = says, fails_after
        self.batches: list[list[str]] = []
        self.sizes: set[tuple[int, int]] = set()
        self.seeds: list[int] = []

    def write(self, prompts, images, samples, seed):
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        assert len({bool(shown) for shown in images}) == 1
        names = [prompt[-1]["content"].partition("?")[0] for prompt in prompts]
        self.batches.append(names)
        self.seeds.append(seed)
        self.sizes |= {image.size for shown in images for image in shown}
        colours = [shown[0].getpixel((0, 0)) if shown else None for shown in images]
        return [
            [self.says(name, colour, sample) for sample in range(samples)]
            for name, colour in zip(names, colours, strict=True)
        ]


@pytest.fixture
def told() -> type[Told]:
    """Return what makes a model that is told what to say."""
    return Told
