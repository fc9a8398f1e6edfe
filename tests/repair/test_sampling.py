"""Probabilities to be offered, and the draw that holds them: exact values, and fairness counted over draws."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.repair.sampling import inclusion, systematic

ALONE = np.arange(4)
"""Every label is a cluster of its own."""


def test_labels_are_offered_in_proportion_to_their_weight() -> None:
    assert inclusion(np.array([[2.0, 1.0, 1.0, 4.0]]), ALONE, np.array([2]))[0] == pytest.approx([0.5, 0.25, 0.25, 1])


def test_no_label_is_offered_more_than_always() -> None:
    # 9/10 of the weight can take one option of three; the others share the two that are left.
    shares = inclusion(np.array([[90.0, 5.0, 3.0, 2.0]]), ALONE, np.array([3]))
    assert shares[0] == pytest.approx([1, 1, 0.6, 0.4])


def test_a_cluster_takes_one_option_at_most() -> None:
    shares = inclusion(np.array([[6.0, 2.0, 1.0, 1.0]]), np.array([0, 2, 3]), np.array([2]))
    assert shares[0] == pytest.approx([0.75, 0.25, 0.5, 0.5])


def test_what_is_barred_is_never_offered_and_few_labels_make_few_options() -> None:
    shares = inclusion(np.array([[1.0, 0.0, 2.0, 0.0], [1.0, 1.0, 1.0, 1.0]]), ALONE, np.array([4, 2]))
    assert shares.tolist() == [[1, 0, 1, 0], [0.5, 0.5, 0.5, 0.5]]


@given(
    st.lists(st.lists(st.floats(1e-3, 1e3), min_size=5, max_size=5), min_size=1, max_size=20),
    st.integers(2, 4),
    st.data(),
)
def test_a_draw_holds_the_answer_and_as_many_options_as_wanted(
    rows: list[list[float]], options: int, data: st.DataObject
) -> None:
    starts = np.array([0, 2, 3, 4])  # Labels 0 and 1 are a cluster.
    answers = np.array([data.draw(st.integers(0, 4)) for _ in rows])
    shares = inclusion(np.array(rows), starts, np.full(len(rows), options))
    hit = systematic(shares, answers, np.random.default_rng(0))
    assert hit[np.arange(len(rows)), answers].all()
    assert hit.sum(axis=1).tolist() == [options] * len(rows)
    assert not (hit[:, 0] & hit[:, 1]).any()


def test_whichever_options_are_seen_each_is_right_equally_often() -> None:
    likely = np.array([0.4, 0.3, 0.2, 0.1])
    shares = inclusion(likely[None], ALONE, np.array([2]))
    rng = np.random.default_rng(5)
    answers = rng.choice(4, 200_000, p=likely)
    hit = systematic(np.repeat(shares, len(answers), axis=0), answers, rng)
    for one, other in combinations(range(4), 2):
        both = hit[:, one] & hit[:, other]
        if both.sum() > 1_000:
            assert (answers[both] == one).mean() == pytest.approx(0.5, abs=0.02)
