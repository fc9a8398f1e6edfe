"""Files of exported rows, written row by row or batch by batch: JSON lines, one JSON list, or Parquet."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq


class RowFile(Protocol):
    """A file that rows are appended to."""

    rows: int

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        """Append rows."""

    def close(self) -> None:
        """Write what ends the file."""


class JsonRows:
    """Rows as JSON, one a line; `as_list` makes one JSON list of all of them."""

    def __init__(self, path: Path, as_list: bool) -> None:
        self.rows = 0
        self._as_list = as_list
        self._stream = path.open("w", encoding="utf-8")

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        """Append rows."""
        for row in rows:
            if self._as_list:
                self._stream.write(",\n" if self.rows else "[\n")
            self._stream.write(json.dumps(row, ensure_ascii=False))
            if not self._as_list:
                self._stream.write("\n")
            self.rows += 1

    def close(self) -> None:
        """End the list, if it is one, and the file."""
        if self._as_list:
            self._stream.write("\n]\n")
        self._stream.close()


class ParquetRows:
    """Rows as Parquet, a row group for each batch: readers of images want small ones."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.rows = 0
        self._schema = schema
        self._writer = pq.ParquetWriter(path, schema, compression="zstd", compression_level=1)

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        """Append rows."""
        self._writer.write_table(pa.Table.from_pylist(list(rows), schema=self._schema))
        self.rows += len(rows)

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


def open_rows(path: Path, schema: Callable[[], pa.Schema]) -> RowFile:
    """Return a file to append rows to, of the format that its name ends with; `schema` is asked for Parquet alone."""
    if path.suffix == ".parquet":
        return ParquetRows(path, schema())
    return JsonRows(path, as_list=path.suffix == ".json")
