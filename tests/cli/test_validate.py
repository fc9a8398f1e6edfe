"""`ckit validate`: what it prints, as JSON, and what it refuses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Ckit = Callable[..., Any]


@pytest.fixture
def rates(ckit: Ckit, curriculum: Path) -> Path:
    """Return a file with a pass rate of every question but three, the lower the higher S(q) is."""
    rows = json.loads(ckit("inspect", curriculum, "--json", "--sql", "SELECT question_id, difficulty FROM shards").out)
    lines = [f"{row['question_id']},{1 - row['difficulty']}" for row in rows[3:]]
    Path("rates.csv").write_text("\n".join(["question_id,pass_rate", *lines]) + "\n")
    return Path("rates.csv")


def test_figures_bars_and_words_within_80_columns(ckit: Ckit, curriculum: Path, rates: Path) -> None:
    result = ckit("validate", "curriculum", "--pass-rates", rates)
    assert (result.code, result.err) == (0, "")
    lines = [line.rstrip() for line in result.out.splitlines()]
    assert all(len(line) <= 80 for line in lines)
    assert lines[0].startswith("53 questions of curriculum have a pass rate, 0.")
    assert lines[0].endswith("; 3 have none.")
    first = next(line for line in lines if line.startswith("S(q) "))
    assert first.split() == ["S(q)", "53", "-1.00", "(-1.00", "to", "-1.00)", "██████│"]
    words = " ".join(" ".join(lines).split())
    assert "S(q) is a difficulty for this model" in words
    assert "below 0 of S(q)" in words
    assert lines[-1] == "Written to curriculum/validation.json and the data card, under 'rates'."
    assert "### rates" in (curriculum / "README.md").read_text()


def test_json_is_all_there_is_and_holds_all(ckit: Ckit, curriculum: Path, rates: Path) -> None:
    result = ckit("validate", curriculum, "--pass-rates", rates, "--model", "Qwen", "--json")
    told = json.loads(result.out)
    assert (told["model"], told["questions"], told["without_rate"], told["blind_from"]) == ("Qwen", 53, 3, None)
    overall = told["correlations"][0]
    assert overall["with_pass_rate"] == {"value": -1.0, "low": -1.0, "high": -1.0}
    assert told["sentences"]
    assert told["channel_weights"] is None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("question_id,pass_rate\nx,0.5\n", "question_ids unknown to curriculum: 1, the first is 'x'"),
        ("question_id,pass_rate\nx,1.5\n", "pass_rate '1.5' of question 'x' lies outside 0 to 1"),
        ("question_id,pass_rate\nx,nan\n", "pass_rate 'nan' of question 'x' lies outside 0 to 1"),
        ("question_id,pass_rate\nx,good\n", "pass_rate 'good' of question 'x' is no number"),
        ("id,pass_rate\nx,0.5\n", "has no column question_id"),
        ("", "rates.csv is empty"),
    ],
)
def test_pass_rates_that_cannot_be(content: str, says: str, ckit: Ckit, curriculum: Path) -> None:
    Path("rates.csv").write_text(content)
    assert says in ckit("validate", "curriculum", "--pass-rates", "rates.csv").mistake
    assert not (curriculum / "validation.json").exists()


def test_folders_that_cannot_be(ckit: Ckit, curriculum: Path, tables: Path, rates: Path) -> None:
    assert "does not exist" in ckit("validate", "absent", "--pass-rates", rates).mistake
    assert "holds ingested questions, no curriculum" in ckit("validate", tables, "--pass-rates", rates).mistake
    assert "check --pass-rates" in ckit("validate", curriculum, "--pass-rates", "absent.csv").mistake
    assert ckit("validate", curriculum).code == 2
