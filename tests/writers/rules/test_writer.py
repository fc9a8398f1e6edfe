import re

import pytest

from curriculum_kit.wordings.base import Ask, Failure, Refusal, Reply, Variety
from curriculum_kit.writers.rules import RulesWriter, parse

SCENE = "What is the name of the red anatomy that is left of the liver thing?"
PICTURE = "What is the organ depicted in this ultrasound image?"


def reply(ask: Ask, seed: int = 0, labels: tuple[str, ...] = ()) -> Reply:
    ((position, given),) = RulesWriter(seed, labels).write([ask])
    assert position == 0
    return given


def texts(ask: Ask, seed: int = 0, labels: tuple[str, ...] = ()) -> list[str]:
    return [wording.text for wording in reply(ask, seed, labels).wordings]


@pytest.mark.parametrize("question", [SCENE, PICTURE, "How many things are there?", "What is the hook doing?"])
def test_as_many_different_wordings_come_as_are_wanted(question: str) -> None:
    for wanted in range(8):
        given = texts(Ask(question, wanted))
        assert len({text.lower() for text in given} - {question.lower()}) == wanted
        assert all(parse(text) == parse(question) for text in given)


def test_a_form_that_is_not_known_is_left_to_others() -> None:
    given = reply(Ask("Why is the sky blue?", 3))
    assert given.failure is Failure.NO_RULE
    assert given.wordings == ()


def test_each_ask_has_a_reply() -> None:
    asks = [Ask(SCENE, 2), Ask("Why?", 2), Ask(PICTURE, 1)]
    given = dict(RulesWriter(0, ()).write(asks))
    assert [len(given[position].wordings) for position in range(3)] == [2, 0, 1]


def test_the_same_seed_gives_the_same_wordings_whatever_else_is_asked() -> None:
    alone = texts(Ask(SCENE, 7))
    assert dict(RulesWriter(0, ()).write([Ask(PICTURE, 7), Ask(SCENE, 7)]))[1] == reply(Ask(SCENE, 7))
    assert alone == texts(Ask(SCENE, 7))
    assert alone != texts(Ask(SCENE, 7), seed=1)


def test_what_was_taken_or_refused_does_not_come_again() -> None:
    first = texts(Ask(SCENE, 6))
    again = texts(
        Ask(SCENE, 6, taken=tuple(text.upper() for text in first[:3]), refused=((first[3], Refusal.MEANS_ELSE),))
    )
    assert not {text.lower() for text in first[:4]} & {text.lower() for text in again}
    assert len(again) == 6


def test_wordings_are_of_several_kinds() -> None:
    given = reply(Ask(SCENE, 4)).wordings
    assert {wording.variety for wording in given} == set(Variety)


def test_terms_to_keep_stand_in_every_wording() -> None:
    for text in texts(Ask(SCENE, 7, keep=("red", "anatomy", "liver"))):
        assert {"red", "anatomy", "liver"} <= set(re.findall(r"\w+", text.lower()))


def test_a_misspelt_plural_is_kept_in_its_right_form() -> None:
    given = texts(Ask("How many red anatomys are there?", 7, keep=("red", "anatomys")))
    assert len(given) == 7
    assert all("red anatomies" in text for text in given)


def test_a_term_that_no_wording_can_keep_leaves_none() -> None:
    assert texts(Ask(SCENE, 3, keep=("spleen",))) == []


def test_labels_that_the_question_does_not_name_are_not_named() -> None:
    # Words of the grammar may be answers too.
    labels = ("displayed", "depicted", "image")
    given = texts(Ask("What can be seen in this photograph?", 7), labels=labels)
    assert len(given) == 7
    assert not any(label in text for text in given for label in labels)


def test_labels_that_the_question_names_are_named() -> None:
    given = texts(Ask("What color is the red anatomy?", 7), labels=("anatomy", "red"))
    assert all("red" in text and "anatomy" in text for text in given)


def test_a_known_structure_stands_without_a_noun() -> None:
    known = texts(Ask(SCENE, 7), labels=("Liver",))
    unknown = texts(Ask(SCENE, 7))
    assert any(re.search(r"liver(?! (?:object|thing))", text) for text in known)
    assert all(re.search(r"liver (?:object|thing)", text) for text in unknown)


def test_spelling_and_capitals_of_terms_are_left_as_they_are() -> None:
    assert all("cystic_plate" in text for text in texts(Ask("What color is the cystic_plate thing?", 7)))
    assert all("CT scan image" in text for text in texts(Ask("What is shown in this CT scan image?", 7)))


def test_articles_fit() -> None:
    given = texts(Ask("There is a omentum thing that is above the gut anatomy; what color is it?", 8))
    assert not any(re.search(r"\ba [aeiou]", text) for text in given)


def test_the_fingerprint_tells_seed_and_labels() -> None:
    prints = {
        RulesWriter(0, ("a",)).fingerprint,
        RulesWriter(1, ("a",)).fingerprint,
        RulesWriter(0, ("b",)).fingerprint,
    }
    assert len(prints) == 3
    assert RulesWriter(0, ("a", "b")).fingerprint == RulesWriter(0, ("B", "a")).fingerprint
    assert re.fullmatch("[0-9a-f]{64}", RulesWriter(0, ()).fingerprint)
    assert RulesWriter(0, ()).name == "rules"
