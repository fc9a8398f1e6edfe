"""The audit and its fixes on the real files: the figures that are known of them, before and after.

What is left after a fix is also judged by naive Bayes of scikit-learn and by counting in numpy, so that the audit is
not its own judge.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.stats import binomtest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import GroupKFold
from sklearn.naive_bayes import MultinomialNB

from curriculum_kit.audit.formats.features import features_of
from curriculum_kit.audit.formats.relations import Relations
from curriculum_kit.benchmarks import reader_of
from curriculum_kit.enums import Check
from curriculum_kit.labels import fold_label, near_key
from curriculum_kit.offers import Offers, offers_of
from curriculum_kit.pipeline.audit import Audit, audit
from curriculum_kit.pipeline.fix import fix
from curriculum_kit.pipeline.ingest import ingest
from curriculum_kit.schemas import schema_of

pytestmark = pytest.mark.real_data

Rows = list[dict[str, Any]]
ANATOMY = "question_type = 'Anatomy Identification'"
ALARMS = ("serious", "warning")

RULES: dict[str, Callable[[str], float]] = {
    "is longest": len,
    "is shortest": lambda text: -len(text),
    "has the most words": lambda text: len(text.split()),
    "has the fewest words": lambda text: -len(text.split()),
    "has a digit": lambda text: any(map(str.isdigit, text)),
    "has no digit": lambda text: not any(map(str.isdigit, text)),
    "has a parenthesis": lambda text: "(" in text,
    "has no parenthesis": lambda text: "(" not in text,
    "begins in upper case": lambda text: text[:1].isupper(),
    "begins in lower case": lambda text: text[:1].islower(),
    "ends with a full stop": lambda text: text.endswith("."),
    "lacks the full stop": lambda text: not text.endswith("."),
    "begins with an article": lambda text: bool(re.match(r"(an?|the)\s", text, re.I)),
    "begins without an article": lambda text: not re.match(r"(an?|the)\s", text, re.I),
}


def ingested(name: str, source: Path, folder: Path) -> Path:
    ingest(reader_of(name), source, folder)
    return folder


def questions_of(folder: Path, question_type: str | None = None) -> Rows:
    rows = pq.read_table(folder / "questions.parquet").to_pylist()
    return [row for row in rows if question_type in (None, row["question_type"])]


def named(found: Audit) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in found.findings.to_pylist()}


def right_of(finding: dict[str, Any]) -> int:
    """Return in how many of its rows the rule of a finding on formats is right."""
    return round(float(finding["figure"]) * int(finding["rows"]))


@pytest.fixture(scope="module")
def omnimedvqa(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ingested("omnimedvqa", real_data / "omnimedvqa", tmp_path_factory.mktemp("omnimedvqa"))


@pytest.fixture(scope="module")
def med_r1(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ingested("med-r1", real_data / "med_r1", tmp_path_factory.mktemp("med-r1"))


@pytest.fixture(scope="module")
def whole(omnimedvqa: Path) -> Audit:
    """Return the forms and paths of all questions of OmniMedVQA."""
    return audit(omnimedvqa, checks=[Check.FORMATS, Check.PATHS])


@pytest.fixture(scope="module")
def anatomy(omnimedvqa: Path) -> Audit:
    return audit(omnimedvqa, where=ANATOMY)


@pytest.fixture(scope="module")
def cleaned(omnimedvqa: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return OmniMedVQA after all fixes."""
    folder = tmp_path_factory.mktemp("cleaned")
    assert fix(omnimedvqa, folder).questions == 62_907
    return folder


