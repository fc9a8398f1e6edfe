"""What several wordings leave of a group that would be dead in one wording, where only the original was tried.

The model: a question has a mean pass rate m, and each of its wordings, the original among them, a rate of its own,
drawn from Beta(m c, (1 - m) c) with the same concentration c. The rates of the original show a tier's distribution of
m only through that draw, so that a question which was never passed as worded need not be hard: its other wordings lie
nearer to the tier's mean. `spread` is the standard deviation of the wordings' rates for m = 1/2, at m it is
2 * spread * sqrt(m (1 - m)); c = 1 / (4 spread^2) - 1.

For K wordings of n rollouts each, all right, with `right` of `rollouts` seen of the original,

    without groups:  E[p_0^(K n)]
    with groups:     E[p_0^n * prod_(j = 1 to K - 1) p_j^n] = E[p_0^n * M_n(m)^(K - 1)],  M_n(m) = E[p_j^n | m],

because wordings are independent given m. M_n and the moments of p_0 given m and what was seen are ratios of beta
functions; what is left is one integral over m, of polynomials, which the quadrature solves. All wrong is the same for
1 - p. By Hoelder's inequality groups never raise either under this model, and leave both as they are at spread 0.
"""

from __future__ import annotations

import numpy as np

from curriculum_kit.forecast.beta import Beta, Floats, beta_of, log_beta, quadrature

LARGEST = 0.5
"""Spreads are below it: there, each wording would be passed always or never."""

_NARROWEST = 1e-4
"""Likeness of mean rates that are all but equal."""


def spread_within(original: Beta, spread: float) -> float:
    """Return the spread, or the largest that the rates of the original wordings allow, if that is less.

    The original's rates vary by all that wordings vary by, and by what questions vary by on top of it.
    """
    return min(spread, float(np.sqrt(original.likeness) / 2))


def means_of(original: Beta, spread: float) -> Beta:
    """Return the distribution of the questions' mean rates, given that of their original wordings and the spread.

    By the moments: the means are equal, and var(p_0) = var(m) + 4 spread^2 E[m (1 - m)].
    """
    within = 4 * spread**2
    likeness = (original.likeness - within) / (1 - within)
    return beta_of(original.mean, max(likeness, _NARROWEST))


def all_right(
    original: Beta, spread: float, right: Floats, rollouts: Floats, shared: int, wordings: int
) -> tuple[Floats, Floats]:
    """Return the chances that `shared` rollouts are all right: in the original wording, and shared by `wordings`.

    One pair for each of `right` and `rollouts`, of shape (n,): what was seen of the original, 0 of 0 for nothing.
    `original` is the distribution of the rates of original wordings; `spread` above 0 and within it.
    """
    from scipy.special import logsumexp

    points, weights = quadrature(means_of(original, spread))
    inner = (points > 0) & (points < 1)
    m, w = points[inner], np.log(np.maximum(weights[inner], 1e-300))
    c = 1 / (4 * spread**2) - 1
    a, b = m * c, (1 - m) * c
    n = shared // wordings
    other = log_beta(a + n, b) - log_beta(a, b)
    alone, grouped = np.empty(len(right)), np.empty(len(right))
    # In slices, so that 10,000 distinct rates need no more memory than 1,000.
    for at in range(0, len(right), 1000):
        k, left = right[at : at + 1000, None], (rollouts - right)[at : at + 1000, None]
        seen = logsumexp(log_beta(a + k, b + left) - log_beta(a, b) + w, axis=1)
        one = log_beta(a + k + shared, b + left) - log_beta(a, b) + w
        few = log_beta(a + k + n, b + left) - log_beta(a, b) + w + (wordings - 1) * other
        alone[at : at + 1000] = np.exp(logsumexp(one, axis=1) - seen)
        grouped[at : at + 1000] = np.exp(logsumexp(few, axis=1) - seen)
    return alone, grouped
