"""Leaks: what two sides of a split share, counted on benchmarks of a handful of questions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curriculum_kit.audit.findings import Finding
from curriculum_kit.audit.leaks.splits import leak_findings
from curriculum_kit.benchmarks import reader_of
from curriculum_kit.enums import Severity
from curriculum_kit.pipeline.ingest import ingest

Make = Callable[..., duckdb.DuckDBPyConnection]
UNSEEN = {"status": None, "width": None, "height": None}


def asked(split: str, image: str, question: str = "", unit: str = "") -> dict[str, Any]:
    """A question of its own unless it says otherwise, about an image that is its own unit unless it says otherwise."""
    image = f"toy:{image}"
    return {"split": split, "image_ids": [image], "unit_id": unit or image, "question": question or f"{split} {image}?"}


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    named = {finding.what: finding for finding in findings}
    assert len(named) == len(findings)
    return named


def shown_by(finding: Finding) -> list[tuple[Any, ...]]:
    return [(row["question_id"], row["image_id"], row["detail"]) for row in finding.evidence.to_pylist()]


def test_an_image_on_both_sides(make_database: Make) -> None:
    train = [asked("train", "a"), asked("train", "b"), asked("train", "b")]
    test = [asked("test", "b", "One?"), asked("test", "b", "Two?"), asked("test", "c"), asked("test", "d")]
    found = by_name(leak_findings(make_database([*train, *test], [{**UNSEEN, "path": name} for name in "abcd"])))
    leak = found["same-image-test-train"]
    assert (leak.severity, leak.figure, leak.rows, leak.of) == (Severity.SERIOUS, 0.5, 2, 4)
    assert leak.sentence == "2 of 4 test questions (50.0%) show an image that is also in train: 1 of 3 images."
    assert shown_by(leak) == [
        ("q3", "toy:b", "its image is also in train"),
        ("q4", "toy:b", "its image is also in train"),
    ]
    assert (
        found["none"].sentence
        == "None of the 4 held-out questions shares a question about one image with another split."
    )
    assert {what for what, finding in found.items() if finding.severity is Severity.UNCHECKED} == {
        "same-bytes",
        "same-look",
        "same-unit",
    }


def test_every_pair_of_splits_is_compared(make_database: Make) -> None:
    found = leak_findings(make_database([asked("train", "a"), asked("validation", "a"), asked("test", "a")]))
    assert [finding.what for finding in found[:3]] == [
        "same-image-test-train",
        "same-image-validation-train",
        "same-image-test-validation",
    ]


def test_few_leaks_among_many_questions_are_a_warning(make_database: Make) -> None:
    many = [asked("test", f"t{number}") for number in range(200)]
    found = by_name(leak_findings(make_database([asked("train", "t0"), *many])))
    assert found["same-image-test-train"].severity is Severity.WARNING
    assert found["same-image-test-train"].figure == 1 / 200


def test_equal_files_and_equal_looks_under_other_names(make_database: Make) -> None:
    images = [
        {"path": "a", "sha256": "s1", "phash": "00ff00ff00ff00ff"},
        {"path": "b", "sha256": "s1", "phash": "00ff00ff00ff00ff"},
        {"path": "c", "sha256": "s2", "phash": "00ff00ff00ff00ff"},
        {"path": "d", "sha256": "s3", "phash": "11ff00ff00ff00ff"},
    ]
    rows = [asked("train", "a"), asked("test", "b"), asked("test", "c"), asked("test", "d")]
    found = by_name(leak_findings(make_database(rows, images)))
    assert shown_by(found["same-bytes-test-train"]) == [("q1", "toy:b", "the same bytes are an image in train: toy:a")]
    assert shown_by(found["same-look-test-train"]) == [("q2", "toy:c", "looks like an image in train: toy:a")]
    assert found["same-bytes-test-train"].severity is Severity.SERIOUS
    # Perceptual hashes may agree by chance.
    assert found["same-look-test-train"].severity is Severity.WARNING
    assert "same-image-test-train" not in found


def test_one_image_on_both_sides_is_no_other_file(make_database: Make) -> None:
    image = {"sha256": "s1", "phash": "00ff00ff00ff00ff"}
    found = by_name(leak_findings(make_database([asked("train", "a"), asked("test", "a")], [image])))
    assert {what for what in found if what.startswith("same-") and found[what].rows} == {"same-image-test-train"}


@pytest.mark.parametrize("blank", ["0000000000000000", "8000000000000000"])
def test_blank_images_do_not_look_alike(make_database: Make, blank: str) -> None:
    images = [{"path": name, "sha256": name, "phash": blank} for name in "ab"]
    found = by_name(leak_findings(make_database([asked("train", "a"), asked("test", "b")], images)))
    assert found["same-look"].severity is Severity.UNCHECKED
    assert "an image file" in found["none"].sentence


def test_a_unit_counts_where_other_images_of_it_are_on_the_other_side(make_database: Make) -> None:
    rows = [
        asked("train", "a", unit="VID01"),
        asked("test", "b", unit="VID01"),
        asked("train", "c", unit="VID02"),
        asked("test", "c", unit="VID02"),
        asked("test", "d", unit="VID03"),
    ]
    leak = by_name(leak_findings(make_database(rows)))["same-unit-test-train"]
    assert shown_by(leak) == [("q1", "toy:b", "another image of its unit is in train: toy:a")]
    assert (leak.rows, leak.of) == (1, 3)


def test_units_of_two_benchmarks_are_two(make_database: Make) -> None:
    other = {"benchmark": "other", "image_ids": ["other:b"]}
    found = by_name(leak_findings(make_database([asked("train", "a", unit="1"), asked("test", "b", unit="1") | other])))
    assert not any(what.startswith("same-unit") for what in found)


def test_the_same_question_in_other_case_and_spaces(make_database: Make) -> None:
    rows = [asked("train", "a", "Which  organ?"), asked("test", "a", "which organ? "), asked("test", "a", "Which?")]
    assert by_name(leak_findings(make_database(rows)))["same-question-test-train"].rows == 1


def test_without_images_equal_questions_need_equal_choices(make_database: Make) -> None:
    bare = {"image_ids": [], "unit_id": "toy:none", "question": "Which organ?"}
    rows = [
        bare | {"split": "train", "choices": ["gut", "liver"]},
        bare | {"split": "test", "choices": ["liver", "gut"]},
        bare | {"split": "test", "choices": ["liver", "hook"]},
    ]
    found = by_name(leak_findings(make_database(rows)))
    assert [row[0] for row in shown_by(found["same-question-test-train"])] == ["q1"]
    assert {"same-image", "same-bytes", "same-look", "same-unit"} <= found.keys()


@pytest.mark.parametrize(
    ("splits", "sentence"),
    [
        (["unassigned"] * 2, "None of the 2 questions is in a split, so that leaks could not be looked for."),
        (["test"] * 2, "All 2 questions that are in a split are in test, so that leaks could not be looked for."),
        ([], "None of the 0 questions is in a split, so that leaks could not be looked for."),
    ],
)
def test_one_side_only_is_said(make_database: Make, splits: list[str], sentence: str) -> None:
    (finding,) = leak_findings(make_database([asked(split, "a") for split in splits]))
    assert (finding.severity, finding.sentence) == (Severity.UNCHECKED, sentence)


def test_what_was_not_compared_is_said(make_database: Make) -> None:
    rows = [asked("train", "a"), asked("test", "b"), asked("unassigned", "a")]
    found = by_name(leak_findings(make_database(rows, [{"sha256": "s"}, {**UNSEEN, "path": "b"}])))
    assert found["no-split"].sentence == "1 of 3 questions are in no split and were not compared."
    assert found["images-not-looked-at"].sentence.startswith("1 of 2 images were not looked at")


def test_each_split_scheme_is_compared_for_itself(make_database: Make) -> None:
    def row(split: str, image: str, axis: str) -> dict[str, Any]:
        return asked(split, image) | {"benchmark": "med-r1", "metadata": [("axis", axis)]}

    rows = [
        *(row(split, "a", "modality") for split in ("train", "test")),
        row("train", "b", "modality"),
        row("test", "b", "question_type"),
    ]
    found = by_name(leak_findings(make_database(rows)))
    assert found["same-image-test-train-modality"].rows == 1
    assert "(split by modality)" in found["same-image-test-train-modality"].sentence
    assert found["one-split-question-type"].severity is Severity.UNCHECKED
    assert by_name(leak_findings(make_database(rows), schemes={}))["same-image-test-train"].rows == 2


SIDES = ("train", "validation", "test", "unassigned")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(SIDES), st.lists(st.sampled_from("abc'\n"), max_size=2)), max_size=7))
def test_shared_images_are_those_that_a_person_would_count(
    make_database: Make, rows: list[tuple[str, list[str]]]
) -> None:
    questions = [{"split": split, "image_ids": images} for split, images in rows]
    found = {finding.what: finding.rows for finding in leak_findings(make_database(questions))}
    for held, other in (("test", "train"), ("validation", "train"), ("test", "validation")):
        seen = {image for split, images in rows if split == other for image in images}
        shared = sum(split == held and not seen.isdisjoint(images) for split, images in rows)
        assert found.get(f"same-image-{held}-{other}", 0) == shared


@pytest.mark.real_data
def test_the_x_ray_split_of_med_r1(real_data: Path, tmp_path: Path) -> None:
    ingest(reader_of("med-r1"), real_data / "med_r1", tmp_path / "out")
    database = duckdb.connect()
    for name in ("questions", "images"):
        database.execute(f"CREATE VIEW {name} AS FROM '{tmp_path}/out/{name}.parquet'")
    found = by_name(leak_findings(database))
    leak = found["same-image-test-train-modality"]
    assert (leak.rows, leak.of, leak.evidence.num_rows) == (526, 1_615, 526)
    assert found["same-image-test-train-question-type"].rows == 20
