"""The order of the options: each question's together, the answer at every letter equally often."""

import numpy as np

from curriculum_kit.repair.order import shuffled


def test_the_answers_of_each_label_stand_at_every_letter_equally_often() -> None:
    rows, labels = np.repeat(np.arange(120), 4), np.tile(np.arange(4), 120)
    right = labels == rows % 2  # Labels 0 and 1 are right in 60 questions each.
    order, start = shuffled(rows, labels, right, 120, np.random.default_rng(0))
    assert start.tolist() == list(range(0, 481, 4))
    assert (rows[order] == rows).all()
    place = np.flatnonzero(right[order]) % 4
    assert [np.bincount(place[label::2]).tolist() for label in range(2)] == [[15] * 4] * 2


def test_distractors_stand_in_any_order_and_none_is_lost() -> None:
    rows, labels = np.repeat(np.arange(50), 3), np.tile([5, 6, 7], 50)
    order, _ = shuffled(rows, labels, labels == 5, 50, np.random.default_rng(0))
    assert (np.sort(labels[order].reshape(50, 3)) == [5, 6, 7]).all()
    assert len(np.unique(labels[order].reshape(50, 3), axis=0)) == 6
