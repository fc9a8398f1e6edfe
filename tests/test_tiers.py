from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum_kit.errors import ConfigInvalid, NothingLeft
from curriculum_kit.tiers import assign_tiers, best_cuts


def test_distinct_difficulties_fall_into_equal_tiers() -> None:
    tiers = assign_tiers(np.array([0.5, 0.1, 0.6, 0.3, 0.2, 0.4]), 3)
    assert tiers.tier.tolist() == [2, 0, 2, 1, 0, 1]
    assert tiers.tier.dtype == np.int32
    assert tiers.sizes == [2, 2, 2]
    assert tiers.bounds == [(0.1, 0.2), (0.3, 0.4), (0.5, 0.6)]
    assert (tiers.n_distinct, tiers.n_distinct_difficulties) == (6, 6)


def test_what_is_over_goes_to_the_harder_tiers() -> None:
    assert assign_tiers(np.arange(7.0), 3).sizes == [2, 2, 3]
    assert assign_tiers(np.arange(8.0), 3).sizes == [2, 3, 3]


def test_equal_difficulties_stay_together_at_the_cost_of_equal_sizes() -> None:
    # Cuts are possible after 1, 6 and 7 of 8 questions: 1 + 7, 6 + 2 or 7 + 1; the second is nearest to 4 + 4.
    tiers = assign_tiers(np.array([0.1, 0.2, 0.2, 0.2, 0.2, 0.2, 0.3, 0.4]), 2)
    assert tiers.sizes == [6, 2]
    assert (tiers.n_distinct, tiers.n_distinct_difficulties) == (4, 4)


def test_the_nearest_quantile_is_not_always_the_best_cut() -> None:
    # Groups of 1, 1, 1, 1 and 16 questions, 3 tiers of 6.67: the cuts nearest to 6.67 and 13.33 are 4 and 20,
    # but the 16 cannot be helped, and the others are best halved.
    tiers = assign_tiers(np.array([0.1, 0.2, 0.3, 0.4, *[0.5] * 16]), 3)
    assert tiers.sizes == [2, 2, 16]


def test_a_tie_break_tells_equal_difficulties_apart_and_counts() -> None:
    difficulty = np.array([0.5, 0.5, 0.5, 0.5])
    hops = np.array([3, 1, 2, 1])
    tiers = assign_tiers(difficulty, 2, hops)
    assert tiers.tier.tolist() == [1, 0, 1, 0]
    assert tiers.bounds == [(0.5, 0.5), (0.5, 0.5)]
    assert (tiers.n_distinct, tiers.n_distinct_difficulties) == (3, 1)


def test_the_first_tie_break_counts_more_than_the_second_and_difficulty_most() -> None:
    difficulty = np.array([0.2, 0.1, 0.1, 0.1])
    keys = np.array([[0, 0.0], [2, 0.1], [1, 0.9], [1, 0.2]])
    assert assign_tiers(difficulty, 4, keys).tier.tolist() == [3, 2, 1, 0]


def test_too_few_distinct_values_say_how_many_there_are_and_what_to_do() -> None:
    with pytest.raises(NothingLeft, match=r"4 questions have 2 distinct S\(q\), too few for 3 tiers; .*tie-break"):
        assign_tiers(np.array([0.1, 0.1, 0.2, 0.2]), 3)
    with pytest.raises(NothingLeft, match=r"have 1 distinct S\(q\) even with the tie-break"):
        assign_tiers(np.array([0.1, 0.1]), 2, np.array([1, 1]))
    with pytest.raises(NothingLeft, match="0 questions"):
        assign_tiers(np.array([]), 1)


@pytest.mark.parametrize("n_tiers", [0, -1])
def test_fewer_than_one_tier_is_refused(n_tiers: int) -> None:
    with pytest.raises(ConfigInvalid, match=f"{n_tiers} tiers were asked for"):
        assign_tiers(np.array([0.1]), n_tiers)


def test_a_question_without_difficulty_is_our_own_mistake() -> None:
    with pytest.raises(AssertionError, match="no difficulty"):
        assign_tiers(np.array([0.1, np.nan]), 1)


COUNTS = st.lists(st.one_of(st.integers(1, 3), st.integers(1, 60)), min_size=1, max_size=11)


@settings(max_examples=400)
@given(COUNTS, st.data())
def test_no_other_split_is_better(counts: list[int], data: st.DataObject) -> None:
    n_tiers = data.draw(st.integers(1, len(counts)))
    ends = np.cumsum(counts)

    def cost(cuts: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
        sizes = np.diff([0, *cuts, ends[-1]])
        return int((sizes**2).sum()), cuts[::-1]  # then the lowest last cut, the lowest before it, ...

    best = min(combinations(ends[:-1].tolist(), n_tiers - 1), key=cost)
    assert tuple(best_cuts(ends, n_tiers).tolist()) == best


def test_many_values_agree_with_the_plain_dynamic_programme() -> None:
    random = np.random.default_rng(0)
    counts = random.integers(1, 4, 300)
    counts[[20, 200]] = 150, 900
    ends = np.cumsum(counts)
    n_tiers = 7
    cost = ends**2
    for _ in range(n_tiers - 1):
        square = cost[:, None] + (ends[None, :] - ends[:, None]) ** 2
        cost = np.where(np.tri(300, k=0, dtype=bool), 10**12, square).min(axis=0)
    sizes = np.diff([0, *best_cuts(ends, n_tiers), ends[-1]])
    assert int((sizes**2).sum()) == cost[-1]


@given(st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.3, 0.7, 1.0]), min_size=1, max_size=60), st.integers(1, 6))
def test_tiers_cover_all_rise_with_difficulty_and_never_split_ties(values: list[float], n_tiers: int) -> None:
    difficulty = np.array(values)
    if len(set(values)) < n_tiers:
        with pytest.raises(NothingLeft, match=f"{len(set(values))} distinct"):
            assign_tiers(difficulty, n_tiers)
        return
    tiers = assign_tiers(difficulty, n_tiers)
    assert sorted(set(tiers.tier.tolist())) == list(range(n_tiers))
    assert tiers.sizes == np.bincount(tiers.tier).tolist()
    for tier, (low, high) in enumerate(tiers.bounds):
        inside = difficulty[tiers.tier == tier]
        assert (inside.min(), inside.max()) == (low, high)
    assert all(before[1] < after[0] for before, after in zip(tiers.bounds, tiers.bounds[1:], strict=False))
