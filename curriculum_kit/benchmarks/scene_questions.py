"""What a question about a scene asks for: from the wordings of SSG-VQA to a `ParsedQuestion`.

Reads one question text, in the wordings of SSG-VQA's released files, of the files that Anatomy-R1
made of them, and of the phantom. A form it does not know gives None, never a guess. Names are
canonical (`fold_label`): "cystic_plate thing" filters by the component "cystic plate".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from curriculum_kit.labels import fold_label

COLORS = frozenset({"red", "brown", "yellow", "white", "silver", "blue"})
LOCATIONS = frozenset(
    {"top-left", "top-mid", "top-right", "mid-left", "center", "mid-right", "bottom-left", "bottom-mid", "bottom-right"}
)
ACTIONS = ("grasp", "retract", "dissect", "coagulate", "clip", "cut", "aspirate", "irrigate", "pack")

MAX_QUESTION = 400
"""Characters. The longest question of the real files has 170; a longer text is something else."""


class Asked(StrEnum):
    """What kind of thing answers the question."""

    COMPONENT = "component"
    COLOR = "color"
    TYPE = "type"
    LOCATION = "location"
    COUNT = "count"
    EXIST = "exist"
    ACTION = "action"
    TOOL = "tool"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class Filters:
    """What is said of one object; None where nothing is said. "thing" and "object" say nothing of the type."""

    component: str | None = None
    type: str | None = None
    color: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """A question's meaning.

    `relations` holds (relation, filters of the reference) pairs that the object asked for must meet all
    at once: ("within", Filters(component="gut")) is "within the gut". A relation is `above`, `below`,
    `left`, `right`, `within`, `horizontal`, `vertical` or an action ("retracted by the grasper").
    `tool`, `action` and `target` hold what a question about an action takes for granted.
    """

    asked: Asked
    filters: Filters = Filters()
    relations: tuple[tuple[str, Filters], ...] = ()
    tool: str | None = None
    action: str | None = None
    target: str | None = None


_NOUNS: dict[str, str | None] = {
    "thing": None, "things": None, "object": None, "objects": None,
    "anatomy": "anatomy", "anatomys": "anatomy", "anatomies": "anatomy",
    "instrument": "instrument", "instruments": "instrument",
}  # fmt: skip
_DIRECTION = (
    r"(?:on the |to the )?(left|right)(?: side)? of|(above|below|within|horizontal|vertical)(?: to| with)?|(\w+) by"
)
_RELATION = re.compile(rf" (?:and |(?:that )?(?:is |are )?(?:both )?)(?:{_DIRECTION}) the ")
_PRONOUN = re.compile(rf"(?:{_DIRECTION}) it$")
_STATEMENT = re.compile(r"there is an? ([^;,?]+?) ?\??[;,] ?(.+)", re.S)
_ABOUT_IT: dict[str, Asked] = {
    "what is it": Asked.COMPONENT,
    **{f"what is its {word}": asked for word, asked in (("name", Asked.COMPONENT), ("component", Asked.COMPONENT))},
    **{f"what {word} is it": asked for word, asked in (("name", Asked.COMPONENT), ("component", Asked.COMPONENT))},
    **{f"what is its {kind}": kind for kind in (Asked.COLOR, Asked.TYPE, Asked.LOCATION)},
    **{f"what {kind} is it": kind for kind in (Asked.COLOR, Asked.TYPE, Asked.LOCATION)},
    "where is it": Asked.LOCATION,
}
_KIND = {"name": Asked.COMPONENT, "color": Asked.COLOR, "type": Asked.TYPE, "location": Asked.LOCATION}
_VALUE_FORMS = (
    re.compile(r"what is the (name|color|type|location) of the (.+)"),
    re.compile(r"what (name|color|type|location) is the (.+)"),
    re.compile(r"the (?P<body>.+) is what (?P<kind>name|color|type|location)"),
)
_COUNT = re.compile(r"(?:what number of|how many) (.+?)(?: are there)?")
_EXIST = re.compile(r"(?:are there any|is there an?|are any) (.+)")
_AT = re.compile(r"what (anatomy|instrument|object|thing) is at the ([\w-]+) of the frame")
_DOING = re.compile(r"what is the (\w+) doing")
_OPERATING = re.compile(r"which tool is operating on (\w+)")
_PERFORMED = re.compile(r"what is the action being performed on (\w+)")
_TARGET = re.compile(r"which target is being (\w+) in the scene")
_PRESENT = {
    "which anatomical structures are present": ParsedQuestion(Asked.COMPONENT, Filters(type="anatomy")),
    "which tools are present": ParsedQuestion(Asked.COMPONENT, Filters(type="instrument")),
}
_PARTICIPLES = {
    form: verb for verb in ACTIONS for form in (verb, verb + "ed", verb + "d", verb + verb[-1] + "ed")
}  # fmt: skip


def participle(action: str) -> str:
    """Return what is done to a target: "dissected", "coagulated", "clipped", "cut"."""
    if action == "cut":
        return action
    return action + ("d" if action.endswith("e") else "ped" if action == "clip" else "ed")


@lru_cache(maxsize=8192)
def _filters(phrase: str) -> Filters | None:
    """Parse a noun phrase without its article, such as "red top-mid cystic_plate thing"."""
    *words, noun = phrase.split() or [""]
    if noun not in _NOUNS:
        return None
    found: dict[str, str] = {}
    for word in words:
        attribute = "color" if word in COLORS else "location" if word in LOCATIONS else "component"
        if attribute in found or word in _NOUNS or (attribute == "component" and not re.fullmatch(r"\w+", word)):
            return None
        found[attribute] = fold_label(word)
    return Filters(type=_NOUNS[noun], **found)


def _body(text: str) -> tuple[Filters, tuple[tuple[str, Filters], ...]] | None:
    """Parse an object with its relations: "anatomy that is both above the gut and within the liver thing"."""
    parts = _RELATION.split(text)
    filters = _filters(parts[0])
    if filters is None:
        return None
    relations = []
    for start in range(1, len(parts), 4):
        side, other, deed, phrase = parts[start : start + 4]
        relation = side or other or _PARTICIPLES.get(deed)
        reference = _filters(phrase)
        if relation is None or reference is None:
            return None
        relations.append((relation, reference))
    return filters, tuple(relations)


def _about(asked: Asked, body: str) -> ParsedQuestion | None:
    parsed = _body(body)
    return None if parsed is None else ParsedQuestion(asked, *parsed)


def _plain(text: str) -> ParsedQuestion | None:
    """Parse a question of one clause."""
    if match := _AT.fullmatch(text):
        known = match[2] in LOCATIONS
        return ParsedQuestion(Asked.COMPONENT, Filters(type=_NOUNS[match[1]], location=match[2])) if known else None
    for form in _VALUE_FORMS:
        if match := form.fullmatch(text):
            named = match.groupdict()
            kind, body = (named["kind"], named["body"]) if named else match.groups()
            return _about(_KIND[kind], body)
    if match := _COUNT.fullmatch(text):
        return _about(Asked.COUNT, match[1])
    if match := _EXIST.fullmatch(text):
        return _about(Asked.EXIST, match[1])
    return _action(text) or (_about(Asked.COMPONENT, text[12:]) if text.startswith("what is the ") else None)


def _action(text: str) -> ParsedQuestion | None:
    """Parse a question about who does what to what."""
    if text in _PRESENT:
        return _PRESENT[text]
    if match := _DOING.fullmatch(text):
        return ParsedQuestion(Asked.ACTION, tool=fold_label(match[1]))
    if match := _OPERATING.fullmatch(text):
        return ParsedQuestion(Asked.TOOL, target=fold_label(match[1]))
    if match := _PERFORMED.fullmatch(text):
        return ParsedQuestion(Asked.ACTION, target=fold_label(match[1]))
    if (match := _TARGET.fullmatch(text)) and match[1] in _PARTICIPLES:
        return ParsedQuestion(Asked.TARGET, action=_PARTICIPLES[match[1]])
    return None


@lru_cache(maxsize=65536)
def parse(question: str) -> ParsedQuestion | None:
    """Return what a question asks, or None where its form is not understood.

    Case, doubled white space and the question mark at the end do not matter.

    >>> parse("What color is the thing that is within the gut anatomy?")
    ... # doctest: +NORMALIZE_WHITESPACE
    ParsedQuestion(asked=<Asked.COLOR: 'color'>,
        filters=Filters(component=None, type=None, color=None, location=None),
        relations=(('within', Filters(component='gut', type='anatomy', color=None, location=None)),),
        tool=None, action=None, target=None)
    >>> parse("Is this normal?") is None
    True
    """
    if len(question) > MAX_QUESTION:
        return None
    text = " ".join(question.lower().split()).rstrip("? ")
    if not text.startswith("there is a"):
        return _plain(text)
    match = _STATEMENT.fullmatch(text)
    if match is None:
        return None
    premise, rest = match.groups()
    if rest in _ABOUT_IT:
        return _about(_ABOUT_IT[rest], premise)
    # "There is a red thing; how many tools are above it?" is "how many tools are above the red thing?".
    return _plain(f"{rest[:-2]}the {premise}") if _PRONOUN.search(rest) else None
