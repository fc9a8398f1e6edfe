"""Probabilities to be offered, and the draw that holds them: exact values, and fairness counted over draws."""

from collections import Counter
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
    drawn = systematic(shares, starts, np.full(len(rows), options), answers, np.random.default_rng(0))
    for labels, answer in zip(drawn.tolist(), answers, strict=True):
        assert answer in labels
        assert len(set(labels) - {-1}) == options
        assert not {0, 1} <= set(labels)


def test_places_that_cannot_be_filled_are_empty_and_barred_labels_are_not_drawn() -> None:
    weights = np.array([[1.0, 0.0, 2.0, 0.0], [1.0, 3.0, 1.0, 1.0]] * 500)
    options = np.array([4, 2] * 500)
    drawn = systematic(
        inclusion(weights, ALONE, options), ALONE, options, np.array([2, 1] * 500), np.random.default_rng(0)
    )
    assert {tuple(sorted(labels)) for labels in drawn[::2].tolist()} == {(-1, -1, 0, 2)}
    assert {tuple(sorted(labels)) for labels in drawn[1::2].tolist()} == {
        (-1, -1, 0, 1),
        (-1, -1, 1, 2),
        (-1, -1, 1, 3),
    }


def test_questions_do_not_share_an_order_of_the_labels() -> None:
    # Laid in one order, six equal labels would make three pairs and what lies between them.
    shares = np.full((2_000, 6), 1 / 3)
    answers = np.arange(2_000) % 6
    drawn = systematic(shares, np.arange(6), np.full(2_000, 2), answers, np.random.default_rng(0))
    counts = Counter(tuple(sorted(pair)) for pair in drawn.tolist())
    assert len(counts) == 15
    assert min(counts.values()) > 80


def test_clusters_stay_together_in_every_order() -> None:
    starts = np.array([0, 3, 4])  # Labels 0 to 2 and labels 4 to 5 are clusters.
    shares = inclusion(np.full((3_000, 6), 1.0), starts, np.full(3_000, 3))
    drawn = systematic(shares, starts, np.full(3_000, 3), np.arange(3_000) % 6, np.random.default_rng(0))
    assert {tuple(sorted(labels)) for labels in drawn.tolist()} == {(a, 3, b) for a in (0, 1, 2) for b in (4, 5)}


def test_whichever_options_are_seen_each_is_right_equally_often() -> None:
    likely = np.array([0.4, 0.3, 0.2, 0.1])
    shares = inclusion(likely[None], ALONE, np.array([2]))
    rng = np.random.default_rng(5)
    answers = rng.choice(4, 200_000, p=likely)
    n = len(answers)
    drawn = systematic(np.repeat(shares, n, axis=0), ALONE, np.full(n, 2), answers, rng)
    hit = np.zeros((n, 4), bool)
    hit[np.arange(n)[:, None], drawn] = True
    for one, other in combinations(range(4), 2):
        both = hit[:, one] & hit[:, other]
        if both.sum() > 1_000:
            assert (answers[both] == one).mean() == pytest.approx(0.5, abs=0.02)
