"""Weights of signals: by hand for one signal, zero for noise and for what points the wrong way."""

import numpy as np
import pytest

from curriculum_kit.audit.blind.stacking import fit_weights, softmax

ROW = np.repeat(np.arange(400), 2)
FIRST = np.tile([True, False], 400)


def rights(first: int) -> np.ndarray:
    """Return which options are right where the first of two is so in `first` of 400 questions."""
    right = np.repeat(np.arange(400) < first, 2)
    return np.where(FIRST, right, ~right)


def test_softmax_sums_to_one_within_a_question() -> None:
    shares = softmax(np.array([0.0, np.log(3), 5.0, 5.0, 5.0]), np.array([0, 0, 1, 1, 1]), 2)
    assert shares.tolist() == pytest.approx([0.25, 0.75, 1 / 3, 1 / 3, 1 / 3])


def test_the_weight_makes_the_probability_what_was_seen() -> None:
    weights = fit_weights(FIRST[:, None].astype(float), rights(300), ROW, 400)
    # The first option is right in 3 of 4: its odds are 3. The ridge takes less than a hundredth.
    assert weights.values[0] == pytest.approx(np.log(3), abs=0.01)
    assert weights.proven
    shares = weights.probabilities(FIRST[:2, None].astype(float), np.zeros(2, int), 1)
    assert shares.tolist() == pytest.approx([0.75, 0.25], abs=0.002)


def test_a_signal_that_points_the_wrong_way_has_no_weight() -> None:
    weights = fit_weights(FIRST[:, None].astype(float), rights(100), ROW, 400)
    assert weights.values.tolist() == [0.0]
    assert not weights.proven


def test_what_noise_can_do_leaves_probabilities_at_chance() -> None:
    weights = fit_weights(FIRST[:, None].astype(float), rights(215), ROW, 400)
    assert weights.values[0] > 0
    assert weights.probabilities(FIRST[:2, None].astype(float), np.zeros(2, int), 1).tolist() == [0.5, 0.5]


def test_no_questions_give_no_weights() -> None:
    assert not fit_weights(np.zeros((0, 3)), np.zeros(0, bool), np.zeros(0, int), 0).proven
