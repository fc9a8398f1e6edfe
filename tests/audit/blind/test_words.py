"""Words that go with an answer are found and named; words that do not, are not."""

from collections.abc import Callable

import pytest

from curriculum_kit.audit.blind.words import give_aways, word_findings
from curriculum_kit.enums import Severity
from curriculum_kit.offers import Offers

Make = Callable[..., Offers]
Innocent = Callable[..., list[tuple]]


def planted(rows: list[tuple], word: str = "yellow") -> list[tuple]:
    """Return the questions with a word more where organ 1 is right."""
    return [
        (unit, f"{text} {word}" if answer == "organ 1" else text, answer, choices)
        for unit, text, answer, choices in rows
    ]


def test_a_word_that_goes_with_an_answer_is_named(make_offers: Make, innocent: Innocent) -> None:
    rows = planted(innocent(0))
    (finding,) = word_findings(make_offers(rows))
    right = [f"q{number}" for number, row in enumerate(rows) if row[2] == "organ 1"]
    assert (finding.name, finding.severity, finding.figure) == ("words/give-aways", Severity.WARNING, 1.0)
    assert f'"yellow" points to organ 1 (right in 100.0% of the {len(right)} questions with both' in finding.sentence
    assert finding.evidence["question_id"].to_pylist() == right
    assert set(finding.evidence["detail"].to_pylist()) == {"yellow -> organ 1"}
    assert (finding.rows, finding.of) == (len(right), 600)


def test_words_that_always_stand_together_are_named_once(make_offers: Make, innocent: Innocent) -> None:
    _, found = give_aways(make_offers(planted(innocent(0), "yellow zzz")))
    assert [pair.label for pair in found] == ["organ 1"]


def test_a_neighbouring_pair_can_tell_what_its_words_do_not(make_offers: Make) -> None:
    texts = {"gut": ["dark red or pale", "pale red"], "liver": ["pale or dark red", "dark pale red"]}
    rows = [
        (f"u{number}", f"{texts[answer][number % 4 // 2]}?", answer, ["gut", "liver"])
        for number, answer in enumerate(["gut", "liver"] * 60)
    ]
    _, found = give_aways(make_offers(rows))
    assert ("or pale", "gut") in [(pair.word, pair.label) for pair in found]
    assert "pale" not in [pair.word for pair in found]


def test_a_word_of_one_video_shows_nothing(make_offers: Make, innocent: Innocent) -> None:
    rows = innocent(0)
    video = [("video", "what is yellow", "organ 1", ["organ 1", "organ 2", "organ 3"])] * 40
    (finding,) = word_findings(make_offers(rows + video))
    assert finding.severity is Severity.CLEAR


@pytest.mark.parametrize("seed", range(20))
def test_a_fair_benchmark_raises_no_alarm(make_offers: Make, innocent: Innocent, seed: int) -> None:
    (finding,) = word_findings(make_offers(innocent(seed)))
    assert finding.severity is Severity.CLEAR
    assert "pairs of word and label and" in finding.sentence


def test_what_cannot_be_checked_is_said(make_offers: Make, innocent: Innocent) -> None:
    wordless = [(unit, "???", answer, choices) for unit, _, answer, choices in innocent(0)]
    for rows in (wordless, []):
        (finding,) = word_findings(make_offers(rows))
        assert finding.severity is Severity.UNCHECKED
        assert finding.sentence.startswith("The words of the questions could not be checked: ")
