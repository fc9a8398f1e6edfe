"""Letters: favoured ones are found for each number of options, even ones are not."""

import numpy as np
import pyarrow as pa
import pytest

from curriculum_kit.audit.letters import letter_findings
from curriculum_kit.enums import Severity
from curriculum_kit.offers import Offers, offers_of
from curriculum_kit.schemas import schema_of


def offers(*rights: tuple[int, int]) -> Offers:
    """Questions as (number of options, place of the right one)."""
    rows = [
        {
            "question_id": f"q{number}",
            "benchmark": "toy",
            "split": "train",
            "unit_id": f"u{number}",
            "image_ids": [],
            "question": "What is it?",
            "answer": "abcd"[right],
            "choices": list("abcd"[:size]),
            "answer_index": right,
            "question_type": None,
            "modality": None,
            "metadata": [],
            "choices_as_given": None,
        }
        for number, (size, right) in enumerate(rights)
    ]
    return offers_of([pa.Table.from_pylist(rows, schema=schema_of("questions"))])


def test_a_favoured_letter_is_found_where_it_is() -> None:
    even = [(3, right) for right in (0, 1, 2) * 20]
    favoured = [(4, 1)] * 55 + [(4, right) for right in (0, 2, 3) * 15]
    (found,) = letter_findings(offers(*even, *favoured))
    assert (found.name, found.severity) == ("letters/4-options", Severity.SERIOUS)
    assert (found.figure, found.expected, found.rows, found.of) == (0.55, 0.25, 55, 100)
    # Pearson's statistic is (30^2 + 3 * 10^2) / 25 = 48; twice its tail, for two numbers of options.
    assert found.p_value == pytest.approx(2 * 2.13e-10, rel=0.01)
    assert "A 15.0%, B 55.0%, C 15.0%, D 15.0% (due: 25.0%)" in found.sentence
    assert found.evidence["question_id"].to_pylist() == [f"q{number}" for number in range(60, 115)]
    assert set(found.evidence["detail"].to_pylist()) == {"B"}


def test_a_small_lean_is_a_warning() -> None:
    places = [0] * 560 + [1] * 440
    (found,) = letter_findings(offers(*((2, right) for right in places)))
    assert (found.name, found.severity, found.figure) == ("letters/2-options", Severity.WARNING, 0.56)


@pytest.mark.parametrize("seed", range(20))
def test_letters_at_random_are_clear(seed: int) -> None:
    places = np.random.default_rng(seed).integers(0, 4, 400)
    assert [f.severity for f in letter_findings(offers(*((4, int(right)) for right in places)))] == [Severity.CLEAR]


def test_too_few_questions_say_nothing() -> None:
    (found,) = letter_findings(offers(*[(4, 0)] * 19, *[(3, 0)] * 19, *[(1, 0)] * 99))
    assert (found.name, found.severity) == ("letters/all", Severity.UNCHECKED)
    (none,) = letter_findings(offers())
    assert (none.severity, "no question has options" in none.sentence) == (Severity.UNCHECKED, True)
