"""Findings: those of `ckit audit` with examples, else the quick checks of the build."""

from collections.abc import Callable
from typing import Any

from curriculum_kit.report.audit import audit_of

Make = Callable[..., Any]

PRIOR = {
    "check": "prior",
    "name": "prior/accuracy",
    "severity": "warning",
    "figure": 0.4,
    "expected": 0.25,
    "low": 0.3,
    "high": 0.5,
    "p_value": 0.001,
    "rows": 4,
    "of": 10,
    "sentence": "A guesser is right in 40.0%.",
}


def test_without_an_audit_the_quick_checks_are_shown(tables: Make, manifest: dict[str, Any]) -> None:
    manifest["stages"]["audit"]["findings"] = [PRIOR]
    found = audit_of(tables(), manifest)
    assert not found.is_full
    (finding,) = found.findings
    assert (finding.name, finding.severity, finding.low, finding.examples) == ("prior/accuracy", "warning", 0.3, [])


def test_a_build_without_checks_has_no_findings(tables: Make, manifest: dict[str, Any]) -> None:
    del manifest["stages"]["audit"]
    assert audit_of(tables(), manifest).findings == []


def test_examples_show_as_many_different_details_as_there_are(
    shard_row: Make, tables: Make, manifest: dict[str, Any]
) -> None:
    rows = [shard_row(number) for number in range(6)]
    evidence = [
        {"name": "prior/accuracy", "question_id": f"q{number}", "detail": "gut" if number < 5 else "liver"}
        for number in range(6)
    ]
    missing = PRIOR | {"check": "images", "name": "images/missing", "severity": "serious"}
    evidence.append({"name": "images/missing", "image_id": "tiny:4.png", "detail": None})
    found = audit_of(tables(rows, findings=[missing, PRIOR], evidence=evidence), manifest)
    assert found.is_full
    images, prior = found.findings
    (gone,) = images.examples
    assert (gone.image, gone.question) == ("tiny:4.png", None)
    assert sorted(example.detail or "" for example in prior.examples) == ["gut", "gut", "liver"]
    (liver,) = [example for example in prior.examples if example.detail == "liver"]
    assert (liver.question, liver.answer, liver.choices) == ("What does picture 5 show?", "gut", rows[5]["choices"])
