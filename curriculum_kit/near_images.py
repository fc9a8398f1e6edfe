"""Images that are nearly the same: copies that were encoded anew, resized, brightened or cropped a little.

Reads perceptual hashes of 64 bits, or unit vectors of an image encoder; gives pairs of rows. FAISS finds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curriculum_kit.errors import EmbeddingsInvalid
from curriculum_kit.schemas import BLANK_HASHES

MOST_BITS = 4
"""Bits of 64 in which the hashes of two copies of an image differ at most; always an even number, for a hash has as
many ones as zeros. Of 182 laparoscopic frames and 315 radiographs and scans, every copy as JPEG of quality 50, at half
or double size, or 10% brighter or darker is found, and 97% and 90% of those that lost 1% of each side. Of 117,569
pairs of frames of different videos, of different scans, and of a frame and a scan none is that near.
What is alike by nature sets the bound. Of 5,671 pairs of chest films 561 differ in at most 18 bits, 41 in 12, 7 in 10:
by that decline about one pair in 25,000 would be within 4 bits, one in 5,000 within 6. Among 10,000 such films either
finds pairs by chance, but only at 6 do they hang together so that no split could part them."""

SMALL = 20_000
"""Up to so many rows all are compared with all, which takes less than building an index."""

_BLOCKS, _BLOCK_BITS = 3, 21
"""Of 63 bits in three blocks, one differs in at most one bit where all differ in at most five: an exact index."""
_CELLS, _ROUNDS, _PROBES = 4, 4, 4
"""Cells of the index as a multiple of the root of the rows, rounds of k-means, and cells that are searched: those of
two nearly equal vectors are nearly the same. 100,000 vectors of 512 numbers take 16 s on two cores."""


class Pairs(NamedTuple):
    """Pairs of rows, each once with `first` < `second`, in order."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    value: NDArray[np.float64]
    """Bits in which the hashes differ, or the cosine of the vectors"""


def near_hashes(hashes: Sequence[str | None], most_bits: int = MOST_BITS, *, small: int = SMALL) -> Pairs:
    """Return the pairs of hashes (16 hexadecimal digits) that differ in 1 to `most_bits` bits, at most 5.

    Rows without a hash, and images of one colour, are in no pair. Equal hashes are no pair either: who wants them
    groups by them, and gives each but once, which keeps the number of pairs small.
    """
    assert 0 < most_bits <= 5, "the index is exact up to 5 bits"
    rows = np.array([row for row, key in enumerate(hashes) if key and key not in BLANK_HASHES], np.int64)
    if len(rows) < 2:
        return _pairs(rows[:0], rows[:0], np.zeros(0))
    import faiss

    codes = np.frombuffer(bytes.fromhex("".join(hashes[row] or "" for row in rows)), np.uint8).reshape(-1, 8)
    index: Any = faiss.IndexBinaryFlat(64)
    if len(rows) > small:
        index = faiss.IndexBinaryMultiHash(64, _BLOCKS, _BLOCK_BITS)
        index.nflip = 1
    index.add(codes)
    ends, bits, other = index.range_search(codes, most_bits + 1)  # FAISS leaves out the radius itself
    one = _queries(ends)
    keep = (one < other) & (bits > 0)
    return _pairs(rows[one[keep]], rows[other[keep]], bits[keep].astype(np.float64))


def near_vectors(vectors: NDArray[np.float32], least_cosine: float, *, small: int = SMALL) -> Pairs:
    """Return the pairs of unit vectors (rows x dimensions) whose cosine is at least `least_cosine`, in (0, 1].

    Above `small` rows only vectors in neighbouring cells of an index are compared, by which none of 1,000 pairs with
    cosines of 0.95 to 0.98 among 100,000 vectors was missed. Raises `EmbeddingsInvalid` for what is no unit vector.
    """
    assert 0 < least_cosine <= 1, "a cosine above 0"
    rows = len(vectors)
    if rows < 2:
        return _pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    import faiss

    vectors = np.ascontiguousarray(vectors, np.float32)
    lengths = np.linalg.norm(vectors, axis=1)
    if not np.allclose(lengths, 1, atol=1e-3):
        row = int(np.argmax(~(np.abs(lengths - 1) <= 1e-3)))
        raise EmbeddingsInvalid(f"row {row} of the image embeddings has length {lengths[row]:.3g}; give unit vectors")
    index: Any = faiss.IndexFlatIP(vectors.shape[1])
    if rows > small:
        cells = int(_CELLS * np.sqrt(rows))
        index = faiss.IndexIVFFlat(index, vectors.shape[1], cells, faiss.METRIC_INNER_PRODUCT)
        index.cp.niter, index.cp.max_points_per_centroid, index.cp.min_points_per_centroid = _ROUNDS, 40, 1
        index.train(vectors)
        index.nprobe = _PROBES
    index.add(vectors)
    # FAISS leaves out the bound itself, and equal vectors have a cosine of 1 only up to rounding.
    ends, cosine, other = index.range_search(vectors, least_cosine - 1e-6)
    one = _queries(ends)
    keep = one < other
    return _pairs(one[keep], other[keep], np.minimum(cosine[keep].astype(np.float64), 1.0))


def alike_images(image_ids: Sequence[str], pairs: Pairs) -> pa.Table:
    """Return pairs of rows as pairs of images, with the columns image_a, image_b and cosine."""
    ids = pa.array(image_ids, pa.string())
    one, other = (ids.take(pa.array(rows)) for rows in (pairs.first, pairs.second))
    return pa.table({"image_a": one, "image_b": other, "cosine": pa.array(pairs.value)})


def _queries(ends: NDArray[Any]) -> NDArray[np.int64]:
    """Return the query of each result of a search, given where the results of each begin and end."""
    return np.repeat(np.arange(len(ends) - 1), (ends[1:] - ends[:-1]).astype(np.int64))


def _pairs(first: NDArray[np.int64], second: NDArray[np.int64], value: NDArray[np.float64]) -> Pairs:
    order = np.lexsort((second, first))
    return Pairs(first[order], second[order], value[order])
