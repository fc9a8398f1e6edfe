"""How sure shares and differences are, where the questions of one unit (video, patient, image) are not independent."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_EXACT_UP_TO = 12
"""Units up to which every way to flip their signs is tried: 4,096 ways."""
_FLIPS = 9_999
_AT_ONCE = 500


@dataclass(frozen=True)
class Interval:
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """Return the figure and its interval in per cent."""
        return f"{self.value:.1%} ({self.low:.1%} to {self.high:.1%})"


def share(hits: Floats, units: NDArray[np.int64]) -> Interval:
    """Return the mean of `hits` (0 to 1, one per question; the mean over its samples) with its 95% interval.

    `units` numbers the unit of each question. The interval is Wilson's at the effective sample size, the questions
    divided by the design effect of the units, with Student's t at one less than the number of units (Korn and Graubard,
    Survey Methodology 24, 1998). It is never narrower than for independent questions. One unit, or no question,
    says nothing: 0 to 1.
    """
    count = len(hits)
    if not count:
        return Interval(0.0, 0.0, 1.0)
    mean, within = float(hits.mean()), _sums(hits - hits.mean(), units)
    if len(within) < 2:
        return Interval(mean, 0.0, 1.0)
    spread, variance = mean * (1 - mean), _variance(within, count)
    effective = min(float(count), spread / variance) if variance > 0 and spread > 0 else float(len(within))
    t = _student(len(within))
    middle = (mean + t**2 / (2 * effective)) / (1 + t**2 / effective)
    half = t / (1 + t**2 / effective) * math.sqrt(spread / effective + t**2 / (4 * effective**2))
    return Interval(mean, max(middle - half, 0.0), min(middle + half, 1.0))


def mean_difference(differences: Floats, units: NDArray[np.int64]) -> Interval:
    """Return the mean of paired differences (-1 to 1, one per question) with its 95% interval.

    The standard error is clustered by unit (Miller, Adding Error Bars to Evals, arXiv 2411.00640, with the
    correction U / (U - 1) for few units U), never taken smaller than that of independent questions, and
    multiplied by Student's t at U - 1 (Cameron and Miller, Journal of Human Resources 50, 2015). Where all differences
    are equal they show no spread: each side is then Wilson's upper limit of a share that none of U units showed. One
    unit, or no question, says nothing: -1 to 1.
    """
    count = len(differences)
    if not count:
        return Interval(0.0, -1.0, 1.0)
    mean = float(differences.mean())
    apart = differences - mean
    within = _sums(apart, units)
    if len(within) < 2:
        return Interval(mean, -1.0, 1.0)
    independent = float((apart**2).sum()) / (count * (count - 1))
    t = _student(len(within))
    half = t * math.sqrt(max(_variance(within, count), independent)) or t**2 / (len(within) + t**2)
    return Interval(mean, max(mean - half, -1.0), min(mean + half, 1.0))


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the two-sided p-value of McNemar's exact test, for questions that one of two models alone got right.

    It is the binomial test of `only_first` of `only_first + only_second` at a half (McNemar, Psychometrika 12, 1947)
    and takes questions for independent.

    >>> mcnemar(5, 0)
    0.0625
    """
    from scipy import stats

    count = only_first + only_second
    return float(stats.binomtest(only_first, count).pvalue) if count else 1.0


def sign_flips(differences: Floats, units: NDArray[np.int64], seed: int = 0) -> float:
    """Return the two-sided p-value of a mean paired difference if the two models could be swapped in any unit.

    The signs of whole units are flipped: all ways where at most 12 units differ at all, else 9,999 drawn by `seed`,
    the observed one counted with them.
    """
    sums = _sums(differences, units)
    sums = sums[sums != 0]
    observed = abs(float(sums.sum())) - 1e-9
    if len(sums) <= _EXACT_UP_TO:
        signs = 1 - 2 * ((np.arange(2 ** len(sums))[:, None] >> np.arange(len(sums))) & 1)
        return float((np.abs(signs @ sums) >= observed).mean())
    random = np.random.default_rng(seed)
    as_far = 0
    for start in range(0, _FLIPS, _AT_ONCE):
        drawn = random.integers(0, 2, (min(_AT_ONCE, _FLIPS - start), len(sums)), np.int8)
        as_far += int((np.abs((1 - 2 * drawn) @ sums) >= observed).sum())
    return (as_far + 1) / (_FLIPS + 1)


def _sums(values: Floats, units: NDArray[np.int64]) -> Floats:
    """Return the sum of the values of each unit."""
    _, unit = np.unique(units, return_inverse=True)
    sums: Floats = np.bincount(unit, values).astype(np.float64)
    return sums


def _variance(within: Floats, count: int) -> float:
    """Return the clustered variance of a mean over `count` questions by the sums of the units' deviations from it."""
    units = len(within)
    return float(units / (units - 1) * (within**2).sum() / count**2)


def _student(units: int) -> float:
    from scipy import stats

    return float(stats.t.ppf(0.975, units - 1))
