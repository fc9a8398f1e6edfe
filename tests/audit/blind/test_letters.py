"""Words that point to a letter are found, whatever label stands there; labels that stand still are not taken for it."""

from collections.abc import Callable

import pytest

from curriculum_kit.audit.blind.letters import letters_of
from curriculum_kit.audit.blind.pairs import letter_give_aways
from curriculum_kit.audit.blind.solvability import blind_solvability
from curriculum_kit.audit.blind.words import word_findings
from curriculum_kit.enums import Severity
from curriculum_kit.offers import Offers

Make = Callable[..., Offers]
Innocent = Callable[..., list[tuple]]


def polite_at_c(rows: list[tuple]) -> list[tuple]:
    """Return the questions with a word more where the right option is the third."""
    return [
        (unit, f"{text} please" if choices[2] == answer else text, answer, choices)
        for unit, text, answer, choices in rows
    ]


def test_letters_of_questions_of_several_sizes(make_offers: Make) -> None:
    letters = letters_of(make_offers([("u", "?", "a", ["a", "b"]), ("u", "?", "b", ["a", "b", "c"])]))
    named = [letters.texts[code] for code in letters.codes]
    assert named == ["option A of 2", "option B of 2", "option A of 3", "option B of 3", "option C of 3"]


@pytest.mark.parametrize("labels", [12, 400])
def test_a_word_that_points_to_a_letter_is_named(make_offers: Make, innocent: Innocent, labels: int) -> None:
    rows = polite_at_c(innocent(0, labels=labels))
    offers = make_offers(rows)
    (finding,) = word_findings(offers)
    given_away = [f"q{number}" for number, row in enumerate(rows) if row[1].endswith("please")]
    assert (finding.name, finding.severity, finding.figure) == ("words/letters", Severity.SERIOUS, 1.0)
    assert f'"please" points to option C of 4 (right in 100.0% of the {len(given_away)}' in finding.sentence
    assert finding.evidence["question_id"].to_pylist() == given_away
    assert blind_solvability(offers).blind_rate.share > 0.4


def test_a_word_that_points_to_a_label_which_stands_still_does_not_point_to_its_letter(make_offers: Make) -> None:
    rows = [
        (f"u{number}", "Is it seen clearly?" if number % 2 else "Is it seen?", "no" if number % 2 else "yes", YES_NO)
        for number in range(200)
    ]
    offers = make_offers(rows)
    assert letter_give_aways(offers)[1] == []
    assert [finding.what for finding in word_findings(offers)] == ["give-aways"]


YES_NO = ["yes", "no"]
