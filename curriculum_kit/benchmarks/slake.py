"""SLAKE 1.0: open and closed questions on CT, MRI and X-ray images, in English and Chinese.

Reads `train.json`, `validate.json` and `test.json`; the images lie in `imgs/` beside them. There are no choices: they
have to be made. Turns away rows that lack the id, the question, the answer or the image.
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

_SPLITS = {"train": Split.TRAIN, "validate": Split.VALIDATION, "test": Split.TEST}


class Slake:
    """Reader of SLAKE."""

    card: ClassVar[BenchmarkCard] = BenchmarkCard(
        name="slake",
        title="SLAKE",
        licence="CC BY 4.0",
        homepage="https://www.med-vqa.com/slake/",
        layout="train.json, validate.json, test.json",
    )
    ids_are_unique: ClassVar[bool] = False

    def recognises(self, source: Path) -> bool:
        """Say whether a file of `source` begins with a row of SLAKE."""
        return looks_like(self, source, {"qid", "img_id", "img_name", "q_lang"})

    def files(self, source: Path) -> list[Path]:
        """Return the files of questions; raise `SourceNotFound` where there is none."""
        return locate(source, self.card, tuple(f"{stem}.json" for stem in _SPLITS))

    def read(self, source: Path, files: list[Path]) -> Iterator[Batch]:
        """Yield the rows of all `files` in order."""

        def records(path: Path) -> Iterator[Record | Rejected]:
            return json_records(path, source, partial(_record, split=_SPLITS.get(path.stem, Split.UNASSIGNED)))

        return read_files(files, source, self.card.name, records)


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
