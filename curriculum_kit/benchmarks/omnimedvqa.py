"""OmniMedVQA: multiple-choice questions on radiology, pathology, fundus, skin and more, from 73 data sets.

Reads `QA_information/{Open-access,Restricted-access}/<data set>.json`, or any one of these levels. A row has two to
four options and names its answer by text. The release has no splits and no patients, so the unit is the image.
Turns away rows that lack the question, the answer, the image path or the id.
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
    text_of,
    text_or_none,
    texts_of,
)

_OPTIONS = ("option_A", "option_B", "option_C", "option_D")
_ACCESS = {"Open-access": "open", "Restricted-access": "restricted"}


class OmniMedVQA(JsonBenchmark):
    """Reader of OmniMedVQA."""

    card: ClassVar[BenchmarkCard] = BenchmarkCard(
        name="omnimedvqa",
        title="OmniMedVQA",
        licence="each source data set's own",
        homepage="https://huggingface.co/datasets/foreverbeliever/OmniMedVQA",
        layout="QA_information/Open-access/NAME.json",
    )
    layouts = (("QA_information/*-access/*.json",), ("*-access/*.json",), ("*.json",))
    keys = frozenset({"question_id", "gt_answer", "image_path", "option_A"})

    def row_reader(self, path: Path) -> RowReader:
        """Read rows with what the place of their file says."""
        return partial(_record, access=_ACCESS.get(path.resolve().parent.name))


def _record(row: dict[str, Any], source: str, position: int, *, access: str | None) -> Record:
    metadata = texts_of(row, ("dataset",))
    if access:
        metadata["access"] = access
    options = (text_or_none(row, key) for key in _OPTIONS)
    return Record(
        source=source,
        position=position,
        raw=row,
        identity=identity_of(metadata.get("dataset"), text_of(row, "question_id")),
        question=text_of(row, "question"),
        choices=tuple(option for option in options if option is not None),
        answer=text_of(row, "gt_answer"),
        images=(text_of(row, "image_path"),),
        question_type=text_or_none(row, "question_type"),
        # One file of the release spells the key `modality`.
        modality=text_or_none(row, "modality_type") or text_or_none(row, "modality"),
        metadata=metadata,
    )
