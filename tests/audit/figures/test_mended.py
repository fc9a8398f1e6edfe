"""What is left in the real files after all fixes.

It is also judged by naive Bayes of scikit-learn and by counting in numpy, so that the audit is not its own judge.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import binomtest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import GroupKFold
from sklearn.naive_bayes import MultinomialNB

from curriculum_kit.audit.formats.features import features_of
from curriculum_kit.audit.formats.relations import Relations
from curriculum_kit.enums import Check
from curriculum_kit.labels import fold_label, near_key
from curriculum_kit.offers import Offers, offers_of
from curriculum_kit.pipeline.audit import Audit, audit
from curriculum_kit.pipeline.fix import fix
from curriculum_kit.schemas import schema_of

pytestmark = pytest.mark.real_data

Rows = list[dict[str, Any]]
Named = Callable[[Audit], dict[str, dict[str, Any]]]
Questions = Callable[..., Rows]

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


def test_no_question_and_no_answer_is_lost_by_the_fixes(
    omnimedvqa: Path, cleaned: Path, questions_of: Questions
) -> None:
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


def test_nothing_but_words_and_paths_gives_anatomy_away_after_the_fixes(cleaned: Path, named: Named) -> None:
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


def test_no_rule_on_the_form_is_right_more_often_than_chance_after_the_fixes(
    cleaned: Path, questions_of: Questions
) -> None:
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


def test_numpy_and_scikit_learn_agree(omnimedvqa: Path, cleaned: Path, questions_of: Questions) -> None:
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


def test_no_image_of_med_r1_is_on_both_sides_after_the_fixes(
    med_r1: Path, resplit: Path, questions_of: Questions
) -> None:
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
