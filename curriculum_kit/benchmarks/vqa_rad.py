"""VQA-RAD: open and closed questions that clinicians asked about radiology images.

Reads `trainset.json` and `testset.json`; the images lie in `images/` beside them. There are no choices: they have
to be made. Turns away rows that lack the id, the question, the answer or the image.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from curriculum_kit.benchmarks.base import Batch, BenchmarkCard, Record, Rejected
from curriculum_kit.benchmarks.json_rows import (
    identity_of,
    json_records,
    locate,
    looks_like,
    path_below,
    text_of,
    text_or_none,
    texts_of,
)
from curriculum_kit.benchmarks.normalise import read_files
from curriculum_kit.schemas import Split

_SPLITS = {"trainset": Split.TRAIN, "testset": Split.TEST}


class VQARAD:
    """Reader of VQA-RAD."""

    card: ClassVar[BenchmarkCard] = BenchmarkCard(
        name="vqa-rad",
        title="VQA-RAD",
        licence="CC0 1.0",
        homepage="https://osf.io/89kps/",
        layout="trainset.json, testset.json",
    )
    ids_are_unique: ClassVar[bool] = False

    def recognises(self, source: Path) -> bool:
        """Say whether a file of `source` begins with a row of VQA-RAD."""
        return looks_like(self, source, {"qid", "image_name", "image_organ", "phrase_type"})

    def files(self, source: Path) -> list[Path]:
        """Return the files of questions; raise `SourceNotFound` where there is none."""
        return locate(source, self.card, tuple(f"{stem}.json" for stem in _SPLITS))

    def read(self, source: Path, files: list[Path]) -> Iterator[Batch]:
        """Yield the rows of all `files` in order."""

        def records(path: Path) -> Iterator[Record | Rejected]:
            return json_records(path, source, partial(_record, split=_SPLITS.get(path.stem, Split.UNASSIGNED)))

        return read_files(files, source, self.card.name, records)


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
