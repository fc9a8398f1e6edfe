"""How often something won out of how often it was tried, fold by fold, so that any fold can be left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Tally:
    """Counts of k keys in f folds."""

    won: np.ndarray
    """int32, f x k"""
    tried: np.ndarray
    """int32, f x k"""

    def without(self, folds: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Return how often each key won and was tried outside these folds, float64, length k."""
        return _outside(self.won, folds), _outside(self.tried, folds)


def tally(keys: np.ndarray, won: np.ndarray, fold: np.ndarray, folds: int, size: int) -> Tally:
    """Return the counts of `keys` (0 to size - 1), each tried once, `won` or not, in its `fold`."""
    cells = fold * size + keys
    counts = (np.bincount(cells[won], minlength=folds * size), np.bincount(cells, minlength=folds * size))
    return Tally(*(count.reshape(folds, size).astype(np.int32) for count in counts))


def shared_keys(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return small integers for the values that occur twice or more, and the value of each.

    A value that occurs once cannot be learned from elsewhere: all such share the key 0, whose value is -1.
    Gives int32, as long as `values`, and int64, one per key.
    """
    distinct, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    kept = np.flatnonzero(counts > 1)
    places = np.zeros(len(distinct), np.int32)
    places[kept] = np.arange(1, len(kept) + 1)
    return places[inverse], np.concatenate((np.array([-1], np.int64), distinct[kept].astype(np.int64)))


def smoothed(won: np.ndarray, tried: np.ndarray, expected: np.ndarray | float, strength: float) -> np.ndarray:
    """Return the rate of winning, drawn towards `expected` as if that had been seen `strength` times."""
    rate: np.ndarray = (won + strength * expected) / (tried + strength)
    return rate


def log_odds(rate: np.ndarray) -> np.ndarray:
    """Return log(rate / (1 - rate)) of rates in (0, 1); 1 and 0 count as very nearly so."""
    clipped = np.clip(rate, 1e-9, 1 - 1e-9)
    odds: np.ndarray = np.log(clipped) - np.log1p(-clipped)
    return odds


def _outside(counts: np.ndarray, folds: Sequence[int]) -> np.ndarray:
    rest = np.ones(len(counts), bool)
    rest[list(folds)] = False
    total: np.ndarray = counts[rest].sum(axis=0, dtype=np.float64)
    return total
