"""From which cosine on two images are nearly the same to an image encoder: measured on the images themselves.

Encoders differ in their baseline: to one any two radiographs have a cosine of 0.6, to another of 0.98, so that no
number holds for all. Gives copies of images that lost a little, and the bound that tells copies from other images.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.decoding import decode, in_rgb
from curriculum_kit.near_images import MOST_BITS

SAMPLED = 256
"""Images that are copied, and compared with each other."""

ENOUGH = 40
"""Of fewer images a single pair of copies would be more than `BY_CHANCE`."""

FOUND = 0.95
"""Share of the copies that the bound is to find."""

BY_CHANCE = 0.05
"""Share of the sampled images that may be as near to another one. Some of these are the copies that are looked for, so
that the share cannot be 0; among more images it is less, since each of them has as many more others to be near to."""

LEAST_FOUND = 0.75
"""Where fewer copies are told from other images, nothing is said: what is found would be an accident. Even a small ViT
with random weights tells 115 of 120 drawn scenes, but only 149 of 256 radiographs and scans, which are more alike."""

_LOST, _QUALITY = 0.01, 50
_ABOVE = 1e-5  # of a cosine that must not be reached, for what single precision adds to it


def degraded_copy(content: bytes) -> bytes | None:
    """Return an image as a copy that lost 1% of each side and half its size, as a JPEG of quality 50.

    None for what does not decode.
    """
    try:
        image = in_rgb(decode(io.BytesIO(content)))
    except Exception:  # each of Pillow's decoders fails on a broken file in a way of its own
        return None
    width, height = image.size
    left, top = round(_LOST * width), round(_LOST * height)
    smaller = image.crop((left, top, width - left, height - top)).resize((max(1, width // 2), max(1, height // 2)))
    stream = io.BytesIO()
    smaller.save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()


@dataclass(frozen=True)
class Bound:
    """The least cosine of images that are nearly the same, and how well it tells them from others."""

    cosine: float
    images: int
    """Images it was measured on, each with one copy"""
    found: int
    """Copies that are as near to their image"""
    chance: int
    """Images that are as near to another image"""

    @property
    def tells(self) -> bool:
        """Whether most copies are told from other images."""
        return self.found >= LEAST_FOUND * self.images


def bound_of(
    images: NDArray[np.float32],
    copies: NDArray[np.float32],
    units: Sequence[str],
    hashes: Sequence[str | None],
    total: int,
) -> Bound:
    """Return the bound for the unit vectors of images and, row by row, of their copies, both (n, d).

    It is the highest cosine that finds `FOUND` of the copies; or a higher one, by which no more of the images are near
    to one of another unit than `BY_CHANCE` of them, or than makes one such image for each of all `total` images. That
    is not counted where perceptual hashes (16 hexadecimal digits, or None) differ in at most `MOST_BITS` bits, for
    such images may be copies.
    """
    to_copy = np.einsum("ij,ij->i", images, copies, dtype=np.float64)
    codes = np.unique(np.array(units, dtype=str), return_inverse=True)[1]
    other = (codes[:, None] != codes[None]) & ~_may_be_copies(hashes)
    to_other = np.where(other, images.astype(np.float64) @ images.T.astype(np.float64), -1.0).max(axis=1)
    allowed = int(len(images) * min(BY_CHANCE, len(images) / total))
    by_chance = float(np.sort(to_other)[::-1][allowed]) + _ABOVE
    cosine = max(float(np.quantile(to_copy, 1 - FOUND, method="lower")), by_chance)
    return Bound(cosine, len(images), int((to_copy >= cosine).sum()), int((to_other >= cosine).sum()))


def _may_be_copies(hashes: Sequence[str | None]) -> NDArray[np.bool_]:
    """Return an (n, n) mask of the pairs that have hashes which differ a little, or not at all."""
    known = np.array([text is not None for text in hashes])
    codes = np.array([int(text or "0", 16) for text in hashes], dtype=np.uint64)
    bits = np.bitwise_count(codes[:, None] ^ codes[None])
    alike: NDArray[np.bool_] = (bits <= MOST_BITS) & known[:, None] & known[None]
    return alike
