"""Words in common are counted once each, without regard to case, underscores and marks."""

from collections.abc import Callable

import numpy as np

from curriculum_kit.audit.common_words import OptionWords
from curriculum_kit.offers import Offers

Make = Callable[..., Offers]


def test_words_of_the_question_are_counted_by_option(make_offers: Make) -> None:
    rows = [
        ("u0", "Is the LEFT lung seen?", "left lung", ["left lung", "right lung", "the_left, the left", "gut"]),
        ("u1", "What?", "gut", ["gut", "what", "lung"]),
    ]
    assert OptionWords(make_offers(rows)).with_question().tolist() == [2, 1, 2, 0, 0, 1, 0]


def test_words_of_two_options_are_counted_by_pair(make_offers: Make) -> None:
    offers = make_offers([("u0", "What?", "left lung", ["left lung", "lung, left", "right lung", "gut"])])
    words = OptionWords(offers)
    assert words.with_options(np.array([0, 0, 0, 2]), np.array([1, 2, 3, 2])).tolist() == [2, 1, 0, 2]


def test_options_without_words_have_none_in_common(make_offers: Make) -> None:
    words = OptionWords(make_offers([("u0", "+ or -?", "+", ["+", "-"])]))
    assert words.with_question().tolist() == [0, 0]
    assert words.with_options(np.array([0]), np.array([1])).tolist() == [0]
