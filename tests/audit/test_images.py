"""Images: what is missing, broken, blank, odd, or not there to be checked."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from curriculum_kit.audit.findings import Finding
from curriculum_kit.audit.images import image_findings
from curriculum_kit.enums import Severity

Make = Callable[..., duckdb.DuckDBPyConnection]
UNSEEN = {"status": None, "width": None, "height": None}


def about(*images: str) -> dict[str, Any]:
    return {"image_ids": [f"toy:{image}" for image in images]}


def found_in(database: duckdb.DuckDBPyConnection) -> dict[str, Finding]:
    return {finding.what: finding for finding in image_findings(database)}


def shown_by(finding: Finding) -> list[tuple[Any, ...]]:
    return [(row["question_id"], row["image_id"], row["detail"]) for row in finding.evidence.to_pylist()]


def test_sound_images_are_clear(make_database: Make) -> None:
    found = found_in(make_database([about("a")], [{"phash": "00ff00ff00ff00ff"}]))
    assert found.keys() == {"none"}
    assert found["none"].sentence == "None of the 1 images looked at is missing, corrupt, blank or too small."


@pytest.mark.parametrize("status", ["missing", "corrupt"])
def test_files_that_cannot_be_read(make_database: Make, status: str) -> None:
    images = [{**UNSEEN, "status": status}, {"path": "b"}]
    found = found_in(make_database([about("b"), about("a"), about("b", "a")], images))
    assert found.keys() == {status}
    assert (found[status].severity, found[status].rows, found[status].of) == (Severity.WARNING, 1, 2)
    assert found[status].sentence.endswith("; 2 of 3 questions (66.7%) need them.")
    assert shown_by(found[status]) == [
        ("q1", "toy:a", f"the file is {status}"),
        ("q2", "toy:a", f"the file is {status}"),
    ]


def test_a_wrong_folder_is_suspected_where_all_are_missing(make_database: Make) -> None:
    found = found_in(make_database([about("a")], [{**UNSEEN, "status": "missing"}]))
    assert found["missing"].sentence == (
        "All 1 images have no file below the image folder; all 1 questions need them; "
        "look whether it is the right folder."
    )


@pytest.mark.parametrize("phash", ["0000000000000000", "8000000000000000"])
def test_images_of_one_colour(make_database: Make, phash: str) -> None:
    found = found_in(make_database([about("a")], [{"phash": phash}]))
    assert shown_by(found["blank"]) == [("q0", "toy:a", "of one colour")]


def test_images_smaller_than_a_model_takes(make_database: Make) -> None:
    images = [{"width": 28, "height": 28}, {"path": "b", "width": 400, "height": 27}]
    assert shown_by(found_in(make_database([about("a", "b")], images))["too-small"]) == [
        ("q0", "toy:b", "400 x 27 pixels")
    ]


def row_of(number: int, width: int, height: int) -> dict[str, Any]:
    return {"path": f"{number:02}", "width": width, "height": height}


def test_another_size_than_nearly_all(make_database: Make) -> None:
    images = [row_of(number, 64, 48) for number in range(19)]
    rows = [about(*(f"{number:02}" for number in range(20)))]
    odd = found_in(make_database(rows, [*images, row_of(19, 48, 64)]))["odd-size"]
    assert shown_by(odd) == [("q0", "toy:19", "48 x 64 pixels, usual: 64 x 48")]
    assert odd.severity is Severity.NOTE
    # 18 of 20 are no 95%.
    assert found_in(make_database(rows, [*images[1:], row_of(0, 99, 48), row_of(19, 48, 64)])).keys() == {"none"}


def test_another_shape_than_nearly_all(make_database: Make) -> None:
    images = [row_of(number, 4 * (20 + number), 3 * (20 + number)) for number in range(19)]
    rows = [about(*(f"{number:02}" for number in range(20)))]
    odd = found_in(make_database(rows, [*images, row_of(19, 64, 64)]))["odd-shape"]
    assert shown_by(odd) == [("q0", "toy:19", "64 x 64 pixels, usual: width / height 1.33")]


def test_images_that_no_question_needs_and_that_no_table_has(make_database: Make) -> None:
    found = found_in(make_database([about("b")], [{"path": "a"}]))
    assert shown_by(found["not-asked-about"]) == [(None, "toy:a", "no question is about it")]
    assert found["not-asked-about"].severity is Severity.NOTE
    assert shown_by(found["not-listed"]) == [("q0", "toy:b", "not in the table of images")]
    assert found["not-listed"].severity is Severity.WARNING


def test_questions_that_name_no_image(make_database: Make) -> None:
    found = found_in(make_database([about("a"), about()], [{}]))
    assert found["no-image-named"].sentence == "1 of 2 questions (50.0%) name no image."
    assert (found["no-image-named"].severity, shown_by(found["no-image-named"])) == (
        Severity.WARNING,
        [("q1", None, "names no image")],
    )
    few = found_in(make_database([about("a")] * 20 + [about()], [{}]))
    assert few["no-image-named"].severity is Severity.NOTE


def test_what_was_not_looked_at_is_said(make_database: Make) -> None:
    found = found_in(make_database([about("a", "b")], [UNSEEN, {"path": "b"}]))
    assert found.keys() == {"none", "not-looked-at"}
    assert found["not-looked-at"].severity is Severity.UNCHECKED
    assert found["not-looked-at"].sentence.startswith("1 of 2 images (50.0%) were not looked at")
    assert found_in(make_database([about("a")], [UNSEEN])).keys() == {"not-looked-at"}


def test_no_images_at_all_are_said(make_database: Make) -> None:
    (finding,) = image_findings(make_database([about(), about()]))
    assert finding.severity is Severity.UNCHECKED
    assert finding.sentence == (
        "There are no images: none of the 2 questions names one, and no image could be checked."
    )
