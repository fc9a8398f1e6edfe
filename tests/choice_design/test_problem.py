"""Scores of sets by hand, and columns as a set of rows."""

import numpy as np
import pytest

from curriculum_kit.choice_design.problem import Columns, Design, Pool, member_scores
from curriculum_kit.enums import DifficultyKind


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("pairwise_mean", [0.4, 0.4, 0.4]),  # (0.9 + 0.1 + 0.2) / 3
        ("answer_mean", [0.5, 0.55, 0.15]),
        ("answer_max", [0.9, 0.9, 0.2]),
    ],
)
def test_scores_by_hand(kind: str, expected: list[float], matrix) -> None:
    similarity = matrix(3, 0.1, s01=0.9, s12=0.2)
    pool = Pool(similarity, np.zeros((3, 3), bool), np.full(3, 1 / 3), 3)
    scores = member_scores(pool, np.array([[0, 1, 2]]), DifficultyKind(kind))
    np.testing.assert_allclose(scores, [expected])


def test_columns_join_without_copies() -> None:
    both = np.array([True, True])
    one = Columns(np.array([[0, 1], [1, 2]]), np.array([both, both]))
    other = Columns(np.array([[1, 2], [1, 2]]), np.array([both, [True, False]]))
    joined = one.joined(other)
    assert joined.sets.tolist() == [[0, 1], [1, 2], [1, 2]]
    assert joined.right.tolist() == [[True, True], [True, False], [True, True]]


def test_a_set_counts_once_whoever_is_right() -> None:
    columns = Columns(np.array([[0, 1], [0, 1], [0, 2]]), np.array([[True, False], [True, True], [True, True]]))
    assert Design((columns,), (np.array([0.2, 0.3, 0.0]),), 0.5, 0.0).n_sets == 1


def test_room_that_is_full_is_not_narrow() -> None:
    share = np.array([0.5, 0.25, 0.25])
    room = np.repeat(share[:, None], 3, axis=1)
    room[0, 2] = 0.1
    pool = Pool(np.eye(3), np.zeros((3, 3), bool), share, 2, room)
    assert [places.tolist() for places in pool.narrow] == [[0], [2]]