@pytest.fixture(scope="module")
def resplit(med_r1: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return Med-R1 after all fixes."""
    folder = tmp_path_factory.mktemp("resplit")
    assert fix(med_r1, folder).questions == 24_364
    return folder


def test_the_option_in_lower_case_is_the_right_one(whole: Audit, anatomy: Audit, omnimedvqa: Path) -> None:
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


def test_the_option_that_alone_has_or_lacks_the_full_stop_is_the_right_one(whole: Audit) -> None:
    rules = [named(whole)[f"formats/source/alone-{which}ends-full-stop"] for which in ("", "not-")]
    assert all(rule["severity"] in ALARMS for rule in rules)
    assert (sum(rule["rows"] for rule in rules), sum(map(right_of, rules))) == (5_296, 5_259)


def test_image_paths_hold_the_answers(whole: Audit, anatomy: Audit) -> None:
    for found, rows, of in ((whole, 10_724, 53_018), (anatomy, 7_400, 13_633)):
        finding = named(found)["paths/answer-in-path"]
        assert (finding["severity"], finding["rows"], finding["of"]) == ("warning", rows, of)
        assert finding["figure"] > 0.99


def test_anatomy_is_answered_without_the_image(anatomy: Audit) -> None:
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


def test_anatomy_r1_is_guessed_by_its_words(real_data: Path, tmp_path: Path) -> None:
    found = audit(ingested("anatomy-r1", real_data / "anatomy_r1", tmp_path / "tables"))
    assert found.questions == 2_000
    assert named(found)["blind/prior-and-words"]["figure"] == pytest.approx(0.43, abs=0.02)
    assert named(found)["words/give-aways"]["severity"] in ALARMS
    details = [row["detail"] for row in found.evidence.to_pylist() if row["name"] == "words/give-aways"]
    assert any("yellow" in detail and detail.endswith("-> omentum") for detail in set(details))


def test_test_images_of_med_r1_are_in_train(med_r1: Path) -> None:
    found = audit(med_r1, checks=[Check.LEAKS])
    finding = named(found)["leaks/same-image-test-train-modality"]
    assert (finding["severity"], finding["rows"], finding["of"]) == ("serious", 526, 1_615)
    shown = {row["question_id"] for row in found.evidence.to_pylist() if row["name"] == finding["name"]}
    assert len(shown) == 526


def test_no_question_and_no_answer_is_lost_by_the_fixes(omnimedvqa: Path, cleaned: Path) -> None:
    before, after = questions_of(omnimedvqa), questions_of(cleaned)
    assert [row["question_id"] for row in before] == [row["question_id"] for row in after]
    fewer: Counter[str] = Counter()
    for old, new in zip(before, after, strict=True):
        assert near_key(new["answer"]) == near_key(old["answer"])
        assert new["choices"][new["answer_index"]] == new["answer"]
        assert len({near_key(label) for label in new["choices"]}) == len(new["choices"]) >= 2
        assert len(new["choices"]) <= len(old["choices"])
        fewer[new["question_type"]] += len(new["choices"]) < len(old["choices"])
    # Options that were equal to another one, and diagnoses beside which nothing else is safe.
    assert {kind: count for kind, count in fewer.items() if count} == {
        "Anatomy Identification": 36,
        "Disease Diagnosis": 99,
    }


def test_nothing_but_words_and_paths_gives_anatomy_away_after_the_fixes(cleaned: Path) -> None:
    found = named(audit(cleaned, where=ANATOMY))
    # Not even a note: no rule is beyond chance, and none has to be put down to its labels.
    assert {name: row["severity"] for name, row in found.items() if row["check"] == "formats"} == {
        "formats/source/none": "clear",
        "formats/label/none": "clear",
    }
    assert abs(found["prior/accuracy"]["figure"] - found["prior/accuracy"]["expected"]) <= 0.03
    assert found["prior/accuracy"]["severity"] not in ALARMS
    assert found["prior/none"]["severity"] == "clear"
    assert found["blind/prior-and-words"]["figure"] <= 0.50
    assert found["blind/accuracy"]["figure"] <= 0.50
    assert found["options/none"]["severity"] == found["letters/none"]["severity"] == "clear"


def test_no_rule_on_the_form_is_right_more_often_than_chance_after_the_fixes(cleaned: Path) -> None:
    rows = [row for row in questions_of(cleaned, "Anatomy Identification") if len(row["choices"]) >= 3]
    for as_given in (True, False):
        offers = offers_of([pa.Table.from_pylist(rows, schema=schema_of("questions"))], as_given=as_given)
        offered = np.bincount(offers.option.codes, minlength=len(offers.option.texts))
        features = features_of(offers.option.texts, offered, least=15)
        relations = Relations(offers)
        tried = {
            (feature.slug, sign): odd_ones_right(offers, sign * features.offered(place, relations))
            for place, feature in enumerate(features.named)
            for sign in (1, -1)
        }
        fired = {rule: one for rule, one in tried.items() if one.fired}
        assert len(fired) > 200
        assert {rule: one for rule, one in fired.items() if one.p_value * len(fired) < 0.001} == {}


def test_numpy_and_scikit_learn_agree(omnimedvqa: Path, cleaned: Path) -> None:
    before, after = (questions_of(folder, "Anatomy Identification") for folder in (omnimedvqa, cleaned))
    lower_case = odd_one_out(before, RULES["begins in lower case"])
    assert (lower_case.fired, lower_case.right) == (10_018, 10_018)
    assert [name for name, value in RULES.items() if odd_one_out(after, value).p_value < 0.001] == []
    prior, words = naive_bayes(before)
    assert prior == pytest.approx(0.79, abs=0.02)
    assert words == pytest.approx(0.85, abs=0.02)
    prior, words = naive_bayes(after)
    assert prior == pytest.approx(np.mean([1 / len(row["choices"]) for row in after]), abs=0.03)
    assert words <= 0.50


def test_no_image_of_med_r1_is_on_both_sides_after_the_fixes(med_r1: Path, resplit: Path) -> None:
    found = audit(resplit, checks=[Check.LEAKS])
    assert [row["name"] for row in found.findings.to_pylist() if row["rows"]] == []
    before, after = questions_of(med_r1), questions_of(resplit)
    assert [row["question_id"] for row in before] == [row["question_id"] for row in after]
    for axis in ("modality", "question_type"):
        old, new = ([row for row in rows if dict(row["metadata"])["axis"] == axis] for rows in (before, after))
        sides = {split: images_of(row for row in new if row["split"] == split) for split in ("train", "test")}
        assert not sides["train"] & sides["test"]
        sizes = [Counter(row["split"] for row in rows) for rows in (old, new)]
        assert sizes[1]["test"] == pytest.approx(sizes[0]["test"], rel=0.01)
        assert apart_from_train(new) < apart_from_train(old) + 0.005


@dataclass(frozen=True)
class Tried:
    """In how many questions a rule takes an option, in how many that is the right one, and the p-value."""

    fired: int
    right: int
    p_value: float


def odd_one_out(rows: Rows, value: Callable[[str], float]) -> Tried:
    """Return how the option does that alone has the highest value of three or more, by the binomial test."""
    right, chance = [], []
    for row in rows:
        values = np.array([float(value(text)) for text in row["choices_as_given"]])
        if len(values) >= 3 and np.count_nonzero(values == values.max()) == 1:
            labels = [fold_label(text) for text in row["choices_as_given"]]
            right.append(labels[int(values.argmax())] == row["answer"])
            chance.append(labels.count(row["answer"]) / len(labels))
    if not right:
        return Tried(0, 0, 1.0)
    test = binomtest(sum(right), len(right), float(np.mean(chance)), alternative="greater")
    return Tried(len(right), sum(right), float(test.pvalue))


def odd_ones_right(offers: Offers, values: np.ndarray) -> Tried:
    """Return how the option does that alone has the highest of these values, one per option, by the binomial test.

    Nothing is said in a question of which an option has no value.
    """
    # The maximum of a question with a missing value is missing, and equal to none.
    best = np.repeat(np.maximum.reduceat(values, offers.start[:-1]), offers.sizes)
    fires = np.add.reduceat(values == best, offers.start[:-1], dtype=int) == 1
    if not fires.any():
        return Tried(0, 0, 1.0)
    taken = np.flatnonzero((values == best) & fires[offers.row])
    right = int(offers.is_right[taken].sum())
    chance = float((1 / offers.sizes[fires]).mean())
    return Tried(len(taken), right, float(binomtest(right, len(taken), chance, "greater").pvalue))


def naive_bayes(rows: Rows) -> tuple[float, float]:
    """Return what the labels' prior, and with it the question's words, get right out of fold by unit."""
    answers = np.array([row["answer"] for row in rows])
    words = CountVectorizer(token_pattern=r"\w+").fit_transform([row["question"] for row in rows])
    hits = np.zeros((2, len(rows)))
    folds = GroupKFold(5, shuffle=True, random_state=0).split(words, groups=[row["unit_id"] for row in rows])
    for seen, held_out in folds:
        model = MultinomialNB(fit_prior=False).fit(words[seen], answers[seen])
        likely = model.predict_joint_log_proba(words[held_out])
        place = {label: column for column, label in enumerate(model.classes_)}
        right = Counter(answers[seen].tolist())
        offered = Counter(label for row in seen for label in rows[row]["choices"])
        for line, row in enumerate(held_out):
            labels = rows[row]["choices"]
            prior = np.log([(right[label] + 1) / (offered[label] + 4) for label in labels])
            known = np.array([likely[line, place[label]] if label in place else -np.inf for label in labels])
            for which, scores in enumerate((prior, prior + known)):
                best = np.flatnonzero(scores == scores.max())
                hits[which, row] = np.mean([labels[option] == answers[row] for option in best])
    return float(hits[0].mean()), float(hits[1].mean())


def images_of(rows: Iterable[dict[str, Any]]) -> set[str]:
    return {image for row in rows for image in row["image_ids"]}


def apart_from_train(rows: Rows) -> float:
    """Return how far the answers of the test split are from those of train: their total variation, 0 to 1."""
    shares = []
    for split in ("test", "train"):
        counts = Counter(near_key(row["answer"]) for row in rows if row["split"] == split)
        shares.append({label: count / counts.total() for label, count in counts.items()})
    return sum(abs(shares[0].get(label, 0) - shares[1].get(label, 0)) for label in shares[0] | shares[1]) / 2
