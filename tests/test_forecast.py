"""The forecast of dead groups: against values by hand, and against groups that were drawn."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.forecast import UNIFORM, Asked, Beta, Expected, Part, Rated, beta_of, forecast, sentences
from curriculum_kit.forecast.beta import fit_beta, power, quadrature, unbiased_power
from curriculum_kit.forecast.chances import dead_chances
from curriculum_kit.forecast.wordings import all_right, means_of, spread_within

UNKNOWN = math.nan


def one(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def forecast_of(
    rates: list[list[float]],
    rollouts: int,
    *,
    tried: float = UNKNOWN,
    wordings: int | None = None,
    spread: float = 0.15,
) -> Expected:
    """Return the forecast of questions, each given as the rates of its wordings that were measured, original first."""
    size = len(rates)
    sizes = [wordings or len(row) for row in rates]
    asked = Asked(np.zeros(size, dtype=int), np.zeros(size, dtype=int), np.array(sizes), np.ones(size, dtype=int))
    flat = [(number, place == 0, rate) for number, row in enumerate(rates) for place, rate in enumerate(row)]
    number, original, rate = (np.array(column) for column in zip(*flat, strict=True))
    rated = Rated(number, original, rate.astype(float), np.full(len(flat), tried))
    return forecast(asked, ["liver"], rated, rollouts, spread, UNIFORM)


def unrated(wordings: int, rollouts: int, spread: float, prior: Beta = UNIFORM) -> Part:
    asked = Asked(np.array([0]), np.array([0]), np.array([wordings]), np.array([100]))
    return forecast(asked, [], None, rollouts, spread, prior).parts[0]


# --- what stands for p^n


def test_dead_by_the_closed_form_where_the_rate_is_all_that_is_known() -> None:
    found = dead_chances(UNIFORM, one(0.5, 0.0, 0.9), one(UNKNOWN, UNKNOWN, UNKNOWN), 2)
    assert found == pytest.approx(np.array([[0.25, 0.25], [0, 1], [0.81, 0.01]]))


def test_the_share_of_ways_to_take_4_of_the_8_rollouts_seen() -> None:
    # 6 of 8 right: C(6, 4) / C(8, 4) = 15 / 70 of the ways are all right, and no 4 are wrong.
    assert dead_chances(UNIFORM, one(0.75), one(8), 4) == pytest.approx(np.array([[3 / 14, 0]]))


@given(st.floats(0, 1), st.integers(1, 12), st.integers(1, 12))
def test_that_share_is_unbiased(p: float, n: int, more: int) -> None:
    tries = n + more
    right = np.arange(tries + 1)
    chances = np.array([math.comb(tries, k) * p**k * (1 - p) ** (tries - k) for k in right])
    found = unbiased_power(right.astype(float), np.full(tries + 1, float(tries)), np.full(tries + 1, float(n)))
    assert chances @ found == pytest.approx(p**n, abs=1e-9)


def test_fewer_rollouts_than_a_group_has_leave_a_posterior() -> None:
    # 1 of 2 right on top of Beta(1, 1) is Beta(2, 2), whose second moment is 2/4 * 3/5.
    assert power(UNIFORM, one(1), one(2), one(2)) == pytest.approx(0.3)
    # 0 of 1: Beta(1, 2) has 1/3 * 2/4 and, of what is wrong, 2/3 * 3/4.
    assert dead_chances(UNIFORM, one(0), one(1), 2) == pytest.approx(np.array([[1 / 6, 1 / 2]]))


# --- beta distributions


@pytest.mark.parametrize(("a", "b"), [(1, 1), (0.5, 0.5), (0.01, 0.02), (0.3, 0.7), (2.5, 40), (5000, 5000)])
def test_quadrature_gives_the_moments(a: float, b: float) -> None:
    points, weights = quadrature(Beta(a, b))
    assert weights.sum() == pytest.approx(1)
    for degree in (1, 2, 8, 200):
        product = math.prod((a + i) / (a + b + i) for i in range(degree))
        assert weights @ points**degree == pytest.approx(product, rel=1e-7)


def test_a_fit_finds_the_distribution_behind_few_rollouts() -> None:
    random = np.random.default_rng(0)
    tries = random.integers(2, 9, 20_000)
    right = random.binomial(tries, random.beta(0.8, 1.6, 20_000))
    found = fit_beta(right.astype(float), tries.astype(float), np.ones(20_000))
    assert (found.a, found.b) == (pytest.approx(0.8, rel=0.05), pytest.approx(1.6, rel=0.05))


def test_a_tier_that_is_never_passed_is_not_held_for_impossible() -> None:
    found = fit_beta(one(0), one(4), one(50))
    assert 0 < found.mean < 0.02


# --- wordings that nobody has tried


def test_the_means_of_questions_vary_by_what_wordings_leave() -> None:
    # var p_0 = 1/12 = var m + 1/5 (1/4 - var m), so that var m = 1/24 = 1/4 * 1/6 and a + b = 5.
    found = means_of(UNIFORM, math.sqrt(1 / 20))
    assert (found.a, found.b) == (pytest.approx(2.5), pytest.approx(2.5))


def test_two_wordings_by_hand() -> None:
    # m ~ Beta(2.5, 2.5), c = 4: E[p_0 p_1] = E[m^2] = 7/24, E[p_0^2] = E[m^2 + m (1 - m) / 5] = 1/3; after 1 of 1
    # right, E[p_0^2 p_1] / E[p_0] = 2 (4/5 E[m^3] + 1/5 E[m^2]) = 5/12 and E[p_0^3] / E[p_0] = 1/2.
    alone, grouped = all_right(UNIFORM, math.sqrt(1 / 20), one(0, 1), one(0, 1), 2, 2)
    assert alone == pytest.approx([1 / 3, 1 / 2])
    assert grouped == pytest.approx([7 / 24, 5 / 12])


def test_wordings_that_vary_as_much_as_questions_are_independent() -> None:
    # Evenly spread rates have 1/12 = 4 spread^2 / 4: nothing is left for the questions, and p_j are even on their own.
    largest = spread_within(UNIFORM, 0.4)
    assert largest == pytest.approx(math.sqrt(1 / 12))
    assert unrated(8, 8, 0.4).with_groups.share == pytest.approx(2 * 0.5**8, rel=0.02)
    assert unrated(2, 8, 0.4).with_groups.share == pytest.approx(2 / 25, rel=0.02)


@given(st.floats(0.05, 0.95), st.floats(0.02, 0.95), st.floats(0.01, 0.49), st.sampled_from([(8, 2), (8, 8), (12, 3)]))
def test_other_wordings_never_make_more_groups_dead_than_one(
    mean: float, likeness: float, spread: float, sizes: tuple[int, int]
) -> None:
    rollouts, wordings = sizes
    found = unrated(wordings, rollouts, spread, beta_of(mean, likeness))
    assert 0 <= found.with_groups.right <= found.without.right + 1e-12
    assert 0 <= found.with_groups.wrong <= found.without.wrong + 1e-12
    mirrored = unrated(wordings, rollouts, spread, beta_of(1 - mean, likeness))
    assert mirrored.with_groups.right == pytest.approx(found.with_groups.wrong, rel=1e-5, abs=1e-9)


def test_without_pass_rates_one_wording_dies_as_the_prior_says() -> None:
    for spread in (0.0, 0.1, 0.25):
        found = unrated(4, 8, spread)
        assert (found.without.right, found.without.wrong) == (pytest.approx(1 / 9), pytest.approx(1 / 9))
    assert unrated(4, 8, 0.0).with_groups == unrated(4, 8, 0.0).without
    assert unrated(4, 8, 1e-3).with_groups.share == pytest.approx(2 / 9, rel=1e-3)


@pytest.mark.parametrize("tried", [4, 8, 32])
def test_drawn_groups_die_as_forecast(tried: int) -> None:
    random, spread, size = np.random.default_rng(tried), 0.2, 20_000
    c = 1 / (4 * spread**2) - 1
    mean = np.repeat(random.beta(0.6, 1.4, size)[:, None], 4, axis=1)
    p = random.beta(c * mean, c * (1 - mean))
    seen = random.binomial(tried, p[:, 0]) / tried
    found = forecast_of([[rate] for rate in seen], 8, tried=tried, wordings=4, spread=spread).parts[0]
    assert found.without.right == pytest.approx((p[:, 0] ** 8).mean(), abs=0.006)
    assert found.without.wrong == pytest.approx(((1 - p[:, 0]) ** 8).mean(), abs=0.01)
    assert found.with_groups.right == pytest.approx((p**2).prod(axis=1).mean(), abs=0.006)
    assert found.with_groups.wrong == pytest.approx(((1 - p) ** 2).prod(axis=1).mean(), abs=0.01)


# --- wordings that were tried


def test_measured_wordings_by_hand() -> None:
    # 2 rollouts, one for each wording: 1/2 * 1/4 + 1/2 * 3/4, against 1/4 + 1/4 of the original alone.
    found = forecast_of([[0.5, 0.25]], 2).parts[0]
    assert (found.with_groups.right, found.with_groups.wrong) == (pytest.approx(1 / 8), pytest.approx(3 / 8))
    assert found.without.share == pytest.approx(0.5)
    # 4 rollouts of which 2 for each, with 2 of 4 and 4 of 4 seen: C(2, 2) / C(4, 2) * 1 are all right, none all wrong.
    found = forecast_of([[0.5, 1.0]], 4, tried=4).parts[0]
    assert (found.with_groups.right, found.with_groups.wrong) == (pytest.approx(1 / 6), 0)


def test_equal_rates_of_the_wordings_change_nothing_and_that_is_said() -> None:
    found = forecast_of([[0.5, 0.5], [0.9, 0.9]], 8)
    assert found.parts[0].with_groups.share == pytest.approx(found.parts[0].without.share)
    dead = (2 * 0.5**8 + 0.9**8 + 0.1**8) / 2
    assert sentences(found)[0] == (
        f"By the pass rates of the wordings groups change nothing: {dead:.1%} dead with and without."
    )
    assumed = forecast_of([[0.5], [0.9]], 8, wordings=4, spread=0)
    assert assumed.parts[0].with_groups == assumed.parts[0].without
    assert sentences(assumed)[0] == (
        f"With equal pass rates of the wordings (--spread 0) groups change nothing: {dead:.1%} dead with and without."
    )


def test_wordings_that_are_worse_than_the_original_are_called_so() -> None:
    found = forecast_of([[0.5, 0.0]] * 10, 8)
    assert sentences(found)[0] == (
        "Expected share of dead groups: 0.8% without groups, 6.2% with: these wordings make more groups dead, 1 of 10; "
        "leave the groups out."
    )


def test_too_few_questions_for_a_fit_leave_an_even_prior() -> None:
    # 0 of 1 on top of Beta(1, 1), as above.
    found = forecast_of([[0.0]] * 19, 2, tried=1, wordings=2, spread=0)
    assert found.parts[0].without.right == pytest.approx(1 / 6)
    assert any(line.endswith("its prior even, since there are fewer than 20.") for line in sentences(found))
    assert forecast_of([[0.0]] * 20, 2, tried=1, wordings=2, spread=0).parts[0].without.right < 0.02


def test_tiers_sum_to_all_and_each_estimator_is_counted() -> None:
    asked = Asked(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]), np.array([2, 2, 2, 1]), np.ones(4, dtype=int))
    flat = [(0, True, 0.5), (0, False, 0.5), (1, True, 0.0), (2, True, 1.0), (3, True, 0.25)]
    number, original, rate = (np.array(column) for column in zip(*flat, strict=True))
    rated = Rated(number, original, rate, np.array([8.0, 8.0, 4.0, UNKNOWN, 8.0]))
    found = forecast(asked, ["gut", "liver"], rated, 8, 0.15, UNIFORM)
    by = found.estimators
    assert (by.unbiased, by.posterior, by.as_given, by.prior, by.measured, by.assumed) == (2, 1, 1, 0, 1, 2)
    overall, tier_0, tier_1 = found.parts[:3]
    assert [(p.part, p.of, p.questions, p.wordings) for p in found.parts] == [
        ("all", None, 4, (1, 2)),
        ("tier", "0", 2, (2,)),
        ("tier", "1", 2, (1, 2)),
        ("answer", "liver", 3, (1, 2)),
        ("answer", "gut", 1, (2,)),
    ]
    for side in ("without", "with_groups"):
        shares = [getattr(part, side).share for part in (overall, tier_0, tier_1)]
        assert shares[0] == pytest.approx((shares[1] + shares[2]) / 2)
    assert tier_1.without.right == pytest.approx(0.5)
    assert found.fewest == 1
