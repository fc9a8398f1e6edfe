"""What a draw reached per tier: steps joined by hand."""

from typing import Any

import pytest

from curriculum_kit.card.drawn import drawn_tiers


def step(**other: Any) -> dict[str, Any]:
    """Return what the stage `draw` says of one step."""
    return {
        "options": 4,
        "target": 0.4,
        "mean": 0.5,
        "chance": 0.25,
        "promised_gain": 0.01,
        "gain": 0.02,
        "gain_out_of_fold": -0.1,
        "option_sets": 7,
        "questions": 100,
        "drawn": 90,
        "left_out": 6,
        "fewer": 5,
    } | other


def config(**other: Any) -> dict[str, Any]:
    return {"tiers": 2, "order": "easy-to-hard"} | other


def test_a_tier_of_one_step_is_that_step() -> None:
    easy, hard = drawn_tiers({"steps": [step(), step(target=0.6, options=5)]}, config())
    assert (easy.name, easy.options, easy.target, easy.targets, easy.mean) == ("0", 4, 0.4, (0.4, 0.4), 0.5)
    assert (easy.gain, easy.promised_gain, easy.gain_out_of_fold, easy.chance) == (0.02, 0.01, -0.1, 0.25)
    assert (easy.drawn, easy.left_out, easy.unsafe, easy.fewer, easy.option_sets) == (90, 6, 4, 5, (7, 7))
    assert easy.shortfall == pytest.approx(0.1)
    assert (hard.name, hard.options, hard.shortfall) == ("1", 5, pytest.approx(-0.1))


def test_steps_of_a_tier_are_weighed_by_their_questions() -> None:
    steps = [
        step(drawn=10, mean=0.2, target=0.1, gain=0.0, option_sets=3, left_out=1),
        step(drawn=30, mean=0.6, target=0.5, gain=0.04, option_sets=9, left_out=2),
        step(),
        step(),
    ]
    first, _ = drawn_tiers({"steps": steps}, config())
    assert (first.mean, first.target, first.gain) == (pytest.approx(0.5), pytest.approx(0.4), pytest.approx(0.03))
    assert (first.targets, first.option_sets) == ((0.1, 0.5), (3, 9))
    assert (first.drawn, first.questions, first.left_out) == (40, 200, 3)


def test_reversed_the_hardest_comes_first_and_its_last_step_too() -> None:
    steps = [step(target=target) for target in (0.1, 0.2, 0.3, 0.4)]
    hard, easy = drawn_tiers({"steps": steps}, config(order="hard-to-easy"))
    assert (hard.name, hard.targets) == ("0", (0.4, 0.3))
    assert (easy.name, easy.targets) == ("1", (0.2, 0.1))
