"""Tables on disk: Parquet in row groups of a fixed size, checked against the schemas when written and read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from curriculum_kit.errors import SchemaMismatch, SourceNotFound
from curriculum_kit.schemas import check_schema, schema_of

ROW_GROUP = 50_000
"""Rows per Parquet row group: about 10 MB of questions, small enough to stream."""

_UNIQUE = frozenset({"question_id", "group_id", "question", "record", "scene_graph", "sha256"})
"""Columns whose values hardly repeat: a dictionary would be filled, found too large and thrown away."""


class ParquetSink:
    """Writes one table batch by batch in row groups of a fixed size.

    The bytes of the file depend on the rows alone, not on the batches they came in. Batches are cast
    to the table's schema; a null in a column that may not be null raises.
    """

    def __init__(self, path: Path, table: str, metadata: dict[str, str] | None = None) -> None:
        self.path = path
        self.rows = 0
        self._schema = schema_of(table).with_metadata(metadata)
        self._pending: list[pa.Table] = []
        self._waiting = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        encoded = [name for name in self._schema.names if name not in _UNIQUE]
        self._writer = pq.ParquetWriter(
            path, self._schema, compression="zstd", compression_level=1, use_dictionary=encoded
        )

    def write(self, batch: pa.Table | pa.RecordBatch) -> None:
        """Append rows; whole row groups are written as soon as they are full."""
        table = pa.Table.from_batches([batch]) if isinstance(batch, pa.RecordBatch) else batch
        if not table.num_rows:
            return
        self._pending.append(table if table.schema.equals(self._schema) else table.cast(self._schema))
        self._waiting += table.num_rows
        self.rows += table.num_rows
        if self._waiting >= ROW_GROUP:
            self._flush(whole_groups_only=True)

    def _flush(self, whole_groups_only: bool) -> None:
        joined = pa.concat_tables(self._pending)
        end = joined.num_rows // ROW_GROUP * ROW_GROUP if whole_groups_only else joined.num_rows
        for start in range(0, end, ROW_GROUP):
            # One chunk per group: page boundaries would follow the chunks of the input otherwise.
            group = joined.slice(start, min(ROW_GROUP, end - start)).combine_chunks()
            self._writer.write_table(group, row_group_size=ROW_GROUP)
        self._pending = [joined.slice(end)]
        self._waiting = joined.num_rows - end

    def close(self) -> None:
        """Write what is left and the footer."""
        if self._waiting:
            self._flush(whole_groups_only=False)
        self._writer.close()

    def __enter__(self) -> Self:
        """Return the sink itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file; on an error, one while closing too, the unfinished file is removed."""
        try:
            if kind is None:
                self.close()
                return
        except BaseException:
            self._discard()
            raise
        self._discard()

    def _discard(self) -> None:
        with contextlib.suppress(Exception):  # the first error is the one to show
            self._writer.close()
        self.path.unlink(missing_ok=True)


def write_table(path: Path, data: pa.Table, table: str) -> None:
    """Write a whole table at once."""
    with ParquetSink(path, table) as sink:
        sink.write(data)


def open_table(path: Path, table: str) -> pq.ParquetFile:
    """Open a table and check its schema; raise `SourceNotFound` or `SchemaMismatch` in one line."""
    if not path.is_file():
        raise SourceNotFound(f"{path} does not exist; name a folder that ckit wrote")
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise SchemaMismatch(f"{path} is no readable Parquet file; write it again with ckit") from error
    check_schema(file.schema_arrow, table, str(path))
    return file


def read_table(path: Path, table: str) -> pa.Table:
    """Read a whole table and check its schema."""
    return open_table(path, table).read()


def iter_table(
    path: Path, table: str, batch_rows: int = ROW_GROUP, columns: list[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """Stream a table in batches of at most `batch_rows` rows."""
    yield from open_table(path, table).iter_batches(batch_rows, columns=columns)
