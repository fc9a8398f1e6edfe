"""Draws chosen so that the members of a set of options are right equally often: small cases one can work out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.repair.even import even_weights


def expected(offered: np.ndarray, answers: np.ndarray, weights: np.ndarray) -> dict[tuple[frozenset[int], int], float]:
    """Return how many questions are expected to offer each set with each of its members right."""
    counts: dict[tuple[frozenset[int], int], float] = {}
    for draw in range(len(offered)):
        for labels, answer, weight in zip(offered[draw], answers, weights[draw], strict=True):
            key = frozenset(labels.tolist()) - {-1}, int(answer)
            counts[key] = counts.get(key, 0.0) + float(weight)
    return counts


def test_members_that_would_be_right_more_often_give_their_questions_to_other_sets() -> None:
    # Four labels, 100 questions each; of four draws two are the same set, in which the label is then right too often.
    first = {0: [0, 1, 2], 1: [0, 1, 3], 2: [0, 2, 3], 3: [1, 2, 3]}
    others = {
        0: [[0, 1, 3], [0, 2, 3]],
        1: [[0, 1, 2], [1, 2, 3]],
        2: [[0, 1, 2], [1, 2, 3]],
        3: [[0, 1, 3], [0, 2, 3]],
    }
    answers = np.repeat(range(4), 100)
    offered = np.array([[first[a], first[a], *others[a]] for a in answers]).transpose(1, 0, 2)
    before = expected(offered, answers, np.full((4, 400), 0.25))
    assert [before[frozenset({0, 1, 2}), right] for right in (0, 1, 2)] == [50, 25, 25]
    after = expected(offered, answers, even_weights(offered, answers))
    assert list(after.values()) == pytest.approx([100 / 3] * 12, rel=0.02)


def test_a_set_in_which_only_one_member_can_be_right_is_hardly_taken() -> None:
    # {0, 1, 2} comes up whichever member is right; {0, 3, 4} only where 0 is.
    answers = np.repeat([0, 1, 2], 50)
    offered = np.full((2, 150, 3), [0, 1, 2])
    offered[1, :50] = [0, 3, 4]
    taken = expected(offered, answers, even_weights(offered, answers))
    assert taken[frozenset({0, 3, 4}), 0] < 2
    assert taken[frozenset({0, 1, 2}), 0] > 48


def test_questions_of_two_options_take_any_draw() -> None:
    offered = np.array([[[0, 1, -1], [0, 1, -1], [0, 1, -1]], [[0, 2, -1], [0, 2, -1], [0, 3, -1]]])
    assert even_weights(offered, np.zeros(3, np.int64)).tolist() == [[0.5] * 3] * 2


def test_the_order_of_the_options_and_fewer_options_make_no_difference() -> None:
    answers = np.array([0, 1, 0, 1])
    straight = np.array(
        [[[0, 1, -1], [0, 1, -1], [0, 1, 2], [0, 1, 2]], [[0, 2, -1], [2, 1, -1], [0, 2, 3], [1, 2, 3]]]
    )
    turned = straight[..., ::-1]
    assert even_weights(straight, answers) == pytest.approx(even_weights(turned, answers))
    assert even_weights(straight, answers)[0, 2] > 0.55


def test_a_single_draw_is_taken() -> None:
    assert even_weights(np.array([[[0, 1], [1, 2]]]), np.array([0, 1])).tolist() == [[1.0, 1.0]]


@given(st.integers(2, 5), st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(0, 100))
def test_weights_are_probabilities_whatever_is_drawn(draws: int, answers: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    others = rng.permuted(np.tile(range(6, 10), (draws, len(answers), 1)), axis=2)[..., :2]
    offered = np.concatenate([np.broadcast_to(np.array(answers)[:, None], (draws, len(answers), 1)), others], axis=2)
    weights = even_weights(offered, np.array(answers))
    assert (weights > 0).all()
    assert weights.sum(axis=0) == pytest.approx(np.ones(len(answers)))
