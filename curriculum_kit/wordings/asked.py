"""What a question asks for: a name, a place, a number, yes or no; None where it asks for nothing.

Reads `Referents`, words and kinds alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from curriculum_kit.wordings.lexicon import Kind, Term
from curriculum_kit.wordings.referents import WH, Item, Referents
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
_WHETHER = frozenset({"whether", "if"})
_QUESTION_WORDS = WH | {"where", "when", "why", "how", "whose"}
_SCENE = frozenset({Kind.THING, Kind.TYPE, Kind.STRUCTURE, Kind.LABEL, Kind.INSTRUMENT, Kind.COLOUR, Kind.PLACE})
_BREAKS = frozenset({",", ";", "?", ".", ":"})


def question(found: Referents) -> Question | None:
    """Return what a text asks; None where it states."""
    items = found.items
    if not items:
        return None
    asking = [place for place in range(len(items)) if _interrogative(items, place)]
    told = _tells(items)
    yes_no = _first_auxiliary(items)
    alternatives = any(item.word == "or" for item in items)
    if told is not None:
        return replace(_requested(items, told, asking, alternatives), request=True)
    if yes_no is not None and not any(place < yes_no for place in asking):
        return Question(Asked.YES_NO, _more(items, yes_no), alternatives)
    return _wh(items, asking, alternatives) if asking else None


def _interrogative(items: Sequence[Item], place: int) -> bool:
    """Return whether a word asks, and is no relative pronoun ("the structure which is above")."""
    word = items[place].word
    if word not in _QUESTION_WORDS:
        return False
    if word in {"what", "how", "why", "when"} or place == 0:
        return True
    before = items[place - 1]
    relative = before.term.kind in _SCENE | {Kind.TOPIC, Kind.OTHER, Kind.FRAME}
    if word in {"which", "who", "whom", "whose", "where"} and relative:
        return False
    follows = items[place + 1].word if place + 1 < len(items) else ""
    in_relative = word == "which" and before.word in {"in", "on", "at", "of", "by", "to"} and place > 1
    return not (in_relative and follows in {"the", "a", "an", "there"} and items[place - 2].term.kind in _SCENE)


def _tells(items: Sequence[Item]) -> int | None:
    """Return the place of "tell", "identify" and the like where the text begins as a request, else None."""
    for place, item in enumerate(items):
        if item.word in word_set("tell"):
            requested = place == 0 or items[place - 1].word in word_set("before tell") | {","}
            return place if requested else None
        if item.word not in word_set("polite") | {","}:
            return None
    return None


def _requested(items: Sequence[Item], told: int, asking: Sequence[int], alternatives: bool) -> Question:
    """Return what "tell", "identify" and the like at a place ask for."""
    if after := [place for place in asking if place > told]:
        return _wh(items, after, alternatives)
    if any(item.word in _WHETHER for item in items) or _spots(items, told):
        return Question(Asked.YES_NO, alternatives=alternatives)
    return Question(_told(items, told), alternatives=alternatives)


def _spots(items: Sequence[Item], place: int) -> bool:
    """Return whether a request only asks if there is something: "can you find any cyst", "would you say that"."""
    if items[0].word not in word_set("auxiliary") or items[place].word not in word_set("spot"):
        return False
    after = items[place + 1].word if place + 1 < len(items) else ""
    return items[place].word == "say" or after in {"any", "a", "an", "some", "anything", "something"}


def _told(items: Sequence[Item], place: int) -> Asked:
    word = items[place].word
    if word in {"locate", "pinpoint"}:
        return Asked.LOCATION
    if word == "count":
        return Asked.COUNT
    for item in items[place + 1 :]:
        if item.term.kind is Kind.ASKED:
            return _noun_asked(items, items.index(item))
        if item.term.kind in _SCENE | {Kind.TOPIC, Kind.OTHER}:
            break
    return Asked.NAME


def _first_auxiliary(items: Sequence[Item]) -> int | None:
    """Return the place of an auxiliary that begins the text or a part of it, after which a subject comes."""
    for place, item in enumerate(items):
        starts = place == 0 or items[place - 1].word in {",", ";", "?"}
        if starts and item.word in word_set("auxiliary"):
            return place
    return None


def _more(items: Sequence[Item], first: int) -> int:
    """Return how many questions stand in a row: "is there a cyst, and where is it"."""
    joined = [
        place
        for place in range(first + 1, len(items) - 1)
        if items[place].word == "and" and _interrogative(items, place + 1) and items[place + 1].word != "which"
    ]
    return 1 + len(joined)


def _wh(items: Sequence[Item], asking: Sequence[int], alternatives: bool) -> Question:
    place = asking[0]
    count = 1 + sum(items[other - 1].word in {"and", "or"} for other in asking[1:])
    word = items[place].word
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
        return Asked.COUNT
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
        if item.word in _BREAKS or item.word in {"that", "who"}:
            break
        if item.term.kind is Kind.ASKED:
            if _value_beside(items, ahead):
                continue
            return _noun_asked(items, ahead)
        if item.term.kind in _SCENE | {Kind.TOPIC, Kind.OTHER, Kind.RELATION, Kind.OF_ITS}:
            break
    doing = any(item.term.kind is Kind.ASKED and item.term.concept == "action" for item in items[place:])
    return Asked.ACTION if doing else Asked.NAME


def _noun_asked(items: Sequence[Item], place: int) -> Asked:
    concept = items[place].term.concept
    if concept == "type":
        # "What type of abnormality" asks for the abnormality; "the type of the red thing" for its type.
        rest = items[place + 1 :]
        scene = any(item.term.kind in _SCENE for item in items)
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
        if item.term.kind is Kind.RELATION or item.word in _BREAKS:
            break
    return None
