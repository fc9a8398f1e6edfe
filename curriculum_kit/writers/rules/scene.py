"""Questions about the objects of a scene: from a text to a `SceneMeaning`, and back to sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from curriculum_kit.writers.rules.frames import Frame, an, filled, reader
from curriculum_kit.writers.rules.meaning import Asked, Relation, SceneMeaning, Thing
from curriculum_kit.writers.rules.scene_frames import FRAMES
from curriculum_kit.writers.rules.things import (
    CHAIN,
    LOCATED,
    RELATION,
    Phrasing,
    read_body,
    read_chain,
    read_relation,
    read_thing,
)

_PATTERNS = {
    "d": "the .+?",
    "a": "an? .+?",
    "ay": "an? .+?",
    "r": CHAIN,
    "one": CHAIN,
    "rw": RELATION,
    "k": r"\w+",
    "place": r"[\w-]+",
}
_READERS = [(asked, reader(frame, _PATTERNS)) for asked, frames in FRAMES.items() for frame in frames]
_STATEMENT_END = re.compile(r" ?\??[;,] ")
_HEAVY = re.compile(r"\{(?:d|a|xsr|xr)\} \w")
"""Where words follow an object: two relations in between would leave them too far behind."""

_BY_NAME = frozenset({Asked.COLOR, Asked.TYPE, Asked.LOCATION})
"""What may be asked of a component without a noun. Where names are asked for or things are counted, any word might be
meant for a component, and "What is the diagnosis?" for a question about a scene."""


def read(text: str) -> tuple[SceneMeaning, Frame] | None:
    """Return what a tidied text means and the frame that it has."""
    if text.lower().startswith("there is a"):
        text = _STATEMENT_END.sub("; ", text)
    lowered = text.lower()
    for asked, reading in _READERS:
        slots = reading.read(text, lowered)
        found = _object(asked, slots) if slots else None
        if found is not None:
            thing, relations = found
            return SceneMeaning(asked, thing, frozenset(relations), relations), reading.frame
    return None


def _object(asked: Asked, slots: dict[str, str]) -> tuple[Thing, tuple[Relation, ...]] | None:
    """Return the object that the slots of a frame describe."""
    named = asked in _BY_NAME
    if "place" in slots:
        thing = read_thing(f"{slots['place']} {slots['k']}")
        return (thing, ()) if thing and thing.place else None
    for slot in ("d", "a"):
        if slot in slots:
            return read_body(slots[slot].split(" ", 1)[1], named)
    body = read_body(slots.get("xsr") or slots.get("xr") or slots["xs"])
    if body is None or ("xs" in slots and body[1]):
        return None
    return body if "xs" not in slots else _related(body[0], slots)


def _related(thing: Thing, slots: dict[str, str]) -> tuple[Thing, tuple[Relation, ...]] | None:
    if "ay" not in slots:
        chain = read_chain(slots.get("r") or slots["one"])
        return None if chain is None else (thing, chain)
    to = read_thing(slots["ay"].split(" ", 1)[1], named=True)
    return None if to is None else (thing, (Relation(read_relation(slots["rw"]), to),))


def frames_for(meaning: SceneMeaning) -> Iterator[Frame]:
    """Yield the frames that a meaning can be written in."""
    relations = meaning.relations
    for frame in FRAMES[meaning.asked]:
        fits = frame.variety is not None
        if "r" in frame.slots:
            fits &= bool(relations)
        if "one" in frame.slots or "ay" in frame.slots:
            fits &= len(relations) == 1
        if "one" in frame.slots:
            fits &= all(relation.name in LOCATED for relation in relations)
        if len(relations) > 1 and _HEAVY.search(frame.text):
            fits = False
        if fits:
            yield frame


def write(frame: Frame, meaning: SceneMeaning, words: Phrasing) -> str:
    """Return a meaning as a sentence of this frame."""
    thing, order = meaning.thing, meaning.order
    slots = frame.slots
    values = {}
    named = meaning.asked in _BY_NAME
    if "d" in slots:
        # "In the frame, what is the thing at the center of the frame" would say it twice.
        values["d"] = f"the {words.body(thing, order, named=named, moved='frame' not in frame.text)}"
    if "a" in slots:
        values["a"] = words.a(thing, order, named=named)
    if "xr" in slots:
        values["xr"] = words.body(thing, order, named=False)
    if "xsr" in slots:
        values["xsr"] = words.body(thing, order, plural=True, moved="frame" not in frame.text)
    if "xs" in slots:
        values["xs"] = words.thing(thing, plural=True)
    if "r" in slots:
        values["r"] = words.chain(order)
    if "one" in slots:
        values["one"] = words.chain(order)
    if "ay" in slots:
        values["ay"] = an(words.thing(order[0].to, indefinite=True))
        values["rw"] = words.relation(order[0].name)
    return filled(frame, values)
