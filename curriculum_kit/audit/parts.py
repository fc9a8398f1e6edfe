"""Right answers by part of a benchmark: question types and benchmarks, so that a shortcut in one is not diluted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from curriculum_kit.audit.enough import FEWEST_QUESTIONS
from curriculum_kit.audit.intervals import Rate, clustered_rate
from curriculum_kit.audit.severity import severity_of
from curriculum_kit.enums import Severity
from curriculum_kit.offers import Offers

MOST_PARTS = 30
NAMED = 6

DIFFERENT = 0.10
"""Parts are named in the sentence where their accuracies differ by so much."""


def rates_by_part(offers: Offers, hits: np.ndarray) -> list[tuple[str, Rate]]:
    """Return name and share of right answers of each question type and benchmark, the most above chance first.

    Only where there are several, and of these the largest, with 50 questions or more.
    """
    found = []
    for column in (offers.question_type, offers.benchmark):
        counts = np.bincount(column.codes, minlength=len(column.texts))
        if np.count_nonzero(counts) < 2:
            continue
        for code in np.argsort(-counts, kind="stable")[:MOST_PARTS].tolist():
            if counts[code] >= FEWEST_QUESTIONS:
                rows = column.codes == code
                rate = clustered_rate(hits[rows], offers.chance[rows], offers.unit.codes[rows])
                found.append((column.texts[code] or "without a type", rate))
    return sorted(found, key=lambda part: (part[1].chance - part[1].share, part[0]))


def gravest(rate: Rate, parts: Sequence[tuple[str, Rate]]) -> Severity:
    """Return the severity of the whole or of its gravest part, corrected for all that was tried."""
    rank = list(Severity).index
    return min((severity_of(one, tried(parts)) for one in (rate, *(part for _, part in parts))), key=rank)


def tried(parts: Sequence[tuple[str, Rate]]) -> int:
    """Return how many shares were looked at: three models, on the whole and each part."""
    return 3 * (1 + len(parts))


def say_parts(parts: Sequence[tuple[str, Rate]]) -> str:
    """Return a sentence with the parts' accuracies, led by a space; "" where they hardly differ."""
    if not parts or parts[0][1].gain - parts[-1][1].gain < DIFFERENT:
        return ""
    shown = parts if len(parts) <= NAMED else [*parts[: NAMED - 1], parts[-1]]
    named = (f"{name} {rate.share:.1%} (chance {rate.chance:.1%})" for name, rate in shown)
    return f" By part: {'; '.join(named)}."
