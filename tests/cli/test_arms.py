"""`ckit build-curriculum --arms`: what it prints, in words and as JSON, and what does not go with it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Ckit = Callable[..., Any]

ARMS = ("random", "keep", "order-only", "choices-only", "ordered", "reversed")


def test_it_says_which_arm_is_built_and_what_they_are(ckit: Ckit, tables: Path, vectors: Path) -> None:
    options = ("--embeddings", vectors, "--options", 3, "--where", "question_type = 'organ'")
    result = ckit("build-curriculum", tables, "--arms", "-o", "arms", *options)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert [line for line in lines if line.endswith((", shuffled", "-to-hard", "-to-easy"))] == [
        "ordered: choices similar, easy-to-hard",
        "choices-only: choices similar, shuffled",
        "reversed: choices similar, hard-to-easy",
        "random: choices random, shuffled",
        "keep: choices keep, shuffled",
        "order-only: choices random, easy-to-hard",
    ]
    start = lines.index("reversed: choices similar, hard-to-easy")
    assert [line.split()[0] for line in lines[start + 1 : start + 3]] == ["tiers", "shards"]
    assert lines[start + 3] == "  9 stages taken from an arm before"
    manifest = json.loads(Path("arms/manifest.json").read_text())
    rows = manifest["arms"]["ordered"]["rows"]
    lost = manifest["turned_away"]
    assert f"56 questions read = {rows} in every arm + {lost} turned away + 28 left out by --where" in lines
    assert rows + lost == 28
    printed = [line.split() for line in lines[next(n for n, line in enumerate(lines) if line.startswith("arm ")) + 1 :]]
    for name, cells in zip(ARMS, printed, strict=False):
        arm = manifest["arms"][name]
        ends = [f"{arm['difficulty'][part]:.3f}" for part in ("first_tenth", "last_tenth")]
        assert cells[:5] == [name, arm["choices"], arm["order"], *ends]
    assert lines[-2] == "Nothing else differs between the arms: the hashes are in manifest.json."
    assert lines[-1] == "Written to arms, see its README.md. Next: ckit inspect arms/ordered"
    assert all(len(line) <= 80 for line in lines)
    assert ckit("inspect", "arms/ordered").code == 0


def test_json_holds_the_figures_and_a_second_run_leaves_them(ckit: Ckit, tables: Path, vectors: Path) -> None:
    command = ("build-curriculum", tables, "--arms", "-o", "arms", "--embeddings", vectors, "--options", 3)
    first = json.loads(ckit(*command, "--json").out)
    assert tuple(first["arms"]) == ARMS
    assert first["rows_read"] == 56 == first["rows"] + first["turned_away"]
    assert all(row["same"] for row in first["checked"])
    assert {arm["rows"] for arm in first["arms"].values()} == {first["rows"]}
    again = ckit(*command)
    assert [line for line in again.out.splitlines() if "skipped" in line] == [
        f"  {count} stages skipped, nothing has changed" for count in (11, 11, 11, 9, 9, 9)
    ]
    assert json.loads(ckit(*command, "--json").out) == first


@pytest.mark.parametrize("flags", [("--choices", "similar"), ("--order", "shuffled"), ("--plan-choices",)])
def test_what_the_arms_decide_themselves_is_refused(flags: tuple[str, ...], ckit: Ckit, tables: Path) -> None:
    assert ckit("build-curriculum", tables, "--arms", "-o", "arms", *flags).mistake == (
        "--arms makes curricula of its own choices and orders; leave out --choices, --order and --plan-choices"
    )
    assert not Path("arms").exists()


def test_what_goes_with_similar_choices_alone_goes_with_arms(ckit: Ckit, tables: Path, vectors: Path) -> None:
    Path("arms.toml").write_text(f"sources = ['{tables}']\nembeddings = '{vectors}'\nchoices = 'keep'\n")
    options = ("--targets", "0.4,0.6", "--tiers", 2, "--options", "2:3", "--max-blind-gain", 0.1)
    result = ckit("build-curriculum", "--config", "arms.toml", "--arms", "-o", "arms", *options)
    assert (result.code, result.err) == (0, "")
    config = json.loads(Path("arms/random/manifest.json").read_text())["config"]
    assert (config["choices"], config["options"], config["targets"]) == ("random", 3, None)
    config = json.loads(Path("arms/reversed/manifest.json").read_text())["config"]
    assert (config["choices"], config["options"], config["targets"]) == ("similar", "2:3", [0.4, 0.6])


def test_an_arm_that_cannot_be_built_is_named(ckit: Ckit, tables: Path, vectors: Path) -> None:
    command = ("build-curriculum", tables, "--embeddings", vectors, "--arms", "-o", "arms")
    assert ckit(*command, "--where", "answer = 'nose'").mistake.startswith("arm ordered: no question meets --where")
    assert ckit(*command, "--max-blind", 0.5).mistake.startswith("--max-blind would leave out other questions")
    assert not Path("arms").exists()
