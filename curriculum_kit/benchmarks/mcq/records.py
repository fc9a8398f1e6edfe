"""From a row of any file to a record: the fields where the columns say they are, in whatever shape."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from curriculum_kit.benchmarks.base import Record, Rejected, RowError
from curriculum_kit.benchmarks.inline_options import split_inline_options
from curriculum_kit.benchmarks.mcq.answers import read_answer
from curriculum_kit.benchmarks.mcq.cells import is_null, text_of, unpack_text
from curriculum_kit.benchmarks.mcq.choices import read_choices
from curriculum_kit.benchmarks.mcq.mapping import Columns
from curriculum_kit.benchmarks.mcq.options import McqOptions
from curriculum_kit.benchmarks.mcq.rows import Row
from curriculum_kit.schemas import Reason, Split

_SPLITS = {
    "train": Split.TRAIN,
    "training": Split.TRAIN,
    "val": Split.VALIDATION,
    "valid": Split.VALIDATION,
    "validate": Split.VALIDATION,
    "validation": Split.VALIDATION,
    "dev": Split.VALIDATION,
    "test": Split.TEST,
    "testing": Split.TEST,
}
_TEXTS = ("id", "unit", "question_type", "modality", "split")
_SECOND_MARKER = re.compile(r"[Bb][).:]")


def split_of_file(name: str) -> Split:
    """Return the split that a file's stem names, or else its folder; `unassigned` where none or several.

    >>> split_of_file("X-Ray_train.json").value, split_of_file("test/part-0.parquet").value
    ('train', 'test')
    """
    path = PurePosixPath(name)
    for part in (path.stem, path.parent.name):
        named = {_SPLITS[word] for word in re.split(r"[^a-z]+", part.lower()) if word in _SPLITS}
        if named:
            return named.pop() if len(named) == 1 else Split.UNASSIGNED
    return Split.UNASSIGNED


def record_of(row: Row, columns: Columns, options: McqOptions, source: str, split: Split) -> Record | Rejected:
    """Return the record of a row; `split` is the one of the file, for rows that name none.

    The identity is the mapped id together with question, choices and images, so that files that each count from 1 do
    not clash, and moving or renaming a file changes nothing.
    """
    try:
        return _record(row, columns, options, source, split)
    except RowError as error:
        return Rejected(source, row.position, error.reason, row.values, error.detail)


def _record(row: Row, columns: Columns, options: McqOptions, source: str, split: Split) -> Record:
    value = {name: cell.of(row.values) for name, cell in columns.fields.items()}
    question = value["question"]
    if is_null(question):
        raise RowError(Reason.FIELD_MISSING, "question")
    if not isinstance(question, str):
        raise RowError(Reason.FIELD_NOT_TEXT, f"question is a {type(question).__name__}")
    question, choices = _question_and_choices(question, value.get("choices", ()))
    answer, answer_index = read_answer(value["answer"], choices, options.answer_kind, options.answer_base)
    images = _images(value.get("images"), options)
    text = {name: text_of(value[name], name) for name in _TEXTS if name in value}
    metadata = {name: _as_metadata(cell.of(row.values)) for name, cell in columns.metadata.items()}
    split_name = (text.get("split") or "").strip()
    if split_name:
        split = _SPLITS.get(split_name.lower(), Split.UNASSIGNED)
        if split is Split.UNASSIGNED:
            metadata["split_name"] = split_name
    return Record(
        source=source,
        position=row.position,
        raw=row.values,
        identity=json.dumps([text.get("id"), question, choices, images]),
        question=question,
        choices=choices,
        answer=answer,
        answer_index=answer_index,
        images=images,
        unit=text.get("unit"),
        split=split,
        question_type=text.get("question_type"),
        modality=text.get("modality"),
        metadata={name: item for name, item in metadata.items() if item is not None},
    )


def _question_and_choices(question: str, choices: Any) -> tuple[str, tuple[str, ...]]:
    """Return the question alone and the options, given apart or, where `choices` is (), inside the question."""
    given = read_choices(choices) if choices != () else ()
    if not _SECOND_MARKER.search(question):
        return question, given
    try:
        alone, inline = split_inline_options(question)
    except ValueError:
        return question, given
    if not given:
        return alone, inline
    return (alone, given) if _same(inline, given) else (question, given)


def _same(inline: Sequence[str], given: Sequence[str]) -> bool:
    return [text.casefold().rstrip(". ") for text in inline] == [text.casefold().rstrip(". ") for text in given]


def _images(value: Any, options: McqOptions) -> tuple[str, ...]:
    """Return the paths of a row's images; bytes without a path are refused, for tables keep paths."""
    if isinstance(value, str):
        unpacked = unpack_text(value)
        value = value if unpacked is None else unpacked
    items = value if isinstance(value, list) else [value]
    paths = []
    for item in items:
        if isinstance(item, dict):
            if not isinstance(item.get("path"), str):
                raise RowError(Reason.FIELD_NOT_TEXT, "an image without a path; write the images to files first")
            item = item["path"]  # noqa: PLW2901
        path = text_of(item, "an image")
        if path and path.strip():
            paths.append(_below_root(path.strip(), options))
    return tuple(paths)


def _below_root(path: str, options: McqOptions) -> str:
    """Return an absolute path below the image root as relative to it, any other path as it is."""
    if options.image_root is not None and path.startswith("/"):
        for root in (options.image_root.absolute(), options.image_root.resolve()):
            if PurePosixPath(path).is_relative_to(root):
                return PurePosixPath(path).relative_to(root).as_posix()
    return path


def _as_metadata(value: Any) -> str | None:
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=repr)
    return text_of(value, "metadata") or None
