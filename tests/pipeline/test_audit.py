"""Every check over one folder: what is found, what it is written as, and what could not be looked at."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from curriculum_kit.benchmarks.mcq import McqOptions, MultipleChoice, parse_mapping
from curriculum_kit.enums import Check
from curriculum_kit.errors import ConfigInvalid, NothingLeft, SourceNotFound
from curriculum_kit.pipeline.audit import audit, save_audit
from curriculum_kit.pipeline.ingest import ingest
from curriculum_kit.pipeline.open import open_views, run_sql
from curriculum_kit.schemas import schema_of

Ingest = Callable[..., Path]
LABELS = ("gallbladder", "gut", "heart", "kidney", "liver", "lung", "omentum", "spleen")


def rows(count: int, spell: Callable[[str, bool], str] = lambda label, right: label) -> list[dict[str, Any]]:
    """Return questions whose answer is any of four random labels; `spell` is told which one is right."""
    random = np.random.default_rng(3)
    made = []
    for number in range(count):
        four, right = random.permutation(LABELS)[:4], int(random.integers(4))
        options = [spell(str(label), place == right) for place, label in enumerate(four)]
        made.append(
            {
                "dataset": "Tiny",
                "question_id": f"Tiny_{number}",
                "question_type": "Anatomy Identification",
                "question": ("What is shown?", "Which organ is this?", "Name the organ.")[number % 3],
                "gt_answer": options[right],
                "image_path": f"Images/{number // 2}.png",
                "modality_type": "CT",
                **{f"option_{letter}": option for letter, option in zip("ABCD", options, strict=True)},
            }
        )
    return made


def severities(found: Any) -> dict[str, str]:
    return {row["name"]: row["severity"] for row in found.findings.to_pylist()}


def test_a_benchmark_without_shortcuts_raises_no_alarm(ingest_rows: Ingest) -> None:
    found = audit(ingest_rows(rows(400)))
    assert found.findings.schema == schema_of("findings")
    assert {row["check"] for row in found.findings.to_pylist()} == {check.value for check in Check}
    assert {name for name, severity in severities(found).items() if severity in ("serious", "warning")} == set()
    assert found.blind is not None
    assert np.allclose(found.blind["blind"].to_numpy(), 0.25, atol=0.1)


def test_a_planted_format_is_found_with_the_rows_that_show_it(ingest_rows: Ingest) -> None:
    folder = ingest_rows(rows(400, lambda label, right: label if right else label.capitalize()))
    found = audit(folder, checks=[Check.FORMATS])
    worst = found.findings.to_pylist()[0]
    assert (worst["severity"], worst["rows"], worst["figure"]) == ("serious", 400, 1.0)
    assert worst["name"].startswith("formats/source/")
    assert [row for row in found.evidence["name"].to_pylist() if row == worst["name"]] == [worst["name"]] * 400
    # ckit shows canonical labels, which have one case: the shortcut is gone there.
    assert not any(name.startswith("formats/label/") and s == "serious" for name, s in severities(found).items())


def test_only_the_checks_asked_for_are_made_on_the_questions_asked_for(ingest_rows: Ingest) -> None:
    folder = ingest_rows(rows(100))
    found = audit(folder, where="image_ids[1] LIKE '%1.png'", checks=[Check.LETTERS, Check.LEAKS])
    assert {row["check"] for row in found.findings.to_pylist()} == {"letters", "leaks"}
    assert (found.questions, found.blind) == (10, None)


def test_an_audit_is_written_beside_the_tables_and_seen_by_sql(ingest_rows: Ingest) -> None:
    folder = ingest_rows(rows(120, lambda label, right: f"{label}." if right else label))
    found = audit(folder)
    assert save_audit(found) == folder / "audit"
    for name, table in (("findings", found.findings), ("evidence", found.evidence), ("blind", found.blind)):
        assert pq.read_table(folder / "audit" / f"{name}.parquet").equals(table)
    manifest = json.loads((folder / "audit" / "manifest.json").read_text())
    assert (manifest["questions"], manifest["where"]) == (120, None)
    _, _, database = open_views(folder)
    query = "SELECT count(*) FROM evidence JOIN questions USING (question_id) JOIN findings USING (name)"
    assert run_sql(database, query)[1] == [(found.evidence["question_id"].to_pylist().__len__(),)]
    save_audit(audit(folder, checks=[Check.LETTERS]))
    assert not (folder / "audit" / "blind.parquet").exists()


def test_an_audit_repeats_itself(ingest_rows: Ingest) -> None:
    folder = ingest_rows(rows(150))
    first, second = audit(folder), audit(folder)
    assert first.findings.equals(second.findings)
    assert first.evidence.equals(second.evidence)
    assert first.blind is not None
    assert first.blind.equals(second.blind)


def test_a_curriculum_can_be_audited(make: Callable[..., Any], tmp_path: Path) -> None:
    make()
    found = audit(tmp_path / "curriculum")
    assert found.questions == 70
    assert {row["check"] for row in found.findings.to_pylist()} == {check.value for check in Check}


def test_questions_without_choices_are_said_not_to_be_checked(phantom: Path) -> None:
    found = audit(phantom)
    unchecked = {row["check"] for row in found.findings.to_pylist() if row["severity"] == "unchecked"}
    assert {"formats", "letters", "prior", "words", "blind"} <= unchecked


def test_one_class_and_no_images_and_one_split_are_said_not_to_be_checked(tmp_path: Path) -> None:
    two = {"choices": ["liver", "gut"], "answer": "liver"}
    asked = [two | {"question": f"Which organ is it, {number}?"} for number in range(80)]
    (tmp_path / "rows.json").write_text(json.dumps(asked))
    reader = MultipleChoice(McqOptions(mapping=parse_mapping([])))
    ingest(reader, tmp_path / "rows.json", tmp_path / "tables")
    found = audit(tmp_path / "tables")
    unchecked = {row["check"] for row in found.findings.to_pylist() if row["severity"] == "unchecked"}
    assert {"images", "leaks", "blind"} <= unchecked
    assert any(row["check"] == "classes" and "liver" in row["sentence"] for row in found.findings.to_pylist())


def test_what_cannot_be_audited_is_one_line(ingest_rows: Ingest, tmp_path: Path) -> None:
    folder = ingest_rows(rows(20))
    with pytest.raises(SourceNotFound, match="does not exist; name a folder that ckit"):
        audit(tmp_path / "absent")
    with pytest.raises(ConfigInvalid, match=r"--where 'splt = 1' fails: .*; the columns are question_id"):
        audit(folder, where="splt = 1")
    with pytest.raises(NothingLeft, match="no question meets --where"):
        audit(folder, where="split = 'test'")
