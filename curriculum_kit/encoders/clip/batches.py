"""Arrow batches of images in, Arrow batches of vectors out: the same function in-process and on a cluster."""

from __future__ import annotations

import os
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from PIL import Image

from curriculum_kit.encoders import unit_rows
from curriculum_kit.encoders.clip.decoding import Box, Pixels, regions_of
from curriculum_kit.enums import ImageStatus
from curriculum_kit.errors import EmbeddingsInvalid

CORNERS = ("x0", "y0", "x1", "y1")

_AHEAD = 4  # batches of the model that are decoded before an accelerator asks for them

Regions = tuple[list[Pixels | None], list[ImageStatus]]


def default_workers() -> int:
    """Return how many threads decode: one per core that this process may use, 16 at most."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(16, cores)


def vector_schema(dimensions: int) -> pa.Schema:
    """Return the columns of an encoded batch; a vector is null where the status is not `ok`."""
    vector = pa.list_(pa.float32(), dimensions)
    return pa.schema([("key", pa.string()), ("vector", vector), ("status", pa.string())])


def encode_rows(
    batch: Any,
    embed: Callable[[Pixels], NDArray[np.float32]],
    shape_image: Callable[[Image.Image], Image.Image],
    dimensions: int,
    batch_size: int,
    workers: int,
    overlap: bool,
) -> Any:
    """Return key, vector (unit length) and status of each row of a RecordBatch or Table, in order and of the same kind.

    Columns: `key` (string), `bytes` (binary) or `path` (string) or both, of which the bytes are taken where they
    are not null, and `x0`, `y0`, `x1`, `y1` where regions are meant; four nulls are the whole image. Rows of one
    image share its decoding. `embed` turns (n, height, width, 3) into (n, `dimensions`). With `overlap` threads
    decode meanwhile, for a model on an accelerator; one on the processor wants all cores to itself. Raises
    `EmbeddingsInvalid` for other columns and for a model that gives NaN.
    """
    keys, sources = _sources(batch)
    boxes = _boxes(batch)
    rows_of: dict[bytes | str | None, list[int]] = {}
    for row, source in enumerate(sources):
        rows_of.setdefault(source, []).append(row)
    vectors = np.zeros((len(keys), dimensions), dtype=np.float32)
    status = np.full(len(keys), ImageStatus.MISSING.value, dtype=object)
    ready: list[tuple[int, Pixels]] = []

    def look(item: tuple[bytes | str | None, list[int]]) -> Regions:
        source, rows = item
        if source is None:
            return [None] * len(rows), [ImageStatus.MISSING] * len(rows)
        return regions_of(source, [boxes[row] for row in rows], shape_image)

    def flush(count: int) -> None:
        taken, ready[:count] = ready[:count], []
        rows = [row for row, _ in taken]
        found = embed(np.stack([pixels for _, pixels in taken]))
        vectors[rows] = unit_rows(found, [keys[row] for row in rows], "CLIP's image tower")

    # Around the threads, not in them: the filters belong to the process, and threads would undo each other's.
    with warnings.catch_warnings(), ThreadPoolExecutor(workers) as pool:
        warnings.simplefilter("ignore")
        items = list(rows_of.items())
        results = (
            _ahead(pool, look, items, _AHEAD * batch_size) if overlap else _by_turns(pool, look, items, batch_size)
        )
        for (_, rows), (pixels, states) in zip(items, results, strict=True):
            status[rows] = [state.value for state in states]
            ready += [(row, found) for row, found in zip(rows, pixels, strict=True) if found is not None]
            while len(ready) >= batch_size:
                flush(batch_size)
        if ready:
            flush(len(ready))
    values = pa.array(vectors.ravel(), pa.float32())
    lacking = pa.array(status != ImageStatus.OK.value)
    column = pa.FixedSizeListArray.from_arrays(values, dimensions, mask=lacking)
    arrays = [pa.array(keys, pa.string()), column, pa.array(status.tolist(), pa.string())]
    return type(batch).from_arrays(arrays, schema=vector_schema(dimensions))


def _sources(batch: Any) -> tuple[list[str], list[bytes | str | None]]:
    """Return the keys, and of each row the content of its file or else its path."""
    names = batch.schema.names
    if "key" not in names or not {"bytes", "path"} & set(names):
        raise EmbeddingsInvalid(
            f"a batch of images has the columns {', '.join(names)}; give key, and bytes or path, to CLIP"
        )
    keys: list[str] = batch.column("key").to_pylist()
    paths = batch.column("path").to_pylist() if "path" in names else [None] * len(keys)
    contents = batch.column("bytes").to_pylist() if "bytes" in names else [None] * len(keys)
    return keys, [path if content is None else content for content, path in zip(contents, paths, strict=True)]


def _boxes(batch: Any) -> Sequence[Box | None]:
    if not set(CORNERS) <= set(batch.schema.names):
        return [None] * batch.num_rows
    corners = zip(*(batch.column(corner).to_pylist() for corner in CORNERS), strict=True)
    nan = float("nan")
    return [
        None if box == (None,) * 4 else tuple(nan if side is None else side for side in box)  # type: ignore[misc]
        for box in corners
    ]


def _ahead(
    pool: ThreadPoolExecutor, function: Callable[[Any], Regions], items: Sequence[Any], ahead: int
) -> Iterator[Regions]:
    """Yield the results in order while at most `ahead` items are in the works: `pool.map` would begin all at once."""
    waiting: deque[Future[Regions]] = deque()
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _by_turns(
    pool: ThreadPoolExecutor, function: Callable[[Any], Regions], items: Sequence[Any], size: int
) -> Iterator[Regions]:
    """Yield the results in order, `size` items at a time, with no thread at work between them."""
    for start in range(0, len(items), size):
        yield from list(pool.map(function, items[start : start + size]))
