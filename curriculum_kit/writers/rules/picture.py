"""Questions about a whole picture: from a text to a `PictureMeaning`, and back to sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from curriculum_kit.writers.rules import picture_frames
from curriculum_kit.writers.rules.frames import Frame, filled, reader
from curriculum_kit.writers.rules.meaning import Picture, PictureAsked, PictureMeaning
from curriculum_kit.writers.rules.picture_words import (
    MAKING,
    PATTERNS,
    SHOWN,
    is_anatomy,
    is_complex,
    is_plural,
    is_technique,
    read_manner,
    read_noun,
    read_picture,
    read_predicate,
    write_degree,
    write_noun,
    write_picture,
    write_predicate,
    write_show,
)
from curriculum_kit.writers.rules.things import Phrasing

_READERS = [
    (asked, reader(frame, PATTERNS))
    for asked, tables in picture_frames.FRAMES.items()
    for frames in tables
    for frame in frames
]
_DONE = {"highlight": "highlighted", "indicate": "indicated", "suggest": "suggested"}
_FOUND = frozenset({SHOWN, "identified", "detected"})
_KIND_OF = re.compile(r"(?:\w+ )?(?:type|kind|sort|form|category|method|modality|stage) of ")
"""What has no name of its own: nobody asks for "the name of the type of imaging"."""

_SINGULAR = re.compile(r"(?<!\{)\bis\b")
_MANNER_SLOTS = frozenset({"p", "v", "vs", "m", "degree"})


def read(text: str) -> tuple[PictureMeaning, Frame] | None:
    """Return what a tidied text means and the frame that it has."""
    lowered = text.lower()
    for asked, reading in _READERS:
        slots = reading.read(text, lowered)
        meaning = _meaning(asked, slots) if slots else None
        if meaning is not None:
            return meaning, reading.frame
    return None


def _meaning(asked: PictureAsked, slots: dict[str, str]) -> PictureMeaning | None:
    picture = read_picture(slots["i"]) if "i" in slots else Picture(article="the")
    noun = read_noun(slots.get("n") or slots.get("content", ""))
    if picture is None or noun is None:
        return None
    predicate, manner = _said(slots)
    part = slots.get("part", "").lower()
    if not _fits(asked, noun, predicate):
        return None
    if asked in (PictureAsked.SHOWN, PictureAsked.INSIDE):
        if predicate == SHOWN and not manner and is_complex(noun):
            return PictureMeaning(PictureAsked.INSIDE, picture, noun)
        return PictureMeaning(PictureAsked.SHOWN, picture, noun, predicate, manner)
    return PictureMeaning(asked, picture, noun, manner=manner if asked is PictureAsked.FOCUS else "", part=part)


def _fits(asked: PictureAsked, noun: str, predicate: str) -> bool:
    """Say whether a noun and a predicate go with what is asked; else the words mean something else."""
    match asked:
        case PictureAsked.ORIGIN:
            return is_anatomy(noun)
        case PictureAsked.BELONGS:
            return " " not in noun
        case PictureAsked.MADE:
            return is_technique(noun)
        case PictureAsked.EXIST:
            return predicate in _FOUND
        case _:
            return True


def _said(slots: dict[str, str]) -> tuple[str, str]:
    """Return the predicate and its manner; what no slot says otherwise is shown."""
    for slot in ("p", "v", "vs", "be"):
        if slot in slots:
            return read_predicate(slots[slot])
    manner = read_manner(slots.get("m") or slots.get("degree") or "")
    if "do" in slots:
        return _DONE[slots["do"].lower()], manner
    return SHOWN, manner


def _frames(meaning: PictureMeaning) -> Sequence[Frame]:
    if meaning.asked is not PictureAsked.SHOWN:
        return picture_frames.FRAMES[meaning.asked][0]
    if not meaning.noun:
        return picture_frames.WHAT
    return picture_frames.SHOWN if meaning.predicate == SHOWN else picture_frames.SAID


def frames_for(meaning: PictureMeaning) -> Iterator[Frame]:
    """Yield the frames that a meaning can be written in."""
    plural = is_plural(meaning.noun)
    for frame in _frames(meaning):
        slots = frame.slots
        fits = frame.variety is not None
        if meaning.manner:
            fits &= bool(_MANNER_SLOTS & slots)
        if meaning.asked is PictureAsked.SHOWN and is_complex(meaning.noun):
            fits &= "the {n}" in frame.text
        if plural and _SINGULAR.search(frame.text):
            fits = False
        if "name of the {n}" in frame.text and _KIND_OF.match(meaning.noun):
            fits = False
        if meaning.asked is PictureAsked.SHOWN and not meaning.noun and meaning.predicate != SHOWN:
            fits &= "p" in slots
        if fits:
            yield frame


def write(frame: Frame, meaning: PictureMeaning, words: Phrasing) -> str:
    """Return a meaning as a sentence of this frame."""
    rng = words.rng
    make = rng.choice(sorted(MAKING))
    show = write_show(meaning.manner, rng)
    values = {
        "w": rng.choice(("what", "which")),
        "is": "are" if is_plural(meaning.noun) else "is",
        "i": write_picture(meaning.picture, rng),
        "n": write_noun(meaning.noun, rng),
        "p": write_predicate(meaning.predicate, meaning.manner, rng),
        "be": rng.choice(("seen", "observed")),
        "v": show,
        "vs": f"{show}s",
        "m": f"{meaning.manner} ".lstrip(),
        "degree": write_degree(meaning.manner),
        "part": meaning.part,
        "make": make,
        "made": MAKING[make],
    }
    return filled(frame, values)
