"""Med-R1's splits: OmniMedVQA cut along two axes, by modality and by question type, each into train and test.

Reads `Splits/{modality,question_type}/{train,test}/NAME_{train,test}.json`, or any one of these levels. The options
stand inside `problem`, the answer is a letter in `<answer>` tags. A row may stand in both axes and an image on both
sides of a split; all are kept, and the name of the file is part of a row's identity.
Turns away rows whose options cannot be told apart, and answers that are no letter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from curriculum_kit.benchmarks.base import BenchmarkCard, Record, RowError
from curriculum_kit.benchmarks.inline_options import letter_of, split_inline_options
from curriculum_kit.benchmarks.json_rows import JsonBenchmark, RowReader, identity_of, text_of
from curriculum_kit.schemas import Reason, Split

_SPLITS = {"train": Split.TRAIN, "test": Split.TEST}
_AXES = ("modality", "question_type")


class MedR1(JsonBenchmark):
    """Reader of Med-R1's splits."""

    card: ClassVar[BenchmarkCard] = BenchmarkCard(
        name="med-r1",
        title="Med-R1",
        licence="none stated",
        homepage="https://github.com/Yuxiang-Lai117/Med-R1",
        layout="Splits/modality/train/NAME_train.json",
    )
    layouts = tuple(
        tuple(f"{above.format(split)}*_{split}.json" for split in _SPLITS)
        for above in ("Splits/*/{}/", "*/{}/", "{}/", "")
    )
    keys = frozenset({"image", "problem", "solution"})

    def row_reader(self, path: Path) -> RowReader:
        """Read rows with what the place of their file says."""
        return partial(_record, about=_about(path))


@dataclass(frozen=True, slots=True)
class _About:
    """What a file's place says about all its rows."""

    stem: str
    name: str
    axis: str | None
    split: Split


def _about(path: Path) -> _About:
    folders = path.resolve().parent
    name, _, suffix = path.stem.rpartition("_")
    if suffix not in _SPLITS:
        name, suffix = path.stem, folders.name
    axis = folders.parent.name
    return _About(path.stem, name, axis if axis in _AXES else None, _SPLITS.get(suffix, Split.UNASSIGNED))


def _record(row: dict[str, Any], source: str, position: int, *, about: _About) -> Record:
    problem, solution, image = (text_of(row, key) for key in ("problem", "solution", "image"))
    try:
        question, choices = split_inline_options(problem)
    except ValueError as error:
        raise RowError(Reason.CHOICES_UNREADABLE, str(error)) from error
    index = letter_of(solution)
    if index is None:
        raise RowError(Reason.ANSWER_NOT_IN_CHOICES, f"solution is {solution[:80]!r}, not a letter in <answer> tags")
    return Record(
        source=source,
        position=position,
        raw=row,
        identity=identity_of(about.stem, problem, solution, image),
        question=question,
        choices=choices,
        answer_index=index,
        images=(image,),
        split=about.split,
        question_type=about.name if about.axis == "question_type" else None,
        modality=about.name if about.axis == "modality" else None,
        metadata={"file": about.stem} | ({"axis": about.axis} if about.axis else {}),
    )
