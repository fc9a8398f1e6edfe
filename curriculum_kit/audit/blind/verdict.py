"""How a share of right answers is judged and put in words, and which questions show it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from curriculum_kit.audit.findings import evidence
from curriculum_kit.audit.intervals import Rate
from curriculum_kit.audit.parts import gravest, tried
from curriculum_kit.audit.severity import SIGNIFICANT
from curriculum_kit.enums import Severity
from curriculum_kit.offers import Offers

MOST_SHOWN = 200_000
"""Questions that a finding lists: several findings on a million of them would be larger than the questions."""


def verdict(rate: Rate, parts: Sequence[tuple[str, Rate]]) -> tuple[Severity, str]:
    """Return how grave a share is, and what to add to its sentence.

    As grave as the gravest of the whole and its parts. What would be clear is a note where its interval excludes
    chance: it may be an accident, or too little to matter, but chance it is not shown to be.
    """
    severity = gravest(rate, parts)
    if severity is not Severity.CLEAR or rate.low <= rate.chance:
        return severity, ""
    p_value = min(1.0, rate.p_value * tried(parts))
    if p_value < SIGNIFICANT:
        return Severity.NOTE, " That is above chance, but by too little to matter."
    return Severity.NOTE, f" That is above chance, but not beyond doubt (p = {p_value:.2g})."


def guessed_right(
    offers: Offers, hits: np.ndarray, share: np.ndarray, severity: Severity, most: int = MOST_SHOWN
) -> pa.Table | None:
    """Return as evidence the questions that a guesser gets right, with the probability of that, most `most`.

    `hits` and `share` have an entry per question. Nothing where the finding is clear; None where there are more.
    """
    rows = np.flatnonzero(hits > 0.5) if severity is not Severity.CLEAR else np.zeros(0, np.int64)
    return None if len(rows) > most else with_probability(offers, rows, share)


def with_probability(offers: Offers, rows: np.ndarray, share: np.ndarray) -> pa.Table:
    """Return questions as evidence, with their probability in three digits."""
    # Text of three digits each: there are 1,001 of them, however many questions.
    said = pa.array([f"{thousandths / 1000:.3f}" for thousandths in range(1001)])
    details = said.take(pa.array(np.round(share[rows] * 1000).astype(np.int64)))
    return evidence(offers.question_ids.take(pa.array(rows)), detail=details)
