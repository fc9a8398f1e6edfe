"""Contradictions: which answers exclude each other, and which questions are asked twice."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from curriculum_kit.audit.contradictions import contradiction_findings
from curriculum_kit.audit.findings import Finding
from curriculum_kit.enums import Severity

Make = Callable[..., duckdb.DuckDBPyConnection]


def asked(answer: str, *choices: str, **other: Any) -> dict[str, Any]:
    return {"answer": answer, "choices": list(choices), **other}


def found_in(database: duckdb.DuckDBPyConnection) -> dict[str, Finding]:
    return {finding.what: finding for finding in contradiction_findings(database)}


def shown_by(finding: Finding) -> list[tuple[str, str]]:
    return [(row["question_id"], row["detail"]) for row in finding.evidence.to_pylist()]


def test_two_answers_of_which_each_question_offers_both(make_database: Make) -> None:
    rows = [
        asked("liver", "gut", "liver", question="Which  ORGAN?"),
        asked("gut", "gut", "liver", question="which organ?"),
        asked("gut", "gut", "liver", question="which organ?", image_ids=["toy:b"]),
    ]
    found = found_in(make_database(rows))
    two = found["two-answers"]
    assert shown_by(two) == [("q0", "answer liver, elsewhere gut"), ("q1", "answer gut, elsewhere liver")]
    assert (two.severity, two.rows, two.of) == (Severity.WARNING, 2, 3)
    assert two.sentence == (
        "2 of 3 questions with an image (66.7%) are asked again about the same image with another answer; only one of "
        "the two can be right."
    )
    assert found.keys() == {"two-answers"}


def test_answers_that_are_not_offered_side_by_side_may_both_be_right(make_database: Make) -> None:
    found = found_in(make_database([asked("lung", "lung", "liver"), asked("chest", "chest", "head")]))
    assert (found["differing-answers"].severity, found["differing-answers"].rows) == (Severity.NOTE, 2)
    assert found["none"].severity is Severity.CLEAR


@pytest.mark.parametrize(
    ("first", "second", "what"), [("yes", "no", "two-answers"), ("left", "left lung", "differing-answers")]
)
def test_open_answers_exclude_each_other_where_they_are_yes_and_no(
    make_database: Make, first: str, second: str, what: str
) -> None:
    assert found_in(make_database([asked(first), asked(second)]))[what].rows == 2


def test_the_order_of_images_and_the_images_matter(make_database: Make) -> None:
    rows = [asked("yes", image_ids=["toy:a", "toy:b"]), asked("no", image_ids=["toy:b", "toy:a"])]
    assert found_in(make_database(rows)).keys() == {"none"}


def test_all_but_the_first_of_equal_questions_repeat_it(make_database: Make) -> None:
    rows = [
        asked("gut", "gut", "liver"),
        asked("gut", "liver", "gut", question="WHICH organ?"),
        asked("gut", "gut", "hook"),
        asked("gut", "gut", "liver"),
    ]
    repeated = found_in(make_database(rows))["repeated"]
    assert shown_by(repeated) == [("q1", "repeats q0"), ("q3", "repeats q0")]
    assert repeated.severity is Severity.NOTE


def test_one_row_in_two_split_schemes_is_no_repetition(make_database: Make) -> None:
    rows = [asked("gut", benchmark="med-r1", metadata=[("axis", axis)]) for axis in ("modality", "question_type")]
    assert found_in(make_database(rows)).keys() == {"none"}


def test_questions_without_images_are_said_to_be_unchecked(make_database: Make) -> None:
    bare = asked("gut", image_ids=[])
    found = found_in(make_database([bare, asked("liver", image_ids=[])]))
    assert found.keys() == {"no-images"}
    assert found["no-images"].severity is Severity.UNCHECKED
    mixed = found_in(make_database([bare, asked("gut")]))
    assert mixed["no-images"].sentence == "1 of 2 questions (50.0%) name no image and were not compared with others."
    assert found_in(make_database([])).keys() == {"no-images"}
