"""`ckit build-curriculum --plan-choices`: what it prints and draws, that it writes nothing else, what it refuses."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Ckit = Callable[..., Any]


@pytest.fixture
def planned(ckit: Ckit, tables: Path, vectors: Path) -> Callable[..., Any]:
    """Return a function that asks for a plan of the 56 questions."""
    return lambda *words: ckit("build-curriculum", tables, "--embeddings", vectors, "--plan-choices", *words)


def lines_of(out: str) -> dict[int, list[list[str]]]:
    """Return the words of each line of the printed tables, by number of options."""
    found: dict[int, list[list[str]]] = {}
    lines = iter(out.splitlines())
    for line in lines:
        if " options, chance " in line:
            size = int(line.split()[0])
            assert next(lines).split()[:3] == ["bound", "lowest", "highest"]
            found[size] = []
        elif found and line and line.split()[0] in {"0", "0.01", "0.03", "0.05", "0.1", "none", "alone*"}:
            found[size].append(line.replace(" <", "").split())
    return found


def test_it_prints_what_json_holds_and_writes_nothing(planned: Callable[..., Any], tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    result = planned()
    assert (result.code, result.err) == (0, "")
    assert all(len(line) <= 80 for line in result.out.splitlines())
    found = json.loads(planned("--json").out)
    assert sorted(tmp_path.iterdir()) == before
    assert (found["labels"], found["options"], found["max_blind_gain"]) == (8, [4, 4, 4], 0.03)
    printed = lines_of(result.out)
    assert list(printed) == [2, 3, 4, 5]
    for size, lines in printed.items():
        rows = [row for row in found["plan"] if (row["channel"], row["options"]) == ("fused", size)]
        assert len(lines) == len(rows) == 7
        for line, row in zip(lines, rows, strict=True):
            assert line[1:3] == [f"{row['lowest']:.3f}", f"{row['highest']:.3f}"]
            assert line[4:6] == [f"{abs(row[f'gain_at_{end}']):.2f}" for end in ("lowest", "highest")]
            assert line[3].count("█") == pytest.approx(30 * (row["highest"] - row["lowest"]), abs=1)
            assert len(line[3]) == 30


def test_it_says_what_to_type_next(planned: Callable[..., Any]) -> None:
    words = " ".join(planned("--options", "2:3", "--max-blind-gain", 0.05).out.split())
    assert "With 2:3 options and a blind gain of at most 0.05, the first tier can go down to" in words
    assert "at most 5 points more often than by chance (50% to 33%)" in words
    assert words.endswith("Next: the same with --choices similar --options 2:3 --max-blind-gain 0.05 -o CURRICULUM")


def test_a_bound_of_none_at_all(planned: Callable[..., Any]) -> None:
    words = " ".join(planned("--options", 2, "--max-blind-gain", 0).out.split())
    assert "right without looking no more often than by chance (50%)" in words


def test_targets_that_cannot_be_met_are_named(planned: Callable[..., Any]) -> None:
    result = planned("--options", 3, "--targets", "0,0.5,1")
    spans = json.loads(planned("--options", 3, "--json").out)["plan"]
    span = next(row for row in spans if row["max_gain"] == 0.03)
    lines = [line for line in result.out.splitlines() if line.startswith("The target")]
    assert lines == [
        f"The target 0 of tier 0 cannot be met; the nearest is {span['lowest']:.3f}.",
        f"The target 1 of tier 2 cannot be met; the nearest is {span['highest']:.3f}.",
    ]


@pytest.mark.parametrize("choices", ["keep", "random", "similar"])
def test_it_goes_with_any_choices_and_an_output_stays_as_it_is(
    choices: str, planned: Callable[..., Any], curriculum: Path
) -> None:
    before = (curriculum / "manifest.json").read_bytes()
    assert planned("--choices", choices, "--options", 2, "-o", curriculum).code == 0
    assert (curriculum / "manifest.json").read_bytes() == before


def test_the_picture_is_written_where_it_was_asked_for(planned: Callable[..., Any]) -> None:
    result = planned("--options", 2, "--plot", "plan.png")
    assert result.out.splitlines()[-1] == "Drawn to plan.png"
    assert Path("plan.png").read_bytes().startswith(b"\x89PNG")
    assert not list(Path().glob(".plan*"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--plan-choices", "--plot", "plan.txt"], "plan.txt has no ending of a picture; call it .png, .svg or .pdf"),
        (["--plan-choices", "--plot", "absent/plan.png"], "the folder of absent/plan.png does not exist"),
        (
            ["--plan-choices", "--options", "9"],
            "9 options were asked for in tier 0, and no pool has more than 8 labels",
        ),
        (["--plan-choices", "--where", "split = 'x'"], "no question meets --where"),
        (["--plan-choices", "--targets", "0.5,0.2,0.1"], "targets: they fall"),
        (["--plot", "plan.png", "-o", "made"], "--plot draws a plan; take it with --plan-choices"),
    ],
)
def test_what_cannot_be_planned(words: list[str], says: str, ckit: Ckit, tables: Path, vectors: Path) -> None:
    assert says in ckit("build-curriculum", tables, "--embeddings", vectors, *words).mistake
    assert not Path("made").exists()
    assert not list(Path().glob("*plan*"))


def test_without_matplotlib_nothing_is_planned(planned: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert "a picture needs matplotlib, which is not installed" in planned("--plot", "plan.png").mistake


def test_without_a_plan_an_output_is_needed(ckit: Ckit, tables: Path) -> None:
    result = ckit("build-curriculum", tables)
    assert result.code == 2
    words = " ".join(result.err.replace("│", "").split())
    assert "'--output' / '-o': name a folder, or ask for a plan alone with --plan-choices" in words
