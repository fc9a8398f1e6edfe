"""What a frame of the phantom shows, and the scene graph that says so.

A scene depends on (seed, video, frame) alone. Its objects are what is left to see: everything is
painted back to front into a map of labels, and boxes are read off that map.
"""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from curriculum_kit.benchmarks.phantom import shapes
from curriculum_kit.benchmarks.phantom.world import (
    CIRCLE,
    HEIGHT,
    INSTRUMENTS,
    STRUCTURES,
    WIDTH,
    Appearance,
    color_word,
    sample_appearance,
)

APART = 40
"""Pixels between two centres from which on one is above, below, left or right of the other, as in SSG-VQA's graphs."""

MIN_VISIBLE = 0.35
"""Fraction of an outline's area; of what shows less, nobody could say what it is, and the graph leaves it out."""

_MARGIN = 25
"""Pixels between the middle of a thing and the border of the view, at least."""

_INSTRUMENTS_AT_ONCE = ((1, 2, 3), (5, 4, 1))


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that is painted: a structure with its appearance or an instrument without one."""

    component: str
    frame: shapes.Frame
    outlines: list[shapes.Polygon]
    appearance: Appearance | None
    depth: float

    @property
    def color(self) -> str:
        """The word for its colour."""
        return color_word(self.appearance) if self.appearance else INSTRUMENTS[self.component].color


@dataclass(frozen=True, slots=True)
class Thing:
    """One object of the scene graph. `box` is x0, y0, x1, y1 in pixels, both ends included."""

    component: str
    type: str
    color: str
    location: str
    box: tuple[int, int, int, int]
    center: tuple[float, float]


@dataclass(frozen=True, slots=True)
class PhantomScene:
    """A frame before it is drawn. `labels` (240, 430) holds 1 + the index of the piece seen there, else 0."""

    name: str
    pieces: list[Piece]
    labels: NDArray[np.uint8]
    things: list[Thing]
    triplets: list[tuple[str, str, str]]


@functools.cache
def outside() -> Image.Image:
    """Return the mask of what lies beyond the field of view."""
    x, y, radius = CIRCLE
    rows, columns = np.ogrid[:HEIGHT, :WIDTH]
    return Image.fromarray((columns - x) ** 2 + (rows - y) ** 2 > radius**2)


def location_of(center: tuple[float, float]) -> str:
    """Return the cell of a 3 x 3 grid that a point lies in.

    >>> location_of((10, 10)), location_of((215, 120)), location_of((429, 120))
    ('top-left', 'center', 'mid-right')
    """
    column = ("left", "mid", "right")[min(int(center[0] * 3 / WIDTH), 2)]
    row = ("top", "mid", "bottom")[min(int(center[1] * 3 / HEIGHT), 2)]
    return "center" if (row, column) == ("mid", "mid") else f"{row}-{column}"


def sample_scene(seed: int, video: str, frame: int) -> PhantomScene:
    """Return the scene of one frame of one video."""
    rng = random.Random(f"{seed}/{video}/{frame}/scene")
    pieces = sorted(_anatomy(rng), key=lambda piece: piece.depth)
    placed = len(pieces)
    deeds = []
    names, weights = list(INSTRUMENTS), [known.weight for known in INSTRUMENTS.values()]
    for _ in range(rng.choices(*_INSTRUMENTS_AT_ONCE)[0]):
        name = rng.choices(names, weights)[0]
        target = rng.randrange(placed)
        deeds.append((len(pieces), rng.choice(INSTRUMENTS[name].actions or [""]), target))
        pieces.append(_instrument(name, pieces[target], rng))
    labels, areas = _paint(pieces)
    kept = {index: box for index, piece in enumerate(pieces) if (box := _seen(index, piece, labels, areas))}
    things = [_thing(pieces[index], box) for index, box in kept.items()]
    triplets = [
        (pieces[tool].component, action, pieces[target].component)
        for tool, action, target in deeds
        if action and tool in kept and target in kept
    ]
    return PhantomScene(f"{video}_{frame}", pieces, labels, things, list(dict.fromkeys(triplets)))


def _anatomy(rng: random.Random) -> list[Piece]:
    """Return structures at random places, one over the other at random.

    Were their places their own, as in a body, so would be their neighbours, and these would tell a structure to
    who has never learned what it looks like.
    """
    pieces: list[Piece] = []
    while len(pieces) < 3:
        pieces = []
        for name, known in STRUCTURES.items():
            for _ in range((rng.random() < known.presence) + (rng.random() < known.doubled)):
                look = sample_appearance(name, rng)
                frame = shapes.structure_frame(look, _somewhere(rng), rng.uniform(0, math.pi))
                outline = shapes.structure_outline(look, frame, rng).tolist()
                pieces.append(Piece(name, frame, [list(map(tuple, outline))], look, rng.random()))
    return pieces


def _somewhere(rng: random.Random) -> tuple[float, float]:
    """Return a point in the field of view, not too near its border."""
    while True:
        x, y = rng.uniform(_MARGIN, WIDTH - _MARGIN), rng.uniform(_MARGIN, HEIGHT - _MARGIN)
        if math.hypot(x - CIRCLE[0], y - CIRCLE[1]) < CIRCLE[2] - _MARGIN:
            return x, y


def _inside(place: tuple[float, float]) -> tuple[float, float]:
    """Pull a point into the field of view."""
    x, y, radius = CIRCLE
    down = min(max(place[1], _MARGIN), HEIGHT - _MARGIN)
    half = math.sqrt((radius - _MARGIN) ** 2 - (down - y) ** 2)
    return min(max(place[0], x - half), x + half), down


def _instrument(name: str, target: Piece, rng: random.Random) -> Piece:
    aim = (
        target.frame.x + rng.gauss(0, 0.35 * target.frame.short),
        target.frame.y + rng.gauss(0, 0.35 * target.frame.short),
    )
    # Trocars lie to the sides and below: no shaft hangs down from the top of the view.
    entry = rng.choice((rng.uniform(-0.35, 0.55), rng.uniform(2.6, 3.5), rng.uniform(0.55, 2.6)))
    shaft = shapes.shaft_frame(_inside(aim), entry, rng.uniform(14, 24))
    return Piece(name, shaft, shapes.instrument_outlines(name, shaft), None, math.inf)


def _paint(pieces: Sequence[Piece]) -> tuple[NDArray[np.uint8], list[int]]:
    """Return the map of labels, and how many pixels of each label are seen."""
    canvas = Image.new("L", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(canvas)
    for index, piece in enumerate(pieces):
        for outline in piece.outlines:
            draw.polygon(outline, fill=index + 1)
    canvas.paste(0, mask=outside())
    return np.asarray(canvas), canvas.histogram()


def _area(outlines: Sequence[shapes.Polygon]) -> float:
    """Return the sum of the polygons' areas (shoelace formula)."""
    return sum(
        abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(outline, outline[1:] + outline[:1], strict=True))) / 2
        for outline in outlines
    )


def _seen(
    index: int, piece: Piece, labels: NDArray[np.uint8], areas: Sequence[int]
) -> tuple[int, int, int, int] | None:
    """Return the box of what is seen of a piece, None where that is too little."""
    if areas[index + 1] < 40 or areas[index + 1] < MIN_VISIBLE * _area(piece.outlines):
        return None
    xs = [x for outline in piece.outlines for x, _ in outline]
    ys = [y for outline in piece.outlines for _, y in outline]
    left, top = max(int(min(xs)) - 1, 0), max(int(min(ys)) - 1, 0)
    found = labels[top : int(max(ys)) + 2, left : int(max(xs)) + 2] == index + 1
    columns, rows = np.flatnonzero(found.any(axis=0)), np.flatnonzero(found.any(axis=1))
    return left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]), top + int(rows[-1])


def _thing(piece: Piece, box: tuple[int, int, int, int]) -> Thing:
    center = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    kind = "anatomy" if piece.appearance else "instrument"
    return Thing(piece.component, kind, piece.color, location_of(center), box, center)
