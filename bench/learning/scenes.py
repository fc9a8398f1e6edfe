"""Pictures of the phantom's structures as the model was taught them, and shifted: other colours, more noise."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageOps

from curriculum_kit.benchmarks.phantom.drawing import draw
from curriculum_kit.benchmarks.phantom.scenes import PhantomScene, Piece, sample_scene
from curriculum_kit.benchmarks.phantom.world import STRUCTURES, confusability
from curriculum_kit.labels import fold_label

SIDE = 56
"""Pixels. A region of a structure is scaled to this, its longer side, and the rest stays black."""

NAMES = tuple(sorted(STRUCTURES))
LABELS = tuple(fold_label(name) for name in NAMES)

_COLOR = ("lightness", "redness", "yellowness")


@dataclasses.dataclass(frozen=True)
class Shift:
    """How scenes differ from those of the lessons."""

    color: float = 0.0
    """How far the mean colour of a structure moves to that of its look-alike, 0 to 1."""
    noise: float = 0.0
    """Standard deviation of what is added to each pixel and channel, of 255."""


def look_alikes() -> dict[str, str]:
    """Return for each structure the one that it is most easily confused with."""
    known = confusability()
    return {
        name: max(
            (other for other in NAMES if other != name), key=lambda other: known[min(name, other), max(name, other)]
        )
        for name in NAMES
    }


def regions(seed: int, frame: int, shift: Shift, wanted: str | None = None) -> Iterator[tuple[str, Image.Image]]:
    """Yield the structures that are seen in a scene, or those of the kind `wanted`, with the region of each."""
    scene = sample_scene(seed, "VID01", frame)
    seen = [thing for thing in scene.things if thing.component in STRUCTURES and wanted in (None, thing.component)]
    if not seen:
        return
    picture = draw(_recolored(scene, shift.color), random.Random(f"{seed}/{frame}/drawing"))
    for number, thing in enumerate(seen):
        x0, y0, x1, y1 = thing.box
        region = ImageOps.pad(picture.crop((x0, y0, x1 + 1, y1 + 1)), (SIDE, SIDE))
        yield thing.component, _noisy(region, shift.noise, (seed, frame, number))


def one_of_each(seed: int, count: int, shift: Shift) -> Iterator[tuple[str, Image.Image]]:
    """Yield `count` structures, all kinds in turn, each from a scene of its own: so no answer is likelier."""
    frames = itertools.count()
    for name in itertools.islice(itertools.cycle(NAMES), count):
        yield next(found for frame in frames for found in regions(seed, frame, shift, name))


def _recolored(scene: PhantomScene, share: float) -> PhantomScene:
    """Move the colours of all structures towards those of their look-alikes; where things lie stays as it was."""
    alike = look_alikes()

    def moved(piece: Piece) -> Piece:
        if piece.appearance is None:
            return piece
        own, other = STRUCTURES[piece.component].mean, STRUCTURES[alike[piece.component]].mean
        color = {
            name: getattr(piece.appearance, name) + share * (getattr(other, name) - getattr(own, name))
            for name in _COLOR
        }
        return dataclasses.replace(piece, appearance=piece.appearance._replace(**color))

    return dataclasses.replace(scene, pieces=[moved(piece) for piece in scene.pieces])


def _noisy(region: Image.Image, deviation: float, seed: tuple[int, ...]) -> Image.Image:
    if not deviation:
        return region
    pixels = np.asarray(region, np.float32)
    noise = np.random.default_rng(seed).normal(0.0, deviation, pixels.shape)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))
