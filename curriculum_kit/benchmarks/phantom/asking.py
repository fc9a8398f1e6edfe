"""Questions about a phantom scene, in the lines and wordings of SSG-VQA's `qa_txt` files.

Reads a scene and its relations, writes lines `question|answer[|centre or template|type|relate]`. As in CLEVR,
whatever a question refers to is one object of the scene and no other, and where it asks for a
property exactly one object fits. Counts and yes or no are asked so that no answer dominates.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from curriculum_kit.benchmarks.phantom.scenes import Thing
from curriculum_kit.benchmarks.scene_questions import participle

LINES = (28, 49)
"""Fewest and most lines of a frame, evenly spread: 38.4 on average with the few frames that run out of questions."""

MAX_COUNT = 10
"""The highest count among SSG-VQA's answers."""

_TEMPLATES = (("zero_hop", "one_hop", "single_and"), (3, 8, 7))
_KINDS = (("count", "exist", "query_component", "query_color", "query_type", "query_location"), (5, 3, 6, 3, 2, 1))
_RELATE = {"zero_hop": "NA", "one_hop": "relate_spatial", "single_and": "NA"}
_ATTEMPTS = 12
"""Tries per wanted line before a frame is taken to have no more questions."""

_RELATION_WORDS = {
    "left": ("left of", "to the left of", "on the left side of"),
    "right": ("right of", "to the right of", "on the right side of"),
}
_PROPERTY = {"query_component": "name", "query_color": "color", "query_type": "type", "query_location": "location"}
_HIDDEN = {"query_component": 0b0100, "query_color": 0b0001, "query_type": 0b1100, "query_location": 0b0010}
"""What the asked-for object may not be described by: bits for color, location, component and type."""

_ZERO_HOP = {
    "query_component": ("What is the {x}?", "There is a {x}, what is its name?", "What name is the {x}?"),
    "query_color": ("What color is the {x}?", "There is a {x}; what color is it?", "The {x} is what color?"),
    "query_type": ("What type is the {x}?", "There is a {x}; what type is it?", "The {x} is what type?"),
    "query_location": ("What location is the {x}?", "There is a {x}; what is its location?"),
    "count": ("How many {xs} are there?", "What number of {xs} are there?"),
    "exist": ("Are there any {xs}?", "Is there a {x}?"),
}
_ONE_HOP = {
    "query": (
        "What {p} is the {x} that is {r} the {y}?",
        "What is the {p} of the {x} {r} the {y}?",
        "What is the {p} of the {x} that is {r} the {y}?",
        "The {x} that is {r} the {y} is what {p}?",
        "The {x} {r} the {y} is what {p}?",
        "There is a {x} {r} the {y}; what {p} is it?",
        "There is a {x} that is {r} the {y}; what is its {p}?",
    ),
    "query_component": (
        "What is the name of the {x} {r} the {y}?",
        "What is the name of the {x} that is {r} the {y}?",
        "There is a {x} {r} the {y}; what is it?",
        "There is a {x} that is {r} the {y}; what is it?",
    ),
    "count": (
        "How many {xs} are {r} the {y}?",
        "What number of {xs} are {r} the {y}?",
        "There is a {y}; how many {xs} are {r} it?",
    ),
    "exist": (
        "Are there any {xs} {r} the {y}?",
        "Are there any {xs} that are {r} the {y}?",
        "There is a {y}; are there any {xs} {r} it?",
    ),
}
_SINGLE_AND = {
    "query": (
        "What {p} is the {x} that is {b}{r} the {y} and {r2} the {y2}?",
        "What is the {p} of the {x} that is {b}{r} the {y} and {r2} the {y2}?",
        "There is a {x} that is {b}{r} the {y} and {r2} the {y2}?; what {p} is it?",
        "There is a {x} that is {b}{r} the {y} and {r2} the {y2}?; what is its {p}?",
    ),
    "count": (
        "How many {xs} are {b}{r} the {y} and {r2} the {y2}?",
        "What number of {xs} are {b}{r} the {y} and {r2} the {y2}?",
    ),
    "exist": ("Are there any {xs} that are {b}{r} the {y} and {r2} the {y2}?",),
}


@lru_cache(maxsize=8192)
def _phrase(values: tuple[str, ...], noun: str) -> str:
    return " ".join((*values, noun))


class _View:
    """A scene's objects as bit masks: which have a value, which stand in a relation to which.

    A description is a set of bits over (color, location, component, type); `masks[i][d]` is the mask of the objects
    that share the values of object i in description d.
    """

    def __init__(self, things: Sequence[Thing], related: Mapping[str, list[list[int]]]) -> None:
        self.values = [(thing.color, thing.location, thing.component, thing.type) for thing in things]
        self.everything = (1 << len(things)) - 1
        having: dict[tuple[int, str], int] = {}
        for index, values in enumerate(self.values):
            for bit, value in enumerate(values):
                having[bit, value] = having.get((bit, value), 0) | 1 << index
        self.having = having
        self.masks = [self._shared(values) for values in self.values]
        self.unique = [[d for d in range(1, 16) if masks[d] == 1 << i] for i, masks in enumerate(self.masks)]
        self.referable = [i for i, descriptions in enumerate(self.unique) if descriptions]
        self.related = {name: [sum(1 << j for j in row) for row in rows] for name, rows in related.items()}

    def _shared(self, values: tuple[str, ...]) -> list[int]:
        masks = [self.everything] * 16
        for description in range(1, 16):
            low = description & -description
            masks[description] = (
                masks[description ^ low] & self.having[low.bit_length() - 1, values[low.bit_length() - 1]]
            )
        return masks


