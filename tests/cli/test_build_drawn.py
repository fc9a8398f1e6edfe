"""What `ckit build-curriculum --choices similar` prints at its end: what was wanted of each tier, what came of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Ckit = Callable[..., Any]


@pytest.fixture
def drawn(ckit: Ckit, tables: Path, vectors: Path) -> Callable[..., Any]:
    """Return a function that draws options for the 56 questions."""
    build = ("build-curriculum", tables, "--embeddings", vectors, "--choices", "similar", "--tiers", 2, "-o", "made")
    return lambda *words: ckit(*build, *words)


def printed(out: str) -> list[list[str]]:
    """Return the words of the table of tiers, its head first."""
    lines = out.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("tier "))
    return [line.split() for line in lines[start : start + 3]]


def steps() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(Path("made/manifest.json").read_text())["stages"]["draw"]["steps"]
    return found


def test_targets_options_and_blind_gain_stand_beside_the_tiers(drawn: Callable[..., Any]) -> None:
    result = drawn("--options", "2:3", "--max-blind-gain", 0.2)
    assert (result.code, result.err) == (0, "")
    assert all(len(line) <= 80 for line in result.out.splitlines())
    head, *tiers = printed(result.out)
    assert head[-4:] == ["target", "options", "blind", "gain"]
    assert [tier[-3:] for tier in tiers] == [
        [f"{step['target']:.3f}", str(step["options"]), f"{step['gain']:.3f}"] for step in steps()
    ]
    worst = max(abs(step["mean"] - step["target"]) for step in steps())
    assert f"The mean is off its target by {worst:.3f} at most." in result.out.splitlines()


def test_questions_that_were_left_out_are_counted(drawn: Callable[..., Any]) -> None:
    # Four answers are the heart and six the liver: in each of two tiers one of these finds no partner.
    where = "question_type = 'organ' AND answer IN ('heart', 'liver')"
    result = drawn("--options", 2, "--max-blind-gain", 0, "--where", where)
    assert [step["left_out"] for step in steps()] == [1, 1]
    assert "Left out: 2 answers too frequent to hide." in result.out.splitlines()
    card = Path("made/README.md").read_text()
    assert "2 because their answer is right too often" in card
    assert "(`answer_too_frequent`) (1, 1 by tier)" in card


def test_the_reverse_begins_with_the_hardest(drawn: Callable[..., Any]) -> None:
    _, first, last = printed(drawn("--options", 2, "--order", "hard-to-easy").out)
    easy, hard = steps()
    assert [first[5], last[5]] == [f"{hard['target']:.3f}", f"{easy['target']:.3f}"]
    assert first[4] == f"{hard['mean']:.3f}"


def test_shuffled_there_is_one_tier_and_the_card_tells_of_both(drawn: Callable[..., Any]) -> None:
    head, only, after = printed(drawn("--options", 2, "--order", "shuffled").out)
    assert head[-1] == "mean"
    assert (only[0], after[:2]) == ("0", ["The", "mean"])
    assert "The questions of all of these stand shuffled in one tier." in Path("made/README.md").read_text()


def test_options_that_were_kept_have_no_target(ckit: Ckit, tables: Path, vectors: Path) -> None:
    head, *_ = printed(ckit("build-curriculum", tables, "--embeddings", vectors, "-o", "kept").out)
    assert head == ["tier", "questions", "S(q)", "from", "to", "mean"]
