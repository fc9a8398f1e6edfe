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
from curriculum_kit.benchmarks.phantom.wording import RELATION_WORDS, word
from curriculum_kit.benchmarks.scene_questions import participle

LINES = (28, 49)
"""Fewest and most lines of a frame, evenly spread: 38.4 on average with the few frames that run out of questions."""

MAX_COUNT = 10
"""The highest count among SSG-VQA's answers."""

_TEMPLATES = (("zero_hop", "one_hop", "single_and"), (3, 8, 7))
_KINDS = (("count", "exist", "query_component", "query_color", "query_type", "query_location"), (5, 3, 6, 3, 2, 1))
_HOPS = {"zero_hop": 0, "one_hop": 1, "single_and": 2}
_RELATE = {"zero_hop": "NA", "one_hop": "relate_spatial", "single_and": "NA"}
_ATTEMPTS = 12
"""Tries per wanted line before a frame is taken to have no more questions."""

_HIDDEN = {"query_component": 0b0100, "query_color": 0b0001, "query_type": 0b1100, "query_location": 0b0010}
"""What the asked-for object may not be described by: bits for color, location, component and type."""

_VALUE = {"query_color": 0, "query_location": 1, "query_component": 2, "query_type": 3}
_SPATIAL = ("above", "below", "left", "right", "left", "right", "within", "within", "horizontal", "vertical")
_LOOSE = (0, 8, 8, 8, 1, 2, 9, 10, 4, 12)
"""Descriptions for counting: mostly loose ones, as a close one is met by one object or none."""


class _View:
    """A scene's objects as bit masks: which have a value, which stand in a relation to which.

    A description is a set of bits over (color, location, component, type): 5 says color and component.
    `masks[i][d]` is the mask of the objects that share the values of object i in description d, `unique[i]`
    holds the descriptions that fit object i alone.
    """

    def __init__(self, things: Sequence[Thing], related: Mapping[str, list[list[int]]]) -> None:
        self.values = [(thing.color, thing.location, thing.component, thing.type) for thing in things]
        self.everything = (1 << len(things)) - 1
        having: dict[tuple[int, str], int] = {}
        for index, values in enumerate(self.values):
            for key in enumerate(values):
                having[key] = having.get(key, 0) | 1 << index
        self.masks = [self._shared([having[key] for key in enumerate(values)]) for values in self.values]
        self.unique = [[d for d in range(1, 16) if masks[d] == 1 << i] for i, masks in enumerate(self.masks)]
        self.referable = [i for i, descriptions in enumerate(self.unique) if descriptions]
        self.related = {name: [sum(1 << j for j in row) for row in rows] for name, rows in related.items()}

    def _shared(self, having: Sequence[int]) -> list[int]:
        masks = [self.everything] * 16
        for description in range(1, 16):
            lowest = description & -description
            masks[description] = masks[description ^ lowest] & having[lowest.bit_length() - 1]
        return masks


@lru_cache(maxsize=8192)
def _phrase(values: tuple[str, ...], noun: str) -> str:
    return " ".join((*values, noun))


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
    hops = _HOPS[template]
    if len(view.referable) < hops:
        return None
    candidates = view.everything
    slots = {"b": ("both ", "")[rng.random() < 0.5]}
    for slot, index in zip(("", "2"), rng.sample(view.referable, hops), strict=False):
        # A relation that leaves nothing is drawn once more, else most counts would be 0.
        relation = rng.choice(_SPATIAL)
        if not view.related[relation][index] & candidates:
            relation = rng.choice(_SPATIAL)
        candidates &= view.related[relation][index]
        slots["r" + slot] = rng.choice(RELATION_WORDS.get(relation, (relation,)))
        slots["y" + slot] = _describe(view.values[index], rng.choice(view.unique[index]), rng)
    found = _select(view, kind, candidates, rng)
    if found is None:
        return None
    values, description, answer = found
    noun = _describe(values, description, rng)
    slots |= {"x": noun, "xs": noun + "s"}
    return word(template, kind, slots, rng), answer


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
    return view.values[index], rng.choice(allowed), view.values[index][_VALUE[kind]]
