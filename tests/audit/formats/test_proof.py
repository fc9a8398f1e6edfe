"""What shows that a rule is about form: spellings of one label, many labels, or a plain rule that is always right."""

import numpy as np
import pyarrow as pa
import pytest

from curriculum_kit.audit.formats.features import features_of
from curriculum_kit.audit.formats.proof import Evidence, Labels, evidence_for
from curriculum_kit.audit.formats.search import Rule
from curriculum_kit.offers import Coded, Offers


def evidence(questions: list[tuple[str, list[str]]], slug: str) -> Evidence | None:
    """Return what shows that the option which alone has a feature, or has most of it, is right by its form."""
    options = [text for _, some in questions for text in some]
    texts = sorted(set(options))
    plain = Coded(np.zeros(len(questions), np.int32), [""])
    offers = Offers(
        question_ids=pa.array([f"q{n}" for n in range(len(questions))]),
        **dict.fromkeys(["benchmark", "split", "unit", "image", "question", "question_type", "modality"], plain),
        start=np.cumsum([0, *(len(some) for _, some in questions)]),
        option=Coded(np.array([texts.index(text) for text in options], np.int32), texts),
        is_right=np.array([text == right for right, some in questions for text in some], bool),
    )
    features = features_of(texts, np.bincount(offers.option.codes), 1)
    place = [feature.slug for feature in features.named].index(slug)
    rule = Rule(features.named[place], place, 1)
    return evidence_for(offers, features, Labels.of(texts), [rule], 1e-6).get(rule.name)


@pytest.mark.parametrize(
    ("text", "same"),
    [("Gut.", "gut"), ("the gut", "guts"), ("Gut (organ)", "gut"), ("Gut. It is seen.", "gut")],
)
def test_spellings_share_a_stem(text: str, same: str) -> None:
    labels = Labels.of([text, same, "liver"])
    assert labels.stem.tolist() == [0, 0, 1]
    assert labels.folded[2] not in labels.folded[:2]


def test_one_spelling_of_a_label_that_is_right_more_often_shows_it() -> None:
    spelled = [("gut", ["gut", "Liver", "Hook"]), ("liver", ["Gut", "liver", "Hook"])] * 30
    assert evidence(spelled, "begins-lower-case") is Evidence.SPELLING


def test_one_label_that_is_always_right_does_not() -> None:
    assert evidence([("gut", ["gut", "Liver", "Hook"])] * 60, "begins-lower-case") is None


def test_many_labels_show_it() -> None:
    never_again = [(f"organ{n}s", [f"organ{n}s", f"gut{n}", f"bone{n}"]) for n in range(60)]
    assert evidence(never_again, "characters") is Evidence.LABELS


def test_a_few_labels_that_are_always_right_do_so_only_for_a_rule_on_form() -> None:
    few = [(right, [right, "hook", "clip"]) for right in ("gut2", "liv4er", "5spleen", "bowe6l")] * 20
    assert evidence(few, "contains-digit") is Evidence.PLAIN
    letters = [(right, [right, "hook", "clip"]) for right in ("gut", "gall", "gland", "bag")] * 20
    assert evidence(letters, "contains-g") is None
