"""What was drawn, and how it compares with what was asked for and promised."""

from __future__ import annotations

from dataclasses import dataclass

from curriculum_kit.choice_design.problem import Bools, Floats, Ints


@dataclass(frozen=True)
class TierDrawn:
    """What was asked of a tier, what the design promised, and what the drawn options show."""

    tier: int
    target: float
    options: int
    questions: int
    drawn: int
    left_out: int
    """Questions without options, because their answer would give itself away: it is right too often in its pool"""
    fewer: int
    """Questions with fewer options than asked for, because their pool is too small"""
    chance: float
    """Share of the drawn questions that is right by chance"""
    promised: float
    """Mean S(q) of the design"""
    mean: float
    """Mean S(q) of what was drawn"""
    promised_gain: float
    """Blind gain of the design"""
    gain: float
    """Blind gain for who knows how often each member of each set is right among the questions drawn"""
    gain_out_of_fold: float
    """The same where he knows it from other questions only"""
    option_sets: int
    exact: bool
    """Whether the design is the best of all, or of those a search has found"""

    @property
    def shortfall(self) -> float:
        """Return how far the mean S(q) is from its target, negative where it is too low."""
        return self.mean - self.target


@dataclass(frozen=True)
class Drawn:
    """Options of n questions in the order given."""

    options: Ints
    """(n, most options) label numbers, the first is A; -1 where a question has fewer or none"""
    answer_index: Ints
    """(n,), -1 where a question has none"""
    difficulty: Floats
    """(n,) S(q), NaN where a question has none"""
    unsafe: Bools
    """(n,) Questions without options because no other label may stand beside the answer"""
    tiers: tuple[TierDrawn, ...]

    @property
    def kept(self) -> Bools:
        """Return which questions got options."""
        has: Bools = self.answer_index >= 0
        return has
