"""Relations by hand: ranks with ties, numbers, means, and words in common."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum_kit.audit.formats.relations import FLAG_PHRASES, PHRASES, Relations, number_in
from curriculum_kit.offers import Offers

Make = Callable[..., Offers]


def relation(make_offers: Make, slug: str, *options: str, question: str = "What?") -> list[float]:
    values: list[float] = Relations(make_offers([("u0", question, options[0], options)])).values(slug).tolist()
    return values


@pytest.mark.parametrize(
    ("slug", "options", "values"),
    [
        ("second-most-characters", ("a", "bbb", "cccc", "dd"), [0, 1, 0, 0]),
        ("second-least-characters", ("a", "bbb", "cccc", "dd"), [0, 0, 0, 1]),
        # Two share the second place, so that nobody holds it.
        ("second-most-characters", ("a", "bb", "ccc", "dd"), [0, 0, 0, 0]),
        # Two share the first place, so that the third is not second.
        ("second-most-characters", ("aa", "bb", "c"), [0, 0, 0]),
        ("middle-number", ("30", "4", "5", "100", "20"), [0, 0, 0, 0, 1]),
        ("second-most-alphabet", ("gut", "bone", "liver"), [1, 0, 0]),
        ("second-least-words", ("a b c", "d", "e f"), [0, 0, 1]),
        # The mean is 10.
        ("near-the-mean-number", ("1", "12 mm", "3", "24"), [-9, -2, -7, -14]),
        ("words-of-other-options", ("small gut", "small liver", "pale gut", "bone"), [2, 1, 1, 0]),
    ],
)
def test_relations_of_one_question(make_offers: Make, slug: str, options: tuple[str, ...], values: list[int]) -> None:
    assert relation(make_offers, slug, *options) == values


def test_words_in_common_with_the_question(make_offers: Make) -> None:
    found = relation(make_offers, "words-of-the-question", "pale gut", "gut", "bone", question="Is the gut pale?")
    assert found == [2, 1, 0]


def test_a_question_with_an_option_without_a_number_has_none(make_offers: Make) -> None:
    rows = [("u0", "How many?", "1", ["1", "2", "none"]), ("u1", "How many?", "1", ["1", "two", "3"])]
    values = Relations(make_offers(rows)).values("number")
    assert np.isnan(values[:3]).all()
    assert values[3:].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12 mm", 12),
        ("1,200", 1200),
        ("0,5", 0.5),
        ("-3.5 cm", -3.5),
        ("10-20", 10),
        ("Three lesions", 3),
        *(("T1", None), ("1.2.2020", None), ("liver", None)),
    ],
)
def test_the_first_number_of_a_text(text: str, number: float | None) -> None:
    found = number_in(text)
    assert np.isnan(found) if number is None else found == number


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=6), min_size=1, max_size=7, unique=True), st.text(max_size=9))
def test_wild_options_have_every_relation(make_offers: Make, options: list[str], question: str) -> None:
    relations = Relations(make_offers([("u0", question, options[0], options)]))
    for slug in PHRASES:
        assert len(relations.values(slug)) == len(options)
    for slug in FLAG_PHRASES:
        assert sorted(relations.values(slug).tolist()) in ([0] * len(options), [0] * (len(options) - 1) + [1])
