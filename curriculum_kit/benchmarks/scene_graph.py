"""What a scene graph says about a question: its right answers, and the labels that are right too.

Reads the scene graph of one image, as SSG-VQA publishes it, and a question that `scene_questions`
understands. Turns away what is no scene graph (`ValueError`). Sets of objects are bit masks, because
this runs once per question of a benchmark with a million of them.

Relations follow CLEVR: `relationships[relation][i]` lists the objects that stand in the relation to
object i. Published graphs are incomplete (no colours, relations left out), so `also_right` is
three-valued: what the graph does not say counts as possibly true.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from curriculum_kit.benchmarks.scene_questions import Asked, Filters, ParsedQuestion, parse
from curriculum_kit.labels import fold_label

ATTRIBUTES = ("component", "type", "color", "location")
ONE_WAY = frozenset({"above", "below", "left", "right"})
"""Relations whose direction published graphs keep. All others are possible if either direction is listed:
in SSG-VQA `within` is listed now from the container, now from what it contains, and `horizontal` once per pair."""

_TRIPLET_COLUMN = {Asked.TOOL: 0, Asked.ACTION: 1, Asked.TARGET: 2}

_fold = lru_cache(maxsize=1024)(fold_label)


@lru_cache(maxsize=1024)
def _key(label: str) -> str:
    """SSG-VQA writes both `specimen_bag` and `specimenbag`, sometimes of one frame."""
    return label.replace(" ", "")


@dataclass(frozen=True, slots=True)
class Scene:
    """The objects of an image, their relations and who does what.

    `values[attribute][i]` is the canonical value of object i, None where the graph is silent.
    `members[attribute, value]` is the mask of the objects with a value, `members[attribute, None]` of those
    without any. `related[relation][i]` is the mask of the objects in `relation` to object i. `triplets` are
    (tool, action, target).
    """

    values: Mapping[str, tuple[str | None, ...]]
    members: Mapping[tuple[str, str | None], int]
    related: Mapping[str, tuple[int, ...]]
    triplets: tuple[tuple[str, str, str], ...]

    @property
    def everything(self) -> int:
        """The mask of all objects."""
        return (1 << len(self.values["component"])) - 1

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a scene graph file with one scene; raise `ValueError` where it is anything else."""
        try:
            graph = json.loads(text)
        except RecursionError:
            raise ValueError("nested too deeply to be a scene graph") from None
        scenes = graph.get("scenes") if isinstance(graph, dict) else None
        if not isinstance(scenes, list) or len(scenes) != 1 or not isinstance(scenes[0], dict):
            raise ValueError("no scene graph: `scenes` must hold one scene")
        objects = scenes[0].get("objects")
        if not isinstance(objects, list) or not all(isinstance(thing, dict) for thing in objects):
            raise ValueError("no scene graph: `objects` must be a list of objects")
        values = {attribute: tuple(_text(thing.get(attribute)) for thing in objects) for attribute in ATTRIBUTES}
        if None in values["component"]:
            raise ValueError("no scene graph: an object has no component")
        members: dict[tuple[str, str | None], int] = {}
        for attribute, column in values.items():
            for index, value in enumerate(column):
                key = attribute, value and _key(value)
                members[key] = members.get(key, 0) | 1 << index
        related = _related(scenes[0].get("relationships"), len(objects))
        return cls(values, members, related, _triplets(graph.get("info")))


def _text(value: object) -> str | None:
    return (_fold(value) or None) if isinstance(value, str) else None


def _related(relationships: object, count: int) -> dict[str, tuple[int, ...]]:
    if relationships is None:
        return {}
    if not isinstance(relationships, dict):
        raise ValueError("no scene graph: `relationships` must be an object")
    related = {}
    for relation, rows in relationships.items():
        if not isinstance(rows, list) or len(rows) != count or not all(isinstance(row, list) for row in rows):
            raise ValueError(f"no scene graph: relation {relation!r} must have a list for each of {count} objects")
        if not all(type(j) is int and 0 <= j < count for row in rows for j in row):
            raise ValueError(f"no scene graph: relation {relation!r} names an object that is not there")
        related[relation] = tuple(sum(1 << j for j in set(row)) for row in rows)
    return related


