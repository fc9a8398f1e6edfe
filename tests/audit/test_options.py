"""Options that are the same, nearly the same or part of one another; answers that are not offered."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum_kit.audit import options
from curriculum_kit.audit.findings import Finding
from curriculum_kit.audit.options import answers_not_offered, option_findings
from curriculum_kit.benchmarks import reader_of
from curriculum_kit.enums import Severity
from curriculum_kit.labels import fold_label
from curriculum_kit.offers import offers_of
from curriculum_kit.pipeline.ingest import ingest
from curriculum_kit.schemas import schema_of


def row(number: int, given: list[str], right: int, known: bool = True) -> dict[str, Any]:
    choices = list(dict.fromkeys(map(fold_label, given)))
    answer = fold_label(given[right])
    return {
        "question_id": f"q{number}",
        "benchmark": "toy",
        "split": "train",
        "unit_id": f"u{number}",
        "image_ids": [],
        "question": "What is it?",
        "answer": answer,
        "choices": choices,
        "answer_index": choices.index(answer),
        "question_type": None,
        "modality": None,
        "metadata": [],
        "choices_as_given": given if known else None,
    }


def findings(*questions: tuple[list[str], int], known: bool = True) -> dict[str, Finding]:
    rows = [row(number, *question, known) for number, question in enumerate(questions)]
    table = pa.Table.from_pylist(rows, schema=schema_of("questions"))
    return {f.what: f for f in option_findings(offers_of([table], as_given=True), offers_of([table]))}


def shown(finding: Finding) -> list[tuple[str, str]]:
    return list(zip(finding.evidence["question_id"].to_pylist(), finding.evidence["detail"].to_pylist(), strict=True))


def test_equal_options_are_found_as_the_source_spells_them() -> None:
    found = findings((["Gut", "Liver", "gut."], 0), (["Gut", "Liver"], 1), (["Skin", "Hook", "Hook", "Gut"], 0))
    assert list(found) == ["equal"]
    assert (found["equal"].severity, found["equal"].rows, found["equal"].of) == (Severity.WARNING, 2, 3)
    assert shown(found["equal"]) == [("q0", "Gut | gut."), ("q2", "Hook | Hook")]
    assert found["equal"].sentence == (
        "2 questions offer the same option twice, up to case and final full stop, such as 'Gut' and 'gut.'; in 1 of "
        "them one is the right one."
    )


def test_near_copies_are_found_and_are_not_parts() -> None:
    found = findings((["lung", "gut", "The lungs"], 1), (["left lung", "right lung"], 0))
    assert list(found) == ["nearly-equal"]
    assert shown(found["nearly-equal"]) == [("q0", "lung | the lungs")]
    assert "the right one is never among them" in found["nearly-equal"].sentence


def test_an_option_within_another_is_a_note() -> None:
    found = findings((["left lung", "gut", "lung"], 2), (["lung lesion", "left"], 0), (["lungworm", "lung"], 0))
    assert list(found) == ["contained", "none"]
    assert (found["contained"].severity, found["none"].severity) == (Severity.NOTE, Severity.CLEAR)
    assert shown(found["contained"]) == [("q0", "lung | left lung")]


def test_nothing_found_is_clear_and_nothing_known_is_said() -> None:
    assert {what: f.severity for what, f in findings((["gut", "liver"], 0)).items()} == {"none": Severity.CLEAR}
    unknown = findings((["gut", "liver"], 0), known=False)
    assert {what: f.severity for what, f in unknown.items()} == {"equal": Severity.UNCHECKED, "none": Severity.CLEAR}
    assert {what: f.severity for what, f in findings().items()} == {"all": Severity.UNCHECKED}


def test_many_labels_are_looked_at_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "_MOST_CHARACTERS", 60)
    found = findings(*[([f"lung{n}", f"the lung{n}"], 0) for n in range(10)])
    assert 0 < found["nearly-equal"].rows == found["nearly-equal"].of < 10
    assert found["nearly-equal"].sentence.endswith(f"Looked for in {found['nearly-equal'].of} of 10 questions.")


def reject(position: int, reason: str, detail: str | None) -> dict[str, Any]:
    place = {"stage": "ingest", "benchmark": "toy", "source": "a.json", "position": position}
    return place | {"reason": reason, "detail": detail, "record": "{}"}


def test_answers_that_are_not_offered_are_counted_by_reason() -> None:
    rows = [
        reject(3, "answer_not_in_choices", "'hook'"),
        reject(4, "image_missing", None),
        reject(7, "answer_not_in_choices", None),
        reject(9, "answer_empty", None),
    ]
    found = answers_not_offered(pa.Table.from_pylist(rows, schema=schema_of("rejects")))
    assert [(f.name, f.rows, f.of) for f in found] == [
        ("options/answer-not-in-choices", 2, 4),
        ("options/answer-empty", 1, 4),
    ]
    assert found[0].evidence["detail"].to_pylist() == [
        "a.json, 3: 'hook'",
        "a.json, 7: the answer is none of the options",
    ]
    assert found[1].sentence == "1 row was turned away when the benchmark was read: there is no answer."


def test_no_rejects_are_clear() -> None:
    (found,) = answers_not_offered(schema_of("rejects").empty_table())
    assert (found.name, found.severity) == ("options/answer-offered", Severity.CLEAR)


@pytest.mark.real_data
def test_omnimedvqa_offers_44_options_twice(real_data: Path, tmp_path: Path) -> None:
    ingest(reader_of("omnimedvqa"), real_data / "omnimedvqa", tmp_path)
    table = pq.read_table(tmp_path / "questions.parquet")
    found = {f.what: f for f in option_findings(offers_of([table], as_given=True), offers_of([table]))}
    assert (found["equal"].rows, found["nearly-equal"].rows) == (44, 65)
