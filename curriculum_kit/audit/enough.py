"""Is there enough to learn blind shortcuts from and to try them on?"""

from __future__ import annotations

import numpy as np

from curriculum_kit.offers import Offers

FEWEST_QUESTIONS = 50
"""With fewer, the interval of a share is wider than any shortcut worth naming."""

FEWEST_UNITS = 3
"""One to try on, one to weigh the signals on, one to count on."""


def too_little(offers: Offers) -> str | None:
    """Return why nothing can be estimated out of fold, to follow "could not be checked: "; None where it can."""
    if not len(offers):
        return "no question has choices."
    if len(np.unique(offers.option.codes)) < 2 or len(np.unique(offers.option.codes[offers.is_right])) < 2:
        return "every question has the same answer (one class only)."
    if len(offers) < FEWEST_QUESTIONS:
        return f"there are {len(offers)} questions with choices, and it takes {FEWEST_QUESTIONS} or more."
    units = len(np.unique(offers.unit.codes))
    if units < FEWEST_UNITS:
        return (
            f"all questions are about {units} unit{'s' * (units > 1)} (video, patient or image), and what is learned "
            f"from some must be tried on others: it takes {FEWEST_UNITS} or more."
        )
    return None
