"""The card of arms: what a person reads about a comparison, figure by figure."""

from typing import Any

import pytest

from curriculum_kit.arms_card import arms_card


def arm(choices: str, order: str, first: float, last: float, **other: Any) -> dict[str, Any]:
    """Return what the manifest holds of an arm."""
    return {
        "choices": choices,
        "order": order,
        "rows": 12_000,
        "options": [4, 4],
        "difficulty": {"first_tenth": first, "last_tenth": last, "mean": 0.5},
        "blind_gain": 0.0123,
    } | other


def manifest(**other: Any) -> dict[str, Any]:
    """Return a manifest with the parts that the card reads."""
    return {
        "ckit": "9.8.7",
        "arms": {
            "random": arm("random", "shuffled", 0.51, 0.49, blind_gain=None),
            "choices-only": arm("similar", "shuffled", 0.5, 0.5, options=[2, 4]),
            "ordered": arm("similar", "easy-to-hard", 0.3, 0.6984, blind_gain=-0.0051),
        },
        "checked": [{"what": "choices", "arms": ["choices-only", "ordered"], "same": True}],
        "alike": [],
        "own_scale": None,
        "without_choices": 0,
        "turned_away": 0,
        "with_the_others": 0,
        "picture": "difficulty.png",
    } | other


def cells(card: str, start: str) -> list[str]:
    line = next(line for line in card.splitlines() if line.startswith(f"| {start} "))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_head_tells_the_hub_of_each_arm() -> None:
    head = arms_card(manifest()).split("---\n")[1].splitlines()
    assert head[:3] == ["configs:", "- config_name: random", "  data_files: random/shards/**/*.parquet"]
    assert len(head) == 7


def test_the_table_holds_choices_order_and_figures() -> None:
    card = arms_card(manifest())
    assert "# 3 arms over the same 12,000 questions" in card
    assert cells(card, "arm")[4:] == ["options", "S(q), first tenth", "last tenth", "mean", "blind gain"]
    assert cells(card, "random") == ["random", "random", "shuffled", "12,000", "4", "0.510", "0.490", "0.500", ""]
    assert cells(card, "choices-only")[4:] == ["2 to 4", "0.500", "0.500", "0.500", "+0.012"]
    assert cells(card, "ordered")[5:] == ["0.300", "0.698", "0.500", "-0.005"]


def test_only_arms_that_are_there_are_compared() -> None:
    card = arms_card(manifest())
    assert "- **choices-only** with **random**: does it help that distractors are drawn" in card
    assert "- **ordered** with **choices-only**: does the order help" in card
    assert "**reversed**" not in card
    assert "**keep**" not in card


def test_the_outcome_of_every_comparison_is_told() -> None:
    said = "choices, their order and the letter of the answer"
    assert cells(arms_card(manifest()), said) == [said, "choices-only, ordered", "the same"]


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"own_scale": "keep"}, "S(q) of *keep* is on a scale of its own"),
        ({"without_choices": 1_234}, "There is no arm *keep*: 1,234 of the questions have no choices"),
        ({"turned_away": 1_234}, "1,234 questions are in no arm"),
        ({"with_the_others": 12}, "12 questions have the choices of *ordered* in the random arms too"),
        ({"alike": [["ordered", "choices-only"]]}, "*ordered* and *choices-only* are the same"),
    ],
)
def test_what_is_out_of_the_ordinary_is_said(known: dict[str, Any], said: str) -> None:
    assert said in arms_card(manifest(**known))
    assert said not in arms_card(manifest())


def test_without_a_picture_none_is_shown() -> None:
    assert "![S(q) over each arm](difficulty.png)" in arms_card(manifest())
    assert "difficulty.png" not in arms_card(manifest(picture=None))
