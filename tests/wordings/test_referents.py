"""What a text names, and what is said of which."""

from curriculum_kit.wordings.lexicon import Kind, Lexicon, Term
from curriculum_kit.wordings.referents import referents

RED, MID = Term(Kind.COLOUR, "red"), Term(Kind.PLACE, "top-mid")
LIVER, ANATOMY = Term(Kind.STRUCTURE, "liver"), Term(Kind.TYPE, "anatomy")


def keys(lexicon: Lexicon, text: str) -> list[frozenset[Term]]:
    return [group.key for group in referents(text, lexicon).groups if group.key]


def test_adjectives_belong_to_the_noun_after_them_and_places_to_the_one_before(lexicon: Lexicon):
    told = [frozenset({RED, MID, ANATOMY})]
    assert keys(lexicon, "What is the red top-mid anatomy?") == told
    assert keys(lexicon, "Which red structure is at the top middle of the frame?") == told
    assert keys(lexicon, "At the top-mid of the frame, which anatomy is red?") == told


def test_the_type_beside_a_component_says_nothing_new(lexicon: Lexicon):
    assert keys(lexicon, "What is left of the red liver anatomy?") == [frozenset({RED, LIVER})]
    assert referents("the red liver anatomy", lexicon).kept == {RED, LIVER}
    assert referents("the red liver and its anatomy", lexicon).kept == {RED, LIVER, ANATOMY}


def test_left_and_right_are_sides_relations_or_places(lexicon: Lexicon):
    def kinds(text: str) -> list[Kind]:
        return [item.term.kind for item in referents(text, lexicon).items if item.term.concept == "left"]

    assert kinds("Is the left lung clear?") == [Kind.SIDE]
    assert kinds("What is on the left side of the lung?") == [Kind.RELATION]
    assert kinds("What is on the left side of the image?") == [Kind.PLACE]
    assert kinds("What has it to its left?") == [Kind.OF_ITS]


def test_numbers_and_negations_are_counted(lexicon: Lexicon):
    counted = referents("Isn't there one of 3 or three cysts without a rim?", lexicon).counted
    assert counted == {Term(Kind.NEGATION, "not"): 2, Term(Kind.NUMBER, "3"): 2}


def test_items_give_their_characters(lexicon: Lexicon):
    text = "Is the  Gall-bladder seen?"
    found = [item for item in referents(text, lexicon).items if item.term.kind is Kind.STRUCTURE]
    assert [text[item.start : item.end] for item in found] == ["Gall-bladder"]
