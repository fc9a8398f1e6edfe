"""What is above chance without proof is a note; evidence lists what was guessed right, or nothing at all."""

from collections.abc import Callable

import numpy as np
import pytest

from curriculum_kit.audit.blind.verdict import guessed_right, verdict
from curriculum_kit.audit.intervals import Rate
from curriculum_kit.enums import Severity
from curriculum_kit.offers import Offers

ABOVE = " That is above chance, but"


@pytest.mark.parametrize(
    ("rate", "severity", "said"),
    [
        (Rate(0.26, 0.24, 0.28, 0.25, 0.3), Severity.CLEAR, ""),
        (Rate(0.317, 0.287, 0.349, 0.25, 0.002), Severity.NOTE, f"{ABOVE} not beyond doubt (p = 0.006)."),
        (Rate(0.26, 0.255, 0.265, 0.25, 1e-9), Severity.NOTE, f"{ABOVE} by too little to matter."),
        (Rate(0.40, 0.38, 0.42, 0.25, 1e-9), Severity.SERIOUS, ""),
    ],
)
def test_above_chance_but_not_proven_is_a_note(rate: Rate, severity: Severity, said: str) -> None:
    assert verdict(rate, []) == (severity, said)


def test_questions_that_are_guessed_right_are_listed(make_offers: Callable[..., Offers]) -> None:
    offers = make_offers([("u", "What?", "a", ["a", "b"])] * 4)
    hits, share = np.array([1.0, 0.5, 0.0, 1.0]), np.array([0.75, 0.5, 0.25, 1.0])
    shown = guessed_right(offers, hits, share, Severity.NOTE)
    assert shown is not None
    assert shown["question_id"].to_pylist() == ["q0", "q3"]
    assert shown["detail"].to_pylist() == ["0.750", "1.000"]
    assert guessed_right(offers, hits, share, Severity.NOTE, most=1) is None
    clear = guessed_right(offers, hits, share, Severity.CLEAR)
    assert clear is not None
    assert clear.num_rows == 0
