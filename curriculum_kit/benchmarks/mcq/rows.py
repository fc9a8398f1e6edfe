"""Rows of JSON, JSONL, CSV, TSV and Parquet files, one after the other, as dicts of column to value.

Reads files in a stream, except for JSON arrays. Turns away lines that are no JSON, not UTF-8 or no object, and CSV
rows that have more or fewer fields than the header.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from curriculum_kit.benchmarks.base import Rejected, load_json_array
from curriculum_kit.errors import SourceUnreadable
from curriculum_kit.schemas import Reason

if TYPE_CHECKING:
    import pyarrow as pa

_MAX_FIELD = 10_000_000
"""Characters of one CSV field; a longer one is a quote that is never closed."""
_PARQUET_ROWS = 1_000
"""Rows held at once: few, for images may be stored in them."""


class Row(NamedTuple):
    """A row and its place: line from 1 in text files, row from 0 in JSON arrays and Parquet."""

    position: int
    values: dict[str, Any]


def read_rows(path: Path, source: str) -> Iterator[Row | Rejected]:
    """Yield the rows of a file whose suffix is one of `SUFFIXES`; `source` names it in rejects.

    Raises `SourceUnreadable` where the file cannot be read, or is as a whole not what its suffix says.
    """
    try:
        yield from _READERS[SUFFIXES[path.suffix.lower()]](path, source)
    except OSError as error:
        raise SourceUnreadable(f"{path} cannot be read ({error.strerror or error}); fetch it again") from error


def _json(path: Path, source: str) -> Iterator[Row | Rejected]:
    if _is_json_lines(path):
        yield from _json_lines(path, source)
        return
    for position, row in enumerate(_json_array(path)):
        yield _object(row, position, source)


def _is_json_lines(path: Path) -> bool:
    """Say whether a `.json` file holds an object per line, as many data sets do."""
    with path.open("rb") as stream:
        lines = [stream.readline(), stream.readline()]
    if not lines[0].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return False
    try:
        return all(isinstance(json.loads(line.decode("utf-8-sig")), dict) for line in lines)
    except (ValueError, RecursionError):
        return False


def _json_array(path: Path) -> list[Any]:
    """Return the rows of `[...]` or of `{"data": [...]}` with exactly one array in it."""
    with path.open("rb") as stream:
        start = stream.read(1_000).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith(b"{"):
        return load_json_array(path)
    try:
        whole = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SourceUnreadable(f"{path} is no valid JSON ({error}); fetch it again") from error
    arrays = [value for value in whole.values() if isinstance(value, list)]
    if len(arrays) != 1:
        raise SourceUnreadable(
            f"{path} holds an object with {len(arrays)} arrays (keys {', '.join(list(whole)[:10])}); "
            "write its rows as one JSON array"
        )
    return arrays[0]


def _json_lines(path: Path, source: str) -> Iterator[Row | Rejected]:
    with path.open("rb") as stream:
        for number, data in enumerate(stream, start=1):
            line = data.removeprefix(b"\xef\xbb\xbf") if number == 1 else data
            if not line.strip():
                continue
            try:
                yield _object(json.loads(line.decode()), number, source)
            except UnicodeDecodeError as error:
                raw = line.decode("utf-8", "backslashreplace")
                yield Rejected(source, number, Reason.NOT_UTF8, raw, f"byte {error.start}")
            except (ValueError, RecursionError) as error:
                yield Rejected(source, number, Reason.NOT_JSON, line.decode(), str(error))


def _object(row: Any, position: int, source: str) -> Row | Rejected:
    if isinstance(row, dict):
        return Row(position, row)
    return Rejected(source, position, Reason.NOT_AN_OBJECT, row, f"a JSON {type(row).__name__}")


def _csv(path: Path, source: str) -> Iterator[Row | Rejected]:
    csv.field_size_limit(_MAX_FIELD)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    # Bytes that are not UTF-8 become lone surrogates, so that one bad row does not end the file.
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        reader = csv.reader(stream, delimiter=delimiter)
        try:
            header = next((row for row in reader if row), [])
            _check_header(header, path)
            begin = reader.line_num + 1
            for cells in reader:
                if cells:
                    yield _csv_row(cells, header, begin, source)
                begin = reader.line_num + 1
        except csv.Error as error:
            raise SourceUnreadable(
                f"{path} is no valid CSV near line {reader.line_num} ({error}); look for a quote that is never closed"
            ) from error


def _check_header(header: list[str], path: Path) -> None:
    if not all(_is_utf8(name) and "\0" not in name for name in header):
        raise SourceUnreadable(f"{path} is not UTF-8 in its header; convert it to UTF-8")
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise SourceUnreadable(f"{path} has several columns named {', '.join(doubled)}; rename them")


def _csv_row(cells: list[str], header: list[str], position: int, source: str) -> Row | Rejected:
    # isascii first: it answers for most cells without a copy.
    if any(not cell.isascii() and not _is_utf8(cell) for cell in cells):
        return Rejected(source, position, Reason.NOT_UTF8, cells)
    if len(cells) != len(header):
        detail = f"{len(cells)} fields, the header has {len(header)}"
        return Rejected(source, position, Reason.WRONG_FIELD_COUNT, cells, detail)
    return Row(position, dict(zip(header, cells, strict=True)))


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _parquet(path: Path, source: str) -> Iterator[Row | Rejected]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as table:
            leaves = [table.schema.column(number).path for number in range(len(table.schema))]
            # Images' bytes are never used, and are most of a file that embeds them.
            columns = [leaf for leaf in leaves if not leaf.endswith(".bytes")]
            position = 0
            for batch in table.iter_batches(batch_size=_PARQUET_ROWS, columns=columns):
                rows: list[Row | Rejected]
                try:
                    rows = [Row(position + place, values) for place, values in enumerate(batch.to_pylist())]
                except ValueError:  # text that is not UTF-8, a time that Python cannot hold
                    rows = [_parquet_row(batch, place, position + place, source) for place in range(batch.num_rows)]
                yield from rows
                position += batch.num_rows
    except pa.ArrowException as error:
        raise SourceUnreadable(f"{path} is no readable Parquet file ({error}); fetch it again") from error


def _parquet_row(batch: pa.RecordBatch, place: int, position: int, source: str) -> Row | Rejected:
    values: dict[str, Any] = {}
    failed: tuple[Reason, str] | None = None
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            values[name] = column[place].as_py()
        except UnicodeDecodeError:
            failed = (Reason.NOT_UTF8, name)
        except ValueError:
            failed = (Reason.FIELD_NOT_TEXT, name)
    return Rejected(source, position, failed[0], values, failed[1]) if failed else Row(position, values)


_READERS: dict[str, Callable[[Path, str], Iterator[Row | Rejected]]] = {
    "json": _json,
    "jsonl": _json_lines,
    "csv": _csv,
    "tsv": _csv,
    "parquet": _parquet,
}
SUFFIXES = {".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet"}
"""File suffix to kind of file; the files of one folder must be of one kind."""
