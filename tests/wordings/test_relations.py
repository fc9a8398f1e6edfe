"""Who stands how to whom, in many ways of saying it."""

import pytest

from curriculum_kit.wordings.lexicon import Kind, Lexicon, Term
from curriculum_kit.wordings.referents import referents
from curriculum_kit.wordings.relations import relations, same_relations

LIVER = frozenset({Term(Kind.STRUCTURE, "liver")})
GUT = frozenset({Term(Kind.STRUCTURE, "intestine")})
HOOK = frozenset({Term(Kind.INSTRUMENT, "hook")})
THING: frozenset[Term] = frozenset()
ANATOMY = frozenset({Term(Kind.TYPE, "anatomy")})
LEFT = {("left", THING, LIVER)}


@pytest.mark.parametrize(
    ("text", "triples"),
    [
        ("What is the thing left of the liver?", LEFT),
        ("What thing is to the left of the liver?", LEFT),
        ("To the left of the liver, what is there?", LEFT),
        ("The liver is to the right of which thing?", LEFT),
        ("Which thing is the liver right of?", LEFT),
        ("What thing has the liver to its right?", LEFT),
        ("There is a liver; what thing is left of it?", LEFT),
        ("There is a thing with the liver on its right side; what is it?", LEFT),
        ("What is left of the liver and above the gut?", LEFT | {("above", THING, GUT)}),
        ("What is left of the liver, above the gut?", LEFT | {("above", THING, GUT)}),
        ("What is left of the liver that is above the gut?", LEFT | {("above", LIVER, GUT)}),
        ("What is left of and above the liver?", LEFT | {("above", THING, LIVER)}),
        ("What is left of the liver and the gut?", LEFT | {("left", THING, GUT)}),
        ("What has the liver to its right and the gut below it?", LEFT | {("above", THING, GUT)}),
        ("What anatomy is retracted by the hook?", {("do retract", HOOK, ANATOMY)}),
        ("What anatomy does the hook retract?", {("do retract", HOOK, ANATOMY)}),
        ("What is the anatomy that the hook is retracting?", {("do retract", HOOK, ANATOMY)}),
        ("What is the thing horizontal the liver?", {("horizontal", frozenset({THING, LIVER}), None)}),
        ("Does the gut contain the hook?", {("within", HOOK, GUT)}),
        ("Does the picture contain the liver?", set()),
        ("What is on the left side of the image?", set()),
    ],
)
def test_one_triple_for_each_way_of_saying_it(lexicon: Lexicon, text: str, triples: set[object]):
    assert relations(referents(text, lexicon)).triples == triples


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("What is the name of the thing left of the liver?", THING),
        ("What is the name of the liver right of the thing?", LIVER),
        ("The liver is right of which anatomy?", ANATOMY),
        ("There is a gut; how many anatomys are left of it?", ANATOMY),
    ],
)
def test_whom_a_question_is_about(lexicon: Lexicon, text: str, about: frozenset[Term]):
    assert relations(referents(text, lexicon)).about == about


def same(lexicon: Lexicon, one: str, other: str) -> bool:
    return same_relations(relations(referents(one, lexicon)), relations(referents(other, lexicon)))


def test_in_is_within_where_the_other_says_so_and_may_go_where_it_does_not(lexicon: Lexicon):
    assert same(lexicon, "What is within the liver?", "What is in the liver?")
    assert same(lexicon, "Is there a cyst in the liver?", "Does the liver have a cyst?")
    assert not same(lexicon, "What is within the liver?", "What is the liver?")
    assert not same(lexicon, "Is the hook in the liver?", "Is the liver in the hook?")
