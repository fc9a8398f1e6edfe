"""The option prior: how often a label is right where it is offered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from curriculum_kit.audit.blind.tallies import smoothed, tally
from curriculum_kit.offers import Offers


class LabelPrior:
    """Counts of labels by fold."""

    def __init__(self, offers: Offers, fold: np.ndarray) -> None:
        codes, size = offers.option.codes, len(offers.option.texts)
        self._tally = tally(codes, offers.is_right, fold[offers.row], int(fold.max(initial=0)) + 1, size)
        offered = np.bincount(codes, minlength=size).clip(1)
        chance = np.bincount(codes, offers.chance[offers.row], size) / offered
        self._chance = np.clip(chance, 1e-6, 1 - 1e-6)

    def rate(self, without: Sequence[int]) -> np.ndarray:
        """Return how often each label is right where it is offered, outside these folds, in (0, 1).

        Drawn towards chance as if that had been seen once; a label that is not offered there has its chance.
        """
        return smoothed(*self._tally.without(without), self._chance, 1.0)


def prior_scores(offers: Offers, fold: np.ndarray) -> np.ndarray:
    """Return the rate of each offered label in the folds that its question is not in, float64, one per option."""
    prior, entry_fold = LabelPrior(offers, fold), fold[offers.row]
    scores = np.zeros(len(entry_fold))
    for place in range(int(fold.max(initial=0)) + 1):
        entries = np.flatnonzero(entry_fold == place)
        scores[entries] = prior.rate([place])[offers.option.codes[entries]]
    return scores
