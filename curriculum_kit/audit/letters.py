"""Is the right option at A, B, C and D equally often? A model that favours a letter must not gain by it.

Reads `Offers`; gives findings of the check `letters`.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from curriculum_kit.audit.blind.letters import letter
from curriculum_kit.audit.findings import Finding, clear, evidence, unchecked
from curriculum_kit.enums import Check, Severity
from curriculum_kit.offers import Offers

MIN_QUESTIONS = 20
"""Fewer questions of one number of options say nothing about its letters."""
_ALARM = 0.001
_WARNING, _SERIOUS = 0.03, 0.10
"""How far the share of a letter must be from its due to matter: random orders of 1,000 questions stay within 0.05."""


def letter_findings(offers: Offers) -> list[Finding]:
    """Return whether the right options stand at every letter equally often, for each number of options.

    The figure is the share of the letter that is furthest from its due, `expected` is its due (one over the
    number of options), the p-value is of Pearson's chi-square test, times the numbers of options that were
    looked at, the evidence the questions whose right option stands there. Questions with several right options are
    left out.
    """
    from scipy.stats import chisquare

    single = np.bincount(offers.row, offers.is_right, len(offers)) == 1
    place = np.flatnonzero(offers.is_right & single[offers.row]) - offers.start[:-1][single]
    sizes, asked = offers.sizes[single], np.flatnonzero(single)
    numbers = [int(k) for k in np.unique(sizes) if k > 1 and (sizes == k).sum() >= MIN_QUESTIONS]
    if not numbers:
        if not len(offers):
            return [unchecked(Check.LETTERS, "all", "Letters could not be checked: no question has options.")]
        why = f"Fewer than {MIN_QUESTIONS} questions have the same number of options"
        return [unchecked(Check.LETTERS, "all", f"{why}, so whether a letter is favoured cannot be told.")]
    found, looked_at = [], 0
    for k in numbers:
        counts = np.bincount(place[sizes == k], minlength=k)
        looked_at += int(counts.sum())
        p_value = min(1.0, float(chisquare(counts).pvalue) * len(numbers))
        furthest = int(np.argmax(np.abs(counts / counts.sum() - 1 / k)))
        off = abs(counts[furthest] / counts.sum() - 1 / k)
        if p_value < _ALARM and off >= _WARNING:
            shown = offers.question_ids.take(pa.array(asked[(sizes == k) & (place == furthest)]))
            severity = Severity.SERIOUS if off >= _SERIOUS else Severity.WARNING
            found.append(_finding(counts, furthest, p_value, severity, shown))
    if found:
        return found
    sentence = f"The right option stands at every letter about equally often (of {looked_at:,} questions)."
    return [clear(Check.LETTERS, sentence, looked_at)]


def _finding(counts: np.ndarray, furthest: int, p_value: float, severity: Severity, shown: pa.Array) -> Finding:
    k, n = len(counts), int(counts.sum())
    shares = ", ".join(f"{letter(i)} {count / n:.1%}" for i, count in enumerate(counts))
    return Finding(
        Check.LETTERS,
        f"{k}-options",
        severity,
        f"In {n:,} questions with {k} options the right one is not at every letter equally often: {shares} "
        f"(due: {1 / k:.1%}); shuffle the options.",
        figure=float(counts[furthest] / n),
        expected=1 / k,
        p_value=p_value,
        rows=int(counts[furthest]),
        of=n,
        evidence=evidence(shown, detail=letter(furthest)),
    )
