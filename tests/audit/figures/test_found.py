"""What the audit finds in the real files: the figures that are known of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curriculum_kit.enums import Check
from curriculum_kit.labels import fold_label
from curriculum_kit.pipeline.audit import Audit, audit

pytestmark = pytest.mark.real_data

Rows = list[dict[str, Any]]
Named = Callable[[Audit], dict[str, dict[str, Any]]]
Questions = Callable[..., Rows]

ANATOMY = "question_type = 'Anatomy Identification'"
ALARMS = ("serious", "warning")


def right_of(finding: dict[str, Any]) -> int:
    """Return in how many of its rows the rule of a finding on formats is right."""
    return round(float(finding["figure"]) * int(finding["rows"]))


@pytest.fixture(scope="module")
def whole(omnimedvqa: Path) -> Audit:
    """Return the forms and paths of all questions of OmniMedVQA."""
    return audit(omnimedvqa, checks=[Check.FORMATS, Check.PATHS])


@pytest.fixture(scope="module")
def anatomy(omnimedvqa: Path) -> Audit:
    return audit(omnimedvqa, where=ANATOMY)


def test_the_option_in_lower_case_is_the_right_one(
    whole: Audit, anatomy: Audit, omnimedvqa: Path, named: Named, questions_of: Questions
) -> None:
    name = "formats/source/alone-begins-lower-case"
    for found, figure in ((whole, 11_062), (anatomy, 10_018)):
        finding = named(found)[name]
        assert (finding["severity"], finding["rows"], right_of(finding)) == ("serious", figure, figure)
        assert finding["p_value"] < 1e-300
    # Each of these questions is in the evidence, with the option in question: it is the answer.
    answers = {row["question_id"]: row["answer"] for row in questions_of(omnimedvqa)}
    shown = [row for row in whole.evidence.to_pylist() if row["name"] == name]
    assert len({row["question_id"] for row in shown}) == len(shown) == 11_062
    assert all(row["detail"][0].islower() and fold_label(row["detail"]) == answers[row["question_id"]] for row in shown)


def test_the_option_that_alone_has_or_lacks_the_full_stop_is_the_right_one(whole: Audit, named: Named) -> None:
    rules = [named(whole)[f"formats/source/alone-{which}ends-full-stop"] for which in ("", "not-")]
    assert all(rule["severity"] in ALARMS for rule in rules)
    assert (sum(rule["rows"] for rule in rules), sum(map(right_of, rules))) == (5_296, 5_259)


def test_image_paths_hold_the_answers(whole: Audit, anatomy: Audit, named: Named) -> None:
    for found, rows, of in ((whole, 10_724, 53_018), (anatomy, 7_400, 13_633)):
        finding = named(found)["paths/answer-in-path"]
        assert (finding["severity"], finding["rows"], finding["of"]) == ("warning", rows, of)
        assert finding["figure"] > 0.99


def test_anatomy_is_answered_without_the_image(anatomy: Audit, named: Named) -> None:
    found = named(anatomy)
    assert anatomy.questions == 13_633
    for name, figure in (("prior/accuracy", 0.79), ("blind/prior-and-words", 0.86)):
        assert found[name]["severity"] == "serious"
        assert found[name]["figure"] == pytest.approx(figure, abs=0.02)
        assert found[name]["low"] < found[name]["figure"] < found[name]["high"]
        assert found[name]["expected"] == pytest.approx(0.25, abs=0.001)
    assert found["blind/accuracy"]["figure"] >= found["blind/prior-and-words"]["figure"]
    assert anatomy.blind is not None
    assert anatomy.blind.num_rows == 13_633
    assert np.mean(anatomy.blind["prior"].to_numpy()) > 0.6


def test_anatomy_r1_is_guessed_by_its_words(anatomy_r1: Path, named: Named) -> None:
    found = audit(anatomy_r1)
    assert found.questions == 2_000
    assert named(found)["blind/prior-and-words"]["figure"] == pytest.approx(0.43, abs=0.02)
    assert named(found)["words/give-aways"]["severity"] in ALARMS
    details = [row["detail"] for row in found.evidence.to_pylist() if row["name"] == "words/give-aways"]
    assert any("yellow" in detail and detail.endswith("-> omentum") for detail in set(details))


def test_test_images_of_med_r1_are_in_train(med_r1: Path, named: Named) -> None:
    found = audit(med_r1, checks=[Check.LEAKS])
    finding = named(found)["leaks/same-image-test-train-modality"]
    assert (finding["severity"], finding["rows"], finding["of"]) == ("serious", 526, 1_615)
    shown = {row["question_id"] for row in found.evidence.to_pylist() if row["name"] == finding["name"]}
    assert len(shown) == 526
