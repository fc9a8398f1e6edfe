import math
from types import SimpleNamespace

import pytest

from trainer.tally import Group, figures, groups_of, total_rewards

NAN = math.nan


def chunk(**other) -> SimpleNamespace:
    """Two groups of two rollouts, of tiers 0 and 2; the second is asked in two wordings."""
    rows = [
        {"question_id": "a", "group_id": "a", "variant_id": 0, "tier": 0, "difficulty": 0.2, "answer": "liver"},
        {"question_id": "a", "group_id": "a", "variant_id": 0, "tier": 0, "difficulty": 0.2, "answer": "liver"},
        {"question_id": "b", "group_id": "b", "variant_id": 0, "tier": 2, "difficulty": 0.6, "answer": "gut"},
        {"question_id": "b", "group_id": "b", "variant_id": 1, "tier": 2, "difficulty": 0.6, "answer": "gut"},
    ]
    made = {
        "rows": rows,
        "rewards": {"accuracy": [1.0, 1.0, 0.0, 1.0], "format": [1.0, 1.0, 0.0, NAN]},
        "lengths": [5, 7, 9, 11],
    }
    return SimpleNamespace(**made | other)


WEIGHTS = {"accuracy": 1.0, "format": 0.5}


def test_rewards_are_weighted_and_silence_adds_nothing() -> None:
    assert total_rewards(chunk(), WEIGHTS) == [1.5, 1.5, 0.0, 1.0]


def test_a_group_is_dead_where_all_earned_the_same() -> None:
    first, second = groups_of(chunk(), WEIGHTS, 2)
    assert (first.dead, second.dead) == (True, False)
    assert (second.right, second.wordings, second.lengths) == ((0.0, 1.0), (0, 1), (9, 11))
    # 0.1 + 0.2 is not 0.3, but earns as much.
    assert Group("g", 0, "gut", 0.5, (0.1 + 0.2, 0.3), None, (0, 0), (1, 1)).dead


def test_figures_by_tier_answer_and_wording() -> None:
    found = figures(groups_of(chunk(), WEIGHTS, 2), {0: 0.25, 1: 0.5})
    assert found == pytest.approx(
        {
            "curriculum/tier": 1.0,
            "curriculum/difficulty": 0.4,
            "curriculum/dead": 0.5,
            "tier_0/reward": 1.5,
            "tier_0/accuracy": 1.0,
            "tier_0/dead": 1.0,
            "tier_0/length": 6.0,
            "tier_0/dead_forecast": 0.25,
            "tier_2/reward": 0.5,
            "tier_2/accuracy": 0.5,
            "tier_2/dead": 0.0,
            "tier_2/length": 10.0,
            "answer_gut/accuracy": 0.5,
            "answer_gut/dead": 0.0,
            "answer_liver/accuracy": 1.0,
            "answer_liver/dead": 1.0,
            "wording_0/accuracy": 0.0,
            "wording_1/accuracy": 1.0,
        }
    )


def test_a_run_without_accuracy_has_rewards_all_the_same() -> None:
    found = figures(groups_of(chunk(rewards={"length": [1.0, 0.0, 0.5, 0.5]}), {"length": 2.0}, 2))
    assert found["tier_0/reward"] == 1.0
    assert not [name for name in found if name.endswith("accuracy")]
