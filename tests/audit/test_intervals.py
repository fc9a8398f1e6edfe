"""Intervals of shares: by hand, wider where units repeat themselves, and honest at the ends."""

import numpy as np
import pytest

from curriculum_kit.audit.intervals import clustered_rate

CHANCE = np.full(100, 0.25)
HITS = np.array([1.0] * 40 + [0.0] * 60)


def test_independent_questions_have_wilsons_interval() -> None:
    rate = clustered_rate(HITS, CHANCE, np.arange(100))
    # Wilson at n = 99 (the variance of a sample), t = 1.984: 0.4038 -+ 0.0959 by hand.
    assert (rate.share, rate.chance) == (0.4, 0.25)
    assert (rate.low, rate.high) == pytest.approx((0.3073, 0.5003), abs=1e-3)
    # 0.15 over sqrt(2 * 0.24 / 99) = 2.154; one-sided, 99 degrees of freedom.
    assert rate.p_value == pytest.approx(0.0168, abs=1e-3)


def test_units_that_are_all_right_or_all_wrong_count_once() -> None:
    rate = clustered_rate(HITS, CHANCE, np.arange(100) // 10)
    assert rate.low < 0.15
    assert rate.high > 0.70
    assert rate.p_value > 0.1


def test_all_right_is_not_certain() -> None:
    rate = clustered_rate(np.ones(100), CHANCE, np.arange(100) // 2)
    assert 0.9 < rate.low < 1.0
    assert rate.high == 1.0
    assert rate.p_value < 1e-6


@pytest.mark.parametrize("rows", [0, 7])
def test_one_unit_or_none_tells_nothing(rows: int) -> None:
    rate = clustered_rate(np.ones(rows), np.full(rows, 0.25), np.zeros(rows, int))
    assert (rate.low, rate.high, rate.p_value) == (0.0, 1.0, 1.0)


def test_it_reads_as_a_sentence() -> None:
    assert str(clustered_rate(HITS, CHANCE, np.arange(100))) == "40.0% (30.8% to 50.0%; chance 25.0%)"
