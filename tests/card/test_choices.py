"""The card's section on choices: what was asked of drawn options, what came of it, and what was left out."""

from typing import Any

import pytest

from curriculum_kit.card.choices import choices_section


def step(**other: Any) -> dict[str, Any]:
    """Return what the stage `draw` says of one step that met its target."""
    return {
        "options": 4,
        "target": 0.4,
        "mean": 0.401,
        "chance": 0.25,
        "promised_gain": 0.028,
        "gain": 0.03,
        "gain_out_of_fold": -0.0519,
        "option_sets": 1_079,
        "questions": 5_000,
        "drawn": 5_000,
        "left_out": 0,
        "fewer": 0,
    } | other


def manifest(*steps: dict[str, Any], config: dict[str, Any] | None = None, **stages: Any) -> dict[str, Any]:
    """Return a manifest with what the section reads; options were drawn for a wanted S(q) where there are steps."""
    draw = {
        "drawn": sum(one["drawn"] for one in steps),
        "attainable": [0.4, 0.75],
        "checked_against_scene": 8_000,
        "not_checked_against_scene": 2_000,
        "steps": list(steps),
    }
    return {
        "config": {
            "difficulty": "pairwise_mean",
            "seed": 7,
            "options": 4,
            "tiers": 2,
            "order": "easy-to-hard",
            "targets": None,
            "max_blind_gain": 0.03,
        }
        | (config or {}),
        "stages": {
            "select": {"selected": 10_000},
            "vocabulary": {"labels": 1_234},
            "encode": {"encoder": "toy encoder"},
        }
        | ({"draw": draw} if steps else {})
        | stages,
    }


def table(section: str) -> list[list[str]]:
    """Return the cells of the table, without the line below its head."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert {len(row) for row in rows} == {len(rows[0])}
    return [rows[0], *rows[2:]]


def test_options_of_the_source_are_not_called_drawn() -> None:
    section = choices_section(manifest())
    assert "1,234 labels, encoded by toy encoder;" in section
    assert "S(q) is `pairwise_mean` over the choices" in section
    assert "drawn" not in section


def test_options_drawn_at_random_are_owned_up_to() -> None:
    counts = {"drawn": 9_000, "checked_against_scene": 8_000, "not_checked_against_scene": 1_000}
    section = choices_section(manifest(select={"selected": 9_000, "with_fewer_options": 12, **counts}))
    assert "The choices of 9,000 questions were drawn at random (seed 7, 4 options)" in section
    assert "For 8,000 of them the scene graph was asked" in section
    assert "for 1,000 this cannot be known. 12 got fewer options" in section


def test_what_was_wanted_and_reached_stands_in_a_table() -> None:
    section = choices_section(manifest(step(), step(target=0.75, mean=0.74, drawn=4_321, questions=4_321)))
    head, easy, hard = table(section)
    assert head == [
        "tier",
        "questions",
        "options",
        "chance",
        "target",
        "mean S(q)",
        "off by",
        "blind gain promised",
        "in sample",
        "out of fold",
        "option sets",
    ]
    assert easy == ["0", "5,000", "4", "0.250", "0.400", "0.401", "+0.001", "0.028", "0.030", "-0.052", "1,079"]
    assert hard[:7] == ["1", "4,321", "4", "0.250", "0.750", "0.740", "-0.010"]


def test_steps_of_a_ramp_are_joined() -> None:
    first = [step(target=target, option_sets=sets) for target, sets in ((0.1, 5), (0.3, 9))]
    _, tier, _ = table(choices_section(manifest(*first, step(), step())))
    assert (tier[4], tier[-1]) == ("0.200 (0.100 to 0.300)", "5 to 9 a step")


def test_the_point_on_the_trade_off_is_told() -> None:
    section = choices_section(manifest(step(), step(target=0.75, mean=0.749)))
    assert "The choices of 10,000 questions were drawn (seed 7) such that the mean S(q)" in section
    assert "was to be 0.03 at most. Under it the easiest questions can have a mean S(q) of 0.400" in section
    assert "the hardest one of 0.750; the tiers span 0.401 to 0.749. The targets are even steps" in section
    assert "Missed" not in section
    assert "above the bound" not in section
    assert "Out of fold he knows it of the questions of other units. That can be below 0: where" in section


def test_targets_that_were_given_and_missed_are_told() -> None:
    steps = step(target=0.1), step(target=0.9, mean=0.75, gain=0.05)
    section = choices_section(manifest(*steps, config={"targets": [0.1, 0.9]}))
    assert "The targets were given. Missed by 0.01 or more: tier 0 (+0.301), tier 1 (-0.150); the target" in section
    assert "In sample the blind gain is above the bound in tier 1 (0.050): whole questions" in section


@pytest.mark.parametrize(
    ("scene", "image", "says"),
    [
        (
            8,
            2_000,
            "the scene graph (8 questions) or other answers to such questions about the same image, no more (2,000",
        ),
        (8, 0, "What is right too is known from the scene graph (8 questions).\n"),
        (0, 8, "is known from other answers to such questions about the same image, no more (8 questions).\n"),
    ],
)
def test_it_is_told_from_what_right_labels_were_known(scene: int, image: int, says: str) -> None:
    asked = manifest(step(), step())
    asked["stages"]["draw"] |= {"checked_against_scene": scene, "not_checked_against_scene": image}
    assert says in choices_section(asked)


def test_a_range_of_options_says_how_to_compare_tiers() -> None:
    grown = choices_section(manifest(step(options=2), step(options=4)))
    assert "The number of options goes from 2 to 4, and chance with it: compare" in grown
    assert "(accuracy - chance) / (1 - chance)" in grown
    assert "(accuracy - chance)" not in choices_section(manifest(step(), step()))


def test_questions_without_options_are_counted_by_reason_and_tier() -> None:
    steps = step(questions=5_015, left_out=5), step(questions=5_004, left_out=3, fewer=236)
    section = choices_section(manifest(*steps, keep={"left_out": 1_111}))
    assert "8 because their answer is right too often" in section
    assert "(`answer_too_frequent`) (5, 3 by tier); 11 because no other label" in section
    assert "(`no_distractors`) (10, 1 by tier). 236 questions have fewer options" in section
    assert "Of what was drawn, 1,111 were left out again because they are answered without the image." in section
    assert "Left out" not in choices_section(manifest(step(), step()))


def test_shuffled_tiers_are_told_as_they_were_drawn() -> None:
    section = choices_section(manifest(step(), step(), config={"order": "shuffled"}))
    assert len(table(section)) == 3
    assert "The questions of all of these stand shuffled in one tier." in section
