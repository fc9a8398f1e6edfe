"""Which weights of the channels would make S(q) predict the pass rate best, and whether that is worth anything.

Reads S(q) of each channel alone and the pass rates; gives weights that `fused` could be made with, and how well S(q)
made with such weights goes with the pass rate of questions that they were not fitted on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.validation.correlation import Figure, Floats, difference, interval, spearman

FOLDS = 5


@dataclass(frozen=True)
class ChannelWeights:
    """Weights fitted to pass rates, and what they are worth on questions of other units."""

    questions: int
    """Questions for which every channel is known."""
    weights: dict[str, float]
    """Fitted on all questions; they sum to 1. All 0 where no channel falls as the pass rate rises."""
    now: Figure
    """Rank correlation of S(q), as it is, with the pass rate."""
    out_of_fold: Figure
    """The same of S(q) made with weights that were fitted on other units."""
    change: Figure
    """The latter less the former: below 0 is better."""


def fit_channel_weights(
    pass_rate: Floats, difficulty: Floats, channels: Mapping[str, Floats], units: NDArray[np.integer], seed: int = 0
) -> ChannelWeights | None:
    """Return the best weights of two or more channels; None where there are fewer or nothing to fit on.

    `channels` holds S(q) of each channel alone, 0 to 1, NaN where unknown; these questions are left out. The weights
    are the non-negative least squares of the falling ranks of the pass rates, which makes them weights of
    `pairwise_mean` and `answer_mean`, where S(q) is the weighted mean of its channels (nearly so for
    `answer_max`). No unit stands in two of the five folds. A fold without a channel that points the
    right way takes equal weights, as nothing speaks for others.
    """
    from scipy.stats import rankdata
    from sklearn.model_selection import GroupKFold

    matrix = np.column_stack(list(channels.values())) if channels else np.empty((len(pass_rate), 0))
    known = ~np.isnan(matrix).any(axis=1)
    matrix, rate, difficulty, units = matrix[known], pass_rate[known], difficulty[known], units[known]
    folds = min(FOLDS, len(np.unique(units)))
    present = spearman(difficulty, rate) if len(rate) else None
    if len(channels) < 2 or folds < 2 or present is None:
        return None
    hardness = -rankdata(rate) / len(rate)
    made = np.empty(len(rate))
    for rest, held_out in GroupKFold(folds, shuffle=True, random_state=seed).split(matrix, groups=units):
        weights = _fit(matrix[rest], hardness[rest])
        made[held_out] = matrix[held_out] @ (weights if weights.any() else np.full(len(weights), 1 / len(weights)))
    fitted = spearman(made, rate)
    if fitted is None:
        return None
    return ChannelWeights(
        questions=len(rate),
        weights=dict(zip(channels, _fit(matrix, hardness).tolist(), strict=True)),
        now=interval(present, units),
        out_of_fold=interval(fitted, units),
        change=difference(fitted, present, units),
    )


def _fit(matrix: Floats, hardness: Floats) -> Floats:
    """Return the weights of least squares that are not negative, scaled to sum to 1; all 0 where all of them are."""
    from sklearn.linear_model import LinearRegression

    weights: Floats = LinearRegression(positive=True).fit(matrix, hardness).coef_
    total = weights.sum()
    return weights / total if total > 0 else weights
