"""Which images and regions are to be embedded, each with the key that its vector is cached by.

A key is the SHA-256 of the image file, so that the same image of two benchmarks is embedded once, and one that was
written anew is embedded again. A region's key goes on with its box.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.encoders.clip.batches import CORNERS, default_workers
from curriculum_kit.storage import sha256_of

HASH_LENGTH = 64
"""Characters of a key that are the file's SHA-256; what follows is the box."""

GRID = 2**16
"""Corners are told apart to this part of an image's width and height: finer than a pixel, coarser than float32."""

WANTED = pa.schema([("key", pa.string()), ("path", pa.string()), *((corner, pa.float32()) for corner in CORNERS)])
"""Rows to embed; `key` is null where no file is known, `path` where it is not known where the file lies, and the
corners where the whole image is meant."""


def wanted_images(
    images: pa.Table, workers: int | None = None, on_progress: Callable[[int, int], None] | None = None
) -> pa.Table:
    """Return a table of the schema `WANTED`, row by row, for images or regions.

    Columns: `sha256` and `path` (strings, the path absolute), either null where it is not known, and `x0`, `y0`,
    `x1`, `y1` (fractions of width and height) where regions are meant; four nulls are the whole image. Files
    whose hash is not known are hashed here, and `on_progress` is told how many of how many. The key stays null
    where there is no such file.
    """
    hashes = _all_hashes(images["sha256"].cast(pa.string()), images["path"], workers, on_progress)
    nothing = pa.nulls(images.num_rows, pa.float32())
    given = set(CORNERS) <= set(images.column_names)
    corners = [images[corner].cast(pa.float32()) if given else nothing for corner in CORNERS]
    return pa.table([keys_of(hashes, corners), images["path"].cast(pa.string()), *corners], schema=WANTED)


def keys_of(hashes: pa.ChunkedArray, corners: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    """Return the keys of images whose files have these hashes, or of their regions.

    `corners` are the four columns x0, y0, x1, y1 in float32, null in all four for a whole image.

    >>> import pyarrow as pa
    >>> half = [pa.array([side], pa.float32()) for side in (0, 0.25, 0.5, 1)]
    >>> keys_of(pa.array(["e3b0c442"]), half).to_pylist()
    ['e3b0c442@0,16384,32768,65536']
    >>> keys_of(pa.array(["e3b0c442"]), [pa.nulls(1, pa.float32())] * 4).to_pylist()
    ['e3b0c442']
    """
    shown = [_on_grid(corner) for corner in corners]
    box = pc.binary_join_element_wise(*shown, ",")
    region = pc.binary_join_element_wise(hashes, box, "@")
    whole = functools.reduce(pc.and_, (pc.is_null(corner) for corner in corners))
    return pc.if_else(whole, hashes, region)


def _on_grid(corner: pa.ChunkedArray) -> pa.ChunkedArray:
    # As text from the float: a corner may be infinite, or none at all, and is for the decoder to turn away.
    steps = pc.round(pc.multiply(pc.cast(corner, pa.float64()), float(GRID)))
    return pc.fill_null(pc.cast(pc.add(steps, 0.0), pa.string()), "nan")  # adding 0 makes of -0 a 0


def _all_hashes(
    hashes: pa.ChunkedArray,
    paths: pa.ChunkedArray,
    workers: int | None,
    on_progress: Callable[[int, int], None] | None,
) -> pa.ChunkedArray:
    """Return the hashes, with those of the files filled in where they are null."""
    unknown = pc.if_else(pc.is_null(hashes), paths, None)
    files = pc.unique(unknown).drop_null()
    if not len(files):
        return hashes
    found: list[str | None] = []
    with ThreadPoolExecutor(workers or default_workers()) as pool:
        for digest in pool.map(hash_of_file, files.to_pylist()):
            found.append(digest)
            if on_progress:
                on_progress(len(found), len(files))
    return pc.coalesce(hashes, pa.array(found, pa.string()).take(pc.index_in(unknown, value_set=files)))


def hash_of_file(path: str) -> str | None:
    """Return the SHA-256 of a file, or None where there is none, or none that can be read."""
    try:
        file = Path(path)
        return sha256_of(file) if file.is_file() else None  # a pipe would be waited for
    except (OSError, ValueError):  # ValueError: a path with a null character
        return None
