"""What the questions of the known forms mean. Two texts that mean the same are read into equal values.

Fields with `compare=False` are how the text put it, kept so that a wording can put it the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Asked(StrEnum):
    """What kind of thing answers a question about a scene."""

    NAME = "name"
    COLOR = "color"
    TYPE = "type"
    LOCATION = "location"
    COUNT = "count"
    EXIST = "exist"


@dataclass(frozen=True, slots=True)
class Thing:
    """What is said of one object of a scene; None where nothing is said.

    `kind` is "anatomy" or "instrument". It is None beside a component: the name says of which kind a structure is.
    """

    component: str | None = None
    color: str | None = None
    place: str | None = None
    kind: str | None = None
    noun: str = field(default="thing", compare=False)
    """As the text has it: "thing", "object", "anatomy", "instrument", or "" after a component."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Stands in a relation to something.

    `name` is "left", "right", "above", "below", "within", "horizontal", "vertical" or what is done ("retracted").
    """

    name: str
    to: Thing


@dataclass(frozen=True)
class SceneMeaning:
    """A question about an object, which must meet all relations at once: their order says nothing."""

    asked: Asked
    thing: Thing
    relations: frozenset[Relation] = frozenset()
    order: tuple[Relation, ...] = field(default=(), compare=False)
    """The relations as the text has them, repeated ones included."""


class Deed(StrEnum):
    """What is asked about an action, or about all that a frame shows."""

    DOING = "doing"
    """What a tool does."""
    TOOL = "tool"
    """Which tool works on a target."""
    ACTION = "action"
    """What is done to a target."""
    TARGET = "target"
    """To which target something is done."""
    PRESENT = "present"
    """Which structures, or tools, there are."""


@dataclass(frozen=True, slots=True)
class DeedMeaning:
    """A question about an action. `known` is the tool, the target, the participle or the noun it takes for granted."""

    asked: Deed
    known: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What a question calls its image: "this ultrasound image" is ("ultrasound", "image"). A picture is an image."""

    modifier: str = ""
    noun: str = "image"
    article: str = field(default="this", compare=False)


class PictureAsked(StrEnum):
    """What is asked about a picture."""

    SHOWN = "shown"
    """What, or which of a kind, is shown, affected, highlighted, ... in it."""
    INSIDE = "inside"
    """What something in it is: "the stage of the cancer in this image"."""
    FOCUS = "focus"
    """What it focuses on."""
    ORIGIN = "origin"
    """What a part in it comes from."""
    BELONGS = "belongs"
    """What a part in it belongs to."""
    MADE = "made"
    """How it was made."""
    EXIST = "exist"
    """Whether something is to be seen in it."""


@dataclass(frozen=True, slots=True)
class PictureMeaning:
    """A question about a whole picture.

    `noun` is what is asked for ("organ", "part of the body"; "" for a bare "what"), `predicate` what is said of it
    ("shown", "affected"), `manner` how much so ("primarily"), `part` what comes from or belongs to it ("bone").
    """

    asked: PictureAsked
    picture: Picture
    noun: str = ""
    predicate: str = ""
    manner: str = ""
    part: str = ""


Meaning = SceneMeaning | DeedMeaning | PictureMeaning
