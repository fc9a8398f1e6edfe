"""The similarity stage: unit vectors of the vocabulary in, pairs with their similarities out.

Reads one array of unit vectors per channel, row i for choice_id i; a row of NaN is a label that the
channel lacks. Gives a `PairTable`: all pairs of a small vocabulary, and of a large one each label's nearest
neighbours and the pairs that meet in a question. Turns away vectors that are not of length 1, channels of
unequal length, and pairs that no weighted channel covers.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.errors import ConfigInvalid, EmbeddingsInvalid
from curriculum_kit.similarity.calibration import STEPS, exact_unit, fuse, mid_ranks, to_steps
from curriculum_kit.similarity.neighbours import IndexKind, nearest_neighbours
from curriculum_kit.similarity.pairs import PairTable

EXACT_UP_TO = 20_000
"""Labels up to which ranks are among all pairs (200 million of them); beyond, among `SAMPLED_PAIRS` drawn at random."""

SAMPLED_PAIRS = 5_000_000

_BLOCK = 4_000_000  # cosines that are held at a time (32 MB)
_GATHER = 20_000  # pairs whose vectors are held at a time

Ids = NDArray[np.int64]


def similarity_table(
    vectors: Mapping[str, NDArray[np.floating]],
    weights: Mapping[str, float],
    needed_pairs: Ids | None = None,
    full_up_to: int = 2000,
    neighbours: int = 50,
    seed: int = 0,
) -> PairTable:
    """Return the similarities of the pairs of a vocabulary of n labels.

    `vectors` maps channels to (n, d) arrays, `weights` channels to numbers from 0 up. All pairs are
    kept while n <= `full_up_to`; beyond, the `neighbours` nearest of each label in each channel and `needed_pairs`
    (an (m, 2) array of choice ids, in any order). A pair's values do not depend on which other pairs are kept. Ranks
    are among all pairs of labels that the channel has, or a sample drawn with `seed` beyond `EXACT_UP_TO` labels.
    """
    if not vectors:
        raise ConfigInvalid("no channel has vectors; name a text model or give precomputed vectors")
    sizes = {channel: len(rows) for channel, rows in vectors.items()}
    n = next(iter(sizes.values()))
    if set(sizes.values()) != {n}:
        shown = ", ".join(f"{channel} {size}" for channel, size in sizes.items())
        raise EmbeddingsInvalid(f"channels have different numbers of labels ({shown}); encode one vocabulary in all")
    present = {channel: ~np.isnan(rows).all(axis=1) for channel, rows in vectors.items()}
    if n <= full_up_to:
        a, b = (side.astype(np.int64) for side in np.triu_indices(n, k=1))
    else:
        near = [_near_pairs(rows, present[channel], neighbours, seed) for channel, rows in vectors.items()]
        needed = np.empty((0, 2), dtype=np.int64) if needed_pairs is None else needed_pairs
        a, b = _distinct(np.concatenate([needed, *near]), n)
    raw, calibrated = {}, {}
    for channel, rows in vectors.items():
        raw[channel], calibrated[channel] = _channel(rows, present[channel], a, b, seed)
    fused = fuse(calibrated, weights)
    if np.isnan(fused).any():
        at = int(np.argmax(np.isnan(fused)))
        raise EmbeddingsInvalid(
            f"no weighted channel has both labels of {int(np.isnan(fused).sum())} pairs, the first is choices "
            f"{a[at]} and {b[at]}; add vectors for them or weigh the text channel"
        )
    return PairTable(n, a, b, raw, calibrated, fused, "exact" if n <= EXACT_UP_TO else "sampled")


def _near_pairs(rows: NDArray[np.floating], present: NDArray[np.bool_], k: int, seed: int) -> Ids:
    """Return an (m, 2) array of labels and their nearest neighbours."""
    ids = np.flatnonzero(present)
    kind = IndexKind.FLAT if len(ids) <= EXACT_UP_TO else IndexKind.IVF
    near, _ = nearest_neighbours(rows[ids], k, kind, seed)
    pairs = np.stack([np.repeat(np.arange(len(ids)), near.shape[1]), near.ravel()], axis=1)
    return ids[pairs[pairs[:, 1] >= 0]]


def _distinct(pairs: Ids, n: int) -> tuple[Ids, Ids]:
    """Return each unordered pair of two different labels once, sorted."""
    low, high = pairs.min(axis=1), pairs.max(axis=1)
    keys = np.unique((low * n + high)[low != high])
    return keys // n, keys % n


def _channel(
    rows: NDArray[np.floating], present: NDArray[np.bool_], a: Ids, b: Ids, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the cosines and ranks of the pairs (a, b) in one channel, NaN where it lacks a label."""
    unit = exact_unit(rows[present])
    place = np.cumsum(present) - 1  # of a label among those that are present
    there = present[a] & present[b]
    left, right = place[a[there]], place[b[there]]
    if len(rows) <= EXACT_UP_TO:
        steps, counts = _all_pairs(unit, left, right)
    else:
        steps, counts = _steps_of(unit, left, right), _sample(unit, seed)
    raw, calibrated = np.full(len(a), np.nan), np.full(len(a), np.nan)
    raw[there] = steps / STEPS
    calibrated[there] = mid_ranks(counts)[steps + STEPS]
    return raw, calibrated


def _all_pairs(unit: NDArray[np.float64], left: Ids, right: Ids) -> tuple[NDArray[np.int32], Ids]:
    """Return the cosines of the wanted pairs, and how often each possible cosine occurs among all pairs.

    `left` is sorted and below `right`. Cosines come block by block, so that the n x n matrix never exists.
    """
    n = len(unit)
    wanted = np.empty(len(left), dtype=np.int32)
    counts = np.zeros(2 * STEPS + 1, dtype=np.int64)
    height = max(1, _BLOCK // max(n, 1))
    for start in range(0, n, height):
        block = to_steps(unit[start : start + height] @ unit[start:].T)
        size = len(block)
        upper = block[:, :size][np.triu_indices(size, k=1)]
        for part in (upper, block[:, size:].ravel()):
            counts += np.bincount(part + STEPS, minlength=len(counts))
        first, last = np.searchsorted(left, (start, start + size))
        wanted[first:last] = block[left[first:last] - start, right[first:last] - start]
    return wanted, counts


def _sample(unit: NDArray[np.float64], seed: int) -> Ids:
    """Return how often each possible cosine occurs among pairs drawn at random with replacement."""
    n = len(unit)
    if n < 2:
        return np.zeros(2 * STEPS + 1, dtype=np.int64)
    random = np.random.default_rng(seed)
    left = random.integers(0, n, SAMPLED_PAIRS)
    right = random.integers(0, n - 1, SAMPLED_PAIRS)
    right += right >= left  # any label but the same
    return np.bincount(_steps_of(unit, left, right) + STEPS, minlength=2 * STEPS + 1)


def _steps_of(unit: NDArray[np.float64], left: Ids, right: Ids) -> NDArray[np.int32]:
    """Return the cosines of pairs, a slice at a time."""
    steps = np.empty(len(left), dtype=np.int32)
    for start in range(0, len(left), _GATHER):
        part = slice(start, start + _GATHER)
        steps[part] = to_steps(np.einsum("ij,ij->i", unit[left[part]], unit[right[part]]))
    return steps
