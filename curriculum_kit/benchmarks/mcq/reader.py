"""Multiple-choice questions in files of any shape.

Reads a JSON, JSONL, CSV, TSV or Parquet file, or a folder of files of one of these kinds. Turns away what `rows`,
`records` and `normalise` turn away.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar

from curriculum_kit.benchmarks.base import Batch, BenchmarkCard, Record, Rejected, find_below, relative_name
from curriculum_kit.benchmarks.mcq.mapping import resolve_columns
from curriculum_kit.benchmarks.mcq.options import McqOptions
from curriculum_kit.benchmarks.mcq.records import record_of, split_of_file
from curriculum_kit.benchmarks.mcq.rows import SUFFIXES, read_rows
from curriculum_kit.benchmarks.normalise import read_files
from curriculum_kit.errors import ConfigInvalid, SourceNotFound, WrongBenchmark

ROWS_LOOKED_AT = 1_000
"""Rows at the start of a file that show which columns it has."""


class MultipleChoice:
    """The `mcq` benchmark: the user's own file, read by a column mapping."""

    card: ClassVar[BenchmarkCard] = BenchmarkCard(
        name="mcq",
        title="Multiple-choice questions in any JSON, JSONL, CSV or Parquet",
        licence="that of the source",
        homepage="",
        layout="a .json, .jsonl, .csv, .tsv or .parquet file",
    )
    ids_are_unique: ClassVar[bool] = False

    def __init__(self, options: McqOptions | None = None) -> None:
        """Take the column mapping and what else the user says; columns are guessed without it."""
        self.options = options or McqOptions()

    def recognises(self, source: Path) -> bool:
        """Say no: any file may be meant, so this reader is never suggested."""
        return False

    def files(self, source: Path) -> list[Path]:
        """Return the file itself, or a folder's files of one kind, sorted; one level deeper where it has none.

        Raises `SourceNotFound` where there is no such file, `WrongBenchmark` for a file with another suffix and
        `ConfigInvalid` for a folder with files of several kinds.
        """
        if source.is_file():
            if source.suffix.lower() not in SUFFIXES:
                raise WrongBenchmark(f"{source} is of no kind that mcq reads; use one of {', '.join(SUFFIXES)}")
            return [source]
        if not source.is_dir():
            raise SourceNotFound(f"{source} does not exist; check the path")
        found = find_below(source, *(f"*{suffix}" for suffix in SUFFIXES))
        if not found:
            raise SourceNotFound(f"{source} holds no file that mcq reads ({', '.join(SUFFIXES)}); check the path")
        kinds = sorted({SUFFIXES[path.suffix.lower()] for path in found})
        if len(kinds) > 1:
            raise ConfigInvalid(f"{source} holds {' and '.join(kinds)} files; name one file, or keep one kind there")
        return found

    def read(self, source: Path, files: list[Path]) -> Iterator[Batch]:
        """Yield the rows of all `files` in order; raise `ConfigInvalid` where the mapping does not fit a file."""
        return read_files(files, source, self.options.name, partial(self._records, source=source))

    def _records(self, path: Path, source: Path) -> Iterator[Record | Rejected]:
        name = relative_name(path, source)
        rows = read_rows(path, name)
        for first in rows:
            if isinstance(first, Rejected):
                yield first
                continue
            head = [first, *itertools.islice(rows, ROWS_LOOKED_AT - 1)]
            seen = dict.fromkeys(column for row in head if not isinstance(row, Rejected) for column in row.values)
            columns = resolve_columns(self.options.mapping, seen, str(path))
            split = split_of_file(name)
            for row in itertools.chain(head, rows):
                yield row if isinstance(row, Rejected) else record_of(row, columns, self.options, name, split)
