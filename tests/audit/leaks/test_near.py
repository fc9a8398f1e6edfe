"""Nearly the same images on two sides of a split, on benchmarks of a handful of questions."""

from collections.abc import Callable
from typing import Any

import duckdb
import pyarrow as pa

from curriculum_kit.audit.findings import Finding
from curriculum_kit.audit.leaks import leak_findings
from curriculum_kit.enums import Severity

Make = Callable[..., duckdb.DuckDBPyConnection]


def asked(split: str, image: str, unit: str = "", **other: Any) -> dict[str, Any]:
    image = f"toy:{image}"
    return {"split": split, "image_ids": [image], "unit_id": unit or image, "question": f"{split} {image}?"} | other


def looks(**hashes: str) -> list[dict[str, Any]]:
    return [{"path": name, "sha256": name, "phash": phash} for name, phash in hashes.items()]


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.what: finding for finding in findings}


def shown_by(finding: Finding) -> list[tuple[Any, ...]]:
    return [(row["question_id"], row["image_id"], row["detail"]) for row in finding.evidence.to_pylist()]


def test_hashes_that_differ_in_at_most_4_bits_are_nearly_one_look(make_database: Make) -> None:
    images = looks(a="00ff00ff00ff00ff", b="00ff00ff00ff00fc", c="00ff00ff00ff000f", d="00ff00ff00ff0f00", e="0" * 16)
    rows = [asked("train", "a"), *(asked("test", name) for name in "bcde"), asked("test", "b")]
    found = by_name(leak_findings(make_database(rows, images)))
    near = found["near-image-test-train"]
    assert (near.severity, near.figure, near.rows, near.of) == (Severity.WARNING, 0.6, 3, 5)
    assert near.sentence == (
        "3 of 5 test questions (60.0%) show an image that looks nearly like one in train (perceptual hashes that "
        "differ in at most 4 of 64 bits, of another unit): 2 of 4 images."
    )
    assert shown_by(near) == [
        ("q1", "toy:b", "looks nearly like an image in train: toy:a (2 of 64 bits differ)"),
        ("q2", "toy:c", "looks nearly like an image in train: toy:a (4 of 64 bits differ)"),
        ("q5", "toy:b", "looks nearly like an image in train: toy:a (2 of 64 bits differ)"),
    ]
    assert "same-look-test-train" not in found


def test_the_nearest_image_of_each_split_is_named(make_database: Make) -> None:
    images = looks(a="00ff00ff00ff000f", b="00ff00ff00ff00fc", c="00ff00ff00ff00ff", d="00ff00ff00ff00fe")
    rows = [asked("train", "a"), asked("train", "b"), asked("validation", "d"), asked("test", "c")]
    found = by_name(leak_findings(make_database(rows, images)))
    assert shown_by(found["near-image-test-train"]) == [
        ("q3", "toy:c", "looks nearly like an image in train: toy:b (2 of 64 bits differ)")
    ]
    assert shown_by(found["near-image-test-validation"]) == [
        ("q3", "toy:c", "looks nearly like an image in validation: toy:d (1 of 64 bits differ)")
    ]
    assert shown_by(found["near-image-validation-train"]) == [
        ("q2", "toy:d", "looks nearly like an image in train: toy:b (1 of 64 bits differ)")
    ]


def test_frames_of_one_unit_are_near_by_nature(make_database: Make) -> None:
    images = looks(a="00ff00ff00ff00ff", b="00ff00ff00ff00fc")
    for units, is_found in ((("VID01", "VID01"), False), (("VID01", "VID02"), True)):
        rows = [asked("train", "a", units[0]), asked("test", "b", units[1])]
        found = by_name(leak_findings(make_database(rows, images)))
        assert ("near-image-test-train" in found) is is_found
        assert ("same-unit-test-train" in found) is not is_found
    # A unit of one number in two benchmarks is two units, and "none" is no unit.
    other = {"benchmark": "other"}
    for rows in (
        [asked("train", "a", "1"), asked("test", "b", "1", **other)],
        [asked("train", "a", "toy:none"), asked("test", "b", "toy:none")],
    ):
        assert by_name(leak_findings(make_database(rows, images)))["near-image-test-train"].rows == 1


def test_split_schemes_are_compared_each_for_itself(make_database: Make) -> None:
    images = looks(a="00ff00ff00ff00ff", b="00ff00ff00ff00fc")
    rows = [
        asked(split, image, benchmark="med-r1", metadata=[("axis", axis)])
        for split, image, axis in (("train", "a", "modality"), ("test", "b", "question_type"))
    ]
    assert "near-image-test-train" not in str(by_name(leak_findings(make_database(rows, images))).keys())
    rows.append(asked("test", "b", benchmark="med-r1", metadata=[("axis", "modality")]))
    assert by_name(leak_findings(make_database(rows, images)))["near-image-test-train-modality"].rows == 1


def test_where_none_is_near_it_is_said_and_without_hashes_it_is_not(make_database: Make) -> None:
    rows = [asked("train", "a"), asked("test", "b")]
    found = by_name(leak_findings(make_database(rows, looks(a="00ff00ff00ff00ff", b="ff00ff00ff00ff00"))))
    assert found["none"].sentence.endswith("or an image that looks nearly alike with another split.")
    assert "looks nearly alike" not in by_name(leak_findings(make_database(rows)))["none"].sentence


def test_pairs_of_embeddings_can_be_given(make_database: Make) -> None:
    alike = pa.table(
        {"image_a": ["toy:b", "toy:b", "toy:z"], "image_b": ["toy:a", "toy:c", "toy:y"], "cosine": [0.981, 0.96, 0.99]}
    )
    rows = [asked("train", "a"), asked("train", "c"), asked("test", "b"), asked("test", "d")]
    images = [{"path": name} for name in "abcd"]
    found = by_name(leak_findings(make_database(rows, images), alike=alike))
    assert found["near-embedding-test-train"].sentence == (
        "1 of 2 test questions (50.0%) show an image whose embedding is nearly that of one in train, of another unit: "
        "1 of 2 images."
    )
    assert shown_by(found["near-embedding-test-train"]) == [
        ("q2", "toy:b", "its embedding is nearly that of an image in train: toy:a (cosine 0.981)")
    ]
    assert not any(what.startswith("near-image") for what in found)
