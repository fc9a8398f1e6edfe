"""Outlines of what the phantom draws: borders of structures, shafts and tips of instruments.

Pure geometry on the frame's pixel plane, x to the right and y down. The scene graph and the drawing
use the same outlines, so a bounding box is that of the pixels one sees.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.benchmarks.phantom.world import CIRCLE, Appearance

Polygon = list[tuple[float, float]]

_ANGLES = np.arange(64) * (2 * math.pi / 64)
_WAVES = np.array([wave(k * _ANGLES) for k in range(2, 9) for wave in (np.cos, np.sin)])
_ROUND = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)])
_MAX_DENT = 0.45
"""Fraction of the radius; a deeper dent would cut a structure in two."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A place, an orientation and two half axes: where a structure or a shaft lies."""

    x: float
    y: float
    angle: float
    long: float
    short: float


def structure_frame(appearance: Appearance, place: tuple[float, float], angle: float) -> Frame:
    """Return the ellipse that a structure's border wanders around."""
    radius, stretch = math.exp(appearance.size), math.exp(appearance.elongation / 2)
    return Frame(place[0], place[1], angle, radius * stretch, radius / stretch)


def structure_outline(appearance: Appearance, frame: Frame, rng: random.Random) -> NDArray[np.float64]:
    """Return the border of a structure, (64, 2): an ellipse with waves 2 to 8 of the wanted root mean square."""
    # Low waves are strongest, as a border is rather lobed than serrated.
    weights = np.array([rng.gauss(0.0, 1.0) / math.sqrt(k) for k in range(2, 9) for _ in range(2)])
    wander = weights @ _WAVES
    wander *= math.exp(appearance.irregularity) / math.sqrt(float(wander @ wander) / len(wander))
    along, across = _ROUND * (1 + np.clip(wander, -_MAX_DENT, _MAX_DENT))
    along, across = along * frame.long, across * frame.short
    cosine, sine = math.cos(frame.angle), math.sin(frame.angle)
    return np.stack([frame.x + along * cosine - across * sine, frame.y + along * sine + across * cosine], axis=1)


def shaft_frame(tip: tuple[float, float], entry: float, width: float) -> Frame:
    """Return the shaft that enters the field of view at the angle `entry` of its border and ends at `tip`."""
    x, y, radius = CIRCLE
    start = (x + 1.15 * radius * math.cos(entry), y + 1.15 * radius * math.sin(entry))
    dx, dy = tip[0] - start[0], tip[1] - start[1]
    middle = (tip[0] + start[0]) / 2, (tip[1] + start[1]) / 2
    return Frame(*middle, math.atan2(dy, dx), math.hypot(dx, dy) / 2, width / 2)


def instrument_outlines(component: str, shaft: Frame) -> list[Polygon]:
    """Return the polygons of an instrument, shaft first; the others make its tip."""
    reach, half = shaft.long, shaft.short
    parts: list[Polygon] = [[(-reach, -half), (reach - 4 * half, -half), (reach - 4 * half, half), (-reach, half)]]
    parts += [[(reach + a * half, b * half) for a, b in part] for part in _TIPS[component]]
    cosine, sine = math.cos(shaft.angle), math.sin(shaft.angle)
    return [[(shaft.x + a * cosine - b * sine, shaft.y + a * sine + b * cosine) for a, b in part] for part in parts]


_JAW = [(-4.0, 0.9), (-2.2, 1.25), (0.0, 0.55), (-0.4, 0.15), (-2.2, 0.5), (-4.0, 0.1)]


def _opened(jaw: Polygon, angle: float) -> list[Polygon]:
    """Return a jaw and its mirror image, each turned away from the axis around the hinge."""
    turned = [
        (
            -4 + (a + 4) * math.cos(angle) - b * math.sin(angle),
            (a + 4) * math.sin(angle) + b * math.cos(angle),
        )
        for a, b in jaw
    ]
    return [turned, [(a, -b) for a, b in turned]]


_TIPS: dict[str, list[Polygon]] = {
    "grasper": _opened(_JAW, 0.25),
    "hook": [
        [(-4.0, -0.35), (0.0, -0.35), (0.0, 0.3), (-4.0, 0.3)],
        [(-0.7, -0.35), (0.0, -0.35), (0.0, 2.2), (-0.7, 2.2)],
    ],
    "bipolar": _opened([(-4.0, 0.7), (-0.8, 0.8), (0.0, 0.3), (-0.8, 0.1), (-4.0, 0.1)], 0.3),
    "clipper": [
        [(-4.0, -0.8), (-0.6, -1.5), (0.0, -1.3), (-0.3, -0.6), (-2.6, -0.2), (-2.6, 0.2), (-0.3, 0.6), (0.0, 1.3),
         (-0.6, 1.5), (-4.0, 0.8)],
    ],
    "scissors": _opened([(-4.0, 0.6), (0.0, 0.05), (-4.0, 0.0)], 0.42),
    "irrigator": [[(-4.0, -1.0), (-0.4, -1.0), (0.0, -0.5), (0.0, 0.5), (-0.4, 1.0), (-4.0, 1.0)]],
    "specimen_bag": [
        [(-4.0, -1.0), (-2.6, -4.6), (1.8, -5.2), (4.6, -3.2), (5.4, 0.4), (4.2, 3.6), (1.2, 5.0), (-2.8, 4.4),
         (-4.0, 1.0)],
    ],
}  # fmt: skip
"""Tips as polygons in units of half a shaft's width: along the shaft (0 at the tip), and across it."""
