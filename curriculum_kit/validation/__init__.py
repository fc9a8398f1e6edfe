"""Is S(q) a difficulty at all? What the pass rates of a model say about it.

Reads questions with their components and pass rates; gives correlations with intervals, channel weights and the same
in words.
"""

from curriculum_kit.validation.report import FEWEST, Correlation, Rated, Validation, validate
from curriculum_kit.validation.words import CARD_TITLE, HOPED, card_of, card_section, sentences, shown_name

__all__ = [
    "CARD_TITLE",
    "FEWEST",
    "HOPED",
    "Correlation",
    "Rated",
    "Validation",
    "card_of",
    "card_section",
    "sentences",
    "shown_name",
    "validate",
]
