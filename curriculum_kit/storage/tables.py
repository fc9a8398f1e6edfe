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

_UNIQUE = frozenset(
    {"question_id", "group_id", "image_id", "question", "record", "scene_graph", "sha256", "path"}
    | {"content", "bytes", "vector"}
)
"""Columns whose values hardly repeat: a dictionary would be filled, found too large and thrown away."""


def _repeating(name: str, kind: pa.DataType) -> Iterator[str]:
    """Yield the paths that Parquet knows a column by, a path per leaf of a nested one, where values repeat."""
    if pa.types.is_map(kind):
        yield from (f"{name}.key_value.key", f"{name}.key_value.value")
    elif pa.types.is_list(kind):
        yield from _repeating(f"{name}.list.element", kind.value_type)
    elif pa.types.is_struct(kind):
        for field in kind:
            yield from _repeating(f"{name}.{field.name}", field.type)
    elif not _UNIQUE.intersection(name.split(".")):
        yield name


def _plain(kind: pa.DataType) -> pa.DataType:
    """Return a type without its dictionaries, at any depth."""
    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_map(kind):
        return pa.map_(_plain(kind.key_type), _plain(kind.item_type))
    return pa.list_(_plain(kind.value_type)) if pa.types.is_list(kind) else kind


class ParquetSink:
    """Writes one table batch by batch in row groups of a fixed size, `ROW_GROUP` unless another is given.

    The bytes of the file depend on the rows alone, not on the batches they came in. Batches are cast
    to the table's schema; a null in a column that may not be null raises. Text that repeats may come as
    dictionaries of distinct values, in the same columns of every batch; it is written without being hashed
    again, and read as text. Only in the order of these dictionaries do bytes follow the batches.
    """

    def __init__(
        self, path: Path, table: str, metadata: dict[str, str] | None = None, row_group: int | None = None
    ) -> None:
        self.path = path
        self.rows = 0
        self._row_group = row_group or ROW_GROUP
        self._schema = schema_of(table).with_metadata(metadata)
        self._writer: pq.ParquetWriter | None = None
        self._pending: list[pa.Table] = []
        self._waiting = 0
        path.parent.mkdir(parents=True, exist_ok=True)

    def _open(self, schema: pa.Schema) -> pq.ParquetWriter:
        repeating = [leaf for field in self._schema for leaf in _repeating(field.name, field.type)]
        return pq.ParquetWriter(
            self.path,
            schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=repeating,
            # A reader skips row groups by their smallest and largest value. Nobody looks for a question by
            # its place in the alphabet, and statistics of every column take a sixth of the time of writing.
            write_statistics=[leaf for leaf in repeating if leaf in self._schema.names],
            store_schema=schema.equals(self._schema),  # a stored schema would have readers give dictionaries
        )

    def _conform(self, table: pa.Table) -> pa.Table:
        """Return a batch with the schema of the file, which is that of the first batch if only dictionaries differ."""
        if self._writer is None:
            plain = pa.schema([field.with_type(_plain(field.type)) for field in table.schema])
            # Without the stored schema a file has no metadata either.
            encoded = plain.equals(self._schema) and not self._schema.metadata
            self._writer = self._open(table.schema if encoded else self._schema)
        schema = self._writer.schema
        return table if table.schema.equals(schema) else table.cast(schema)

    def write(self, batch: pa.Table | pa.RecordBatch) -> None:
        """Append rows; whole row groups are written as soon as they are full."""
        table = pa.Table.from_batches([batch]) if isinstance(batch, pa.RecordBatch) else batch
        if not table.num_rows:
            return
        self._pending.append(self._conform(table))
        self._waiting += table.num_rows
        self.rows += table.num_rows
        if self._waiting >= self._row_group:
            self._flush(whole_groups_only=True)

    def _flush(self, whole_groups_only: bool) -> None:
        assert self._writer is not None, "rows wait only once a batch has opened the file"
        joined = pa.concat_tables(self._pending)
        end = joined.num_rows // self._row_group * self._row_group if whole_groups_only else joined.num_rows
        for start in range(0, end, self._row_group):
            # One chunk per group: page boundaries would follow the chunks of the input otherwise.
            group = joined.slice(start, min(self._row_group, end - start)).combine_chunks()
            self._writer.write_table(group, row_group_size=self._row_group)
        self._pending = [joined.slice(end)]
        self._waiting = joined.num_rows - end

    def close(self) -> None:
        """Write what is left and the footer."""
        if self._waiting:
            self._flush(whole_groups_only=False)
        (self._writer or self._open(self._schema)).close()

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
        if self._writer:
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


def rows_in(path: Path) -> int:
    """Return the number of rows of a table, from its footer alone."""
    return int(pq.read_metadata(path).num_rows)


def read_table(path: Path, table: str) -> pa.Table:
    """Read a whole table and check its schema."""
    return open_table(path, table).read()


def iter_table(
    path: Path, table: str, batch_rows: int = ROW_GROUP, columns: list[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """Stream a table in batches of at most `batch_rows` rows."""
    yield from open_table(path, table).iter_batches(batch_rows, columns=columns)
