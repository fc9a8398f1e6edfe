"""A design is the mean of several: as good as the first, on more sets, and decided by the seed."""

import numpy as np
import pytest

from curriculum_kit.choice_design.master import solve_over
from curriculum_kit.choice_design.naive import naive_design
from curriculum_kit.choice_design.problem import Design, Problem
from curriculum_kit.choice_design.solve import TOLERANCE, best_design


def of_answers(design: Design, labels: int) -> np.ndarray:
    columns, weights = design.columns[0], design.weights[0]
    column, member = np.nonzero(columns.right)
    return np.bincount(columns.sets[column, member], weights[column], labels)


@pytest.fixture(scope="module")
def ten(random_similarity, problem) -> Problem:
    return problem(random_similarity(10, 3), np.arange(10, 20) / 145, 4, target=0.5)


def test_many_sets_serve_the_target_as_well_as_few(ten: Problem) -> None:
    one, many = best_design(ten, 0), best_design(ten, 0, questions=10_000)
    assert many.n_sets > 2 * one.n_sets
    assert (many.mean, many.gain) == (pytest.approx(0.5, abs=TOLERANCE), pytest.approx(0.0, abs=1e-5))
    np.testing.assert_allclose(of_answers(many, 10), ten.pools[0].share, atol=1e-6)


def test_the_seed_decides_among_equally_good_designs(ten: Problem) -> None:
    first, again, other = (best_design(ten, seed, questions=10_000) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.columns[0].sets, again.columns[0].sets)
    np.testing.assert_array_equal(first.weights[0], again.weights[0])
    assert {tuple(row) for row in first.columns[0].sets.tolist()} != {
        tuple(row) for row in other.columns[0].sets.tolist()
    }


def test_a_target_out_of_reach_is_missed_by_little_more_than_need_be(ten: Problem) -> None:
    one, many = best_design(ten.at(1.0), 0), best_design(ten.at(1.0), 0, questions=10_000)
    assert one.mean - TOLERANCE - 1e-6 <= many.mean <= one.mean + 1e-6
    assert many.gain <= 1e-5


def test_few_questions_are_not_spread_over_many_sets(ten: Problem) -> None:
    assert best_design(ten, 0, questions=100).n_sets == best_design(ten, 0).n_sets


def test_an_answer_that_may_stand_beside_nobody_gets_no_options(four: np.ndarray, problem) -> None:
    asked = problem(four, [0.25] * 4, 2, target=1.0, clash=[(0, 1), (0, 2), (0, 3)], max_gain=1.0)
    design = best_design(asked, 0)
    np.testing.assert_allclose(of_answers(design, 4), [0, 0.25, 0.25, 0.25], atol=1e-7)
    # 2 and 3 meet at 0.7, and 1 meets either at 0.1, where it alone is right: 0.25 of the 0.75 guessed beyond chance.
    assert design.mean == pytest.approx(0.5)
    assert design.gain == pytest.approx((0.25 + 0.25 - 0.75 / 2) / 0.75)
    assert best_design(asked.at(0.4), 0).mean == pytest.approx(0.4)
    bounded = best_design(asked.at(1.0, 0.0), 0)  # {1, 2}, {1, 3} and {2, 3} equally often
    assert (bounded.mean, bounded.gain) == (pytest.approx(0.3), pytest.approx(0.0, abs=1e-6))


def test_each_question_on_its_own_gives_away_what_resembles_nothing(matrix, problem) -> None:
    # 0, 1 and 2 are alike, 3 is like nobody: in the hardest sets it is offered only where it is right.
    similarity = matrix(4, 0.1, s01=0.9, s12=0.8, s02=0.7)
    asked = problem(similarity, [0.25] * 4, 2, target=1.0)
    naive = naive_design(asked)
    assert naive.mean == pytest.approx((0.9 + 0.9 + 0.8 + 0.1) / 4)
    # {0, 1} twice, {1, 2} and {0, 3} once each: right by guessing in 3 of 4.
    assert naive.gain == pytest.approx(0.25)
    assert best_design(asked, 0).mean < naive.mean


def test_columns_that_cannot_serve_are_said_to_fall_short(four: np.ndarray, problem) -> None:
    from curriculum_kit.choice_design.problem import Columns

    asked = problem(four, [0.25] * 4, 2, target=1.0)
    solved = solve_over(asked, [Columns(np.array([[0, 1]]), np.array([[True, True]]))])
    assert solved.short[:4].round(6).tolist() == [0, 0, 0.25, 0.25]
    assert solved.mean == pytest.approx(0.9)
