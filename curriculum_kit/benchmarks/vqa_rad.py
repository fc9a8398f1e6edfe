"""VQA-RAD: open and closed questions that clinicians asked about radiology images.

Reads `trainset.json` and `testset.json`; the images lie in `images/` beside them. There are no choices: they have
to be made. Turns away rows that lack the id, the question, the answer or the image.
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

_SPLITS = {"trainset": Split.TRAIN, "testset": Split.TEST}


class VQARAD(JsonBenchmark):
    """Reader of VQA-RAD."""

    card: ClassVar[BenchmarkCard] = BenchmarkCard(
        name="vqa-rad",
        title="VQA-RAD",
        licence="CC0 1.0",
        homepage="https://osf.io/89kps/",
        layout="trainset.json, testset.json",
    )
    layouts = (tuple(f"{stem}.json" for stem in _SPLITS),)
    keys = frozenset({"qid", "image_name", "image_organ", "phrase_type"})

    def row_reader(self, path: Path) -> RowReader:
        """Read rows with what the place of their file says."""
        return partial(_record, split=_SPLITS.get(path.stem, Split.UNASSIGNED))


def _record(row: dict[str, Any], source: str, position: int, *, split: Split) -> Record:
    metadata = texts_of(row, ("answer_type", "phrase_type"))
    if organ := text_or_none(row, "image_organ"):
        metadata["organ"] = organ
    return Record(
        source=source,
        position=position,
        raw=row,
        identity=identity_of(split.value, text_of(row, "qid")),
        question=text_of(row, "question"),
        answer=text_of(row, "answer"),
        images=(path_below("images", row, "image_name"),),
        split=split,
        question_type=text_or_none(row, "question_type"),
        metadata=metadata,
    )
