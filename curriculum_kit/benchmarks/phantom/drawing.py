"""Draws a phantom scene as an endoscope would show it.

Reads a scene, whose map of labels says what is seen at each pixel, and gives an RGB image of 430 x 240.
Each structure shows the parameters of its appearance; light falls off towards the border of a round view.
"""

from __future__ import annotations

import functools
import math
import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from curriculum_kit.benchmarks.phantom.scenes import PhantomScene, Piece
from curriculum_kit.benchmarks.phantom.shapes import Frame
from curriculum_kit.benchmarks.phantom.world import CIRCLE, HEIGHT, WIDTH, Appearance

Pixels = NDArray[np.float32]

_BACKGROUND = (88.0, 34.0, 30.0)
_METAL: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "grasper": ((150, 152, 158), (176, 178, 184)),
    "hook": ((205, 203, 198), (128, 130, 136)),
    "bipolar": ((52, 92, 176), (172, 176, 184)),
    "clipper": ((128, 131, 140), (198, 200, 206)),
    "scissors": ((140, 142, 148), (208, 210, 216)),
    "irrigator": ((172, 175, 182), (150, 152, 158)),
    "specimen_bag": ((120, 122, 128), (222, 222, 216)),
}
"""RGB of shaft and of tip."""


def lab_to_rgb(lab: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return sRGB, 0 to 255, of a CIELAB colour (D65); what no screen shows is clipped.

    >>> [round(c) for c in lab_to_rgb((53.24, 80.09, 67.20))]
    [255, 0, 0]
    """
    middle = (lab[0] + 16) / 116
    x, y, z = (
        white * (f**3 if f > 6 / 29 else 3 * (6 / 29) ** 2 * (f - 4 / 29))
        for white, f in zip(
            (0.95047, 1.0, 1.08883), (middle + lab[1] / 500, middle, middle - lab[2] / 200), strict=True
        )
    )
    linear = (
        3.2406 * x - 1.5372 * y - 0.4986 * z,
        -0.9689 * x + 1.8758 * y + 0.0415 * z,
        0.0557 * x - 0.2040 * y + 1.0570 * z,
    )
    red, green, blue = (
        255 * min(max(12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055, 0.0), 1.0) for c in linear
    )
    return red, green, blue


@functools.cache
def _illumination() -> Pixels:
    """Return the gain (240, 430, 1) of the light: bright in the middle, black beyond the field of view."""
    x, y, radius = CIRCLE
    rows, columns = np.ogrid[:HEIGHT, :WIDTH]
    distance = np.sqrt((columns - x) ** 2 + (rows - y) ** 2) / radius
    edge = np.clip((1 - distance) * 40, 0, 1)
    gain = (1.08 - 0.42 * distance**2) * edge
    return np.asarray(gain[:, :, None].astype(np.float32))


def _waves(columns: int, rows: int, rng: random.Random) -> Pixels:
    """Return smooth random light and dark (240, 430), -1 to 1, with so many bumps across and down."""
    coarse = Image.frombytes("L", (columns, rows), rng.randbytes(columns * rows))
    levels = np.asarray(coarse.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC), dtype=np.float32)
    return np.asarray(levels / 128 - 1)


@dataclass(frozen=True)
class _Window:
    """The part of the frame where a piece is seen, as grids that broadcast to (height, width).

    `dx` (1, width) and `dy` (height, 1) are pixels from the piece's centre, `along` and `across` the same
    in its own axes; `broad` and `fine` are smooth noise, -1 to 1.
    """

    dx: Pixels
    dy: Pixels
    along: Pixels
    across: Pixels
    broad: Pixels
    fine: Pixels


def draw(scene: PhantomScene, rng: random.Random) -> Image.Image:
    """Return the frame of a scene. `rng` decides what the scene graph does not know: grain, folds, highlights."""
    broad, fine = _waves(12, 7, rng), _waves(32, 18, rng)
    canvas = np.array(_BACKGROUND, dtype=np.float32) * (1 + 0.3 * broad + 0.12 * fine)[:, :, None]
    for index, piece in enumerate(scene.pieces):
        seen = scene.labels == index + 1
        box = Image.fromarray(seen).getbbox()
        if box is None:
            continue
        area = (slice(box[1], box[3]), slice(box[0], box[2]))
        dx = np.arange(box[0], box[2], dtype=np.float32)[None, :] - piece.frame.x
        dy = np.arange(box[1], box[3], dtype=np.float32)[:, None] - piece.frame.y
        cosine, sine = math.cos(piece.frame.angle), math.sin(piece.frame.angle)
        window = _Window(dx, dy, dx * cosine + dy * sine, dy * cosine - dx * sine, broad[area], fine[area])
        colors = _tissue(piece.frame, piece.appearance, window, rng) if piece.appearance else _metal(piece, window, rng)
        np.copyto(canvas[area], colors, where=seen[area][:, :, None])
    canvas *= _illumination()
    np.clip(canvas, 0, 255, out=canvas)
    return Image.fromarray(canvas.astype(np.uint8)).filter(ImageFilter.BoxBlur(0.6))


def _tissue(frame: Frame, look: Appearance, window: _Window, rng: random.Random) -> Pixels:
    """Return the colours (height, width, 3) of a structure: dome, texture, highlights."""
    bulge = (window.along / frame.long) ** 2 + (window.across / frame.short) ** 2
    relief = _texture(look, window, rng)
    # L* is close to proportional to sRGB values in this range, so shading scales RGB instead of going through CIELAB.
    dome = 6 - 12 * np.minimum(bulge, 2.2) + 3 * window.fine
    gain = (look.lightness + dome + math.exp(look.contrast) * relief) / look.lightness
    shine = _highlights(frame.short, window, rng) * (1 + 0.25 * relief) * math.exp(look.sheen)
    shine = np.clip(shine, 0, 1)[:, :, None]
    # color * gain, of which `shine` is replaced by white
    lit = gain[:, :, None] * (1 - shine)
    return np.asarray(np.array(lab_to_rgb(look[:3]), dtype=np.float32) * lit + 245 * shine)


def _texture(look: Appearance, window: _Window, rng: random.Random) -> Pixels:
    """Return the relief of a structure, about -2 to 2: blotches blended with stripes."""
    number = 2 * math.pi / math.exp(look.grain)
    cosine, sine = number * math.cos(look.direction), number * math.sin(look.direction)
    # Smooth noise bends the waves, or they would look woven. Stripes run in `direction`: the phase grows across it.
    bend, shear = 4 * window.broad + 2.2 * window.fine, 5 * window.broad - 3.5 * window.fine
    phase = window.across * cosine - window.along * sine + (bend + rng.uniform(0, 6))
    length = window.along * cosine + window.across * sine + (shear + rng.uniform(0, 6))
    stripes = 1 / (1 + math.exp(-6 * (look.stripes - 0.5)))
    wave = np.cos(phase)
    blend = stripes + (1 - stripes) * np.cos(0.7 * length + 1.5 * wave)
    return np.asarray(1.4 * wave * blend * (1 + 0.5 * window.fine))


def _highlights(radius: float, window: _Window, rng: random.Random) -> Pixels:
    """Return how light falls back from a wet surface, 0 to about 2: a broad gleam and three small spots."""
    spots = [(-0.25, -0.35, 0.55, 0.45)] + [
        (rng.uniform(-0.6, 0.4), rng.uniform(-0.7, 0.2), rng.uniform(0.06, 0.14), 1.5) for _ in range(3)
    ]
    x, y, width, weight = (np.array(column, dtype=np.float32)[:, None] for column in zip(*spots, strict=True))
    # A spot is a product of two factors that depend on one axis each, so all of them are one matrix product.
    over = np.exp(-(((window.dx / radius - x) / width) ** 2)) * weight
    down = np.exp(-(((window.dy.T / radius - y) / (0.7 * width)) ** 2))
    return np.asarray(down.T @ over)


def _metal(piece: Piece, window: _Window, rng: random.Random) -> Pixels:
    """Return the colours (height, width, 3) of an instrument: a round shaft with a bright line, and a tip."""
    half, end = piece.frame.short, piece.frame.long
    shaft, tip = (np.array(color, dtype=np.float32) for color in _METAL[piece.component])
    at_tip = window.along > end - 4 * half
    wide = 4.0 if piece.component == "specimen_bag" else 1.0
    profile = np.where(at_tip, window.across / (half * wide), window.across / half)
    gain = 1.1 - 0.55 * np.minimum(profile**2, 1.3) + 0.08 * window.broad
    line = (0.75 * np.exp(-(((profile + 0.35) / 0.16) ** 2)) + rng.uniform(0.0, 0.1))[:, :, None]
    # A dark collar where the tip is hinged to the shaft.
    gain = np.where(np.abs(window.along - end + 4.4 * half) < 0.4 * half, 0.45 * gain, gain)
    return np.asarray(np.where(at_tip[:, :, None], tip, shaft) * gain[:, :, None] * (1 - line) + 250 * line)
