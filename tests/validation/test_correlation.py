"""Rank correlations: figures worked out by hand, and intervals beside a bootstrap over units."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from curriculum_kit.validation.correlation import Estimate, Figure, difference, interval, partial, pooled, spearman

pairs = st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=3, max_size=40)


def estimate(x: object, y: object) -> Estimate:
    found = spearman(np.array(x, float), np.array(y, float))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("x", "y", "rho"),
    [
        ([1, 2, 3, 4, 5], [2, 1, 4, 3, 5], 0.8),  # 1 - 6 * (1 + 1 + 1 + 1) / (5 * 24)
        ([1, 2, 3], [30, 20, 10], -1.0),
        ([1, 1, 2, 2], [1, 2, 1, 2], 0.0),
        ([1, 1, 2, 3], [1, 2, 3, 3], 8 / 9),  # ranks less 2.5: -1 -1 .5 1.5 and -1.5 -.5 1 1; 4 / sqrt(4.5 * 4.5)
    ],
)
def test_rho_by_hand(x: list[float], y: list[float], rho: float) -> None:
    assert estimate(x, y).value == pytest.approx(rho, abs=1e-12)


@given(pairs)
def test_rho_is_that_of_scipy_and_no_monotone_transform_changes_it(rows: list[tuple[int, int]]) -> None:
    x, y = np.array(rows, float).T
    assume(np.ptp(x) > 0 and np.ptp(y) > 0)
    found = estimate(x, y)
    assert found.value == pytest.approx(spearmanr(x, y).statistic, abs=1e-9)
    assert found.influence.mean() == pytest.approx(0, abs=1e-9)
    bent = estimate(np.exp(x), y**3 - 7)
    assert bent.value == found.value
    assert bent.influence.tolist() == found.influence.tolist()
    assert estimate(-x, y).value == pytest.approx(-found.value, abs=1e-12)


@pytest.mark.parametrize(("x", "y"), [([1, 1, 1], [1, 2, 3]), ([1, 2, 3], [0.5, 0.5, 0.5])])
def test_what_does_not_vary_has_no_correlation(x: list[float], y: list[float]) -> None:
    assert spearman(np.array(x, float), np.array(y, float)) is None


def test_the_influence_of_a_question_is_what_one_more_of_its_kind_changes() -> None:
    x, y = np.array([1, 1, 2, 3, 4, 4, 5, 6.0]), np.array([3, 1, 2, 2, 5, 4, 4, 1.0])
    copies = 2_000
    many_x, many_y = np.repeat(x, copies), np.repeat(y, copies)
    found = estimate(many_x, many_y)
    for row in range(8):
        more = estimate(np.append(many_x, x[row]), np.append(many_y, y[row]))
        change = (more.value - found.value) * (8 * copies + 1)
        assert change == pytest.approx(found.influence[row * copies], abs=2e-3)


@pytest.mark.parametrize("per_unit", [1, 8])
def test_the_interval_is_that_of_a_bootstrap_over_units(per_unit: int) -> None:
    random = np.random.default_rng(3)
    units = np.arange(320) // per_unit
    of_unit = random.normal(size=units.max() + 1)[units]
    x = np.round(of_unit + random.normal(size=320))
    y = np.round(2 * (of_unit - x / 2 + random.normal(size=320)))
    rows = [np.flatnonzero(units == unit) for unit in range(units.max() + 1)]
    again = []
    for _ in range(600):
        drawn = np.concatenate([rows[unit] for unit in random.integers(0, len(rows), len(rows))])
        again.append(spearmanr(x[drawn], y[drawn]).statistic)
    found = interval(estimate(x, y), units)
    assert (found.low, found.high) == pytest.approx(np.quantile(again, [0.025, 0.975]), abs=0.035)


def test_units_whose_questions_are_alike_make_it_wider() -> None:
    random = np.random.default_rng(0)
    x, y = random.integers(0, 9, 60).astype(float), random.integers(0, 9, 60).astype(float)
    once = interval(estimate(x, y), np.arange(60))
    tenfold, units = estimate(np.tile(x, 10), np.tile(y, 10)), np.tile(np.arange(60), 10)
    by_unit = interval(tenfold, units)
    assert (by_unit.value, by_unit.low, by_unit.high) == pytest.approx((once.value, once.low, once.high), abs=1e-9)
    apart = interval(tenfold, np.arange(600))
    assert apart.high - apart.low < (by_unit.high - by_unit.low) / 2


def test_two_units_tell_nothing_and_a_perfect_order_all() -> None:
    x = np.arange(30.0)
    noisy = np.where(x % 2, x, -x)
    found = interval(estimate(x, noisy), np.arange(30) % 2)
    assert (found.low, found.high) == (-1.0, 1.0)
    assert interval(estimate(x, -x), np.arange(30)) == Figure(-1.0, -1.0, -1.0)


def test_a_partial_correlation_by_hand() -> None:
    nothing = np.zeros(4)
    given_z = partial(Estimate(0.5, nothing), Estimate(0.6, nothing), Estimate(0.7, nothing))
    assert given_z is not None
    assert given_z.value == pytest.approx(0.08 / (0.64 * 0.51) ** 0.5)
    assert partial(Estimate(0.5, nothing), Estimate(-1.0, nothing), Estimate(0.5, nothing)) is None


def test_what_two_have_from_a_third_is_gone_given_the_third() -> None:
    random = np.random.default_rng(1)
    z = random.normal(size=4_000)
    x, y = z + random.normal(size=4_000), z + random.normal(size=4_000)
    direct = estimate(x, y)
    given_z = partial(direct, estimate(x, z), estimate(y, z))
    assert given_z is not None
    assert direct.value > 0.4
    figure = interval(given_z, np.arange(4_000))
    assert figure.low < 0.03
    assert 0.05 < figure.high - figure.low < 0.08  # 2 * 1.96 / sqrt(4,000) is 0.062


def test_the_mean_over_parts_counts_each_by_its_size() -> None:
    up, down = estimate([1, 2, 3], [1, 2, 3]), estimate([1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1])
    mean = pooled([up, down])
    assert mean is not None
    assert mean.value == pytest.approx(-1 / 3)
    assert len(mean.influence) == 9
    assert pooled([]) is None


def test_a_difference_knows_that_both_are_of_the_same_questions() -> None:
    random = np.random.default_rng(2)
    x = random.normal(size=300)
    y = x + random.normal(size=300)
    near = x + random.normal(size=300) / 100
    one, other = estimate(x, y), estimate(near, y)
    figure = difference(one, other, np.arange(300))
    assert figure.value == pytest.approx(one.value - other.value)
    assert figure.low < figure.value < figure.high
    alone = interval(one, np.arange(300))
    assert figure.high - figure.low < (alone.high - alone.low) / 10
    assert difference(one, other, np.zeros(300, int)) == Figure(figure.value, -2.0, 2.0)


def test_a_figure_reads_as_it_is_written() -> None:
    assert str(Figure(-0.516, -0.561, 0.004)) == "-0.52 (-0.56 to +0.00)"
