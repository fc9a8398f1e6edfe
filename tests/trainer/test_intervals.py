import numpy as np
import pytest
from scipy import stats

from trainer.intervals import Interval, mcnemar, mean_difference, share, sign_flips


def test_independent_questions_give_wilsons_interval():
    hits, units = np.repeat([1.0, 0.0], [500, 1500]), np.arange(2000)
    found = share(hits, units)
    wilson = stats.binomtest(500, 2000).proportion_ci(method="wilson")
    assert found.value == 0.25
    assert (found.low, found.high) == pytest.approx((wilson.low, wilson.high), abs=2e-4)


def test_asking_a_unit_the_same_twice_tells_nothing_new():
    hits, units = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 1.0]), np.arange(6)
    once = share(hits, units)
    twice = share(np.repeat(hits, 2), np.repeat(units, 2))
    assert (twice.value, twice.low, twice.high) == pytest.approx((once.value, once.low, once.high))
    assert share(np.repeat(hits, 2), np.arange(12)).low > once.low


def test_nothing_is_known_from_one_unit_or_none():
    assert share(np.ones(9), np.zeros(9, int)) == Interval(1.0, 0.0, 1.0)
    assert share(np.zeros(0), np.zeros(0, int)) == Interval(0.0, 0.0, 1.0)
    assert mean_difference(np.ones(9), np.zeros(9, int)) == Interval(1.0, -1.0, 1.0)
    assert mean_difference(np.zeros(0), np.zeros(0, int)) == Interval(0.0, -1.0, 1.0)


def test_all_right_is_not_certainty():
    # Wilson's limit for 10 of 10 with t(9) = 2.262 in place of 1.960: 10 / (10 + 2.262^2) = 0.6615
    found = share(np.ones(10), np.arange(10))
    assert (found.value, found.high) == (1.0, pytest.approx(1.0))
    assert found.low == pytest.approx(0.6615, abs=1e-4)
    same = mean_difference(np.zeros(10), np.arange(10))
    assert (same.low, same.high) == pytest.approx((-0.3385, 0.3385), abs=1e-4)


def test_a_difference_over_units_of_one_question_is_students_t():
    differences = np.array([1.0, 0.0, 0.0, 1.0, -1.0, 0.0, 1.0, 0.0])
    expected = stats.ttest_1samp(differences, 0).confidence_interval()
    found = mean_difference(differences, np.arange(8))
    assert (found.low, found.value, found.high) == pytest.approx((expected.low, 0.25, expected.high))


def test_a_difference_is_as_sure_as_its_units_are_many():
    differences, units = np.array([1.0, 0.0, 0.0, 1.0, -1.0, 0.0, 1.0, 0.0]), np.arange(8)
    once, twice = mean_difference(differences, units), mean_difference(np.repeat(differences, 2), np.repeat(units, 2))
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high))
    # Units whose questions cancel out are no better than independent questions.
    paired = mean_difference(np.array([1.0, -1.0] * 8), np.arange(16) // 2)
    assert paired.high == pytest.approx(stats.t.ppf(0.975, 7) * np.sqrt(16 / (16 * 15)))


def test_mcnemars_exact_test():
    # 2 * (C(10, 0) + C(10, 1)) / 2^10
    assert mcnemar(1, 9) == mcnemar(9, 1) == pytest.approx(22 / 1024)
    assert mcnemar(0, 0) == 1.0


@pytest.mark.parametrize(
    ("sums", "p_value"),
    [((1, 1, 1), 2 / 8), ((2, -1), 1.0), ((3, 1), 2 / 4), ((), 1.0), ((0, 0), 1.0), ((1, 1, 0, 1, 1, 1), 2 / 32)],
)
def test_every_way_to_swap_units_is_tried(sums, p_value):
    assert sign_flips(np.array(sums, float), np.arange(len(sums))) == pytest.approx(p_value)


def test_questions_of_a_unit_are_swapped_together():
    assert sign_flips(np.ones(12), np.arange(12) // 4) == pytest.approx(2 / 8)


def test_many_units_are_sampled_by_a_seed():
    differences, units = np.concatenate([np.ones(40), -np.ones(20)]), np.arange(60)
    found = sign_flips(differences, units, seed=1)
    # The exact value is that of the binomial test of 40 in 60.
    assert found == pytest.approx(stats.binomtest(40, 60).pvalue, abs=0.004)
    assert found == sign_flips(differences, units, seed=1)
    assert sign_flips(np.ones(60), units) == 1 / 10_000


def test_an_interval_reads_in_per_cent():
    assert str(Interval(0.5, 0.25, 0.75)) == "50.0% (25.0% to 75.0%)"
