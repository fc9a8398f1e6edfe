"""The scene graph of a phantom scene, in the JSON of SSG-VQA's release.

`relationships[relation][i]` lists the objects j of which "j is RELATION i" holds, as in CLEVR. `color` is
a key of the phantom's own: the published graphs have none, though their questions name colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from curriculum_kit.benchmarks.phantom.scenes import APART, PhantomScene, Thing

WITHIN = 0.8
"""Fraction of an object's box that must lie in another's for it to be within it."""

SPATIAL = ("above", "below", "left", "right", "horizontal", "vertical", "within")


def spatial_relations(one: Thing, other: Thing) -> Iterator[str]:
    """Yield the relations that `one` is in to `other`. Beside each other (or one above the other) is neither in."""
    dx, dy = one.center[0] - other.center[0], one.center[1] - other.center[1]
    within = _share_inside(one, other) >= WITHIN
    if abs(dy) > APART:
        yield "above" if dy < 0 else "below"
    if abs(dx) > APART:
        yield "left" if dx < 0 else "right"
    if within:
        yield "within"
    elif (abs(dx) > APART) != (abs(dy) > APART) and _share_inside(other, one) < WITHIN:
        yield "horizontal" if abs(dx) > APART else "vertical"


def _share_inside(one: Thing, other: Thing) -> float:
    """Return the fraction of one box that lies in the other. Boxes hold both of their ends."""
    ax0, ay0, ax1, ay1 = one.box
    bx0, by0, bx1, by1 = other.box
    width = (ax1 if ax1 < bx1 else bx1) - (ax0 if ax0 > bx0 else bx0) + 1
    height = (ay1 if ay1 < by1 else by1) - (ay0 if ay0 > by0 else by0) + 1
    return width * height / ((ax1 - ax0 + 1) * (ay1 - ay0 + 1)) if width > 0 and height > 0 else 0.0


def relationships(things: Sequence[Thing], triplets: Sequence[tuple[str, str, str]]) -> dict[str, list[list[int]]]:
    """Return every spatial relation, and each action that is going on (from the tool to its target)."""
    found: dict[str, list[list[int]]] = {relation: [[] for _ in things] for relation in SPATIAL}
    for i, other in enumerate(things):
        for j, one in enumerate(things):
            if i != j:
                for relation in spatial_relations(one, other):
                    found[relation][i].append(j)
    for action in dict.fromkeys(action for _, action, _ in triplets):
        deeds = {(tool, target) for tool, done, target in triplets if done == action}
        found[action] = [
            [j for j, target in enumerate(things) if (tool.component, target.component) in deeds] for tool in things
        ]
    return found


def graph_json(scene: PhantomScene) -> dict[str, Any]:
    """Return the scene graph file of a scene, ready for `json.dumps`."""
    objects = [
        {
            "bbox": list(thing.box),
            "component": thing.component,
            "type": thing.type,
            "center": list(thing.center),
            "location": thing.location,
            "color": thing.color,
        }
        for thing in scene.things
    ]
    return {
        "scenes": [
            {
                "objects": objects,
                "image_filename": scene.name,
                "relationships": relationships(scene.things, scene.triplets),
            }
        ],
        "info": {
            "split": "new",
            "image_index": 0,
            "image_filename": [scene.name],
            "triplet": [",".join(triplet) for triplet in scene.triplets],
        },
    }
