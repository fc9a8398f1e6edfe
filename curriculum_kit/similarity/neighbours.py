"""The nearest labels of each label, by inner product of unit vectors, from a FAISS index."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.similarity.calibration import exact_unit

_TRAINED_BY = 39  # vectors per cluster below which FAISS warns that they are too few
_PROBES = 32  # of at most sqrt(n) clusters
_LINKS, _CONSTRUCTION, _SEARCH = 32, 200, 128  # HNSW: what each label is linked to, candidates when built, when asked


class IndexKind(StrEnum):
    """How neighbours are found: by comparing with all, within near clusters, or along a graph."""

    FLAT = "flat"
    IVF = "ivf"
    HNSW = "hnsw"


def nearest_neighbours(
    vectors: NDArray[np.floating], k: int, index: IndexKind = IndexKind.FLAT, seed: int = 0
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the k nearest other rows of each row, nearest first: indices and cosines, both (n, min(k, n - 1)).

    `vectors` are unit vectors (n, d), else `EmbeddingsInvalid`. Cosines have 6 decimals; equally near
    rows stand in the order of their indices, and FAISS decides which of them is cut off at k. `flat` is
    exact. `ivf` and `hnsw` may miss a neighbour; where they find fewer than k, the index is -1 and the
    cosine NaN. The same seed gives the same neighbours.
    """
    unit = np.ascontiguousarray(exact_unit(vectors), dtype=np.float32)
    n, width = len(unit), max(0, min(k, len(unit) - 1))
    if width == 0:
        return np.empty((n, 0), dtype=np.int64), np.empty((n, 0))
    found, indices = _search(unit, width + 1, index, seed)
    cosines = np.clip(np.round(found.astype(np.float64), 6), -1.0, 1.0)
    # A row finds itself first, unless a twin of it takes the place; either way it is sorted to the end and cut off.
    itself = indices == np.arange(n)[:, None]
    cosines[itself | (indices < 0)] = -np.inf
    indices = np.where(itself, -1, indices)
    order = np.lexsort((indices, -cosines), axis=1)[:, :width]
    cosines = np.take_along_axis(cosines, order, axis=1)
    return np.take_along_axis(indices, order, axis=1), np.where(np.isinf(cosines), np.nan, cosines)


def _search(unit: NDArray[np.float32], k: int, kind: IndexKind, seed: int) -> tuple[Any, Any]:
    import faiss as library

    faiss: Any = library  # its type stubs lack half of it

    n, d = unit.shape
    threads = faiss.omp_get_max_threads()
    match kind:
        case IndexKind.FLAT:
            index = faiss.IndexFlatIP(d)
        case IndexKind.IVF:
            clusters = max(1, min(int(n**0.5), n // _TRAINED_BY))
            index = faiss.IndexIVFFlat(faiss.IndexFlatIP(d), d, clusters, faiss.METRIC_INNER_PRODUCT)
            index.cp.seed = seed
            index.nprobe = _PROBES
            index.train(unit)
        case IndexKind.HNSW:
            index = faiss.IndexHNSWFlat(d, _LINKS, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.rng = faiss.RandomGenerator(seed)
            index.hnsw.efConstruction = _CONSTRUCTION
            index.hnsw.efSearch = max(_SEARCH, 2 * k)
            faiss.omp_set_num_threads(1)  # the graph depends on the order in which threads add to it
    try:
        index.add(unit)
    finally:
        faiss.omp_set_num_threads(threads)
    cosines, indices = index.search(unit, k)
    return cosines, indices
