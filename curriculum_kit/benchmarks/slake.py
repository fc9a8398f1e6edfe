"""SLAKE 1.0: open and closed questions on CT, MRI and X-ray images, in English and Chinese.

Reads `train.json`, `validate.json` and `test.json`; the images lie in `imgs/` beside them. There are no choices: they
have to be made. Turns away rows that lack the id, the question, the answer or the image.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from curriculum_kit.benchmarks.base import BenchmarkCard, Record
from curriculum_kit.benchmarks.json_rows import (
    JsonBenchmark,
    RowReader,
    identity_of,
    path_below,
    text_of,
    text_or_none,
    texts_of,
)
from curriculum_kit.schemas import Split

_SPLITS = {"train": Split.TRAIN, "validate": Split.VALIDATION, "test": Split.TEST}


class Slake(JsonBenchmark):
    """Reader of SLAKE."""

    card: ClassVar[BenchmarkCard] = BenchmarkCard(
        name="slake",
        title="SLAKE",
        licence="CC BY 4.0",
        homepage="https://www.med-vqa.com/slake/",
        layout="train.json, validate.json, test.json",
    )
    layouts = (tuple(f"{stem}.json" for stem in _SPLITS),)
    keys = frozenset({"qid", "img_id", "img_name", "q_lang"})

    def row_reader(self, path: Path) -> RowReader:
        """Read rows with what the place of their file says."""
        return partial(_record, split=_SPLITS.get(path.stem, Split.UNASSIGNED))


def _record(row: dict[str, Any], source: str, position: int, *, split: Split) -> Record:
    metadata = texts_of(row, ("answer_type", "location", "content_type"))
    if language := text_or_none(row, "q_lang"):
        metadata["language"] = language
    image = text_or_none(row, "img_id")
    return Record(
        source=source,
        position=position,
        raw=row,
        identity=identity_of(split.value, text_of(row, "qid")),
        question=text_of(row, "question"),
        answer=text_of(row, "answer"),
        images=(path_below("imgs", row, "img_name"),),
        unit=None if image is None else f"slake:xmlab{image}",
        split=split,
        question_type=metadata.get("content_type"),
        modality=text_or_none(row, "modality"),
        metadata=metadata,
    )
