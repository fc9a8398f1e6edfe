"""The formulas of similarity: cosine, rank among all pairs, weighted mean of the channels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.errors import ConfigInvalid, EmbeddingsInvalid

STEPS = 1_000_000
"""Cosines are kept to 6 decimals. Another batch size or BLAS moves a vector, and with it a cosine, by 1e-7, and
neither ranks nor ties should move with it. As whole numbers of steps they can also be counted instead of sorted."""

_UNIT_TOLERANCE = 1e-3


def exact_unit(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return unit vectors of shape (n, d) in double precision; raise `EmbeddingsInvalid` where a row is none.

    In single precision the sum of products depends on the shape of the matrix that a pair is computed in, and one
    cosine in a hundred ends on another sixth decimal; in double precision all ways agree.
    """
    exact = np.array(vectors, dtype=np.float64)
    lengths = np.linalg.norm(exact, axis=1)
    wrong = ~(np.abs(lengths - 1.0) <= _UNIT_TOLERANCE)  # NaN is wrong too
    if wrong.any():
        row = int(np.argmax(wrong))
        raise EmbeddingsInvalid(f"vector {row} has length {lengths[row]:.4g}, must be 1; divide it by its length")
    exact /= lengths[:, None]
    return exact


def to_steps(cosines: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return cosines as whole numbers of `1 / STEPS`, from -STEPS to STEPS. Overwrites its argument."""
    np.multiply(cosines, STEPS, out=cosines)
    np.rint(cosines, out=cosines)
    return np.clip(cosines, -STEPS, STEPS, out=cosines).astype(np.int32)


def cosine_matrix(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return all cosines of unit vectors (n, d) as an (n, n) array: to 6 decimals, symmetric, 1 on the diagonal."""
    unit = exact_unit(vectors)
    cosines: NDArray[np.float64] = to_steps(unit @ unit.T) / STEPS
    return cosines


def mid_ranks(counts: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return, for values in ascending order that occur `counts` times, (number below + half the equal) / all."""
    ranks: NDArray[np.float64] = (np.cumsum(counts) - 0.5 * counts) / max(int(counts.sum()), 1)
    return ranks


def calibrate(cosines: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the empirical distribution function at each of its own values, mid-ranks for ties; strictly in (0, 1).

    `cosines` is one-dimensional, over all distinct pairs of a vocabulary. NaN (a pair that the channel
    lacks) stays NaN and is not counted.

    >>> calibrate(np.array([0.9, 0.1, 0.5, 0.5])).tolist()
    [0.875, 0.125, 0.5, 0.5]
    """
    ranks = np.full(len(cosines), np.nan)
    there = ~np.isnan(cosines)
    _, place, counts = np.unique(cosines[there], return_inverse=True, return_counts=True)
    ranks[there] = mid_ranks(counts)[place]
    return ranks


def fuse(channels: Mapping[str, NDArray[np.floating]], weights: Mapping[str, float]) -> NDArray[np.float64]:
    """Return sum w_c g_c / sum w_c over the channels that exist for a pair; NaN where none does.

    `channels` holds calibrated similarities of one length, NaN where absent. Weights of channels that
    are not there do not matter. Raises `ConfigInvalid` where a channel has no weight, a weight is negative or not
    finite, or no channel has a positive one.

    >>> channels = {"text": np.array([0.2, 0.2]), "clip_image": np.array([0.8, np.nan])}
    >>> fuse(channels, {"text": 1, "clip_image": 2}).round(6).tolist()
    [0.6, 0.2]
    """
    for channel in channels:
        if channel not in weights or not 0 <= weights[channel] < np.inf:
            raise ConfigInvalid(
                f"the weight of channel {channel} is {weights.get(channel, 'missing')}; give it a number from 0 up"
            )
    used = {channel: values for channel, values in channels.items() if weights[channel] > 0}
    if not used:
        raise ConfigInvalid(f"no channel of {', '.join(channels) or 'none'} has a positive weight; raise one above 0")
    total, weight = np.zeros(len(next(iter(used.values())))), np.zeros(len(next(iter(used.values()))))
    for channel, values in used.items():
        total += weights[channel] * np.nan_to_num(values)
        weight += weights[channel] * ~np.isnan(values)
    fused = np.full(len(total), np.nan)
    np.divide(total, weight, out=fused, where=weight > 0)
    return fused