def _describe(values: tuple[str, ...], description: int, rng: random.Random) -> str:
    """Return "red top-mid gut thing": the values a description names, and a noun that says no more than it."""
    noun = values[3] if description & 8 else ("thing", "object")[rng.random() < 0.5]
    return _phrase(tuple(values[bit] for bit in range(3) if description >> bit & 1), noun)


def question_lines(
    things: Sequence[Thing],
    related: Mapping[str, list[list[int]]],
    triplets: Sequence[tuple[str, str, str]],
    rng: random.Random,
) -> list[str]:
    """Return the lines of one frame's file. `related` is `graph.relationships(things, triplets)`."""
    lines = [*_scene_lines(things), *_triplet_lines(triplets), *_location_lines(things)]
    wanted = rng.randint(*LINES)
    view = _View(things, related)
    seen = set()
    for _ in range(_ATTEMPTS * wanted):
        if len(lines) >= wanted:
            break
        template = rng.choices(*_TEMPLATES)[0]
        kind = rng.choices(*_KINDS)[0]
        asked = _ask(view, template, kind, rng)
        if asked and asked[0] not in seen:
            seen.add(asked[0])
            lines.append(f"{asked[0]}|{asked[1]}|{template}.json|{kind}|{_RELATE[template]}")
    return lines


def _scene_lines(things: Sequence[Thing]) -> Iterator[str]:
    for kind, question in (
        ("anatomy", "Which anatomical structures are present?"),
        ("instrument", "Which tools are present?"),
    ):
        names = dict.fromkeys(thing.component for thing in things if thing.type == kind)
        if names:
            yield f"{question}|{', '.join(names)}"


def _triplet_lines(triplets: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Ask who does what to what, where one answer alone is right."""
    for ask, column, answer in (
        ("What is the {} doing?", 0, 1),
        ("Which tool is operating on {}", 2, 0),
        ("What is the action being performed on {}?", 2, 1),
        ("Which target is being {} in the scene?", 1, 2),
    ):
        for known in dict.fromkeys(triplet[column] for triplet in triplets):
            found = {triplet[answer] for triplet in triplets if triplet[column] == known}
            if len(found) == 1:
                yield f"{ask.format(participle(known) if column == 1 else known)}|{found.pop()}"


def _location_lines(things: Sequence[Thing]) -> Iterator[str]:
    places = [thing.location for thing in things if thing.type == "anatomy"]
    for thing in things:
        if thing.type == "anatomy" and places.count(thing.location) == 1:
            x, y = thing.center
            yield f"What anatomy is at the {thing.location} of the frame ?|{thing.component}|[{x}, {y}]"


def _ask(view: _View, template: str, kind: str, rng: random.Random) -> tuple[str, str] | None:
    """Return a question and its answer, None where the draw led to none."""
    hops = ("zero_hop", "one_hop", "single_and").index(template)
    if len(view.referable) < hops:
        return None
    candidates = view.everything
    slots = {"b": ("both ", "")[rng.random() < 0.5]}
    for slot, index in zip(("", "2"), rng.sample(view.referable, hops), strict=False):
        # Relations that hold for something are drawn twice as often, else most counts would be 0.
        relation = rng.choice(_SPATIAL)
        if not view.related[relation][index] & candidates:
            relation = rng.choice(_SPATIAL)
        candidates &= view.related[relation][index]
        slots["r" + slot] = rng.choice(_RELATION_WORDS.get(relation, (relation,)))
        slots["y" + slot] = _describe(view.values[index], rng.choice(view.unique[index]), rng)
    found = _select(view, kind, candidates, rng)
    if found is None:
        return None
    values, description, answer = found
    noun = _describe(values, description, rng)
    slots |= {"x": noun, "xs": noun + "s", "p": _PROPERTY.get(kind, "")}
    forms = (_ZERO_HOP, _ONE_HOP, _SINGLE_AND)[hops]
    return rng.choice(forms[kind] if kind in forms else forms["query"]).format_map(slots), answer


_SPATIAL = ("above", "below", "left", "right", "left", "right", "within", "within", "horizontal", "vertical")


def _select(view: _View, kind: str, candidates: int, rng: random.Random) -> tuple[tuple[str, ...], int, str] | None:
    """Choose what to say of the object asked about; return its values, what to say of them, and the answer."""
    inside = [index for index in range(len(view.values)) if candidates >> index & 1]
    if kind in ("count", "exist"):
        # Half of the time after something that is there, else after anything the scene has.
        source = inside if inside and rng.random() < 0.5 else range(len(view.values))
        index = rng.choice(source)
        description = rng.choice(_LOOSE)
        count = (view.masks[index][description] & candidates).bit_count()
        if kind == "exist":
            return view.values[index], description, str(count > 0)
        return (view.values[index], description, str(count)) if count <= MAX_COUNT else None
    if not inside:
        return None
    index = rng.choice(inside)
    allowed = [d for d in range(16) if not d & _HIDDEN[kind] and view.masks[index][d] & candidates == 1 << index]
    if not allowed:
        return None
    value = {"query_component": 2, "query_color": 0, "query_type": 3, "query_location": 1}[kind]
    return view.values[index], rng.choice(allowed), view.values[index][value]


_LOOSE = (0, 8, 8, 8, 1, 2, 9, 10, 4, 12)
"""Descriptions for counting: mostly loose ones, as a close one is met by one object or none."""
