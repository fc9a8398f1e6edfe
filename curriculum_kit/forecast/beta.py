"""Beta distributions of pass rates: moments, fits to what was seen, and quadrature.

Pure functions over arrays. A pass rate p is 0 to 1; `rollouts` are how often a question was tried and `right` how
often it was passed, neither of which has to be whole here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NODES = 128
"""Points of a quadrature: exact for polynomials up to degree 255, and so for 8 rollouts after any 200 seen."""

_LEAST, _MOST = 1e-2, 1e4
"""Bounds of a + b: beyond them a question is always or never passed, or all questions are passed equally often."""


@dataclass(frozen=True)
class Beta:
    """A Beta(a, b) distribution of pass rates; a, b > 0."""

    a: float
    b: float

    @property
    def mean(self) -> float:
        """The mean, 0 to 1."""
        return self.a / (self.a + self.b)

    @property
    def likeness(self) -> float:
        """1 / (a + b + 1): the variance as a share of mean * (1 - mean), which it is where all rates are 0 or 1."""
        return 1 / (self.a + self.b + 1)

    @property
    def deviation(self) -> float:
        """The standard deviation."""
        return math.sqrt(self.mean * (1 - self.mean) * self.likeness)

    @property
    def flipped(self) -> Beta:
        """The distribution of 1 - p."""
        return Beta(self.b, self.a)


UNIFORM = Beta(1.0, 1.0)


def beta_of(mean: float, likeness: float) -> Beta:
    """Return the distribution of a mean (0 to 1) and a `likeness` (above 0, below 1).

    >>> beta_of(0.5, 1 / 3)
    Beta(a=1.0, b=1.0)
    """
    size = 1 / likeness - 1
    return Beta(mean * size, (1 - mean) * size)


def log_beta(a: Floats, b: Floats) -> Floats:
    """Return the logarithm of the beta function, infinite where a or b is 0."""
    from scipy.special import betaln

    found: Floats = betaln(a, b)
    return found


def power(seen: Beta, right: Floats, rollouts: Floats, n: Floats) -> Floats:
    """Return E[p^n] after `right` of `rollouts`: the n-th moment of Beta(a + right, b + rollouts - right)."""
    a, b = seen.a + right, seen.b + rollouts - right
    return np.exp(log_beta(a + n, b) - log_beta(a, b))


def unbiased_power(right: Floats, rollouts: Floats, n: Floats) -> Floats:
    """Return C(right, n) / C(rollouts, n), whose expectation over `right` ~ Binomial(rollouts, p) is p^n exactly.

    It is the share of all ways to take n of the rollouts seen in which all n are right; the estimator of pass^k
    (Yao et al. 2024, tau-bench), and of pass@k (Chen et al. 2021) for what is wrong. Takes whole numbers,
    `rollouts` >= n.

    >>> unbiased_power(np.array([3.0, 1.0]), np.array([4.0, 4.0]), np.array([2.0, 2.0])).round(6).tolist()
    [0.5, 0.0]
    """
    from scipy.special import gammaln

    enough = right >= n
    k = np.where(enough, right, n)
    logs = gammaln(k + 1) - gammaln(k - n + 1) - gammaln(rollouts + 1) + gammaln(rollouts - n + 1)
    return np.where(enough, np.exp(logs), 0.0)


def fit_beta(right: Floats, rollouts: Floats, weights: Floats) -> Beta:
    """Return the beta-binomial distribution of greatest likelihood, `weights` being how many questions each stands for.

    Two half questions of one rollout, one right and one wrong, are added, so that a tier that is never passed gets no
    mean of 0.
    """
    from scipy.optimize import minimize

    k = np.concatenate([right, [1.0, 0.0]])
    n = np.concatenate([rollouts, [1.0, 1.0]])
    w = np.concatenate([weights, [0.5, 0.5]])
    mean = float((w * k).sum() / (w * n).sum())

    def unlikely(at: Floats) -> float:
        a, b = _parts(at)
        return -float((w * (log_beta(a + k, b + n - k) - log_beta(a, b))).sum() / w.sum())

    start = np.array([np.log(mean / (1 - mean)), np.log(2.0)])
    bounds = [(-14.0, 14.0), (np.log(_LEAST), np.log(_MOST))]
    found = minimize(unlikely, start, method="L-BFGS-B", bounds=bounds)
    a, b = _parts(found.x)
    return Beta(float(a), float(b))


def _parts(at: Floats) -> tuple[Floats, Floats]:
    """Return a and b of the log odds of the mean and the logarithm of a + b."""
    mean, size = 1 / (1 + np.exp(-at[0])), np.exp(at[1])
    return mean * size, (1 - mean) * size


def quadrature(beta: Beta, nodes: int = NODES) -> tuple[Floats, Floats]:
    """Return points in 0 to 1 and weights that sum to 1: the mean of f(p) over Beta(a, b) is sum w f(x).

    Gauss-Jacobi by the eigenvalues of the recurrence (Golub and Welsch 1969), which stays exact for any a and b; exact
    for polynomials of degree 2 * nodes - 1.
    """
    from scipy.linalg import eigh_tridiagonal

    # Jacobi polynomials on -1 to 1 for the weight (1 - x)^(b - 1) (1 + x)^(a - 1).
    one, other = beta.b - 1, beta.a - 1
    i = np.arange(1, nodes, dtype=np.float64)
    s = 2 * i + one + other
    first = (other - one) / (one + other + 2)
    diagonal = np.concatenate([[first], (other**2 - one**2) / (s * (s + 2))])
    square = 4 * i * (i + one) * (i + other) * (i + one + other) / (s**2 * (s + 1) * np.where(i == 1, 1, s - 1))
    # At i = 1 the factor i + one + other cancels s - 1, which is 0 for a + b = 1.
    square[0] = 4 * (1 + one) * (1 + other) / (s[0] ** 2 * (s[0] + 1))
    points, vectors = eigh_tridiagonal(diagonal, np.sqrt(square))
    return np.clip((points + 1) / 2, 0.0, 1.0), vectors[0] ** 2
