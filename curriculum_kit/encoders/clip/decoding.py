"""Files of images into RGB pictures of the regions asked for, whatever the file holds.

What does not decode is said by a status, never by an exception: one broken file must not end a run of a million.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from curriculum_kit.decoding import decode, in_rgb
from curriculum_kit.enums import ImageStatus

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 as fractions of width and height, of the image as it is seen: after its EXIF rotation."""

Pixels = NDArray[np.uint8]

MAX_ASPECT = 50
"""Of an image that is longer, the middle is taken: models resize the shorter side to theirs, and 1 x 30,000 pixels
would become 224 x 6,720,000."""


def regions_of(
    source: bytes | str | Path, boxes: Sequence[Box | None], shape_image: Callable[[Image.Image], Image.Image]
) -> tuple[list[Pixels | None], list[ImageStatus]]:
    """Return the shaped pixels and the status of each box of one image, which is decoded once.

    `source` is the content of a file or its path; a box of None is the whole image. Animations show their first
    frame, transparency is ignored, as everywhere in ckit. A box that holds no part of the image is `corrupt`, and
    so is an image of more pixels than Pillow decodes without a warning. One for which there is no memory is `missing`.
    """
    try:
        stream = io.BytesIO(source) if isinstance(source, bytes) else _opened(Path(source))
    except (OSError, ValueError):  # ValueError: a path with a null character
        return [None] * len(boxes), [ImageStatus.MISSING] * len(boxes)
    pixels: list[Pixels | None] = []
    with stream:
        try:
            image = in_rgb(decode(stream))
        except MemoryError:  # no fault of the file: what is missing is tried again by the next run
            return [None] * len(boxes), [ImageStatus.MISSING] * len(boxes)
        except Exception:  # each of Pillow's decoders fails on a broken file in a way of its own
            return [None] * len(boxes), [ImageStatus.CORRUPT] * len(boxes)
    for box in boxes:
        region = image if box is None else _cut(image, box)
        pixels.append(None if region is None else np.asarray(shape_image(_without_ends(region))))
    return pixels, [ImageStatus.CORRUPT if found is None else ImageStatus.OK for found in pixels]


def _opened(path: Path) -> io.BufferedReader:
    if not path.is_file():  # a pipe would be waited for
        raise FileNotFoundError(path)
    return path.open("rb")


def _cut(image: Image.Image, box: Box) -> Image.Image | None:
    """Return the pixels that a box touches, at least one; None where it touches none."""
    if not all(map(math.isfinite, box)):
        return None
    x0, y0, x1, y1 = box
    left, right = _span(x0, x1, image.width)
    top, bottom = _span(y0, y1, image.height)
    return image.crop((left, top, right, bottom)) if left < right and top < bottom else None


def _span(start: float, end: float, size: int) -> tuple[int, int]:
    """Return the first pixel that [start, end] touches and the one after the last."""
    # Fractions are float32 in the tables: an edge between two pixels must not take in the next one.
    first, last = math.floor(start * size + 1e-3), math.ceil(end * size - 1e-3)
    if start >= 1 or end <= 0 or start > end:
        return 0, 0
    first = min(max(first, 0), size - 1)
    return first, min(max(last, first + 1), size)


def _without_ends(image: Image.Image) -> Image.Image:
    width, height = (min(side, MAX_ASPECT * min(image.size)) for side in image.size)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image if image.size == (width, height) else image.crop((left, top, left + width, top + height))
