"""What the readers of benchmarks in JSON arrays share: finding the files, knowing them again, reading their fields.

Reads arrays of objects. Turns away rows that are no object, that lack a field they must have, and
whose field is neither text nor a number.
"""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from curriculum_kit.benchmarks.base import (
    Batch,
    BenchmarkCard,
    Record,
    Rejected,
    RowError,
    find_below,
    load_json_array,
    raw_text,
    relative_name,
)
from curriculum_kit.benchmarks.normalise import read_files
from curriculum_kit.errors import SourceNotFound
from curriculum_kit.schemas import Reason

LOOK = 65_536
"""Bytes of a file read to recognise its format."""

RowReader = Callable[[dict[str, Any], str, int], Record]
"""Makes a record of one JSON object, given the name of its file and its row; raises `RowError`."""


class JsonBenchmark(ABC):
    """A benchmark whose files hold JSON arrays of rows: its layouts, its keys, and what reads a row.

    `layouts` are sets of glob patterns, tried in order; `keys` are those of a row by which the
    benchmark is recognised.
    """

    card: ClassVar[BenchmarkCard]
    ids_are_unique: ClassVar[bool] = False
    layouts: ClassVar[tuple[tuple[str, ...], ...]]
    keys: ClassVar[frozenset[str]]

    @abstractmethod
    def row_reader(self, path: Path) -> RowReader:
        """Return what reads the rows of a file, which may depend on the file's place."""

    def recognises(self, source: Path) -> bool:
        """Say whether the first row of any of the benchmark's files in `source` has its keys; never raises."""
        try:
            return any(self.keys <= first_row(path).keys() for path in self.files(source))
        except (SourceNotFound, OSError, ValueError):
            return False

    def files(self, source: Path) -> list[Path]:
        """Return the files of questions; raise `SourceNotFound` where there is none."""
        return locate(source, self.card, *self.layouts)

    def read(self, source: Path, files: list[Path]) -> Iterator[Batch]:
        """Yield the rows of all `files` in order."""

        def records(path: Path) -> Iterator[Record | Rejected]:
            return json_records(path, source, self.row_reader(path))

        return read_files(files, source, self.card.name, records)


def locate(source: Path, card: BenchmarkCard, *layouts: tuple[str, ...]) -> list[Path]:
    """Return the files of the first layout that is there, sorted; `source` itself where it is a file.

    A layout is a set of glob patterns, looked for in `source` and one level deeper. Raises `SourceNotFound`
    where there is none.
    """
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise SourceNotFound(f"{source} does not exist; check the path")
    for patterns in layouts:
        if files := find_below(source, *patterns):
            return files
    raise SourceNotFound(f"{source} holds no {card.title}: {card.layout} is looked for; check the path")


def first_row(path: Path) -> dict[str, Any]:
    """Return the first row of a file that holds a JSON array, from its first bytes alone.

    It is a look, not a check: where the file is none such, or its first row no object, this is {}.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(LOOK).decode("utf-8-sig", "ignore").lstrip()
        if not head.startswith("["):
            return {}
        row, _ = json.JSONDecoder().raw_decode(head[1:].lstrip())
    except (OSError, ValueError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}


def json_records(path: Path, source: Path, read_row: RowReader) -> Iterator[Record | Rejected]:
    """Yield a record or a reject for every row of a file that holds a JSON array."""
    name = relative_name(path, source)
    for position, row in enumerate(load_json_array(path)):
        if not isinstance(row, dict):
            yield Rejected(name, position, Reason.NOT_AN_OBJECT, row, f"a JSON {type(row).__name__}")
            continue
        try:
            yield read_row(row, name, position)
        except RowError as error:
            yield Rejected(name, position, error.reason, row, error.detail)


def text_of(row: dict[str, Any], key: str) -> str:
    """Return a field that a row must have, as text; numbers are written out.

    Raises `RowError` with `field_missing` where it is absent or null, `field_not_text` where it is anything else.
    """
    value = row.get(key)
    if isinstance(value, str):
        return value
    if value is None:
        raise RowError(Reason.FIELD_MISSING, key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RowError(Reason.FIELD_NOT_TEXT, f"{key} is {raw_text(value)[:80]}")
    return str(value)


def text_or_none(row: dict[str, Any], key: str) -> str | None:
    """Return a field that a row may lack, as text; None where it is absent, null or blank."""
    return None if row.get(key) is None else text_of(row, key).strip() or None


def texts_of(row: dict[str, Any], keys: Iterable[str]) -> dict[str, str]:
    """Return those of `keys` under which the row has something, as metadata."""
    return {key: value for key in keys if (value := text_or_none(row, key)) is not None}


def path_below(folder: str, row: dict[str, Any], key: str) -> str:
    """Return the path of a file in `folder` whose name stands under `key`; raises `RowError` where there is no name."""
    name = text_or_none(row, key)
    if name is None:
        raise RowError(Reason.FIELD_MISSING, key)
    return f"{folder}/{name}"


def identity_of(*parts: object) -> str:
    """Return the identity of a record that is made of several parts; other parts never give the same."""
    return json.dumps(parts)
