"""Counting rules: many at a time and one at a time agree, and the numbers are those one counts by hand."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum_kit.audit.formats.features import features_of
from curriculum_kit.audit.formats.relations import Relations
from curriculum_kit.audit.formats.search import Rule, Tally, picks, taken_by_text, tallies, tally
from curriculum_kit.offers import Coded, Offers


def offers(*questions: tuple[str, list[str]]) -> Offers:
    """Questions as (right option, options)."""
    options = [text for _, some in questions for text in some]
    texts = sorted(set(options))
    plain = Coded(np.zeros(len(questions), np.int32), [""])
    return Offers(
        question_ids=pa.array([f"q{n}" for n in range(len(questions))]),
        **dict.fromkeys(["benchmark", "split", "unit", "image", "question", "question_type", "modality"], plain),
        start=np.cumsum([0, *(len(some) for _, some in questions)]),
        option=Coded(np.array([texts.index(text) for text in options], np.int32), texts),
        is_right=np.array([text == right for right, some in questions for text in some], bool),
    )


THREE = offers(("b", ["A", "b", "C"]), ("A", ["A", "b", "c"]), ("C", ["b", "C", "C", "c"]))


def test_the_single_highest_is_taken() -> None:
    values = np.array([float(text.islower()) for text in THREE.option.texts])
    assert picks(THREE, values[THREE.option.codes], 1).tolist() == [1, -1, -1]
    assert picks(THREE, values[THREE.option.codes], -1).tolist() == [-1, 3, -1]


def test_a_rule_is_counted_with_its_chance() -> None:
    features = features_of(THREE.option.texts, np.ones(len(THREE.option.texts)), 1)
    counted = {one.rule.name: one for one in tallies(THREE, features, range(len(features.named)))}
    has, lacks = counted["alone-begins-lower-case"], counted["alone-not-begins-lower-case"]
    assert (has.fired, has.right, has.by_chance) == (1, 1, pytest.approx(1 / 3))
    assert (lacks.fired, lacks.right, lacks.by_chance) == (1, 1, pytest.approx(1 / 3))


def test_p_value_and_weight_are_those_of_the_binomial() -> None:
    rule = Rule(features_of(["a", "B"], np.ones(2), 1).named[0], 0, 1)
    assert Tally(rule, 3, 3, 0.75).p_value == pytest.approx(1 / 64)
    assert Tally(rule, 3, 3, 0.75).weight == pytest.approx(3 * math.log(4) ** 2)
    assert Tally(rule, 4, 1, 1.0).weight == 0


OPTION = st.text(st.sampled_from("aAb. 1-\u200b"), max_size=4)
QUESTION = st.lists(OPTION, min_size=3, max_size=5).flatmap(
    lambda some: st.tuples(st.sampled_from(some), st.just(some))
)


@settings(max_examples=50, deadline=None)
@given(st.lists(QUESTION, min_size=1, max_size=8))
def test_counting_many_flags_is_counting_each(questions: list[tuple[str, list[str]]]) -> None:
    asked = offers(*questions)
    features = features_of(asked.option.texts, np.ones(len(asked.option.texts)), 1)
    counted = tallies(asked, features, range(len(features.named)))
    for one in counted:
        taken = picks(asked, features.offered(one.rule.place, Relations(asked)), one.rule.sign)
        alone = tally(one.rule, asked, taken)
        assert (one.fired, one.right) == (alone.fired, alone.right)
        assert one.by_chance == pytest.approx(alone.by_chance)
    by_text = {each.rule.name: each for each in taken_by_text(asked, features, [one.rule for one in counted])}
    for one in counted:
        each = by_text[one.rule.name]
        assert (each.fired.sum(), each.right.sum()) == (one.fired, one.right)
        assert each.by_chance.sum() == pytest.approx(one.by_chance, rel=1e-5)
        assert (each.right <= each.fired).all()
