"""The guesser, by hand."""

import numpy as np
import pytest

from curriculum_kit.choice_design.guess import guessed_in_sample, guessed_out_of_fold, set_codes

OPTIONS = np.array([[0, 1], [1, 0], [0, 1], [1, 0], [2, 1], [1, 2]])
ANSWER = np.array([0, 0, 0, 1, 1, 2])


def test_who_knows_the_sets_guesses_the_member_most_often_right() -> None:
    # Of {0, 1} he gets 3 of 4, of {1, 2} 1 of 2: 4 of 6, and chance is 3 of 6.
    assert guessed_in_sample(OPTIONS, ANSWER) == pytest.approx(1 / 6)


def test_out_of_fold_only_the_others_count() -> None:
    fold = np.array([0, 1, 1, 1, 0, 1])
    # Fold 0 asks {0, 1}, answered 0, 0, 1 elsewhere: right; and {1, 2}, answered 2 elsewhere: wrong.
    # Fold 1 knows 0 for {0, 1}: right, right, wrong; and 1 for {1, 2}: wrong.
    assert guessed_out_of_fold(OPTIONS, ANSWER, fold) == pytest.approx(3 / 6 - 1 / 2)


def test_an_unknown_set_is_guessed_by_chance() -> None:
    options = np.array([[0, 1, 2], [3, 4, -1]])
    assert guessed_out_of_fold(options, np.array([0, 4]), np.array([0, 1])) == pytest.approx(0.0)
    assert guessed_in_sample(options, np.array([0, 4])) == pytest.approx(1 - (1 / 3 + 1 / 2) / 2)


def test_sets_are_the_same_in_any_order_however_many_labels_there_are() -> None:
    assert set_codes(OPTIONS).tolist() == [0, 0, 0, 0, 1, 1]
    wide = np.arange(12)[None, :] * 10**6 + np.array([[0], [1], [0]])  # 12 labels among 11 million: beyond 64 bits
    wide[2] = wide[2, ::-1]
    assert set_codes(wide).tolist() == [0, 1, 0]
    assert set_codes(np.array([[3, -1], [-1, 3], [3, 0]])).tolist() == [0, 0, 1]
