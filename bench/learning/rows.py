"""Rows of questions about pictures, as curricula that `ckit train` and `ckit evaluate` read."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from learning.scenes import LABELS, NAMES, Shift, one_of_each, regions
from PIL import Image

from curriculum_kit.enums import Split
from curriculum_kit.prompts import LETTERS, PromptTemplate
from curriculum_kit.schemas import SCHEMA_VERSION, schema_of
from curriculum_kit.storage import ParquetSink, write_json

TEMPLATE = PromptTemplate("short", system="", user="{question}\n{options}\n<think> <answer>")
"""The template `think` in few words: each of them costs a small model time."""

QUESTION = "Which structure is shown?"
WORDS = (*LABELS, "user", "assistant", "Which", "structure", "is", "shown", "The")
"""What the tokenizer has one token for."""

OPTIONS = 4
_BATCH = 1000

Row = dict[str, Any]


def question(number: int, structure: str, rng: random.Random, split: Split, image: bytes | None) -> Row:
    """Return a question with four options, the wrong ones drawn evenly."""
    right = LABELS[NAMES.index(structure)]
    choices = [right, *rng.sample([label for label in LABELS if label != right], OPTIONS - 1)]
    rng.shuffle(choices)
    return _row(number, QUESTION, choices, right, split, image)


def binding(number: int, rng: random.Random) -> Row:
    """Return a question without an image that says which structure it is: what is learnt is to find its letter.

    The thoughts name the letters of the other options too, in any order: four lessons in one.
    """
    choices = rng.sample(LABELS, OPTIONS)
    *others, right = rng.sample(choices, OPTIONS)
    row = _row(number, f"The structure is {right}. {QUESTION}", choices, right, Split.TRAIN, None)
    found = [f"{label} {LETTERS[choices.index(label)]}" for label in others]
    return row | {"answer": " ".join([*found, right])}


def _row(number: int, asked: str, choices: Sequence[str], right: str, split: Split, image: bytes | None) -> Row:
    key, letter = f"q{number:06d}", LETTERS[choices.index(right)]
    return dict.fromkeys(schema_of("shard").names) | {
        "question_id": key, "group_id": key, "variant_id": 0, "tier": 0, "difficulty": 0.5,
        "benchmark": "phantom", "split": split.value, "unit_id": key, "question": asked, "choices": list(choices),
        "answer": right, "answer_index": choices.index(right), "solution": letter,
        "prompt": TEMPLATE.render(asked, choices), "images": [{"bytes": image, "path": f"{key}.png"}] if image else [],
        "metadata": [],
    }  # fmt: skip


def lessons_of_words(seed: int, count: int) -> Iterator[Row]:
    """Yield so many lessons without an image."""
    rng = random.Random(f"{seed}/words")
    return (binding(number, rng) for number in range(count))


def lessons_of_pictures(seed: int, count: int, scenes: int) -> Iterator[Row]:
    """Yield so many questions about the structures of `scenes` scenes, every kind equally often."""
    rng = random.Random(f"{seed}/pictures")
    found: dict[str, list[bytes]] = {name: [] for name in NAMES}
    for frame in range(scenes):
        for name, region in regions(seed, frame, Shift()):
            found[name].append(_png(region))
    for number in range(count):
        name = rng.choice(NAMES)
        yield question(number, name, rng, Split.TRAIN, rng.choice(found[name]))


def questions(seed: int, count: int, shift: Shift, split: Split, first: int = 0) -> Iterator[Row]:
    """Yield so many questions, each about a scene of its own; they are numbered from `first`."""
    rng = random.Random(f"{seed}/questions")
    for number, (name, region) in enumerate(one_of_each(seed, count, shift), first):
        yield question(number, name, rng, split, _png(region))


def write_curriculum(folder: Path, rows: Iterable[Row]) -> Path:
    """Write rows as a curriculum of one tier; return its folder."""
    name, schema = "shards/tier=0/part-00000.parquet", schema_of("shard")
    with ParquetSink(folder / name, "shard") as sink:
        some: list[Row] = []
        for row in rows:
            some.append(row)
            if len(some) == _BATCH:
                sink.write(pa.Table.from_pylist(some, schema=schema))
                some = []
        sink.write(pa.Table.from_pylist(some, schema=schema))
    manifest = {"kind": "curriculum", "schema_version": SCHEMA_VERSION, "files": {name: {"sha256": ""}}, "config": {}}
    write_json(folder / "manifest.json", manifest)
    return folder


def _png(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG", compress_level=1)
    return stream.getvalue()
