"""Whole numbers of questions: every answer is served, members of a set stay equal."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum_kit.choice_design.problem import Columns
from curriculum_kit.choice_design.rounding import leftover_cells, whole_columns
from curriculum_kit.choice_design.solve import best_design

BOTH = [True, True]


def test_remainders_make_whole_columns_where_they_can() -> None:
    columns = Columns(np.array([[0, 1], [1, 2], [0, 2]]), np.array([BOTH, BOTH, BOTH]))
    weights = np.array([2.6, 1.4, 0.4])  # answers: 3.0, 4.0, 1.8
    taken, left = whole_columns(columns, weights, np.array([3, 4, 2]), np.random.default_rng(0))
    # 2, 1 and 0 columns are whole; one more {0, 1} takes the largest remainder; a question about 2 is over.
    assert (taken.tolist(), left.tolist()) == ([3, 1, 0], [0, 0, 1])
    place, answer = leftover_cells(columns, taken, left, np.random.default_rng(0))
    assert answer.tolist() == [2]
    assert place.tolist() in ([1], [2])  # wherever 2 is a member


def test_what_the_solver_gives_beyond_the_counts_is_not_taken() -> None:
    columns = Columns(np.array([[0, 1]]), np.array([BOTH]))
    taken, left = whole_columns(columns, np.array([3.00001]), np.array([3, 3]), np.random.default_rng(0))
    assert (taken.tolist(), left.tolist()) == ([3], [0, 0]) or (taken.tolist(), left.tolist()) == ([2], [1, 1])


def test_what_is_over_goes_where_it_is_right_less_often_than_another() -> None:
    columns = Columns(np.array([[0, 1], [1, 2]]), np.array([[True, False], BOTH]))
    place, answer = leftover_cells(columns, np.array([2, 5]), np.array([0, 3, 0]), np.random.default_rng(0))
    # Twice 1 is offered where 0 is right: it may be right there twice without giving anything away.
    assert (answer.tolist(), place.tolist()[:2]) == ([1, 1, 1], [0, 0])


def test_what_is_over_makes_sets_of_its_own() -> None:
    columns = Columns(np.array([[0, 1], [0, 2], [1, 2]]), np.array([BOTH, BOTH, BOTH]))
    place, answer = leftover_cells(columns, np.array([4, 4, 4]), np.array([1, 0, 1]), np.random.default_rng(0))
    assert sorted(answer.tolist()) == [0, 2]
    assert place.tolist() == [1, 1]


def test_an_answer_in_no_set_stays_over() -> None:
    columns = Columns(np.array([[0, 1]]), np.array([[True, False]]))
    place, answer = leftover_cells(columns, np.array([1]), np.array([0, 0, 2]), np.random.default_rng(0))
    assert (len(place), len(answer)) == (0, 0)


@settings(max_examples=15, deadline=None)
@given(counts=st.lists(st.integers(40, 70), min_size=6, max_size=6), seed=st.integers(0, 50))
def test_all_questions_are_served_and_members_differ_little(
    counts: list[int], seed: int, random_similarity, problem
) -> None:
    share = np.array(counts) / sum(counts)
    design = best_design(problem(random_similarity(6, seed), share, 3, target=0.5), seed, sum(counts))
    columns, weights = design.columns[0], design.weights[0] * sum(counts)
    rng = np.random.default_rng(seed)
    taken, left = whole_columns(columns, weights, np.array(counts), rng)
    place, answer = leftover_cells(columns, weights, left, rng)
    cells = np.zeros((len(columns), 6), int)
    column, member = np.nonzero(columns.right)
    np.add.at(cells, (column, columns.sets[column, member]), taken[column])
    np.add.at(cells, (place, answer), 1)
    assert cells.sum(axis=0).tolist() == counts
    assert len(place) <= 12  # two questions for each label
