"""The checks of every build: their figures in manifest and data card, made once, over a sample where there are many."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curriculum_kit.enums import Check
from curriculum_kit.pipeline.build import BuildSummary
from curriculum_kit.schemas import schema_of

Make = Callable[..., BuildSummary]
Ingest = Callable[..., Path]


@pytest.fixture
def leaking(ingest_rows: Ingest, seventy: list[dict[str, Any]]) -> Path:
    """Return the 70 questions, ten of which show one image, with the right option always the first."""
    rows = [row | {"gt_answer": row["option_A"]} for row in seventy]
    return ingest_rows([row | {"image_path": "Images/same.png"} for row in rows[:10]] + rows[10:], "leaking")


def facts(curriculum: Path) -> dict[str, Any]:
    audit: dict[str, Any] = json.loads((curriculum / "manifest.json").read_text())["stages"]["audit"]
    return audit


def test_the_manifest_holds_a_finding_of_every_check_but_the_slow_ones(make: Make, tmp_path: Path) -> None:
    summary = make()
    told = facts(tmp_path / "curriculum")
    assert told["statistics_over"] == 70
    assert told["findings"] == summary.findings
    assert {row["check"] for row in summary.findings} == {check.value for check in Check} - {"words", "blind", "paths"}
    assert all(list(row) == schema_of("findings").names for row in summary.findings)


def test_what_was_found_stands_in_summary_and_card_with_its_figure(make: Make, leaking: Path, tmp_path: Path) -> None:
    found = {row["name"]: row for row in make(sources=(leaking,)).findings}
    worst = next(row for row in found.values() if row["check"] == "letters")
    assert (worst["severity"], worst["figure"]) == ("serious", 1.0)
    card = (tmp_path / "curriculum" / "README.md").read_text()
    line = next(line for line in card.splitlines() if f"`{worst['name']}`" in line)
    assert line.startswith(f"| `{worst['name']}` | serious | 1.000 | 0.250 |")
    assert worst["sentence"] in line


def test_they_look_at_the_questions_of_the_curriculum_alone(make: Make, leaking: Path) -> None:
    rows = make(sources=(leaking,), where="question_type = 'Modality Recognition'").findings
    assert {row["of"] for row in rows if row["check"] == "letters"} == {35}


def test_options_that_are_drawn_are_the_ones_looked_at(make: Make, leaking: Path) -> None:
    drawn = make("drawn", sources=(leaking,), choices="random").findings
    assert not [row for row in drawn if row["check"] == "letters" and row["severity"] == "serious"]


def test_many_questions_are_sampled_by_their_id_alone(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curriculum_kit.pipeline.cheap_checks.MOST_OPTIONS_OF", 45)
    first = make("first")
    looked_at = facts(tmp_path / "first")["statistics_over"]
    assert 20 <= looked_at <= 50
    assert {row["of"] for row in first.findings if row["check"] == "letters"} == {looked_at}
    assert make("second").findings == first.findings


def test_they_are_made_again_where_the_questions_change_and_not_otherwise(make: Make) -> None:
    make()
    for options, state in (({}, "skipped"), ({"tiers": 2}, "skipped"), ({"where": "split IS NOT NULL"}, "skipped")):
        states: dict[str, str] = {}
        make(force=True, on_stage=states.__setitem__, **options)
        assert states["audit"] == state
    make(force=True, on_stage=states.__setitem__, where="question_type = 'Modality Recognition'")
    assert states["audit"] == "done"


def test_several_sources_are_looked_at_together(
    make: Make, ingest_rows: Ingest, seventy: list[dict[str, Any]], tables: Path
) -> None:
    other = ingest_rows([row | {"dataset": "Other", "question_id": f"O{n}"} for n, row in enumerate(seventy)], "other")
    rows = make(sources=(tables, other)).findings
    assert {row["of"] for row in rows if row["check"] == "letters"} == {140}


def test_questions_whose_choices_are_drawn_are_checked_like_any(
    make: Make, phantom: Path, hashed_vectors: Callable[[Path, list[str]], Path], tmp_path: Path
) -> None:
    from curriculum_kit.storage import read_table

    labels = read_table(phantom / "choices.parquet", "choices")["label"].to_pylist()
    vectors = hashed_vectors(tmp_path / "phantom.npz", labels)
    summary = make(sources=(phantom,), embeddings=vectors, where="question_type = 'query_component'", tiers=2)
    checked = {row["check"]: row["severity"] for row in summary.findings}
    assert checked["letters"] != "unchecked"
    assert facts(tmp_path / "curriculum")["statistics_over"] == summary.rows
