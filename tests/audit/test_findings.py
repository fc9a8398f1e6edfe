"""Findings as tables: the gravest first, each with its evidence under its name."""

from curriculum_kit.audit.findings import Finding, clear, evidence, evidence_table, findings_table, unchecked
from curriculum_kit.enums import Check, Severity
from curriculum_kit.schemas import schema_of

LEAK = Finding(
    Check.LEAKS, "image", Severity.SERIOUS, "2 images.", 0.5, rows=2, of=4, evidence=evidence(["q1", "q2"], ["i", "j"])
)
BLANK = Finding(Check.IMAGES, "blank", Severity.WARNING, "1 image.", rows=1, of=3, evidence=evidence(None, ["i"], "x"))


def test_the_gravest_finding_comes_first() -> None:
    table = findings_table([clear(Check.LETTERS, "Balanced.", 9), BLANK, unchecked(Check.WORDS, "all", "No."), LEAK])
    assert table.schema == schema_of("findings")
    assert table["name"].to_pylist() == ["leaks/image", "images/blank", "letters/none", "words/all"]
    assert table["severity"].to_pylist() == ["serious", "warning", "clear", "unchecked"]
    assert table["figure"].to_pylist() == [0.5, None, None, None]


def test_evidence_bears_the_name_of_its_finding() -> None:
    table = evidence_table([LEAK, clear(Check.LETTERS, "Balanced.", 9), BLANK])
    assert table.schema == schema_of("evidence")
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        ("leaks/image", "q1", "i", None),
        ("leaks/image", "q2", "j", None),
        ("images/blank", None, "i", "x"),
    ]


def test_no_findings_are_tables_too() -> None:
    assert (findings_table([]).num_rows, evidence_table([]).schema) == (0, schema_of("evidence"))
