"""Labels that are right more often than they are offered are found, named and counted; fair ones are not."""

from collections.abc import Callable

import pytest

from curriculum_kit.audit.blind.prior import prior_findings
from curriculum_kit.enums import Severity
from curriculum_kit.offers import Offers

Make = Callable[..., Offers]
Innocent = Callable[..., list[tuple]]

HARMLESS = {Severity.CLEAR, Severity.NOTE}
WRONG = ["hook", "clip", "gauze"]


def shortcut(questions: int = 200, right: float = 0.6) -> list[tuple]:
    """Return questions that all offer liver, which is right in the first `right` of ten; the rest share the others."""
    rows = []
    for number in range(questions):
        answer = "liver" if number % 10 < right * 10 else WRONG[number % 3]
        rows.append((f"u{number}", "What is this?", answer, [WRONG[0], "liver", *WRONG[1:]]))
    return rows


def test_a_label_that_is_right_too_often_is_named(make_offers: Make) -> None:
    accuracy, often, seldom = prior_findings(make_offers(shortcut()))
    assert (accuracy.name, accuracy.severity, accuracy.figure, accuracy.expected) == (
        *("prior/accuracy", Severity.SERIOUS),
        *(0.6, 0.25),
    )
    assert accuracy.low is not None
    assert 0.5 < accuracy.low < 0.6
    assert (often.name, often.severity, often.rows, often.of) == ("prior/labels-too-often", Severity.SERIOUS, 120, 200)
    assert "liver is right in 60.0% of the 200 questions that offer it (chance 25.0%)" in often.sentence
    assert often.evidence["question_id"].to_pylist()[:7] == ["q0", "q1", "q2", "q3", "q4", "q5", "q10"]
    assert seldom.name == "prior/labels-too-seldom"
    assert seldom.figure == pytest.approx(80 / 600)


def test_a_label_that_is_right_in_one_unit_alone_shows_nothing(make_offers: Make, innocent: Innocent) -> None:
    rows = [("video", "What?", "liver", ["liver", *WRONG])] * 40 + innocent(0, questions=200)
    findings = prior_findings(make_offers(rows))
    assert not any("liver" in finding.sentence for finding in findings)


@pytest.mark.parametrize("seed", range(20))
def test_a_fair_benchmark_raises_no_alarm(make_offers: Make, innocent: Innocent, seed: int) -> None:
    accuracy, none = prior_findings(make_offers(innocent(seed)), seed=seed)
    assert accuracy.severity in HARMLESS
    assert (none.severity, none.of) == (Severity.CLEAR, 12)


def test_a_shortcut_of_one_question_type_is_not_diluted(make_offers: Make, innocent: Innocent) -> None:
    offers = make_offers(innocent(3, questions=4000) + shortcut(), types=["fair"] * 4000 + ["unfair"] * 200)
    accuracy = prior_findings(offers)[0]
    assert accuracy.severity is Severity.SERIOUS
    assert "unfair 60.0% (chance 25.0%)" in accuracy.sentence


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "no question has choices"),
        ([("u0", "What?", "a", ["a", "b"])] * 60, "one class only"),
        ([(f"u{n}", "What?", "ab"[n % 2], ["a", "b"]) for n in range(49)], "there are 49 questions"),
        ([("u0", "What?", "ab"[n % 2], ["a", "b"]) for n in range(60)], "all questions are about 1 unit "),
    ],
)
def test_what_cannot_be_checked_is_said(make_offers: Make, rows: list[tuple], reason: str) -> None:
    (finding,) = prior_findings(make_offers(rows))
    assert finding.severity is Severity.UNCHECKED
    assert reason in finding.sentence
