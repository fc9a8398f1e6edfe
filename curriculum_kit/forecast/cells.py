"""Sums over parts of the questions: tiers, answers, all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.forecast.beta import Floats
from curriculum_kit.forecast.tables import Asked, Dead, Ints, Part


@dataclass(frozen=True)
class Cells:
    """What is known of each question, an entry or a row of (all right, all wrong) for each."""

    asked: Asked
    without: Floats
    """In one wording."""
    measured: Floats
    """In several of which each was rated; NaN where that is not so."""
    forecast: NDArray[np.bool_]
    """Whose wordings have to be forecast."""
    one: Floats
    """In one wording, by the model that forecasts."""
    few: Floats
    """In several, by the same model."""

    def part(self, name: str, of: str | None, here: Ints) -> Part:
        """Return the shares of the questions at `here`.

        What wordings leave of dead groups is the model's ratio, few to one, over the part: what is known of the
        original counts in full, and equal wordings change nothing, whatever the share without groups was estimated by.
        """
        count = self.asked.count[here].astype(np.float64)
        total = count.sum()
        modelled, found = self.forecast[here], ~np.isnan(self.measured[here, 0])
        one, few = (count[modelled] @ table[here[modelled]] for table in (self.one, self.few))
        # Never above 1, as for all questions that the model could have drawn; a few real ones may stray.
        left = np.minimum(np.divide(few, one, out=np.ones(2), where=one > 0), 1)
        grouped = np.where(found[:, None], self.measured[here], self.without[here])
        grouped[modelled] *= left
        sizes = tuple(int(k) for k in np.unique(self.asked.wordings[here]))
        without, with_groups = (Dead(*(count @ table / total).tolist()) for table in (self.without[here], grouped))
        return Part(name, of, int(total), sizes, without, with_groups)


def all_of(tiers: list[Part]) -> Part:
    """Return the sum of the tiers: the mean of their shares, weighted by their questions."""
    weights = np.array([tier.questions for tier in tiers], dtype=np.float64)
    sizes = tuple(sorted({k for tier in tiers for k in tier.wordings}))
    shares = np.array([[*_pair(tier.without), *_pair(tier.with_groups)] for tier in tiers])
    right, wrong, right_too, wrong_too = (weights @ shares / weights.sum()).tolist()
    return Part("all", None, int(weights.sum()), sizes, Dead(right, wrong), Dead(right_too, wrong_too))


def _pair(dead: Dead) -> tuple[float, float]:
    return dead.right, dead.wrong
