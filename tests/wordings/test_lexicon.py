"""What phrases mean to the gate."""

from collections import Counter

import pytest

from curriculum_kit.terms import Terms
from curriculum_kit.wordings.lexicon import Kind, Lexicon, Term
from curriculum_kit.wordings.words import rows, stem, word_set, words_of


def term_of(lexicon: Lexicon, text: str) -> Term:
    words = words_of(text)
    term, length = lexicon.term_at(words, 0)
    assert length == len(words)
    return term


@pytest.mark.parametrize(
    ("phrase", "kind", "concept"),
    [
        ("upper left", Kind.PLACE, "top-left"),
        ("top-left", Kind.PLACE, "top-left"),
        ("bottom centre", Kind.PLACE, "bottom-mid"),
        ("to the left of", Kind.RELATION, "left"),
        ("left", Kind.SIDE, "left"),
        ("X-ray", Kind.MODALITY, "xray"),
        ("computed tomography", Kind.MODALITY, "ct"),
        ("irregularities", Kind.TOPIC, "abnormality"),
        ("retracting", Kind.ACTION, "retract"),
        ("clipped", Kind.ACTED, "clip"),
        ("visualised", Kind.FILLER, ""),
        ("hepatic", Kind.STRUCTURE, "liver"),
        ("gall bladder", Kind.STRUCTURE, "gallbladder"),
        ("twelve", Kind.NUMBER, "12"),
        ("007", Kind.NUMBER, "7"),
        ("fractured", Kind.OTHER, "fractur"),
    ],
)
def test_phrases_and_their_terms(lexicon: Lexicon, phrase: str, kind: Kind, concept: str):
    assert term_of(lexicon, phrase) == Term(kind, concept)


def test_labels_are_phrases_and_known_by_their_spelling(terms: Terms):
    lexicon = Lexicon(["Zenker_Diverticulum", "Red", "skin lesion", "skin abnormality", "no", "A", "3"], terms)
    assert term_of(lexicon, "zenker diverticulum") == Term(Kind.LABEL, "zenker diverticulum")
    named = set(lexicon.names.values())
    assert {"red", "zenker diverticulum", "skin lesion"} <= named
    # Read by their words; and no, letters and numbers are told by other checks.
    assert named.isdisjoint({"skin abnormality", "no", "a", "3"})


def test_a_phrase_does_not_reach_beyond_the_text(lexicon: Lexicon):
    assert lexicon.term_at(["cystic"], 0)[1] == 1
    assert lexicon.term_at(["liver", ";"], 0) == (Term(Kind.STRUCTURE, "liver"), 1)


def test_the_table_gives_each_referent_one_meaning():
    free = {"filler", "verb", "set", "action"}
    said = Counter(
        tuple(words)
        for words in {
            (row.kind, row.concept, *words_of(form)) for row in rows() if row.kind not in free for form in row.forms
        }
    )
    meanings: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for kind, concept, *words in said:
        meanings.setdefault(tuple(words), set()).add((kind, concept))
    assert {words: found for words, found in meanings.items() if len(found) > 1} == {}


def test_sets_hold_stems():
    assert "doe" in word_set("auxiliary")
    assert stem("does") == "doe"
    assert word_set("no such set") == frozenset()
