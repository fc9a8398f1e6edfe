"""The share of groups that come back dead, all right or all wrong, with one wording of a question and with several.

Reads pass rates, or a prior of them; gives figures by tier and answer, and what they mean in words.
"""

from curriculum_kit.forecast.beta import UNIFORM, Beta, beta_of
from curriculum_kit.forecast.estimate import forecast
from curriculum_kit.forecast.tables import Asked, Dead, Estimators, Expected, Part, Rated
from curriculum_kit.forecast.wordings import LARGEST
from curriculum_kit.forecast.words import sentences

__all__ = [
    "LARGEST",
    "UNIFORM",
    "Asked",
    "Beta",
    "Dead",
    "Estimators",
    "Expected",
    "Part",
    "Rated",
    "beta_of",
    "forecast",
    "sentences",
]