def _triplets(info: object) -> tuple[tuple[str, str, str], ...]:
    rows = info.get("triplet") if isinstance(info, dict) else None
    parts = [
        [_fold(part) for part in row.split(",")]
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, str)
    ]
    return tuple((tool, action, target) for tool, action, target in (row for row in parts if len(row) == 3))


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _fits(filters: Filters, scene: Scene) -> tuple[int, int]:
    """Return the masks of the objects that certainly and that possibly fit."""
    certain = possible = scene.everything
    for attribute in ATTRIBUTES:
        wanted = getattr(filters, attribute)
        if wanted is not None:
            having = scene.members.get((attribute, _key(wanted)), 0)
            certain &= having
            possible &= having | scene.members.get((attribute, None), 0)
    return certain, possible


def _possible(question: ParsedQuestion, scene: Scene) -> int:
    """Return the mask of the objects that may be meant; 0 where a reference is not in the scene."""
    _, mask = _fits(question.filters, scene)
    for relation, filters in question.relations:
        _, references = _fits(filters, scene)
        rows = scene.related.get(relation)
        reached = 0
        for index in _bits(references):
            reached |= scene.everything & ~(1 << index) if rows is None else rows[index]
        if rows is not None and relation not in ONE_WAY:
            reached |= sum(1 << index for index, row in enumerate(rows) if row & references)
        mask &= reached
    return mask


def _certain(question: ParsedQuestion, scene: Scene) -> int | None:
    """Return the mask of the objects meant, None where the graph cannot say or a reference is not unique."""
    mask, possible = _fits(question.filters, scene)
    if mask != possible:
        return None
    for relation, filters in question.relations:
        reference, possible = _fits(filters, scene)
        rows = scene.related.get(relation)
        if reference != possible or reference.bit_count() != 1 or rows is None:
            return None
        mask &= rows[reference.bit_length() - 1]
    return mask


def _of_triplets(question: ParsedQuestion, scene: Scene) -> set[str | None]:
    """Return the tools, actions or targets that fit a question about an action."""
    wanted = tuple(value and _key(value) for value in (question.tool, question.action, question.target))
    column = _TRIPLET_COLUMN[question.asked]
    return {
        triplet[column]
        for triplet in scene.triplets
        if all(want is None or want == _key(have) for want, have in zip(wanted, triplet, strict=True))
        and not triplet[column].startswith("null ")  # CholecT45's names for "no action" and "no target"
    }


def _of_objects(asked: Asked, mask: int, scene: Scene) -> set[str | None]:
    column = scene.values[asked.value]
    return {column[index] for index in _bits(mask)}


def answers(question: str, scene: Scene) -> frozenset[str] | None:
    """Return every right answer as canonical text ("2", "true", "red", "cystic plate").

    None where the question is not understood, a reference is not exactly one object, or the graph
    lacks what would decide it. A question after one object has several answers here if several fit.
    """
    parsed = parse(question)
    if parsed is None:
        return None
    if parsed.asked in _TRIPLET_COLUMN:
        found = _of_triplets(parsed, scene)
        return frozenset(value for value in found if value) or None
    mask = _certain(parsed, scene)
    if mask is None:
        return None
    if parsed.asked is Asked.COUNT:
        return frozenset({str(mask.bit_count())})
    if parsed.asked is Asked.EXIST:
        return frozenset({"true" if mask else "false"})
    found = _of_objects(parsed.asked, mask, scene)
    return None if None in found else frozenset(value for value in found if value)


def also_right(question: str, answer: str, scene: Scene) -> frozenset[str] | None:
    """Return the labels other than `answer` (canonical) that the scene shows, or cannot exclude, to be right.

    None where nothing can be said: the question is not understood, nothing in the scene fits it, or the
    graph lacks the very thing asked for. Counts and yes or no exclude each other, so they give the empty set.
    """
    parsed = parse(question)
    if parsed is None:
        return None
    if parsed.asked in (Asked.COUNT, Asked.EXIST):
        return frozenset()
    if parsed.asked in _TRIPLET_COLUMN:
        found = _of_triplets(parsed, scene)
    else:
        mask = _possible(parsed, scene)
        found = _of_objects(parsed.asked, mask, scene)
        if None in found:
            # The one object that fits has the answer's value, whatever the graph fails to say about it.
            return frozenset() if mask.bit_count() == 1 else None
    own = _key(answer)
    return frozenset(value for value in found if value and _key(value) != own) if found else None
