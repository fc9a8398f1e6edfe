"""What a forecast reads and gives: questions, pass rates of their wordings, shares of dead groups by part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.forecast.beta import Beta, Floats

Ints = NDArray[np.int64]
FEWEST = 20
"""Rated questions of a tier that take a distribution of their own; fewer take that of all tiers."""


@dataclass(frozen=True)
class Asked:
    """Questions, an entry of each array for every question, or for `count` questions of which no more is known."""

    tier: Ints
    answer: Ints
    """Position among the answers' names."""
    wordings: Ints
    """Of its group, the original among them; divides the rollouts."""
    count: Ints


@dataclass(frozen=True)
class Rated:
    """Wordings with a pass rate, an entry of each array for every wording. Each question's original is among them."""

    question: Ints
    """Position in `Asked`."""
    original: NDArray[np.bool_]
    rate: Floats
    rollouts: Floats
    """How many rollouts are behind the rate; NaN where that is not known."""


@dataclass(frozen=True)
class Dead:
    """Expected shares of groups, 0 to 1, whose rollouts are all right or all wrong."""

    right: float
    wrong: float

    @property
    def share(self) -> float:
        """Of dead groups."""
        return self.right + self.wrong


@dataclass(frozen=True)
class Part:
    """A tier, an answer or all of the questions that have a pass rate."""

    part: str
    """`all`, `tier` or `answer`."""
    of: str | None
    questions: int
    wordings: tuple[int, ...]
    """The sizes of its groups."""
    without: Dead
    with_groups: Dead

    @property
    def both(self) -> dict[str, Dead]:
        """The shares without groups and with them, by name."""
        return {"without": self.without, "with_groups": self.with_groups}


@dataclass(frozen=True)
class Estimators:
    """How many questions each estimator served: the first four without groups, the others with them."""

    unbiased: int = 0
    posterior: int = 0
    as_given: int = 0
    prior: int = 0
    measured: int = 0
    """Every wording of the group was rated."""
    assumed: int = 0
    """Wordings of the group had to be forecast from the original's rate and the spread."""


@dataclass(frozen=True)
class Expected:
    """What `forecast` found."""

    rollouts: int
    spread: float
    prior: Beta | None
    """Of pass rates, where none were given."""
    parts: tuple[Part, ...]
    """All, then tiers, then the ten commonest answers where there are pass rates."""
    estimators: Estimators
    fewest: int | None
    """Rollouts that are held to be behind rates of which it is not known, where wordings are forecast: the fewest that
    all of them can be shares of."""
    capped: dict[int, float]
    """Tiers whose pass rates vary too little for the spread, with the largest that they allow, which was taken."""
