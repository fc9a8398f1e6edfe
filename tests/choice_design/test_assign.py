"""Questions and sets: the numbers of the design, and nothing that is barred."""

import numpy as np

from curriculum_kit.choice_design.assign import assigned_sets
from curriculum_kit.choice_design.problem import Columns

WHOLE = Columns(np.array([[0, 1], [0, 2], [1, 2]]), np.ones((3, 2), bool))


def test_each_answer_gets_its_numbers_of_each_set(four: np.ndarray, problem) -> None:
    pool = problem(four[:3, :3], [0.4, 0.3, 0.3], 2, target=0.5).pools[0]
    own = np.array([2, 0, 1, 0, 2, 1, 0, 2, 0, 1])
    sets = assigned_sets(pool, WHOLE, np.array([2.0, 2.0, 1.0]), own, None, np.random.default_rng(0))
    found = sorted((tuple(row), answer) for row, answer in zip(sets.tolist(), own.tolist(), strict=True))
    assert found == sorted(
        [*[((0, 1), 0)] * 2, *[((0, 1), 1)] * 2, *[((0, 2), 0)] * 2, *[((0, 2), 2)] * 2, ((1, 2), 1), ((1, 2), 2)]
    )


def test_barred_labels_are_given_to_others(four: np.ndarray, problem) -> None:
    pool = problem(four[:3, :3], [0.5, 0.25, 0.25], 2, target=0.5).pools[0]
    own = np.array([0, 0, 0, 0, 1, 1, 2, 2])
    barred = np.array([0 * 3 + 1, 1 * 3 + 2])  # 1 must not stand in question 0, nor 2 in question 1
    for seed in range(10):
        sets = assigned_sets(pool, WHOLE, np.array([2.0, 2.0, 0.0]), own, barred, np.random.default_rng(seed))
        assert (sets[0].tolist(), sets[1].tolist()) == ([0, 2], [0, 1])
        assert (sets[:4] == 1).sum() == (sets[:4] == 2).sum() == 2


def test_a_set_beyond_the_design_serves_where_no_other_is_safe(four: np.ndarray, problem) -> None:
    pool = problem(four, [0.25] * 4, 2, target=1.0, clash=[(0, 2)]).pools[0]
    columns = Columns(np.array([[0, 1], [2, 3]]), np.ones((2, 2), bool))
    own = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    sets = assigned_sets(pool, columns, np.array([2.0, 2.0]), own, np.array([0 * 4 + 1]), np.random.default_rng(0))
    assert sets[:2].tolist() == [[0, 3], [0, 1]]  # 1 is barred, 2 clashes


def test_questions_that_the_design_leaves_out_get_none(four: np.ndarray, problem) -> None:
    pool = problem(four, [0.5, 0.5, 0.0, 0.0], 2, target=1.0, clash=[(2, 0), (2, 1)]).pools[0]
    columns = Columns(np.array([[0, 1]]), np.ones((1, 2), bool))
    own = np.array([0, 0, 0, 1, 1, 2])
    sets = [assigned_sets(pool, columns, np.array([2.0]), own, None, np.random.default_rng(seed)) for seed in range(9)]
    for drawn in sets:
        assert sorted(drawn[:3].tolist()) == [[-1, -1], [0, 1], [0, 1]]
        assert drawn[3:].tolist() == [[0, 1], [0, 1], [-1, -1]]
    assert len({drawn[:3, 0].argmin() for drawn in sets}) > 1  # which of them, the seed decides


def test_a_question_that_bars_every_other_label_gets_none(four: np.ndarray, problem) -> None:
    pool = problem(four[:3, :3], [0.5, 0.25, 0.25], 2, target=0.5).pools[0]
    own = np.array([0, 0, 0, 0, 1, 1, 2, 2])
    sets = assigned_sets(pool, WHOLE, np.array([2.0, 2.0, 0.0]), own, np.array([1, 2]), np.random.default_rng(0))
    assert sets[0].tolist() == [-1, -1]
    assert (sets[1:] >= 0).all()
