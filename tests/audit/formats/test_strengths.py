"""Strengths of labels: what they explain, and that a question's own answer is not in them."""

from collections.abc import Callable

import numpy as np
import pytest

from curriculum_kit.audit.formats.strengths import right_by_strength
from curriculum_kit.offers import Offers

Make = Callable[..., Offers]


def likely(offers: Offers) -> np.ndarray:
    return right_by_strength(offers, np.arange(len(offers.option.texts)))


def test_a_label_that_always_wins_is_likely_and_sums_are_one(make_offers: Make) -> None:
    others = ["hook", "clip", "bone", "skin"]
    rows = [("u", "What?", "gut", ["gut", others[n % 4], others[(n + 1) % 4]]) for n in range(60)]
    offers = make_offers(rows)
    found = likely(offers)
    assert found[::3].min() > 0.9
    assert np.bincount(offers.row, found).tolist() == pytest.approx([1] * 60)


def test_labels_that_are_right_alike_but_beat_each_other_are_told_apart(make_offers: Make) -> None:
    # Gut and clip are right in half of their questions each: gut beats all but liver, clip only the bone.
    rows = [("u", "What?", "liver", ["gut", "liver"]), ("u", "What?", "gut", ["gut", "skin"])] * 30
    rows += [("u", "What?", "skin", ["clip", "skin"]), ("u", "What?", "clip", ["clip", "bone"])] * 30
    found = likely(make_offers(rows)).reshape(-1, 2)
    assert found[1, 0] > 0.8
    assert found[60, 1] > 0.8


def test_labels_that_never_come_again_have_chance(make_offers: Make) -> None:
    rows = [("u", "What?", f"a{n}", [f"a{n}", f"b{n}", f"c{n}", f"d{n}"]) for n in range(40)]
    assert likely(make_offers(rows)).tolist() == pytest.approx([0.25] * 160, abs=0.02)
