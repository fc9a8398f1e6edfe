"""What each signal counts, by hand, and that nothing of the folds left out is in it."""

from collections.abc import Callable

import numpy as np
import pytest

from curriculum_kit.audit.blind.label_words import LabelWords
from curriculum_kit.audit.blind.signals import NAMES, Signals
from curriculum_kit.offers import Offers

YES_NO = ["gut", "liver"]
ROWS = [
    ("u0", "What is yellow?", "gut", YES_NO),
    ("u1", "What is yellow?", "gut", YES_NO),
    ("u2", "What is red?", "liver", YES_NO),
    ("u3", "What is yellow?", "gut", YES_NO),
]
FOLD = np.array([0, 1, 2, 3])


def signal(offers: Offers, name: str) -> np.ndarray:
    """Return the scores of the last question from the other three."""
    return Signals(offers, FOLD).scores(np.array([3]), without=[3])[:, NAMES.index(name)]


@pytest.fixture
def offers(make_offers: Callable[..., Offers]) -> Offers:
    return make_offers(ROWS)


def test_prior_is_how_often_the_label_is_right(offers: Offers) -> None:
    # Gut: right in 2 of 3, and one half seen once: 2.5 / 4, odds 5 to 3.
    assert signal(offers, "prior").tolist() == pytest.approx([np.log(5 / 3), np.log(3 / 5)])


def test_wording_is_what_it_adds_to_the_prior(offers: Offers) -> None:
    # After "What is yellow?" gut is right in 2 of 2, and 5/8 seen twice: 3.25 / 4, odds 13 to 3.
    assert signal(offers, "wording").tolist() == pytest.approx([np.log(13 / 3) - np.log(5 / 3), -np.log(13 / 5)])


def test_rivals_are_what_the_pair_adds_to_the_priors(offers: Offers) -> None:
    # Priors 5/8 to 3/8 lead one to expect odds of 25 to 9; 2 of 3 were seen, and the expected once.
    expected = (2 + 25 / 34) / 4
    beyond = np.log(expected / (1 - expected)) - np.log(25 / 9)
    assert signal(offers, "rivals").tolist() == pytest.approx([beyond, -beyond])


def test_place_is_how_often_the_letter_is_right(offers: Offers) -> None:
    # A: right in 2 of 3, and one half seen ten times: 7 / 13.
    assert signal(offers, "place").tolist() == pytest.approx([np.log(7 / 6), np.log(6 / 7)])


def test_letters_are_naive_bayes_too(offers: Offers) -> None:
    # Gut stands at A and liver at B in every question, so that letters know what labels do.
    assert signal(offers, "letters").tolist() == signal(offers, "words").tolist()


def test_echo_is_how_often_the_option_with_words_of_the_question_is_right(make_offers: Callable[..., Offers]) -> None:
    rows = [
        (f"u{n}", "Is the gut red?", ["gut", "liver", "gut", "bone"][n], ["gut", "liver", "bone"]) for n in range(4)
    ]
    # One word in common: right in 2 of 3, and one third seen ten times, 16 / 39. None: 1 of 6 and 10 thirds, 13 / 48.
    echoed, none = np.log(16 / 23) - np.log(1 / 2), np.log(13 / 35) - np.log(1 / 2)
    assert signal(make_offers(rows), "echo").tolist() == pytest.approx([echoed, none, none])


def test_words_are_naive_bayes_of_right_against_wrong(offers: Offers) -> None:
    # Gut right: what 2, is 2, yellow 2, red 0 of 6; wrong: what 1, is 1, yellow 0, red 1 of 3. One is added to each.
    gut = 2 * np.log((3 / 10) / (2 / 7)) + np.log((3 / 10) / (1 / 7))
    assert signal(offers, "words").tolist() == pytest.approx([gut, -gut])


def test_many_labels_are_scored_in_blocks(
    make_offers: Callable[..., Offers], innocent: Callable[..., list[tuple]], monkeypatch: pytest.MonkeyPatch
) -> None:
    offers = make_offers(innocent(0, questions=60))
    fold = np.arange(60) % 3
    texts, labels = offers.question.codes[offers.row], offers.option.codes
    whole = LabelWords(offers, fold, 3).scores(texts, labels, [0])
    monkeypatch.setattr("curriculum_kit.audit.blind.label_words.LABELS_AT_ONCE", 5)
    monkeypatch.setattr("curriculum_kit.audit.blind.label_words.PAIRS_AT_ONCE", 7)
    assert LabelWords(offers, fold, 3).scores(texts, labels, [0]).tolist() == pytest.approx(whole.tolist())


def test_answers_of_the_folds_left_out_change_nothing(
    make_offers: Callable[..., Offers], innocent: Callable[..., list[tuple]]
) -> None:
    rows = innocent(1, questions=90)
    fold = np.arange(90) % 3
    turned = [
        (unit, text, choices[0] if fold[number] == 1 else answer, choices)
        for number, (unit, text, answer, choices) in enumerate(rows)
    ]
    some = np.flatnonzero(fold == 1)
    before, after = (Signals(make_offers(made), fold).scores(some, without=[1]) for made in (rows, turned))
    assert before.tolist() == after.tolist()
    assert np.abs(before).max() > 0


def test_questions_without_words_and_of_one_option_are_scored(make_offers: Callable[..., Offers]) -> None:
    offers = make_offers([("u0", "?", "a", ["a"]), ("u1", "!", "b", ["b", "c", "a"]), ("u2", "?", "a", ["a", "b"])])
    scores = Signals(offers, np.array([0, 1, 2])).scores(np.arange(3), without=[0])
    assert scores.shape == (6, 7)
    assert np.isfinite(scores).all()
    assert not scores[:, NAMES.index("words")].any()
