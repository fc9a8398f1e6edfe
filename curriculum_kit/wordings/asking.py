"""Which words of a text ask, and where it asks as a request ("could you tell me which").

Reads the items of `Referents`, words and kinds alone; gives places among them.
"""

from __future__ import annotations

from collections.abc import Sequence

from curriculum_kit.wordings.context import WH
from curriculum_kit.wordings.lexicon import Kind
from curriculum_kit.wordings.referents import Item
from curriculum_kit.wordings.words import word_set

SCENE = frozenset({Kind.THING, Kind.TYPE, Kind.STRUCTURE, Kind.LABEL, Kind.INSTRUMENT, Kind.COLOUR, Kind.PLACE})
BREAKS = frozenset({",", ";", "?", ".", ":"})
_GROUNDS = frozenset({"based", "judging", "given", "going", "according", "considering"})
_QUESTION_WORDS = WH | {"where", "when", "why", "how", "whose"}


def interrogative(items: Sequence[Item], place: int) -> bool:
    """Return whether a word asks, and is no relative pronoun ("the structure which is above")."""
    word = items[place].word
    if word not in _QUESTION_WORDS or _introduces(items, place):
        return False
    return word in {"what", "how", "why", "when"} or place == 0 or not _goes_on(items, place)


def _introduces(items: Sequence[Item], place: int) -> bool:
    """Return whether a question word only leads up to one: "when looking at it", "judging by what is shown,"."""
    if items[place].word == "when":
        return place + 1 == len(items) or items[place + 1].word not in word_set("auxiliary")
    grounds = items[place].word == "what" and items[0].word in _GROUNDS
    return grounds and any(item.word == "," for item in items[place:])


def _goes_on(items: Sequence[Item], place: int) -> bool:
    """Return whether "which", "where" and "who" go on about what stands before them."""
    word, before = items[place].word, items[place - 1]
    follows = items[place + 1] if place + 1 < len(items) else None
    if word == "which" and follows is not None and follows.term.kind in {Kind.TYPE, Kind.THING, Kind.TOPIC}:
        return False  # "the scan images which structure"
    if before.term.kind in SCENE | {Kind.TOPIC, Kind.OTHER, Kind.FRAME}:
        return True
    in_relative = word == "which" and before.word in {"in", "on", "at", "of", "by", "to"} and place > 1
    article = follows is not None and follows.word in {"the", "a", "an", "there"}
    return in_relative and article and items[place - 2].term.kind in SCENE


def tells(items: Sequence[Item]) -> int | None:
    """Return the place of "tell", "identify" and the like where a clause begins as a request, else None."""
    for start in [0, *(place + 1 for place, item in enumerate(items) if item.word in {",", ";", ":"})]:
        if any(interrogative(items, place) for place in range(start)) or first_auxiliary(items[:start]) is not None:
            return None
        if (told := _told_from(items, start)) is not None:
            return told
    return None


def _told_from(items: Sequence[Item], start: int) -> int | None:
    """Return the place of the verb of a request that begins at a place, None where none does."""
    for place in range(start, len(items)):
        word = items[place].word
        if word in word_set("tell"):
            requested = place == start or items[place - 1].word in word_set("before tell") | {","}
            return place if requested else None
        if word not in word_set("polite") | {","}:
            return None
    return None


def spots(items: Sequence[Item], place: int) -> bool:
    """Return whether a request only asks if there is something: "can you find any cyst", "would you say that"."""
    start = next((before + 1 for before in range(place, -1, -1) if items[before].word in BREAKS), 0)
    if items[start].word == "do":
        return items[place].word not in {"know", "learn"}
    if items[start].word not in word_set("auxiliary") or items[place].word not in word_set("spot"):
        return False
    after = items[place + 1].word if place + 1 < len(items) else ""
    return items[place].word == "say" or after in {"any", "a", "an", "some", "anything", "something"}


def first_auxiliary(items: Sequence[Item]) -> int | None:
    """Return the place of an auxiliary that begins the text or a part of it, after which a subject comes."""
    for place, item in enumerate(items):
        starts = place == 0 or items[place - 1].word in {",", ";", "?"}
        if starts and item.word in word_set("auxiliary"):
            return place
    return None


def indirect(items: Sequence[Item], yes_no: int, asking: Sequence[int]) -> list[int]:
    """Return the question words that a yes-or-no question only leads up to: "is it possible to tell which"."""
    inner = [place for place in asking if place > yes_no]
    if len(inner) < len(asking) or not inner or inner[0] < yes_no + 2:
        return []
    leads = all(item.word in word_set("matrix") for item in items[yes_no + 1 : inner[0]])
    return inner if leads else []
