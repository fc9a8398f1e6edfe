"""Rank correlations and how sure they are, where values tie and the questions of one unit are not independent.

Reads arrays with an entry per question; gives Spearman's rho, partial and pooled ones, and 95% intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DECIMALS = 12

FEWEST_UNITS = 3
"""With fewer, what units have in common cannot be told from what they have not."""


@dataclass(frozen=True)
class Estimate:
    """A correlation, -1 to 1, and how much each question pulls at it.

    `influence` has an entry per question and mean 0: the derivative of the correlation by the weight of that question
    (Hampel, JASA 69, 1974). It carries over to whatever is computed from several correlations.
    """

    value: float
    influence: Floats


@dataclass(frozen=True)
class Figure:
    """A correlation, or a difference of two, with its 95% interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """Return it as `-0.52 (-0.56 to -0.48)`."""
        return f"{self.value:+.2f} ({self.low:+.2f} to {self.high:+.2f})"


def spearman(x: Floats, y: Floats) -> Estimate | None:
    """Return Spearman's rho, ties at mid-ranks; None where x or y has one value only.

    Its influence follows from rho = (E[UV] - 1/4) / sqrt((E[U^2] - 1/4)(E[V^2] - 1/4)), U and V being the mid-ranks
    over n, where a question counts once by its own ranks and once more by its part in the ranks of all others
    (Borkowf, Computational Statistics and Data Analysis 39, 2002).
    """
    u, v = _Grades(x), _Grades(y)
    if u.distinct < 2 or v.distinct < 2:
        return None
    product, squares = u.values * v.values, (u.values**2, v.values**2)
    pulls = product + u.pull_on(v.values) + v.pull_on(u.values) - 3 * product.mean()
    spreads = [float(square.mean()) - 0.25 for square in squares]
    scale = np.sqrt(spreads[0] * spreads[1])
    # Rounded, so that a perfect order is one whatever the order of the sums.
    rho = round(float(np.clip((product.mean() - 0.25) / scale, -1, 1)), DECIMALS)
    influence = pulls / scale
    for grades, square, spread in zip((u, v), squares, spreads, strict=True):
        influence -= rho / 2 * (square + 2 * grades.pull_on(grades.values) - 3 * square.mean()) / spread
    return Estimate(rho, influence)


def partial(xy: Estimate, xz: Estimate, yz: Estimate) -> Estimate | None:
    """Return the correlation of x and y given z, from all three; None where z tells x or y entirely."""
    free_x, free_y = 1 - xz.value**2, 1 - yz.value**2
    if min(free_x, free_y) < 1e-9:
        return None
    scale = np.sqrt(free_x * free_y)
    value = (xy.value - xz.value * yz.value) / scale
    by_xz = (xz.value * xy.value - yz.value) / (scale * free_x)
    by_yz = (yz.value * xy.value - xz.value) / (scale * free_y)
    influence = xy.influence / scale + by_xz * xz.influence + by_yz * yz.influence
    return Estimate(float(np.clip(value, -1, 1)), influence)


def pooled(parts: Sequence[Estimate]) -> Estimate | None:
    """Return the mean of the correlations within parts, each counted by its size; None where there is no part.

    Its influences are those of the parts, one after the other.
    """
    if not parts:
        return None
    sizes = [len(part.influence) for part in parts]
    value = float(np.average([part.value for part in parts], weights=sizes))
    return Estimate(value, np.concatenate([part.influence for part in parts]))


def interval(estimate: Estimate, units: NDArray[np.integer]) -> Figure:
    """Return the correlation with its 95% interval, clustered by unit; `units` has a code per question.

    The standard error is that of the influences, summed within units (infinitesimal jackknife); the interval is
    Student's t around Fisher's z, so that it stays within -1 and 1. Fisher's own 1 / sqrt(n - 3) wants
    independent questions without ties, and here S(q) may take 15 values and a video have 200 questions. A bootstrap
    over units says the same and ranks a million questions a thousand times for it. Fewer than three units: -1 to 1.
    """
    error, t = _error(estimate.influence, units)
    room = 1 - estimate.value**2
    if t is None:
        return Figure(estimate.value, -1.0, 1.0)
    if room < 1e-12:
        return Figure(estimate.value, estimate.value, estimate.value)
    z, half = np.arctanh(estimate.value), t * error / room
    return Figure(estimate.value, float(np.tanh(z - half)), float(np.tanh(z + half)))


def difference(one: Estimate, other: Estimate, units: NDArray[np.integer]) -> Figure:
    """Return one correlation less the other over the same questions, with its 95% interval clustered by unit."""
    value = one.value - other.value
    error, t = _error(one.influence - other.influence, units)
    if t is None:
        return Figure(value, -2.0, 2.0)
    return Figure(value, value - t * error, value + t * error)


def _error(influence: Floats, units: NDArray[np.integer]) -> tuple[float, float | None]:
    """Return the standard error by unit, and the factor that makes a 95% interval; None where units are too few."""
    from scipy import stats

    _, unit = np.unique(units, return_inverse=True)
    n_units = int(unit.max()) + 1
    if n_units < FEWEST_UNITS:
        return 0.0, None
    squares = float((np.bincount(unit, influence) ** 2).sum())
    error = np.sqrt(squares * n_units / (n_units - 1)) / len(influence)
    return float(error), float(stats.t.ppf(0.975, n_units - 1))


class _Grades:
    """Values as mid-ranks over n, in (0, 1)."""

    def __init__(self, values: Floats) -> None:
        _, self._code, self._counts = np.unique(values, return_inverse=True, return_counts=True)
        self.distinct = len(self._counts)
        self.values: Floats = ((np.cumsum(self._counts) - self._counts / 2) / len(values))[self._code]

    def pull_on(self, others: Floats) -> Floats:
        """Return how E[rank times other] grows with the weight of each value: it lifts the ranks above its own."""
        sums = np.bincount(self._code, others, self.distinct)
        lifted = (sums.sum() - np.cumsum(sums) + sums / 2) / len(others)
        pull: Floats = lifted[self._code]
        return pull
