"""Column generation reaches the exact optimum, from a start without blind gain."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum_kit.choice_design.exact import all_columns
from curriculum_kit.choice_design.large import generated_columns
from curriculum_kit.choice_design.master import Duals, solve_over
from curriculum_kit.choice_design.problem import Columns, Pool, Problem
from curriculum_kit.choice_design.search import better_columns, member_worth
from curriculum_kit.choice_design.start import label_orders, sets_around, systematic_sets
from curriculum_kit.enums import DifficultyKind


@settings(max_examples=12, deadline=None)
@given(
    size=st.integers(8, 12),
    options=st.integers(2, 4),
    gain=st.sampled_from([0.0, 0.03, 1.0]),
    target=st.sampled_from([0.0, 0.5, 1.0]),
    kind=st.sampled_from(DifficultyKind),
    seed=st.integers(0, 99),
)
def test_within_003_of_the_exact_optimum(
    size: int, options: int, gain: float, target: float, kind: DifficultyKind, seed: int, random_similarity
) -> None:
    rng = np.random.default_rng(seed)
    share = rng.uniform(1, 2, size)
    clash = np.zeros((size, size), bool)
    clash[0, 1] = clash[1, 0] = True
    pool = Pool(random_similarity(size, seed), clash, share / share.sum(), options)
    asked = Problem((pool,), target, gain, kind)
    exact = solve_over(asked, all_columns(asked))
    found = solve_over(asked, generated_columns(asked, seed))
    assert abs(found.mean - exact.mean) < 0.03
    assert found.gain <= max(gain, exact.gain) + 1e-6
    assert found.cost >= exact.cost - 1e-6


def test_clustered_labels_too_many_to_list(problem) -> None:
    # 60 labels in 15 clusters of four that are alike: each cluster is an option set in the hardest design.
    cluster = np.arange(60) // 4
    similarity = np.where(cluster[:, None] == cluster, 0.9, 0.2)
    asked = problem(similarity, [1 / 60] * 60, 4, target=1.0)
    assert solve_over(asked, generated_columns(asked, 0)).mean == pytest.approx(0.9, abs=1e-3)
    assert solve_over(asked.at(0.0), generated_columns(asked.at(0.0), 0)).mean == pytest.approx(0.2, abs=1e-3)


def test_systematic_sets_hold_each_label_as_long_as_it_is_right(problem) -> None:
    share = [0.25, 0.25, 0.25, 0.25]
    pool = problem(np.eye(4), share, 2, target=0.0).pools[0]
    # Laid end to end each label is 0.5 long: points at distance 1 meet the first and third, or the second and fourth.
    assert systematic_sets(pool, np.array([0, 1, 2, 3])).tolist() == [[0, 2], [1, 3]]
    assert systematic_sets(pool, np.array([0, 2, 1, 3])).tolist() == [[0, 1], [2, 3]]


@given(size=st.integers(4, 9), options=st.integers(2, 4), seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_the_start_has_a_design_without_blind_gain(size: int, options: int, seed: int, random_similarity) -> None:
    rng = np.random.default_rng(seed)
    share = rng.uniform(1, 1.3, size) / options
    pool = Pool(random_similarity(size, seed), np.zeros((size, size), bool), share / share.sum(), options)
    if pool.share.max() > 1 / options:
        return
    asked = Problem((pool,), 0.5, 0.0)
    for order in label_orders(pool, rng):
        assert sorted(order.tolist()) == list(range(size))
        sets = systematic_sets(pool, order)
        assert solve_over(asked, [Columns(sets, np.ones(sets.shape, bool))]).gain == pytest.approx(0.0, abs=1e-6)


def test_sets_around_labels_are_safe_and_miss_none_that_has_one(problem) -> None:
    clash = [(0, 1), (0, 2), (0, 3), (3, 4)]  # 0 can stand beside 4 only
    pool = problem(np.eye(5), [0.2] * 5, 3, target=0.0, clash=clash).pools[0]
    sets = sets_around(pool, np.random.default_rng(0))
    assert set(sets.ravel().tolist()) == {1, 2, 3, 4}
    assert not pool.clash[sets[:, :, None], sets[:, None, :]].any()


@pytest.mark.parametrize("kind", DifficultyKind)
def test_the_search_finds_the_best_set(kind: DifficultyKind, random_similarity) -> None:
    rng = np.random.default_rng(7)
    pool = Pool(random_similarity(9, 7), np.zeros((9, 9), bool), np.full(9, 1 / 9), 3)
    duals = Duals((rng.uniform(-0.8, 0, 9),), (rng.uniform(-0.05, 0, (9, 9)),), 1.0, 0.1)
    found, by = better_columns(pool, 0, duals, kind, np.arange(9), 1e-7)
    every = np.array(list(combinations(range(9), 3)))
    worth = np.maximum(member_worth(pool, 0, duals, kind, every), 0).sum(axis=1) - 0.1
    assert found.sets[0].tolist() == every[worth.argmax()].tolist()
    assert by[0] == pytest.approx(worth.max())
    assert (np.diff(by) <= 0).all()
    assert (found.right == (member_worth(pool, 0, duals, kind, found.sets) > 0)).all()


def test_a_search_that_finds_nothing_gives_no_columns(four: np.ndarray, problem) -> None:
    pool = problem(four, [0.25] * 4, 2, target=1.0).pools[0]
    duals = Duals((np.zeros(4),), (np.zeros((4, 4)),), 1.0, 2.0)  # the best set is worth 1.8
    found, by = better_columns(pool, 0, duals, DifficultyKind.PAIRWISE_MEAN, np.arange(4), 1e-7)
    assert (len(found), len(by)) == (0, 0)
