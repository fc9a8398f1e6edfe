"""Where a question drifts from what the picture shows: to what may be, and to who, whence and what it means.

Reads the items of `Referents`. The words themselves say nothing that must be kept ("would you say", "the patient"),
so that what they do to a question is looked at here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from curriculum_kit.wordings.lexicon import Kind, inflected
from curriculum_kit.wordings.referents import KEPT, Item
from curriculum_kit.wordings.words import rows, stem, word_set

_SOFT = frozenset({"can", "could", "would"})
_HARD = frozenset({"will", "shall", "should", "must", "might", "may"})
_SPEAKERS = frozenset({"you", "i", "we"})
_ENDS = frozenset({",", ";", "?", "."})
_ARTICLES = frozenset({"a", "an", "the", "this", "that"})
_DO = frozenset(map(stem, ("do", "does", "did")))
_BE = frozenset(map(stem, ("is", "are", "was", "were", "be", "being", "been")))
_PREPOSITIONS = frozenset({"of", "for", "with", "to", "from", "by", "about", "in", "on"})
_RELATES = frozenset({Kind.RELATION, Kind.OF_ITS, Kind.ACTION, Kind.ACTED})
_SHOWS = frozenset({Kind.FRAME, Kind.SCAN, Kind.MODALITY, Kind.THEATRE})


def moods(items: Sequence[Item]) -> frozenset[str]:
    """Return the modal verbs that say what may or should be; "can be seen" and "would you say" only speak of seeing."""
    return frozenset(
        item.word
        for place, item in enumerate(items)
        if item.word in _SOFT | _HARD and item.term.kind is Kind.FILLER and not _of_seeing(items, place)
    )


def _of_seeing(items: Sequence[Item], place: int) -> bool:
    addressed = place + 1 < len(items) and items[place + 1].word in _SPEAKERS
    if items[place].word in _HARD and not addressed:
        return False
    for item in items[place + 1 :]:
        if item.word in _ENDS:
            break
        if item.word in _observing():
            return True
    return False


@lru_cache(maxsize=1)
def _observing() -> frozenset[str]:
    verbs = [form for row in rows() if (row.kind, row.concept) == ("set", "observe") for form in row.forms]
    return frozenset(phrase[0] for verb in verbs for phrase, _ in inflected(verb)) | word_set("observe")


def drifts(items: Sequence[Item], place: int) -> bool:
    """Return whether the question word at a place asks for what the picture does not show.

    For a person ("who took it", "which patient"), for the picture itself ("which image shows"), for where something
    comes from or goes, or for what it means or is linked to ("what does the lesion suggest", "what is it for").
    """
    word, rest = items[place].word, items[place + 1 :]
    if word in {"who", "whom", "whose"}:
        return True
    if not rest:
        return False
    if word == "where":
        return any(item.word in _MOVES and not _shown_in(rest, at) for at, item in enumerate(rest))
    if rest[0].word in word_set("people") or rest[0].word in _PICTURES:
        # "which patient", but "what patient diagnosis", "what image modality"
        return len(rest) < 2 or rest[1].term.kind not in KEPT | {Kind.ASKED}
    clause = rest[: next((at for at, item in enumerate(rest) if item.word in _ENDS), len(rest))]
    related = any(item.term.kind in _RELATES for item in clause)
    return word == "what" and len(clause) > 2 and not related and (_stranded(clause) or _brings_about(clause))


_PICTURES = frozenset({"image", "picture", "photo", "photograph", "frame", "scan", "video"})
_MOVES = frozenset({"from", "go", "goe", "going", "headed", "heading"})


def _shown_in(items: Sequence[Item], place: int) -> bool:
    return any(item.term.kind in _SHOWS for item in items[place + 1 : place + 3])


def _brings_about(clause: Sequence[Item]) -> bool:
    """Return whether "what" does something to a thing that is named: "what produces the lesion"."""
    verb, article, noun = clause[0], clause[1], clause[2]
    acts = verb.term.kind is Kind.FILLER and verb.word not in word_set("auxiliary") | _BE
    return acts and article.word in _ARTICLES and noun.term.kind in KEPT and not _shown_in(clause, 1)


def _stranded(clause: Sequence[Item]) -> bool:
    """Return whether "what" is the object of a verb or a preposition that says nothing else of its subject."""
    if clause[0].word in _BE | _DO and _used_to(clause):
        return True
    if clause[1].word in _SPEAKERS | {"one"} and clause[2].word == "use":
        return True
    if clause[1].word == "it" and clause[-1].word in _PREPOSITIONS:
        return True  # "what is it for", "what is it made of"
    last_is_preposition = clause[-1].word in _PREPOSITIONS
    if clause[0].word not in _DO and not (clause[0].word in _BE and last_is_preposition):
        return False
    start = 2 if clause[1].word in _ARTICLES else 1
    subject = []
    for item in clause[start:]:
        if item.term.kind is Kind.FILLER:
            break
        subject.append(item.term.kind)
    return bool(KEPT.intersection(subject)) and not _SHOWS.intersection(subject)


def _used_to(clause: Sequence[Item]) -> bool:
    """Return whether something is "used to capture" what is asked for."""
    words = [item.word for item in clause]
    uses = [place for place in range(len(words) - 2) if words[place : place + 2] == ["used", "to"]]
    return any(place + 3 == len(words) or words[place + 3] in {"in", "on", "from"} for place in uses)
