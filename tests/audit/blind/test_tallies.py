"""Counts by fold, and the keys that can be learned from."""

import numpy as np
import pytest

from curriculum_kit.audit.blind.tallies import log_odds, shared_keys, smoothed, tally


def test_a_fold_can_be_left_out() -> None:
    keys = np.array([0, 0, 0, 1, 1, 2])
    won = np.array([True, False, True, True, False, False])
    counts = tally(keys, won, np.array([0, 0, 1, 1, 2, 2]), folds=3, size=3)
    assert [part.tolist() for part in counts.without([])] == [[2, 1, 0], [3, 2, 1]]
    assert [part.tolist() for part in counts.without([0])] == [[1, 1, 0], [1, 2, 1]]
    assert [part.tolist() for part in counts.without([1, 2])] == [[1, 0, 0], [2, 0, 0]]


def test_values_that_occur_once_share_a_key() -> None:
    keys, values = shared_keys(np.array([70, -5, 70, 30, 90, 90, 90]))
    assert keys.tolist() == [1, 0, 1, 0, 2, 2, 2]
    assert values.tolist() == [-1, 70, 90]


def test_few_counts_stay_near_what_is_expected() -> None:
    rates = smoothed(np.array([0.0, 1.0, 80.0]), np.array([0.0, 1.0, 100.0]), 0.25, 2.0)
    assert rates.tolist() == pytest.approx([0.25, 0.5, 80.5 / 102])
    assert log_odds(np.array([0.5, 0.75])).tolist() == pytest.approx([0.0, np.log(3)])
    assert np.isfinite(log_odds(np.array([0.0, 1.0]))).all()
