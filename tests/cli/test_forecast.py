"""`ckit forecast`: what it prints, as JSON, and what it refuses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Ckit = Callable[..., Any]


@pytest.fixture
def rates(ckit: Ckit, curriculum: Path) -> Path:
    """Return a file with a pass rate, of 16 rollouts, of every question but three."""
    rows = json.loads(ckit("inspect", curriculum, "--json", "--sql", "SELECT question_id FROM shards ORDER BY 1").out)
    lines = [f"{row['question_id']},{place % 17 / 16},16" for place, row in enumerate(rows[3:])]
    Path("rates.csv").write_text("\n".join(["question_id,pass_rate,rollouts", *lines]) + "\n")
    return Path("rates.csv")


def words_of(out: str) -> str:
    return " ".join(out.split())


def test_shares_and_words_within_80_columns(ckit: Ckit, curriculum: Path, rates: Path) -> None:
    result = ckit("forecast", "curriculum", "--pass-rates", rates, "--rollouts", 8)
    assert (result.code, result.err) == (0, "")
    lines = [line.rstrip() for line in result.out.splitlines()]
    assert all(len(line) <= 80 for line in lines)
    assert lines[0] == "53 questions of curriculum, 8 rollouts each, pass rates of rates.csv"
    names = [line.split()[0] for line in lines if line.endswith("%")]
    assert names[:4] == ["all", "tier", "tier", "tier"]
    assert set(names[4:]) == {"gallbladder", "gut", "heart", "kidney", "liver", "lung", "omentum", "spleen"}
    words = words_of(result.out)
    assert "53 questions tried 8 times or more: estimated without bias" in words
    assert "3 of 56 questions have no pass rate and are left out." in words
    assert "With equal pass rates of the wordings groups change nothing:" in words


def test_without_pass_rates_the_prior_is_named(ckit: Ckit, curriculum: Path) -> None:
    words = words_of(ckit("forecast", "curriculum").out)
    assert "Expected share of dead groups: 22.2% without groups, 16.8% with: 3 more of 56 groups" in words
    assert "every pass rate from 0 to 1 is held for equally likely, in every tier alike" in words
    assert "a standard deviation of 0.15 is assumed (--spread)" in words
    words = words_of(ckit("forecast", "curriculum", "--prior", "0.4:0.25", "--variants", "2", "--spread", "0").out)
    assert "a Beta distribution of pass rates of mean 0.4 and standard deviation 0.25 is assumed" in words
    assert "With equal pass rates of the wordings (--spread 0) groups change nothing: 18.3% dead with" in words


def test_json_is_all_there_is(ckit: Ckit, curriculum: Path, rates: Path) -> None:
    told = json.loads(ckit("forecast", curriculum, "--pass-rates", rates, "--json").out)
    assert (told["questions"], told["without_rate"], told["grouped"], told["pass_rates"]) == (56, 3, None, "rates.csv")
    assert told["estimators"]["unbiased"] == 53
    part = told["parts"][0]
    assert (part["part"], part["questions"], part["wordings"]) == ("all", 53, [4])
    assert part["without"]["dead"] == pytest.approx(part["without"]["right"] + part["without"]["wrong"])
    assert part["with_groups"]["dead"] < part["without"]["dead"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--rollouts", "6"], "--variants 4 cannot share --rollouts 6 evenly; take one of 1, 2, 3, 6"),
        (["--variants", "3"], "--variants 3 cannot share --rollouts 8 evenly; take one of 1, 2, 4, 8"),
        (["--variants", "0"], "--variants 0 cannot share"),
        (["--rollouts", "1"], "--rollouts 1 of a group cannot be; take 2 to 1,024"),
        (["--spread", "-0.1"], "--spread -0.1 is no standard deviation of pass rates; take 0 to below 0.5"),
        (["--spread", "nan"], "--spread nan is no standard deviation"),
        (["--prior", "0.4"], "--prior '0.4' is no MEAN:SD; write it as 0.4:0.25"),
        (["--prior", "1:0.1"], "--prior has a mean of 1; pass rates have one between 0 and 1"),
        (["--prior", "0.5:0.5"], "with a mean of 0.5 it can be 0.01 to below 0.5"),
        (["--prior", "0.5:0.2", "--pass-rates", "rates.csv"], "--prior is for where there are no pass rates"),
        (["--pass-rates", "absent.csv"], "absent.csv does not exist; check --pass-rates"),
    ],
)
def test_numbers_that_cannot_be(options: list[str], says: str, ckit: Ckit, curriculum: Path) -> None:
    assert says in ckit("forecast", "curriculum", *options).mistake


def test_folders_and_files_that_cannot_be(ckit: Ckit, curriculum: Path, tables: Path) -> None:
    assert "does not exist" in ckit("forecast", "absent").mistake
    assert "holds ingested questions, no curriculum" in ckit("forecast", tables).mistake
    Path("rates.csv").write_text("question_id,pass_rate\nx,0.5\n")
    said = ckit("forecast", "curriculum", "--pass-rates", "rates.csv").mistake
    assert "question_ids unknown to curriculum: 1, the first is 'x'" in said
    Path("rates.csv").write_text("question_id,pass_rate,rollouts\nx,0.5,7\n")
    said = ckit("forecast", "curriculum", "--pass-rates", "rates.csv").mistake
    assert "pass_rate '0.5' of question 'x' is no share of its rollouts (such rows: 1)" in said
