"""How grave it is that questions are answered without the image."""

from __future__ import annotations

from curriculum_kit.audit.intervals import Rate
from curriculum_kit.enums import Severity

SERIOUS_GAIN = 0.10
"""One answer in ten that needs no image outweighs what separates most published models from each other."""

WARNING_GAIN = 0.02
"""Below it, a shortcut is of no use to a model in training, however sure it is."""

SIGNIFICANT = 0.001


def severity_of(rate: Rate, tried: int = 1) -> Severity:
    """Return the severity of a share of right answers, by how far its interval's lower end is above chance.

    Anything but clear also needs p < 0.001, corrected for how many shares were `tried`.
    """
    gain = rate.low - rate.chance
    if rate.p_value * tried >= SIGNIFICANT or gain < WARNING_GAIN:
        return Severity.CLEAR
    return Severity.SERIOUS if gain >= SERIOUS_GAIN else Severity.WARNING


def severity_of_gain(gained: float) -> Severity:
    """Return the severity of shortcuts that are certain and give this share of all questions beyond chance."""
    if gained >= SERIOUS_GAIN:
        return Severity.SERIOUS
    return Severity.WARNING if gained >= WARNING_GAIN else Severity.NOTE
