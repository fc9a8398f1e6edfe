"""The similarity of all labels as a square, with a hierarchical clustering of them.

Reads the views `choices` and `similarity`. Values are bytes in base64, for 2,000 labels have two million pairs: 0 to
254 stand for 0 to 1, 255 for a pair that was not compared. Clusters are joined by average linkage on 1 - fused, pairs
that were not compared at distance 1; up to `MOST_ORDERED` labels the leaves are in optimal order (Bar-Joseph et al.,
2001).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

MOST_LABELS = 2_000
"""More are neither told apart nor quickly drawn; then the `COMMONEST` are shown."""
COMMONEST = 300
MOST_BYTES = 3_000_000
"""Of all values in base64; where channels would exceed it, the fused similarity stands alone."""
MOST_ORDERED = 600
"""The optimal order of 600 leaves takes half a second, of 1,000 two."""

UNKNOWN = 255
_CHANNELS = {
    "text_calibrated": "text encoder",
    "clip_text_calibrated": "CLIP, text tower",
    "clip_image_calibrated": "CLIP, image tower",
}


@dataclass(frozen=True)
class Matrix:
    """The square of labels; `values` hold its part above the diagonal, row by row."""

    labels: list[str]
    """In alphabetical order."""
    questions: list[int]
    """How many questions offer each."""
    values: dict[str, str]
    """By channel, the fused similarity first."""
    order: list[int]
    """The labels by cluster."""
    joins: list[list[float]]
    """[a, b, distance] of each join: numbers below the number of labels are labels, the others earlier joins."""
    of: int
    """Labels that there are."""


def matrix_of(database: duckdb.DuckDBPyConnection) -> Matrix | None:
    """Return the matrix; None where fewer than two labels are there."""
    (of,) = database.cursor().execute("SELECT count(*) FROM choices").fetchall()[0]
    most = of if of <= MOST_LABELS else COMMONEST
    query = (
        "SELECT choice_id, label, n_as_choice FROM choices "
        "QUALIFY row_number() OVER (ORDER BY n_as_choice DESC, label) <= ? ORDER BY label"
    )
    kept = database.cursor().execute(query, [most]).fetchall()
    if len(kept) < 2:
        return None
    ids = np.array([row[0] for row in kept])
    pairs = _pairs(database, ids)
    fused = pairs["fused"]
    order, joins = clusters(fused)
    known = {name: values for name, values in pairs.items() if name != "fused" and not np.isnan(values).all()}
    shown = {"fused": fused}
    if len(known) > 1 and (1 + len(known)) * len(fused) * 4 / 3 <= MOST_BYTES:
        shown |= {_CHANNELS[name]: values for name, values in known.items()}
    return Matrix(
        labels=[row[1] for row in kept],
        questions=[row[2] for row in kept],
        values={name: in_base64(values) for name, values in shown.items()},
        order=order,
        joins=joins,
        of=of,
    )


def in_base64(values: NDArray[np.float64]) -> str:
    """Return values from 0 to 1 as bytes in base64; NaN is `UNKNOWN`.

    >>> base64.b64decode(in_base64(np.array([0.0, 0.5, 1.0, np.nan]))).hex(" ")
    '00 7f fe ff'
    """
    levels = np.where(np.isnan(values), UNKNOWN, np.rint(np.clip(np.nan_to_num(values), 0, 1) * 254))
    return base64.b64encode(levels.astype(np.uint8).tobytes()).decode("ascii")


def clusters(fused: NDArray[np.float64]) -> tuple[list[int], list[list[float]]]:
    """Return the leaves in order and the joins of average linkage, from the pairs above the diagonal.

    >>> clusters(np.array([0.1, 0.9, 0.2]))  # the pairs (0, 1), (0, 2), (1, 2)
    ([1, 2, 0], [[2.0, 0.0, 0.1], [1.0, 3.0, 0.85]])
    """
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering

    distances = 1 - np.nan_to_num(fused, nan=0.0)
    tree = linkage(distances, "average")
    if len(tree) < MOST_ORDERED:
        tree = optimal_leaf_ordering(tree, distances)
    return leaves_list(tree).tolist(), tree[:, :3].round(4).tolist()


def _pairs(database: duckdb.DuckDBPyConnection, ids: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
    """Return the values of each pair of the labels with these ids, above the diagonal, row by row; NaN for none."""
    size = len(ids)
    place = np.full(int(ids.max()) + 1, -1)
    place[ids] = np.arange(size)
    columns = ", ".join(f"coalesce({name}, 'nan'::DOUBLE) AS {name}" for name in ("fused", *_CHANNELS))
    found = database.cursor().execute(f"SELECT choice_a, choice_b, {columns} FROM similarity").fetchnumpy()
    inside = (found["choice_a"] < len(place)) & (found["choice_b"] < len(place))
    one, other = (place[np.where(inside, found[name], 0)] for name in ("choice_a", "choice_b"))
    inside &= (one >= 0) & (other >= 0) & (one != other)
    low, high = np.minimum(one, other)[inside].astype(np.int64), np.maximum(one, other)[inside].astype(np.int64)
    at = low * size - low * (low + 1) // 2 + high - low - 1
    values = {}
    for name in ("fused", *_CHANNELS):
        values[name] = np.full(size * (size - 1) // 2, np.nan)
        values[name][at] = np.asarray(found[name], np.float64)[inside]
    return values
