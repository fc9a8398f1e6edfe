"""Image files as a person sees them, decoded by one rule everywhere and with no trust in what they hold."""

from __future__ import annotations

import contextlib
from typing import IO

import numpy as np
from PIL import Image, ImageOps

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")
"""Told by content, not by name. Left out is above all EPS, which Pillow hands to Ghostscript."""

_WIDE_MODES = ("I", "F")
"""Pillow's modes of more than 8 bits begin so. It cuts them off at 255 when it converts them."""


def decode(stream: IO[bytes]) -> Image.Image:
    """Return the image upright, as its EXIF rotation says, in a mode of its own; of an animation its first frame.

    Raises whatever Pillow raises for what is none of `FORMATS` or does not decode, and `DecompressionBombError` for
    more pixels than Pillow decodes without a warning.
    """
    with Image.open(stream, formats=FORMATS) as image:
        limit = Image.MAX_IMAGE_PIXELS
        if limit is not None and image.width * image.height > limit:
            raise Image.DecompressionBombError(f"{image.width} x {image.height} pixels")
        image.load()
        with contextlib.suppress(Exception):  # a rotation that cannot be read is none, and spoils no picture
            ImageOps.exif_transpose(image, in_place=True)
    return image


def is_wide(image: Image.Image) -> bool:
    """Say whether the pixels have more than 8 bits."""
    return image.mode.startswith(_WIDE_MODES)


def in_rgb(image: Image.Image) -> Image.Image:
    """Return the image in RGB without its transparency; of more than 8 bits, from its darkest value to its brightest.

    Scans often use 12 bits of 16 or fewer, from any offset, and do not say so.
    """
    if not is_wide(image):
        return image.convert("RGB")
    values = np.nan_to_num(np.asarray(image, np.float32), posinf=0, neginf=0)
    low, high = float(values.min()), float(values.max())
    scaled = (values - low) * (255 / (high - low)) if high > low else np.zeros_like(values)
    return Image.fromarray(scaled.round().astype(np.uint8)).convert("RGB")


def in_grey(image: Image.Image) -> Image.Image:
    """Return an image of 8 bits in grey."""
    # Pillow has no way from LAB to grey.
    return (image.convert("RGB") if image.mode == "LAB" else image).convert("L")
