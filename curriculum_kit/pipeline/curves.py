"""S(q) over a curriculum, as its shards hold it: what the pictures draw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.errors import SourceNotFound
from curriculum_kit.storage import iter_table

WINDOW = 0.02
"""Share of the rows that one mean is of."""

POINTS = 1_000
"""More are not seen in a picture."""


def curve_of(shards: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x, shares of the curriculum from 0 to 1, and y, the mean S(q) around there; at most `POINTS` of each.

    `shards` is the folder with `tier=N/part-NNNNN.parquet`. Raises `SourceNotFound` where it holds no shard.
    """
    files = sorted(shards.glob("tier=*/part-*.parquet"), key=_place)
    if not files:
        raise SourceNotFound(f"{shards} holds no shards; name the shards/ of a curriculum")
    values = np.concatenate(
        [
            batch["difficulty"].to_numpy()
            for file in files
            for batch in iter_table(file, "shard", columns=["difficulty"])
        ]
    )
    rows = np.unique(np.linspace(0, len(values) - 1, POINTS).round().astype(np.int64))
    return rows / max(len(values) - 1, 1), moving_mean(values, rows)


def moving_mean(values: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the mean over `WINDOW` of the values around each row, over what there is of it at the ends."""
    half = max(round(len(values) * WINDOW / 2), 1)
    low, high = np.maximum(rows - half, 0), np.minimum(rows + half + 1, len(values))
    total = np.concatenate(([0.0], np.cumsum(values)))
    means: NDArray[np.float64] = (total[high] - total[low]) / (high - low)
    return means


def _place(file: Path) -> tuple[int, str]:
    """Return what files are sorted by: tier 10 comes after tier 9."""
    return int(file.parent.name.removeprefix("tier=")), file.name
