"""A look at the image files: are they there, do they decode, how large are they, what do they look like.

Reads rows of `images` that nobody has looked at and the files below an image root, gives the same
rows with size, hashes and status. A file that is absent is `missing`; one that does not decode, is of a format
that is not read, or is larger than Pillow decodes without a warning, is `corrupt`. Nothing is turned away here.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from curriculum_kit.decoding import decode, in_grey, is_wide
from curriculum_kit.schemas import ImageStatus, schema_of

HASHED_SIZE = (32, 32)
"""What `imagehash.phash` of 64 bits shrinks an image to before it transforms it."""
BLANK_SPAN = 3
"""An image that spans no more grey levels of 255 than this, once shrunk to 32 x 32, is of one colour: what its
pixels differ by is noise of the camera or of compression, and so would be its hash. Sensor noise of a standard
deviation of 8 on 512 x 512 pixels spans 3; the flattest of 497 radiographs and laparoscopic frames spans 122."""


def look_at_images(
    images: pa.Table, root: Path, workers: int = 4, on_progress: Callable[[int], None] | None = None
) -> pa.Table:
    """Return the table with width, height (pixels), sha256, phash and status of every file, at its `path` below `root`.

    All are of the image as it is seen, after its EXIF rotation. `phash` is `imagehash.phash` of the image in grey, 64
    bits as 16 hexadecimal digits; of an animation, that of its first frame; transparency is ignored, as models ignore
    it. An image of one colour, or of next to one, has the hash `8000000000000000`, or `0000000000000000` where it is
    black; no other image has these.
    """
    paths = images["path"].to_pylist()
    found: list[dict[str, Any]] = []
    # Around the threads, not in them: the filters belong to the process, and threads would undo each other's.
    with warnings.catch_warnings(), ThreadPoolExecutor(workers) as pool:
        warnings.simplefilter("ignore")
        for row in pool.map(lambda path: _look(root / path), paths):
            found.append(row)
            if on_progress:
                on_progress(len(found))
    for name in ("width", "height", "sha256", "phash", "status"):
        field = schema_of("images").field(name)
        column = pa.array([row[name] for row in found], field.type)
        images = images.set_column(images.schema.get_field_index(name), field, column)
    return images


def _look(file: Path) -> dict[str, Any]:
    nothing: dict[str, Any] = dict.fromkeys(("width", "height", "sha256", "phash"))
    nothing["status"] = ImageStatus.MISSING.value
    try:
        if not file.is_file():
            return nothing
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            try:
                image = decode(stream)
                small = _shrunk(image)
            except Exception:  # each of Pillow's decoders fails on a broken file in a way of its own
                return nothing | {"sha256": digest, "status": ImageStatus.CORRUPT.value}
    except (OSError, ValueError):  # ValueError: a path with a null character
        return nothing
    return {
        "width": image.width,
        "height": image.height,
        "sha256": digest,
        "phash": _hash_of(small),
        "status": ImageStatus.OK.value,
    }


def _shrunk(image: Image.Image) -> Image.Image:
    """Return the image in 8-bit grey and 32 x 32 pixels, as the hash wants it; flat where it is of one colour."""
    if not is_wide(image):
        small = in_grey(image).resize(HASHED_SIZE, Image.Resampling.LANCZOS)
        pixels = np.asarray(small, np.float64)
        unit = 255.0
    else:
        pixels = np.asarray(image.resize(HASHED_SIZE, Image.Resampling.LANCZOS), np.float64)
        pixels = np.nan_to_num(pixels, posinf=0, neginf=0)
        # Of 16 bits a scan often uses 12 or fewer, from any offset: the largest value stands for white.
        unit = float(np.abs(pixels).max()) or 1.0
    low, span = float(pixels.min()), float(np.ptp(pixels))
    if span <= BLANK_SPAN / 255 * unit:
        return Image.new("L", HASHED_SIZE, round(float(pixels.mean()) / unit * 255) and 128)
    # The hash compares frequencies with their median, so that stretching the grey levels does not change it.
    return small if unit == 255.0 else Image.fromarray(((pixels - low) / span * 255).astype(np.uint8))


def _hash_of(small: Image.Image) -> str:
    """Return the perceptual hash; not within the `try` of the decoder: what fails here is no fault of a file."""
    import imagehash

    return str(imagehash.phash(small))
