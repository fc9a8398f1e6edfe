"""From wanted images to a filled cache: what is not there is embedded, and written a part at a time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.enums import ImageStatus
from curriculum_kit.errors import OutputUnwritable
from curriculum_kit.pipeline.embedding.cache import EmbeddingCache
from curriculum_kit.pipeline.embedding.engines import Encode

ROWS_PER_PART = 4096
SECONDS_PER_PART = 30.0

_LASTING = pa.array([ImageStatus.OK.value, ImageStatus.CORRUPT.value])
"""What follows from the content of a file, and so from its key. A file that is missing may come back."""


@dataclass(frozen=True)
class Embedded:
    """What came of a set of wanted images and regions, each counted once however often it is wanted."""

    wanted: int
    cached: int
    """How many were in the cache before; the `embedded` were tried now, the rest has no file to hash."""
    embedded: int
    status: dict[str, int]
    """How many are `ok`, `corrupt`, `missing`, or `changed`: the file is another than when it was hashed."""
    failed: pa.Table
    """key, path and status of those that are not `ok`, sorted by path."""
    seconds: float
    """Spent on what was tried now, the loading of the model included."""

    @property
    def images_per_second(self) -> float:
        """Return the speed, or 0 where nothing was embedded."""
        return self.embedded / self.seconds if self.embedded else 0.0


def embed(
    wanted: pa.Table,
    cache: EmbeddingCache,
    encode: Encode,
    on_progress: Callable[[int, int], None] | None = None,
    rows_per_part: int = ROWS_PER_PART,
    seconds_per_part: float = SECONDS_PER_PART,
) -> Embedded:
    """Embed what of `wanted` (schema `WANTED`) is not in the cache, and put it there.

    `encode` is called once, and not at all where nothing is new; `on_progress` is told how many of how many rows
    are done. What is done is written whenever `rows_per_part` rows wait or `seconds_per_part` have passed, and
    when the run fails, so that one that is killed loses no more than that and goes on where it was. Of several
    files with one key the first, by path, is read.
    """
    rows = _distinct(wanted)
    status = cache.status_of(rows["key"])
    new = rows.filter(pc.and_(pc.is_null(status), pc.is_valid(rows["key"])))
    started = time.perf_counter()
    writer = _Writer(cache, rows_per_part, seconds_per_part)
    if new.num_rows:
        cache.compact()
        with writer, closing(encode(new)) as batches:
            for found in batches:
                writer.take(found)
                if on_progress:
                    on_progress(writer.rows, new.num_rows)
        assert writer.rows == new.num_rows, "an engine gives a row for each that it gets"
        cache.compact()
    seconds = time.perf_counter() - started
    tried = writer.tried()
    now = tried["status"].take(pc.index_in(rows["key"], value_set=tried["key"]))
    final = pc.coalesce(status, now, ImageStatus.MISSING.value)
    unusable = pc.not_equal(final, ImageStatus.OK.value)
    return Embedded(
        wanted=rows.num_rows,
        cached=len(status) - status.null_count,
        embedded=new.num_rows,
        status=dict(sorted(Counter(final.to_pylist()).items())),
        failed=rows.select(["key", "path"]).append_column("status", final).filter(unusable),
        seconds=seconds,
    )


def _distinct(wanted: pa.Table) -> pa.Table:
    """Return a row for each key, and for each path without one, in the order of the paths.

    So the regions of an image stand together, and its file is decoded once.
    """
    ordered = wanted.sort_by([("path", "ascending"), ("key", "ascending")])
    told_apart = pc.coalesce(ordered["key"], ordered["path"], "")
    place = pc.index_in(told_apart, value_set=told_apart)
    first = pc.equal(place, pa.array(range(len(place)), pa.int32()))
    return ordered.filter(first)


class _Writer:
    """Gathers what an engine gives and writes it to the cache, part by part."""

    def __init__(self, cache: EmbeddingCache, rows_per_part: int, seconds_per_part: float) -> None:
        self.rows = 0
        self._cache, self._rows_per_part, self._seconds_per_part = cache, rows_per_part, seconds_per_part
        self._waiting: list[pa.Table] = []
        self._tried: list[pa.Table] = []
        self._written = time.monotonic()

    def take(self, found: pa.Table) -> None:
        """Add encoded rows; write a part when it is time."""
        self.rows += found.num_rows
        self._tried.append(found.select(["key", "status"]))
        self._waiting.append(found.filter(pc.is_in(found["status"], value_set=_LASTING)))
        waits = sum(table.num_rows for table in self._waiting)
        if waits >= self._rows_per_part or time.monotonic() - self._written >= self._seconds_per_part:
            self._write()

    def tried(self) -> pa.Table:
        """Return key and status of all rows."""
        schema = pa.schema([("key", pa.string()), ("status", pa.string())])
        return pa.concat_tables([schema.empty_table(), *self._tried])

    def _write(self) -> None:
        # Forgotten first: what could not be written once is not tried again while the error is on its way.
        rows, self._waiting = pa.concat_tables(self._waiting), []
        self._written = time.monotonic()
        if rows.num_rows:
            self._cache.add(rows)

    def __enter__(self) -> Self:
        """Return the writer itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what waits, on an error too: the first error is the one to show."""
        if self._waiting:
            with suppress(*([OutputUnwritable] if kind else [])):
                self._write()
