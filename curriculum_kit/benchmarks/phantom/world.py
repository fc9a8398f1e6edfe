"""What there is in the phantom's world: structures and instruments, with what each may look like.

A structure's appearance is a draw from a Gaussian of its own over eleven parameters, so how much two
structures overlap is known in closed form (`confusability`). The means were chosen by optimisation, with four
aims: the 15 pairs are spread evenly from hardly to very confusable; colour alone does not give their order
(rank correlation 0.0), for structures of like colour tend to differ in shape or texture and the other way round;
shape, texture and sheen each keep a part; and what a frame of this size shows well (colour, shape, contrast)
orders the pairs as all of it does. A similarity that sees no more than colour must fail here.
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
    """One kind of anatomy: the mean of its appearance, and how often it is there.

    `presence` is the share of frames that have one, `doubled` the share of frames that have one more.
    """

    mean: Appearance
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
        Appearance(53.23, 31.1, 23.69, 4.13, 0.18, -1.93, 2.76, 1.89, 0.45, 0.67, -0.73), 0.68, 0
    ),
    "liver": Structure(Appearance(42.88, 25.41, 24.53, 4.19, 0.18, -2.18, 2.53, 2.19, 0.24, 0.65, -0.65), 0.86, 0),
    "omentum": Structure(Appearance(62.21, 20.06, 28.29, 3.98, 0.17, -1.76, 2.63, 1.92, 0.28, 1.04, -0.61), 0.72, 0.2),
    "gut": Structure(Appearance(54.88, 20.56, 17.7, 3.68, 0.89, -2.61, 2.81, 2.21, 0.54, 0.83, -0.78), 0.59, 0.2),
    "gallbladder": Structure(Appearance(61.07, 14.46, 16.95, 3.78, 0.24, -1.9, 2.68, 1.82, 0.24, 0.88, -0.52), 0.81, 0),
    "cystic_plate": Structure(Appearance(46.73, 27.4, 18.85, 3.76, 0.73, -2.24, 2.54, 2.2, 0.45, 0.48, -1.03), 0.59, 0),
}

INSTRUMENTS: Mapping[str, Instrument] = {
    "grasper": Instrument("silver", ("grasp", "retract"), 8),
    "hook": Instrument("white", ("dissect",), 6),
    "bipolar": Instrument("blue", ("coagulate",), 2),
    "clipper": Instrument("silver", ("clip",), 2),
    "scissors": Instrument("silver", ("cut",), 2),
    "irrigator": Instrument("silver", ("irrigate", "aspirate"), 2),
    "specimen_bag": Instrument("white", (), 1),
}

_DEVIATION = Appearance(7.6, 6.175, 6.175, 0.266, 0.209, 0.4275, 0.266, 0.285, 0.19, 0.4275, 0.3325)
"""Standard deviations that all structures share."""
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


def covariance() -> NDArray[np.float64]:
    """Return the covariance (11, 11) of an appearance, the same for all structures, in the order of `Appearance`."""
    root = _correlation_root() * np.array(_DEVIATION)[:, None]
    return np.asarray(root @ root.T)


def sample_appearance(structure: str, rng: random.Random) -> Appearance:
    """Draw an appearance from the structure's Gaussian."""
    mean = STRUCTURES[structure].mean
    white = [rng.gauss(0.0, 1.0) for _ in mean]
    mixed = [sum(weight * white[column] for column, weight in row) for row in _ROOT]
    return Appearance._make(m + d * z for m, d, z in zip(mean, _DEVIATION, mixed, strict=True))


def color_word(appearance: Appearance) -> str:
    """Return the word for a colour: the nearest of red, brown, yellow and white in CIELAB."""
    return min(_COLOR_WORDS, key=lambda word: math.dist(_COLOR_WORDS[word], appearance[:3]))


def confusability(parameters: Sequence[str] = Appearance._fields) -> dict[tuple[str, str], float]:
    """Return how much each two structures overlap, 0 (never alike) to 1 (the same), by sorted pair of names.

    It is the Bhattacharyya coefficient exp(-D) of the two Gaussians, which have one covariance C (Bhattacharyya
    1943; Fukunaga, *Introduction to Statistical Pattern Recognition*, 1990, eq. 3.152):

        D = 1/8 m' C^-1 m,   m the difference of their means.

    It bounds the error of the best classifier of the two from above (half of it, for equal priors).
    `parameters` names the ones to look at; all of them by default. Where a structure lies does not count.
    """
    columns = [Appearance._fields.index(name) for name in parameters]
    within = np.linalg.inv(covariance()[np.ix_(columns, columns)])
    means = {name: np.array(known.mean)[columns] for name, known in STRUCTURES.items()}
    found = {}
    for one, other in itertools.combinations(sorted(STRUCTURES), 2):
        apart = means[one] - means[other]
        found[one, other] = float(np.exp(-apart @ within @ apart / 8))
    return found
