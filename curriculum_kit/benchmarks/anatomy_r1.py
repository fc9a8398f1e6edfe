"""Anatomy-R1: four-option questions on anatomy in frames of laparoscopic cholecystectomy (arXiv 2512.19512).

Reads `GRPO.json`, `GRPO-GDQA.json` and `GRPO-ASC-Learning.json`. Question and options stand at the end of
`instruction`, behind a prompt that differs from file to file and is left out. The unit is the CholecT45 video, under
the name that SSG-VQA gives it, so that both benchmarks together can be split by video.
Turns away rows without these two headings, and rows whose letter and answer text disagree.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from typing import Any, ClassVar

from curriculum_kit.benchmarks.base import BenchmarkCard, Record, RowError, raw_text
from curriculum_kit.benchmarks.inline_options import letter_of, split_inline_options
from curriculum_kit.benchmarks.json_rows import JsonBenchmark, RowReader, identity_of, text_of
from curriculum_kit.schemas import Reason

_QUESTION = "Question:"
_OPTIONS = "Anatomy Options:"
_VIDEO = re.compile(r"(?:^|/)(VID\d+)/")


class AnatomyR1(JsonBenchmark):
    """Reader of the Anatomy-R1 release."""

    card: ClassVar[BenchmarkCard] = BenchmarkCard(
        name="anatomy-r1",
        title="Anatomy-R1",
        licence="none stated",
        homepage="https://github.com/tomato996/Anatomy-R1",
        layout="GRPO.json",
    )
    layouts = (("GRPO*.json",), ("*.json",))
    keys = frozenset({"instruction", "solution", "answer", "images"})

    def row_reader(self, path: Path) -> RowReader:
        """Read rows."""
        return _record


def _record(row: dict[str, Any], source: str, position: int) -> Record:
    question, choices = _question_and_choices(text_of(row, "instruction"))
    letter, answer, images = text_of(row, "solution"), text_of(row, "answer"), _images(row)
    index = letter_of(letter)
    if index is None and letter.strip():
        raise RowError(Reason.ANSWER_NOT_IN_CHOICES, f"solution is {letter[:80]!r}, not a letter")
    video = _VIDEO.search(images[0]) if images else None
    return Record(
        source=source,
        position=position,
        raw=row,
        identity=identity_of(question, choices, letter, answer, images),
        question=question,
        choices=choices,
        answer=answer,
        answer_index=index,
        images=images,
        unit=video[1] if video else None,
        metadata={"file": PurePath(source).stem},
    )


def _question_and_choices(instruction: str) -> tuple[str, tuple[str, ...]]:
    text, heading, options = instruction.rpartition(_OPTIONS)
    if not heading:
        raise RowError(Reason.CHOICES_UNREADABLE, f"no {_OPTIONS!r} in the instruction")
    _, heading, question = text.rpartition(_QUESTION)
    if not heading:
        raise RowError(Reason.QUESTION_EMPTY, f"no {_QUESTION!r} before {_OPTIONS!r}")
    try:
        surplus, choices = split_inline_options(options)
    except ValueError as error:
        raise RowError(Reason.CHOICES_UNREADABLE, str(error)) from error
    if surplus:
        raise RowError(Reason.CHOICES_UNREADABLE, f"text beside the options: {surplus[:80]!r}")
    return question.strip(), choices


def _images(row: dict[str, Any]) -> tuple[str, ...]:
    images = row.get("images")
    if isinstance(images, list):
        if not all(isinstance(path, str) for path in images):
            raise RowError(Reason.FIELD_NOT_TEXT, f"images is {raw_text(images)[:80]}")
    else:
        images = [text_of(row, "images")]
    # A leading slash means the folder that the release was unpacked to, not the root of the disk.
    return tuple(path.strip().lstrip("/") for path in images)
