"""How probable it is that all rollouts of a wording are right, or all wrong, by what is known of its pass rate."""

from __future__ import annotations

import numpy as np

from curriculum_kit.forecast.beta import Beta, Floats, power, unbiased_power
from curriculum_kit.forecast.tables import Ints

_ROUNDED = 1e-3
"""How far a rate may be from a share of whole rollouts: it has three digits."""


def dead_chances(seen: Beta, rate: Floats, tried: Floats, n: int) -> Floats:
    """Return the chances that n rollouts are all right, and all wrong, of each rate: shape (len(rate), 2).

    `tried` are the rollouts behind a rate, NaN where that is not known; `seen` the distribution of rates in the tier.
    """
    return np.stack([_right(seen, rate, tried, n), _right(seen.flipped, 1 - rate, tried, n)], axis=1)


def _right(seen: Beta, rate: Floats, tried: Floats, n: int) -> Floats:
    known, needed = np.nan_to_num(tried), np.full(len(rate), float(n))
    right = np.round(rate * known)
    enough = np.maximum(known, n)
    unbiased = unbiased_power(np.minimum(right, enough), enough, needed)
    return np.select([np.isnan(tried), tried >= n], [rate**n, unbiased], power(seen, right, known, needed))


def fewest_rollouts(rate: Floats) -> int:
    """Return the fewest rollouts that every rate can be a share of, to three digits; 500 at most.

    >>> fewest_rollouts(np.array([0.0, 0.5, 0.333])), fewest_rollouts(np.array([0.375]))
    (6, 8)
    """
    rates = np.unique(rate)
    few = rates[:: max(len(rates) // 1000, 1)]  # to find out quickly what cannot be
    return next(n for n in range(1, 501) if _are_shares(few, n) and _are_shares(rates, n))


def _are_shares(rates: Floats, n: int) -> bool:
    return bool((abs(rates * n - np.round(rates * n)) <= _ROUNDED * n).all())


def distinct(rate: Floats, tried: Floats) -> tuple[Floats, Floats, Ints, Ints]:
    """Return the distinct pairs of right and tried, where each question is among them, and how often each is there."""
    pairs, place, times = np.unique(np.round(rate * tried) + 1j * tried, return_inverse=True, return_counts=True)
    return pairs.real.copy(), pairs.imag.copy(), place, times
