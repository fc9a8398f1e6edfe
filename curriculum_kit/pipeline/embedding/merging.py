"""Many small parts of the cache into one: each costs a file to open at every look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import filelock
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curriculum_kit.pipeline.embedding.parts import PartBroken, Seen, sweep, write_part

MANY = 32
"""Small parts that are left as they are."""

SMALL = 65_536
"""Rows of a part that is not merged any more: 130 MB of 512 dimensions."""


def merge_small(folder: Path, look: Callable[[], Seen]) -> None:
    """Merge the small parts below `folder` into one if they are many, and remove them; the first of equal keys stays.

    Done by one process at a time. Where it cannot be done, for want of room or permission, the cache stays as it
    is: it is then slower, not wrong.
    """
    if not folder.is_dir():
        return
    try:
        with filelock.FileLock(folder / ".lock", timeout=0):
            sweep(folder)
            seen = look()
            small = [part.rows < SMALL for part in seen.parts]
            if sum(small) <= MANY:
                return
            dimensions = seen.parts[0].dimensions
            write_part(folder, _kept(seen, small), dimensions)
            for part, merged in zip(seen.parts, small, strict=True):
                if merged:
                    part.path.unlink(missing_ok=True)
    except (OSError, PartBroken, filelock.Timeout):
        return


def _kept(seen: Seen, small: list[bool]) -> Iterator[pa.Table]:
    """Yield the rows of the small parts, a row group at a time, without keys that an earlier row has."""
    first = _first_of_each(seen.keys)
    start = 0
    for part, merged in zip(seen.parts, small, strict=True):
        for number, rows in enumerate(part.groups):
            if merged:
                yield part.group(number).filter(pa.array(first[start : start + rows]))
            start += rows


def _first_of_each(keys: pa.ChunkedArray) -> NDArray[np.bool_]:
    codes = pc.index_in(keys, value_set=keys).to_numpy()
    first: NDArray[np.bool_] = codes == np.arange(len(codes))
    return first
