"""Options drawn for toy questions: on target, safe, balanced, the same for the same seed whatever the order."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from curriculum_kit.choice_design.asked import Asked, Goal
from curriculum_kit.choice_design.draw import draw_choices
from curriculum_kit.errors import ConfigInvalid

NONE = np.empty((0, 2), int)
GOALS = (Goal(0.35, 2), Goal(0.5, 3), Goal(0.65, 4))


@pytest.fixture(scope="module")
def twelve(random_similarity, dense):
    return dense(random_similarity(12, 5))


@pytest.fixture(scope="module")
def asked(asking) -> Asked:
    return asking(*range(150, 270, 10), tiers=3)


def test_every_tier_meets_its_goal(asked: Asked, twelve) -> None:
    drawn = draw_choices(asked, GOALS, twelve, NONE)
    for tier, goal in zip(drawn.tiers, GOALS, strict=True):
        rows = asked.tier == tier.tier
        options = drawn.options[rows][:, : goal.options]
        assert (drawn.options[rows][:, goal.options :] == -1).all()
        assert (np.diff(np.sort(options, axis=1), axis=1) > 0).all()
        assert (options[np.arange(len(options)), drawn.answer_index[rows]] == asked.answer[rows]).all()
        assert tier.mean == pytest.approx(goal.target, abs=0.02)
        assert tier.mean == pytest.approx(drawn.difficulty[rows].mean())
        assert abs(tier.shortfall) < 0.02
        assert (tier.drawn, tier.fewer, tier.chance) == (rows.sum(), 0, pytest.approx(1 / goal.options))
        assert np.ptp(np.bincount(drawn.answer_index[rows], minlength=goal.options)) <= 1
        assert tier.gain <= 0.03
        assert tier.gain_out_of_fold <= 0.03
        first = options[0]
        pairs = [twelve.matrix[one, other] for one in first for other in first if one < other]
        assert drawn.difficulty[rows][0] == pytest.approx(np.mean(pairs))


def test_the_bound_on_the_blind_gain_holds_for_what_is_drawn(asked: Asked, twelve) -> None:
    goals = [Goal(target, 4, 0.03) for target in (0.0, 0.5, 1.0)]
    drawn = draw_choices(asked, goals, twelve, NONE)
    means = [tier.mean for tier in drawn.tiers]
    assert means == sorted(means)
    assert all(tier.gain <= 0.03 for tier in drawn.tiers)
    assert drawn.tiers[2].promised_gain > 0.02


def test_the_order_of_questions_does_not_matter_and_the_seed_does(asked: Asked, twelve) -> None:
    drawn = draw_choices(asked, GOALS, twelve, NONE, seed=3)
    back = np.random.default_rng(0).permutation(len(asked))
    moved = Asked(asked.ids.take(pa.array(back)), asked.answer[back], asked.pool[back] + 4, asked.tier[back])
    again = draw_choices(moved, GOALS, twelve, NONE, seed=3)
    np.testing.assert_array_equal(again.options, drawn.options[back])
    np.testing.assert_array_equal(again.answer_index, drawn.answer_index[back])
    assert again.tiers == drawn.tiers
    assert (draw_choices(asked, GOALS, twelve, NONE, seed=4).options != drawn.options).any()


def test_nothing_unsafe_is_offered(asked: Asked, twelve) -> None:
    rng = np.random.default_rng(1)
    rows = np.repeat(np.arange(0, len(asked), 9), 3)
    barred = (rows, rng.integers(12, size=len(rows)))
    clashes = np.array([[0, 1], [5, 4], [2, 40]])
    drawn = draw_choices(replace(asked, barred=barred), GOALS, twelve, clashes)
    assert drawn.kept.all()
    assert all(abs(tier.shortfall) < 0.02 for tier in drawn.tiers)
    for one, other in clashes[:2]:
        assert not ((drawn.options == one).any(axis=1) & (drawn.options == other).any(axis=1)).any()
    offered = (drawn.options[barred[0]] == barred[1][:, None]).any(axis=1)
    assert not (offered & (asked.answer[barred[0]] != barred[1])).any()


def test_questions_without_safe_options_are_marked(asking, twelve) -> None:
    asked = asking(*[20] * 5)
    other = replace(asked, pool=np.where(asked.answer == 4, 1, 0))  # a pool of one label
    drawn = draw_choices(other, [Goal(0.5, 4)], twelve, NONE)
    assert drawn.kept.tolist() == (asked.answer < 4).tolist()
    assert (drawn.options[~drawn.kept] == -1).all()
    assert np.isnan(drawn.difficulty[~drawn.kept]).all()
    assert (drawn.tiers[0].questions, drawn.tiers[0].drawn) == (100, 80)


def test_a_small_pool_offers_fewer(asking, twelve) -> None:
    asked = asking(*[20] * 7)
    other = replace(asked, pool=np.where(asked.answer > 4, 1, 0))
    drawn = draw_choices(other, [Goal(0.5, 4)], twelve, NONE)
    assert ((drawn.options >= 0).sum(axis=1) == np.where(asked.answer > 4, 2, 4)).all()
    assert drawn.tiers[0].fewer == 40
    assert drawn.tiers[0].chance == pytest.approx((100 / 4 + 40 / 2) / 140)


def test_a_goal_for_every_tier(asked: Asked, twelve) -> None:
    with pytest.raises(ConfigInvalid, match="goals for 2 tiers and questions in more"):
        draw_choices(asked, GOALS[:2], twelve, NONE)
