"""What a question asks for: a name, a place, a number, yes or no; None where it asks for nothing.

Reads `Referents`, words and kinds alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from curriculum_kit.wordings.asking import BREAKS, SCENE, first_auxiliary, indirect, interrogative, spots, tells
from curriculum_kit.wordings.drift import drifts
from curriculum_kit.wordings.lexicon import Kind, Term
from curriculum_kit.wordings.referents import Item, Referents
from curriculum_kit.wordings.words import word_set


class Asked(StrEnum):
    """What answers a question."""

    NAME = "name"
    COUNT = "count"
    LOCATION = "location"
    COLOUR = "colour"
    TYPE = "type"
    ACTION = "action"
    ACTED = "what is done to it"
    YES_NO = "yes or no"
    HOW = "how"
    WHY = "why"
    WHEN = "when"
    ELSE = "what the picture does not show"


@dataclass(frozen=True)
class Question:
    """What is asked, how often, between which alternatives ("or"), and whether for several (None where unsaid)."""

    asked: Asked
    questions: int = 1
    alternatives: bool = False
    plural: bool | None = None
    request: bool = False
    """Whether it is asked for in the imperative ("Name the structure"), which needs no question mark."""


_COLOUR = Term(Kind.ASKED, "colour")
_ACTED = Term(Kind.ASKED, "what is done to it")
_SUBJECTS = frozenset({"it", "they", "there"})
_DOING = frozenset({Term(Kind.ASKED, "action"), Term(Kind.RELATION, "do act")})
_WHETHER = frozenset({"whether", "if"})


def question(found: Referents) -> Question | None:
    """Return what a text asks; None where it states."""
    items = found.items
    if not items:
        return None
    asking = [place for place in range(len(items)) if interrogative(items, place)]
    told = tells(items)
    yes_no = first_auxiliary(items)
    alternatives = any(item.word == "or" for item in items) or _of_both(items)
    if told is not None:
        return replace(_requested(items, told, asking, alternatives), request=True)
    if yes_no is not None and (inner := indirect(items, yes_no, asking)):
        return _wh(items, inner, alternatives)
    if yes_no is not None and not any(place < yes_no for place in asking):
        return Question(Asked.YES_NO, _more(items, yes_no), alternatives)
    return _wh(items, asking, alternatives) if asking else None


def _of_both(items: Sequence[Item]) -> bool:
    """Return whether a text begins with what there is to choose from: "of the spleen and the kidney, which"."""
    first = [item.word for item in items[: next((p for p, item in enumerate(items) if item.word == ","), 0)]]
    return first[:1] in (["of"], ["comparing"]) and "and" in first


def _requested(items: Sequence[Item], told: int, asking: Sequence[int], alternatives: bool) -> Question:
    """Return what "tell", "identify" and the like at a place ask for."""
    if after := [place for place in asking if place > told]:
        return _wh(items, after, alternatives)
    if any(item.word in _WHETHER for item in items) or spots(items, told):
        return Question(Asked.YES_NO, alternatives=alternatives)
    return Question(_told(items, told), alternatives=alternatives)


def _told(items: Sequence[Item], place: int) -> Asked:
    word = items[place].word
    if word in {"locate", "pinpoint"}:
        return Asked.LOCATION
    if word == "count":
        return Asked.COUNT
    for item in items[place + 1 :]:
        if item.term.kind is Kind.ASKED:
            return _noun_asked(items, items.index(item))
        if item.term.kind in SCENE | {Kind.TOPIC, Kind.OTHER}:
            break
    return Asked.NAME


def _more(items: Sequence[Item], first: int) -> int:
    """Return how many questions stand in a row: "is there a cyst, and where is it"."""
    joined = [
        place
        for place in range(first + 1, len(items) - 1)
        if items[place].word == "and" and interrogative(items, place + 1) and items[place + 1].word != "which"
    ]
    return 1 + len(joined)


def _wh(items: Sequence[Item], asking: Sequence[int], alternatives: bool) -> Question:
    place = asking[0]
    count = 1 + sum(items[other - 1].word in {"and", "or"} for other in asking[1:])
    words = [item.word for item in items[place:]]
    count += sum(  # "what is it, and is it red"
        words[at] in {"and", "or"} and words[at + 1] in word_set("auxiliary") and words[at + 2] in _SUBJECTS
        for at in range(len(words) - 2)
    )
    word = items[place].word
    if drifts(items, place):
        return Question(Asked.ELSE, count, alternatives)
    if word == "where":
        return Question(Asked.LOCATION, count, alternatives)
    if word == "why":
        return Question(Asked.WHY, count, alternatives)
    if word == "when":
        return Question(Asked.WHEN, count, alternatives)
    if word == "how":
        return Question(_how(items, place), count, alternatives)
    return Question(_what(items, place), count, alternatives, _plural(items, place))


def _how(items: Sequence[Item], place: int) -> Asked:
    after = items[place + 1].word if place + 1 < len(items) else ""
    if after in {"many", "numerou"}:
        noun = items[place + 2].term.kind if place + 2 < len(items) else None
        return Asked.HOW if noun in {Kind.ASKED, Kind.FRAME} else Asked.COUNT  # "how many kinds of instruments"
    if any(item.term == _COLOUR for item in items[place:]):
        return Asked.COLOUR
    if any(item.word in word_set("named") for item in items[place:]) or (
        after in {"would", "do", "can", "could", "should", "might"}
        and any(item.word in word_set("describe") for item in items[place:])
    ):
        return Asked.NAME
    return Asked.HOW


def _what(items: Sequence[Item], place: int) -> Asked:
    """Return what "what" or "which" asks for, by the first noun that tells: "what is the colour of"."""
    if any(item.term == _ACTED for item in items[place:]):
        return Asked.ACTED
    for ahead in range(place + 1, len(items)):
        item = items[ahead]
        if item.word in BREAKS or item.word in {"that", "who"}:
            break
        if item.term.kind is Kind.ASKED:
            if _value_beside(items, ahead):
                continue
            return _noun_asked(items, ahead)
        if item.term.kind in SCENE | {Kind.TOPIC, Kind.OTHER, Kind.RELATION, Kind.OF_ITS}:
            break
    after = items[place + 1] if place + 1 < len(items) else None
    if after is not None and after.term.kind in {Kind.TYPE, Kind.INSTRUMENT, Kind.THING}:
        return Asked.NAME  # "which tool is doing it"
    return Asked.ACTION if any(item.term in _DOING for item in items[place:]) else Asked.NAME


def _noun_asked(items: Sequence[Item], place: int) -> Asked:
    concept = items[place].term.concept
    if concept == "type":
        # "What type of abnormality" asks for the abnormality; "the type of the red thing" for its type.
        rest = items[place + 1 :]
        scene = any(item.term.kind in SCENE for item in items)
        bare_noun = len(rest) > 1 and rest[0].word == "of" and rest[1].word not in {"the", "this", "that", "a", "an"}
        return Asked.TYPE if scene and not bare_noun else Asked.NAME
    return Asked(concept)


def _value_beside(items: Sequence[Item], place: int) -> bool:
    """Return whether a noun only says of what a value is: "red in colour", "at the top left position"."""
    near = [*items[max(0, place - 2) : place], *items[place + 1 : place + 2]]
    return any(item.term.kind in {Kind.COLOUR, Kind.PLACE} for item in near)


def _plural(items: Sequence[Item], place: int) -> bool | None:
    """Return whether the noun after "what" or "which" is a plural; None where there is none."""
    if place + 1 < len(items) and items[place + 1].word == "of":
        return None  # "which of the ribs" asks for one
    for item in items[place + 1 :]:
        if item.term.kind in {Kind.THING, Kind.TYPE, Kind.TOPIC, Kind.OTHER, Kind.INSTRUMENT, Kind.STRUCTURE}:
            return item.plural
        if item.term.kind is Kind.RELATION or item.word in BREAKS:
            break
    return None
