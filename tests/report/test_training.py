"""The figures of a run: a group is one, however many rollouts it has."""

from collections.abc import Callable
from typing import Any

import pytest

from curriculum_kit.report.training import training_of

Make = Callable[..., Any]


def rollouts(
    step: int, group: str, rewards: list[float], *, tier: int = 0, answer: str = "gut", **other: Any
) -> list[Any]:
    """Return the completions of a group; a reward of at least 1 is a right answer."""
    row = {"step": step, "chunk": step, "question_id": group, "group_id": group, "variant_id": 0, "tier": tier}
    row |= {"difficulty": 0.25 + tier / 2, "answer": answer, "solution": "A", "completion": "A", "length": 10}
    row |= {"advantage": 0.0, "dead": len(set(rewards)) == 1} | other
    return [row | {"reward": reward, "rewards": [("accuracy", float(reward >= 1))]} for reward in rewards]


def test_steps_tiers_and_answers(tables: Make) -> None:
    completions = [
        *rollouts(0, "a", [1.0, 0.0]),
        *rollouts(0, "b", [0.0, 0.0, 0.0, 0.0], answer="liver"),
        *rollouts(1, "c", [1.0, 1.0], tier=1),
        *rollouts(1, "a", [1.0, 0.0], tier=1),
    ]
    found = training_of(tables(completions=completions))
    assert (found.groups, found.steps) == (4, 2)
    assert found.curve.step == [0, 1]
    assert found.curve.reward == [0.25, 0.75]
    assert found.curve.difficulty == [0.25, 0.75]
    assert found.curve.tier == [0, 1]
    assert [(one.of, one.groups, one.accuracy, one.dead) for one in found.tiers] == [
        ("0", 2, 0.25, 0.5),
        ("1", 2, 0.75, 0.5),
    ]
    assert [(one.of, one.groups) for one in found.answers] == [("gut", 3), ("liver", 1)]
    assert [one.dead for one in found.answers] == [pytest.approx(1 / 3), 1.0]


def test_a_long_run_is_averaged_over_steps(tables: Make) -> None:
    completions = [row for step in range(1_000) for row in rollouts(step, "a", [0.0, float(step % 2)])]
    found = training_of(tables(completions=completions))
    assert found.steps == 1_000
    assert len(found.curve.step) == 500
    assert found.curve.step[:2] == [0.5, 2.5]
    assert set(found.curve.reward) == {0.25}


def test_a_run_without_a_reward_called_accuracy_says_nothing_of_it(tables: Make) -> None:
    completions = [row | {"rewards": [("format", 1.0)]} for row in rollouts(0, "a", [0.0, 1.0])]
    found = training_of(tables(completions=completions))
    assert found.tiers[0].accuracy is None
