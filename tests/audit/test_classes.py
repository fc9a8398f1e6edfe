"""Classes: answers too rare to learn, unknown to train, or the only ones."""

from collections.abc import Callable, Iterable
from typing import Any

import duckdb

from curriculum_kit.audit.classes import class_findings
from curriculum_kit.audit.findings import Finding
from curriculum_kit.enums import Severity

Make = Callable[..., duckdb.DuckDBPyConnection]


def times(count: int, answer: str, units: Iterable[str] = ("u1", "u2"), **other: Any) -> list[dict[str, Any]]:
    units = list(units)
    return [{"answer": answer, "unit_id": units[number % len(units)], **other} for number in range(count)]


def found_in(database: duckdb.DuckDBPyConnection) -> dict[str, Finding]:
    return {finding.what: finding for finding in class_findings(database)}


def test_answers_of_few_questions_or_one_unit_are_too_rare(make_database: Make) -> None:
    rows = [*times(10, "liver"), *times(5, "gut"), *times(4, "hook"), *times(6, "lung", ["u3"])]
    rare = found_in(make_database(rows))["too-rare"]
    assert rare.sentence == (
        "2 of 4 answers (50.0%) are right in fewer than 5 questions, or in one unit only; that concerns "
        "10 of 25 questions (40.0%)."
    )
    assert (rare.severity, rare.rows, rare.evidence.num_rows) == (Severity.WARNING, 10, 10)
    assert set(rare.evidence["detail"].to_pylist()) == {
        "answer hook: questions 4, units 2",
        "answer lung: questions 6, units 1",
    }


def test_few_questions_of_many_are_a_note(make_database: Make) -> None:
    rare = found_in(make_database([*times(300, "liver"), *times(2, "gut")]))["too-rare"]
    assert (rare.severity, rare.rows) == (Severity.NOTE, 2)


def test_one_unit_of_all_questions_says_nothing(make_database: Make) -> None:
    found = found_in(make_database([*times(5, "liver", ["u"]), *times(7, "gut", ["u"])]))
    assert found["none"].sentence == "Each of the 2 answers has at least 5 questions, the rarest 5."


def test_answers_are_learnt_from_train_where_there_is_one(make_database: Make) -> None:
    rows = [
        *times(6, "liver", split="train"),
        *times(2, "gut", split="train"),
        *times(8, "gut", split="test"),
        *times(2, "hook", split="validation"),
    ]
    found = found_in(make_database(rows))
    assert (found["too-rare"].rows, found["too-rare"].of) == (2, 8)
    unknown = found["unknown-to-train"]
    assert (unknown.rows, unknown.of, unknown.severity) == (2, 10, Severity.WARNING)
    assert unknown.sentence == (
        "2 of 10 held-out questions (20.0%) have an answer that no question of train has (answers concerned: 1)."
    )
    assert unknown.evidence["detail"][0].as_py() == "validation question, answer hook"


def test_what_train_lacks_is_looked_for_within_a_split_scheme(make_database: Make) -> None:
    def within(axis: str) -> dict[str, Any]:
        return {"benchmark": "med-r1", "metadata": [("axis", axis)]}

    rows = [
        *times(5, "liver", split="train", **within("modality")),
        *times(5, "gut", split="test", **within("modality")),
        *times(5, "gut", split="train", **within("question_type")),
        # A scheme of test questions alone lacks every answer.
        *times(5, "hook", split="test", **within("alone")),
    ]
    unknown = found_in(make_database(rows))["unknown-to-train"]
    assert (unknown.rows, unknown.of) == (5, 5)


def test_one_answer_to_all_questions(make_database: Make) -> None:
    found = found_in(make_database(times(3, "liver")))
    assert (found["one-answer"].severity, found["one-answer"].rows) == (Severity.SERIOUS, 3)
    assert found["one-answer"].sentence == "All 3 questions have one answer, 'liver': there is nothing to learn."


def test_one_answer_to_all_questions_of_a_type(make_database: Make) -> None:
    rows = [
        *times(20, "yes", question_type="presence"),
        *times(19, "yes", question_type="few"),
        *times(10, "liver", question_type="organ"),
        *times(10, "gut", question_type="organ"),
    ]
    one = found_in(make_database(rows))["one-answer-type"]
    assert one.sentence == "20 of 59 questions (33.9%) are of a type that has but one answer (presence)."
    assert set(one.evidence["detail"].to_pylist()) == {"presence: always yes"}


def test_no_questions_are_said(make_database: Make) -> None:
    (finding,) = class_findings(make_database([]))
    assert finding.severity is Severity.UNCHECKED
