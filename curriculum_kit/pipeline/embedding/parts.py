"""One file of the cache: a Parquet table of keys, vectors and statuses, written whole or not at all."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from curriculum_kit.encoders.clip import vector_schema

PATTERN = "part-*.parquet"

GROUP = 4096
"""Rows per row group, which is the least that is read: 8 MB of 512 dimensions."""

_LEFT_BEHIND = 24 * 3600  # seconds after which an unfinished file is that of a run which was killed


class PartBroken(Exception):
    """A file of the cache is truncated, damaged, or was not written by ckit."""


class Part:
    """A part of the cache. No file stays open between two calls: there may be thousands."""

    def __init__(self, path: Path) -> None:
        """Look at the end of the file. Like the methods, raise `PartBroken`, or `OSError` where it is gone."""
        self.path = path
        with _opened(path) as file:
            schema, metadata = file.schema_arrow, file.metadata
            self.groups = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
        kind = schema.field("vector").type if "vector" in schema.names else pa.null()
        if not pa.types.is_fixed_size_list(kind) or schema.names != vector_schema(kind.list_size).names:
            raise PartBroken(f"its columns are {', '.join(schema.names)}")
        self.dimensions = int(kind.list_size)

    @property
    def rows(self) -> int:
        """The number of rows."""
        return sum(self.groups)

    def read(self, columns: list[str]) -> pa.Table:
        """Return these columns of all rows."""
        with _opened(self.path) as file:
            return file.read(columns=columns)

    def group(self, number: int) -> pa.Table:
        """Return the rows of one row group."""
        with _opened(self.path) as file:
            return file.read_row_group(number)

    def vectors(self, number: int, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of some rows of a row group, float32 (len(rows), dimensions); NaN where there is none."""
        with _opened(self.path) as file:
            column = file.read_row_group(number, columns=["vector"])["vector"].combine_chunks()
        numbers = column.values.to_numpy(zero_copy_only=False)
        found: NDArray[np.float32] = numbers.reshape(-1, self.dimensions)[rows]
        return found


@dataclass(frozen=True)
class Seen:
    """The parts, and the key and status of each of their rows, one part after the other."""

    parts: list[Part]
    keys: pa.ChunkedArray
    status: pa.ChunkedArray


def write_part(folder: Path, tables: Iterable[pa.Table], dimensions: int) -> Path:
    """Write tables of `vector_schema` into one new part and return its path; parts sort by the time of writing.

    Raises `OSError` where the disk is full or the folder may not be written, and leaves no part then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Two processes that write at the same time must not meet.
    name = f"part-{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
    unfinished, finished = folder / f".{name}.tmp", folder / f"{name}.parquet"
    try:
        with pq.ParquetWriter(
            unfinished,
            schema := vector_schema(dimensions),
            # Vectors hardly shrink. The checksums tell a damaged one, which would look like any other.
            compression={"key": "zstd", "vector.list.element": "none", "status": "zstd"},
            use_dictionary=["status"],
            write_statistics=False,
            write_page_checksum=True,
        ) as writer:
            for table in tables:
                writer.write_table(table.cast(schema), row_group_size=GROUP)
        unfinished.replace(finished)
    finally:
        unfinished.unlink(missing_ok=True)
    return finished


def sweep(folder: Path) -> None:
    """Remove what runs that were killed have left unfinished, once no run can still be at it."""
    for path in folder.glob(".part-*.tmp"):
        if time.time() - path.stat().st_mtime > _LEFT_BEHIND:
            path.unlink(missing_ok=True)


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise PartBroken(str(error)) from error  # what pyarrow finds wrong with a file has no number
