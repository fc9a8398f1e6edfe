"""Small JPEG pictures as data URIs, bounded together in size."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from curriculum_kit.decoding import decode, in_rgb

SIDES = (360, 280, 200)
"""Pixels of the longer side: the first at which all pictures keep within the bound."""
MOST_BYTES = 5_000_000
"""Of all pictures of a page as base64."""
_QUALITY = 75

ABSENT = "The image file is not there."
DAMAGED = "The image file does not decode."


@dataclass(frozen=True)
class Picture:
    """An image of a card."""

    path: str
    uri: str | None = None
    """None where there is nothing to show; `note` says why."""
    note: str | None = None
    width: int = 0
    """Pixels of the thumbnail; 0 where there is none."""
    height: int = 0
    regions: list[dict[str, Any]] = field(default_factory=list)
    """Labelled boxes: label, x0, y0, x1, y1 as fractions of width and height."""


def with_thumbnails(
    pictures: Sequence[Picture], read: Callable[[int], bytes | None], most_bytes: int = MOST_BYTES
) -> list[Picture]:
    """Return the pictures with their thumbnails, as large as `most_bytes` lets all of them be.

    `read` gives the bytes of the image file at a place, or None where there is none; a picture of which there is none,
    that does not decode or that is beyond the bound says so in its note.
    """
    images, notes = [], []
    for place in range(len(pictures)):
        content = read(place)
        images.append(None if content is None else _shrunk(content))
        notes.append(ABSENT if content is None else DAMAGED)
    for side in SIDES:
        small = [None if image is None else _thumbnail(image, side) for image in images]
        if sum(len(one[0]) for one in small if one) <= most_bytes:
            break
    done, left = [], most_bytes
    for picture, one, note in zip(pictures, small, notes, strict=True):
        if one is None:
            done.append(replace(picture, note=note))
        elif len(one[0]) > left:
            done.append(
                replace(picture, note=f"The images of a page are bounded to {most_bytes / 1e6:g} MB, without this one.")
            )
        else:
            left -= len(one[0])
            done.append(replace(picture, uri=one[0], width=one[1], height=one[2]))
    return done


def _shrunk(content: bytes) -> Any:
    """Return an image of the largest side that is ever shown, so that no full one is kept; None where it is damaged."""
    try:
        image = in_rgb(decode(io.BytesIO(content)))
        image.thumbnail((SIDES[0], SIDES[0]))
    except Exception:  # Pillow raises anything on files that are damaged in new ways
        return None
    return image


def _thumbnail(image: Any, side: int) -> tuple[str, int, int]:
    """Return the data URI, width and height."""
    small = image.copy()
    small.thumbnail((side, side))
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=_QUALITY, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode("ascii"), small.width, small.height
