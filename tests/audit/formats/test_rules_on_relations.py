"""Shortcuts in what an option has in common with its question and the others: planted ones are caught, no others."""

import random
from collections.abc import Callable

import pytest

from curriculum_kit.audit.findings import Finding
from curriculum_kit.audit.formats.rules import AS_SHOWN, format_findings
from curriculum_kit.enums import Severity
from curriculum_kit.offers import Offers

Make = Callable[..., Offers]
LABELS = ["liver", "gut", "left lung", "right lung", "spleen", "colon", "gallbladder", "cystic plate", "skin", "hook"]
PHRASES = [f"{how} {label}" for how in ("pale", "small", "very dark", "inflamed", "red", "torn") for label in LABELS]
Draw = Callable[[random.Random], tuple[str, list[str], str]]
"""Gives a question, its options and the right one."""


def beside(seed: int, draw: Draw, number: int = 300) -> list[tuple]:
    """Questions with a text of their own, four in a unit."""
    chance = random.Random(seed)
    rows = []
    for n in range(number):
        question, options, right = draw(chance)
        chance.shuffle(options)
        rows.append((f"u{n // 4}", question, right, options))
    return rows


def alarms(findings: list[Finding]) -> list[str]:
    return [f.what for f in findings if f.severity in {Severity.SERIOUS, Severity.WARNING}]


def at_random(chance: random.Random) -> tuple[str, list[str], str]:
    options = chance.sample(PHRASES, 4)
    return f"What is {chance.choice(PHRASES)} here?", options, chance.choice(options)


def numbers_at_random(chance: random.Random) -> tuple[str, list[str], str]:
    options = list(map(str, chance.sample(range(1, 90), 4)))
    return "How many are there?", options, chance.choice(options)


def echoed(chance: random.Random) -> tuple[str, list[str], str]:
    _, options, right = at_random(chance)
    return f"Which one is {right.split()[0]}?", options, right


def like_the_others(chance: random.Random) -> tuple[str, list[str], str]:
    how, other = chance.sample(("pale", "small", "red", "torn"), 2)
    what, else_, third = chance.sample(("liver", "gut", "spleen", "colon", "skin"), 3)
    return "What is it?", [f"{how} {what}", f"{how} {else_}", f"{other} {what}", third], f"{how} {what}"


def second_longest(chance: random.Random) -> tuple[str, list[str], str]:
    options: list[str] = []
    while len({len(option) for option in options}) < 4:
        options = chance.sample(PHRASES, 4)
    return "What is it?", options, sorted(options, key=len)[2]


def second_smallest(chance: random.Random) -> tuple[str, list[str], str]:
    _, options, _ = numbers_at_random(chance)
    return "How many are there?", options, sorted(options, key=int)[1]


def largest_number(chance: random.Random) -> tuple[str, list[str], str]:
    _, options, _ = numbers_at_random(chance)
    return "How many are there?", options, max(options, key=int)


@pytest.mark.parametrize("draw", [at_random, numbers_at_random])
@pytest.mark.parametrize("seed", range(20))
def test_options_at_random_stand_in_no_relation(make_offers: Make, seed: int, draw: Draw) -> None:
    assert [f.what for f in format_findings(make_offers(beside(seed, draw)), AS_SHOWN)] == ["label/none"]


@pytest.mark.parametrize(
    ("draw", "name"),
    [
        (echoed, "most-words-of-the-question"),
        (like_the_others, "most-words-of-other-options"),
        (second_longest, "alone-second-most-characters"),
        (second_smallest, "alone-second-least-number"),
        (largest_number, "most-number"),
    ],
)
def test_planted_relations_are_caught(make_offers: Make, draw: Draw, name: str) -> None:
    found = {f.what: f for f in format_findings(make_offers(beside(1, draw)), AS_SHOWN)}
    planted = found[f"label/{name}"]
    assert (planted.severity, planted.figure) == (Severity.SERIOUS, 1.0)
    assert planted.evidence.num_rows == planted.rows > 100


@pytest.mark.parametrize("seed", range(3))
def test_either_of_the_two_middle_numbers_is_caught(make_offers: Make, seed: int) -> None:
    def either(chance: random.Random) -> tuple[str, list[str], str]:
        question, options, _ = numbers_at_random(chance)
        return question, options, chance.choice(sorted(options, key=int)[1:3])

    caught = alarms(format_findings(make_offers(beside(seed, either, 500)), AS_SHOWN))
    assert {"label/most-near-the-mean-number", "label/alone-second-most-number", "label/alone-second-least-number"} & {
        *caught
    }


@pytest.mark.parametrize("seed", range(8))
def test_labels_that_win_by_strength_stand_in_no_relation(make_offers: Make, seed: int) -> None:
    strength = {phrase: random.Random(f"{seed} {phrase}").random() ** 12 for phrase in PHRASES[:30]}

    def strongest(chance: random.Random) -> tuple[str, list[str], str]:
        options = chance.sample(PHRASES[:30], 4)
        return "What is it?", options, max(options, key=strength.__getitem__)

    assert alarms(format_findings(make_offers(beside(seed, strongest, 600)), AS_SHOWN)) == []


def test_what_follows_from_labels_that_are_offered_together_is_not_put_down_to_the_prior(make_offers: Make) -> None:
    # Every label is right in a third of its questions; one with a g is right where it is the only one.
    asked = [("gut", ["gut", "hip", "arm"]), ("leg", ["leg", "hip", "arm"])]
    asked += [("hip", ["gut", "leg", "hip"]), ("arm", ["gut", "leg", "arm"])]
    table = make_offers([(f"u{n}", "What?", right, options) for n, (right, options) in enumerate(asked * 20)])
    found = {f.what: f for f in format_findings(table, AS_SHOWN)}
    explained = found["label/explained-by-labels"]
    assert explained.sentence.endswith("which follows from which labels are offered together.")
    assert explained.evidence.num_rows == explained.rows > 0
