"""From questions to problems: pools, clashes, room, and what cannot be asked for."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from curriculum_kit.choice_design import posing
from curriculum_kit.choice_design.asked import Asked, Goal, deal_tiers
from curriculum_kit.choice_design.posing import barred_keys, labels_of_pools, tier_problem
from curriculum_kit.errors import ConfigInvalid, NothingLeft

NONE = np.empty((0, 2), int)


def test_pools_hold_their_own_labels_and_shares(four: np.ndarray, dense) -> None:
    asked = Asked(
        pa.array(list("abcdef")), np.array([0, 1, 1, 2, 3, 3]), np.array([7, 7, 7, 7, 5, 5]), np.zeros(6, int)
    )
    asked, labels = labels_of_pools(asked.by_id()[0])
    assert [own.tolist() for own in labels] == [[0, 1, 2], [3]]
    posed = tier_problem(asked, labels, 0, Goal(0.5, 2), dense(four), np.array([[1, 0], [2, 3]]))
    (pool,) = posed.problem.pools
    assert pool.share.tolist() == [0.25, 0.5, 0.25]
    assert np.argwhere(pool.clash).tolist() == [[0, 1], [1, 0]]
    assert pool.similarity.tolist() == four[:3, :3].tolist()
    assert posed.without.tolist() == [4, 5]  # questions about 3 have no other label
    assert (posed.rows.tolist(), posed.questions) == ([0, 1, 2, 3], 4)


def test_labels_that_clash_leave_room_for_fewer_options(four: np.ndarray, dense, asking) -> None:
    asked = replace(asking(2, 2, 2, 2, 1, 1, 1), pool=np.repeat([0, 1], [8, 3]))
    asked, labels = labels_of_pools(asked)
    similarity = np.full((7, 7), 0.5)
    posed = tier_problem(asked, labels, 0, Goal(0.5, 4), dense(similarity), np.array([[4, 5]]))
    assert [pool.options for pool in posed.problem.pools] == [4, 2]


def test_fewer_labels_than_options(four: np.ndarray, dense, asking) -> None:
    asked, labels = labels_of_pools(asking(2, 2, 2, 2))
    with pytest.raises(ConfigInvalid, match=r"5 options were asked for in tier 0, and no pool has more than 4 labels"):
        tier_problem(asked, labels, 0, Goal(0.5, 5), dense(four), NONE)


def test_a_tier_without_questions_or_labels(four: np.ndarray, dense, asking) -> None:
    asked, labels = labels_of_pools(asking(2, 2))
    with pytest.raises(NothingLeft, match="tier 1 has 0 questions"):
        tier_problem(asked, labels, 1, Goal(0.5, 2), dense(four), NONE)
    asked, labels = labels_of_pools(asking(5))
    with pytest.raises(NothingLeft, match="tier 0 has 5 questions, and none of their pools has 2 labels"):
        tier_problem(asked, labels, 0, Goal(0.5, 2), dense(four), NONE)


def test_a_channel_that_lacks_labels(four: np.ndarray, dense, asking) -> None:
    asked, labels = labels_of_pools(asking(2, 2))
    with pytest.raises(ConfigInvalid, match="clip_image has no value for some pairs"):
        tier_problem(asked, labels, 0, Goal(0.5, 2), dense(four * np.nan), NONE, column="clip_image")


@pytest.mark.parametrize(
    ("goal", "message"),
    [((0.5, 1), "1 options"), ((1.5, 4), "target of S"), ((0.5, 4, -0.1), "greatest blind gain is -0.1")],
)
def test_goals_that_no_tier_can_have(goal: tuple[float, ...], message: str) -> None:
    with pytest.raises(ConfigInvalid, match=message):
        Goal(*goal)


def test_barred_labels_take_room(four: np.ndarray, dense, asking) -> None:
    asked = replace(asking(4, 2, 2), barred=(np.array([0, 1, 2, 4, 5]), np.array([2, 2, 0, 0, 3])))
    asked, labels = labels_of_pools(asked)
    pool = tier_problem(asked, labels, 0, Goal(0.5, 2), dense(four), NONE).problem.pools[0]
    # Two of four questions about 0 bar 2; of two about 1 one bars 0. That 0 bars itself, and 3, do not matter.
    assert pool.room is not None
    assert (pool.room * 8).round(9).tolist() == [[4, 4, 2], [1, 2, 2], [2, 2, 2]]
    members = tier_problem(asked, labels, 0, Goal(0.5, 2), dense(four), NONE).members[0]
    assert barred_keys(asked, members).tolist() == [0 * 3 + 2, 1 * 3 + 2, 4 * 3 + 0]


def test_a_large_pool_is_parted_by_how_often_labels_are_right(monkeypatch, asking) -> None:
    monkeypatch.setattr(posing, "MAX_LABELS", 2)
    asked, labels = labels_of_pools(asking(5, 1, 4, 2))
    assert [own.tolist() for own in labels] == [[0, 2], [1, 3]]
    assert np.bincount(asked.pool).tolist() == [9, 3]


def test_tiers_get_the_same_answers(asking) -> None:
    asked = asking(30, 60, 11)
    tier = deal_tiers(asked, 3, seed=1)
    counts = np.array([np.bincount(asked.answer[tier == number]) for number in range(3)])
    assert (np.ptp(counts, axis=0) <= 1).all()
    assert np.ptp(counts.sum(axis=1)) <= 1
    back = np.random.default_rng(0).permutation(len(asked))
    moved = Asked(asked.ids.take(pa.array(back)), asked.answer[back], asked.pool[back], asked.tier[back])
    np.testing.assert_array_equal(deal_tiers(moved, 3, seed=1), tier[back])
