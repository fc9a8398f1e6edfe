"""The trade-off as a table, and the goals that follow from it."""

import numpy as np
import pytest

from curriculum_kit.choice_design.draw import draw_choices
from curriculum_kit.choice_design.plan import PLAN, even_goals, plan_choices
from curriculum_kit.errors import ConfigInvalid

NONE = np.empty((0, 2), int)


def test_the_span_grows_with_the_bound_and_shrinks_with_the_options(asking, dense, random_similarity) -> None:
    table = plan_choices(asking(*[10] * 8), dense(random_similarity(8, 1)), NONE, options=(2, 4), bounds=(0, 0.05, 1))
    assert table.schema == PLAN
    rows = table.to_pylist()
    assert [(row["options"], row["max_gain"]) for row in rows] == [
        (options, bound) for options in (2, 4) for bound in (0, 0.05, 1, None)
    ]
    for options in (2, 4):
        bounded = [row for row in rows if row["options"] == options and row["max_gain"] is not None]
        lowest, highest = ([row[name] for row in bounded] for name in ("lowest", "highest"))
        assert lowest == sorted(lowest, reverse=True)
        assert highest == sorted(highest)
        assert all(row["gain_at_lowest"] <= row["max_gain"] + 1e-6 for row in bounded)
    two, four = rows[0], rows[4]
    assert two["highest"] - two["lowest"] > four["highest"] - four["lowest"]
    assert (two["chance"], four["chance"], two["questions"], two["exact"]) == (0.5, 0.25, 80, True)


def test_by_hand(four: np.ndarray, asking, dense) -> None:
    table = plan_choices(asking(5, 5, 5, 5, tiers=1), dense(four), NONE, options=(2,), bounds=(0.0,))
    bounded, alone = table.to_pylist()
    assert (bounded["lowest"], bounded["highest"]) == (pytest.approx(0.1), pytest.approx(0.8))
    assert (alone["highest"], alone["gain_at_highest"]) == (pytest.approx(0.8), 0.0)


def test_each_tier_and_channel_has_its_rows(four: np.ndarray, asking, dense) -> None:
    columns = ("fused", "clip_text_calibrated")
    table = plan_choices(asking(6, 6, 6, 6, tiers=2), dense(four), NONE, options=(2,), bounds=(0.0,), columns=columns)
    assert [(row["tier"], row["channel"]) for row in table.to_pylist()[::2]] == [
        (tier, channel) for tier in (0, 1) for channel in ("fused", "clip_text")
    ]


def test_what_is_drawn_is_what_was_planned(asking, dense, random_similarity) -> None:
    pairs, asked = dense(random_similarity(10, 2)), asking(*[90] * 10, tiers=3)
    goals = even_goals(asked, pairs, NONE, [4, 4, 4], max_gain=0.03)
    steps = np.diff([goal.target for goal in goals])
    assert steps[0] == pytest.approx(steps[1])
    assert steps[0] > 0.05
    for tier, goal in zip(draw_choices(asked, goals, pairs, NONE).tiers, goals, strict=True):
        assert tier.mean == pytest.approx(goal.target, abs=0.02)
        assert tier.gain <= 0.03


def test_options_may_grow_with_the_tiers(asking, dense, random_similarity) -> None:
    pairs, asked = dense(random_similarity(10, 2)), asking(*[30] * 10, tiers=2)
    goals = even_goals(asked, pairs, NONE, [2, 4], max_gain=0.0)
    assert [goal.options for goal in goals] == [2, 4]
    assert goals[0].target < even_goals(asked, pairs, NONE, [4, 4], max_gain=0.0)[0].target


def test_no_tier_is_an_error(asking, dense, four: np.ndarray) -> None:
    with pytest.raises(ConfigInvalid, match="0 tiers were asked for"):
        even_goals(asking(4, 4), dense(four), NONE, [])


def test_a_single_tier_is_as_easy_as_can_be(asking, dense, four: np.ndarray) -> None:
    (goal,) = even_goals(asking(4, 4, 4, 4), dense(four), NONE, [2])
    assert (goal.target, goal.options, goal.max_gain) == (pytest.approx(0.1), 2, 0.03)
