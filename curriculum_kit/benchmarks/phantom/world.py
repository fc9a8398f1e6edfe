"""What there is in the phantom's world: structures and instruments, with what each may look like.

A structure's appearance is a draw from a Gaussian of its own over eleven parameters, so how much two
structures overlap is known in closed form (`confusability`). The means were chosen so that colour
alone does not give the order of the pairs: structures of like colour tend to differ in shape,
texture or sheen, and the other way round. A similarity that sees no more than colour must fail here.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 430, 240
"""Pixels of a frame, as in SSG-VQA."""

CIRCLE = (215.0, 120.0, 196.0)
"""Centre and radius of the endoscope's field of view; beyond it the frame is black."""


class Appearance(NamedTuple):
    """What one drawn structure looks like. Logarithms are natural; every parameter may take any value."""

    lightness: float  # CIELAB L*, about 25 to 80
    redness: float  # CIELAB a*
    yellowness: float  # CIELAB b*
    size: float  # log of the mean radius in pixels
    elongation: float  # log of long axis / short axis
    irregularity: float  # log of the border's deviation from an ellipse, as a fraction of the radius
    grain: float  # log of the texture's wavelength in pixels
    contrast: float  # log of the texture's amplitude in units of L*
    stripes: float  # kind of texture: below 0.5 rather blotches, above rather stripes
    direction: float  # angle of the stripes to the long axis, radians
    sheen: float  # log of the strength of the highlights, 0 = a white spot


@dataclass(frozen=True)
class Structure:
    """One kind of anatomy: the Gaussian of its appearance, and where in the frame it tends to lie.

    `spread` scales the standard deviations that all structures share. `presence` is the share of
    frames that have one, `doubled` the share of frames that have one more.
    """

    mean: Appearance
    spread: float
    place: tuple[float, float]
    place_deviation: tuple[float, float]
    presence: float
    doubled: float


@dataclass(frozen=True)
class Instrument:
    """One kind of instrument: the colour it is called by, what it does, how often it is seen."""

    color: str
    actions: tuple[str, ...]
    weight: float


STRUCTURES: Mapping[str, Structure] = {
    "abdominal_wall_cavity": Structure(
        Appearance(53, 31, 24, 4.48, 0.17, -2.01, 2.48, 1.46, 0.60, 0.87, -0.68), 1.15, (95, 60), (55, 35), 0.75, 0.0
    ),
    "liver": Structure(
        Appearance(43, 25, 25, 4.53, 0.20, -2.15, 2.06, 1.75, 0.11, 0.82, -0.58), 1.10, (255, 70), (60, 32), 0.95, 0.0
    ),
    "omentum": Structure(
        Appearance(61, 20, 29, 4.33, 0.22, -1.83, 2.05, 1.57, 0.28, 0.85, -0.70), 1.15, (235, 185), (70, 30), 0.80, 0.2
    ),
    "gut": Structure(
        Appearance(55, 22, 15, 4.16, 0.76, -2.74, 2.67, 1.79, 0.74, 1.17, -0.69), 1.00, (290, 185), (65, 30), 0.65, 0.2
    ),
    "gallbladder": Structure(
        Appearance(61, 14, 18, 4.33, 0.30, -1.83, 2.08, 1.43, 0.08, 0.88, -0.51), 1.10, (195, 105), (50, 35), 0.90, 0.0
    ),
    "cystic_plate": Structure(
        Appearance(48, 27, 19, 4.10, 0.74, -2.05, 1.62, 1.82, 0.39, -0.04, -1.17), 1.10, (235, 120), (60, 35), 0.65, 0.0
    ),
}
"""From back to front, give or take."""

INSTRUMENTS: Mapping[str, Instrument] = {
    "grasper": Instrument("silver", ("grasp", "retract"), 8),
    "hook": Instrument("white", ("dissect",), 6),
    "bipolar": Instrument("blue", ("coagulate",), 2),
    "clipper": Instrument("silver", ("clip",), 2),
    "scissors": Instrument("silver", ("cut",), 2),
    "irrigator": Instrument("silver", ("irrigate", "aspirate"), 2),
    "specimen_bag": Instrument("white", (), 1),
}

_DEVIATION = Appearance(8.0, 6.5, 6.5, 0.28, 0.22, 0.45, 0.28, 0.30, 0.20, 0.45, 0.35)
_CORRELATION = {(1, 0): -0.3, (2, 0): 0.3, (2, 1): 0.3}
"""Brighter tissue is paler and yellower; redder tissue is yellower too. All else is independent."""

_COLOR_WORDS = {"red": (51, 33, 20), "brown": (38, 20, 24), "yellow": (66, 13, 38), "white": (70, 9, 10)}


def _correlation_root() -> NDArray[Any]:
    correlation = np.eye(len(Appearance._fields))
    for (row, column), value in _CORRELATION.items():
        correlation[row, column] = correlation[column, row] = value
    return np.linalg.cholesky(correlation)


# Sums of a few products in a fixed order: a matrix product may round otherwise on another machine.
_ROOT = [[(column, float(x)) for column, x in enumerate(row) if x] for row in _correlation_root()]


def gaussian(structure: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean (11,) and covariance (11, 11) of a structure's appearance, in the order of `Appearance`."""
    known = STRUCTURES[structure]
    root = _correlation_root() * (np.array(_DEVIATION) * known.spread)[:, None]
    return np.array(known.mean, dtype=np.float64), root @ root.T


def sample_appearance(structure: str, rng: random.Random) -> Appearance:
    """Draw an appearance from the structure's Gaussian."""
    known = STRUCTURES[structure]
    white = [rng.gauss(0.0, 1.0) for _ in known.mean]
    mixed = [sum(weight * white[column] for column, weight in row) for row in _ROOT]
    return Appearance._make(m + known.spread * d * z for m, d, z in zip(known.mean, _DEVIATION, mixed, strict=True))


def color_word(appearance: Appearance) -> str:
    """Return the word for a colour: the nearest of red, brown, yellow and white in CIELAB."""
    return min(_COLOR_WORDS, key=lambda word: math.dist(_COLOR_WORDS[word], appearance[:3]))


def confusability(parameters: Sequence[str] = Appearance._fields) -> dict[tuple[str, str], float]:
    """Return how much each two structures overlap, 0 (never alike) to 1 (the same), by sorted pair of names.

    It is the Bhattacharyya coefficient exp(-D) of the two Gaussians, with (Bhattacharyya 1943; Fukunaga,
    *Introduction to Statistical Pattern Recognition*, 1990, eq. 3.152)

        D = 1/8 m' C^-1 m + 1/2 ln(det C / sqrt(det C1 det C2)),   m = m1 - m2,   C = (C1 + C2) / 2.

    It bounds the error of the best classifier of the two from above (half of it, for equal priors).
    `parameters` names the ones to look at; all of them by default. Where a structure lies does not count.
    """
    columns = [Appearance._fields.index(name) for name in parameters]
    block = np.ix_(columns, columns)
    found = {}
    for one, other in itertools.combinations(sorted(STRUCTURES), 2):
        (mean_1, covariance_1), (mean_2, covariance_2) = gaussian(one), gaussian(other)
        apart = (mean_1 - mean_2)[columns]
        between = ((covariance_1 + covariance_2) / 2)[block]
        log_1, log_2, log_between = (
            np.linalg.slogdet(c)[1] for c in (covariance_1[block], covariance_2[block], between)
        )
        distance = apart @ np.linalg.solve(between, apart) / 8 + (log_between - (log_1 + log_2) / 2) / 2
        found[one, other] = float(np.exp(-distance))
    return found
