"""A look at the image files: are they there, do they decode, how large are they.

Reads rows of `images` that nobody has looked at and the files below an image root, gives the same
rows with size, hash and status. A file that is absent is `missing`; one that does not decode, or is
larger than Pillow decodes without a warning, is `corrupt`. Nothing is turned away here.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
from PIL import Image

from curriculum_kit.schemas import ImageStatus, schema_of


def look_at_images(
    images: pa.Table, root: Path, workers: int = 4, on_progress: Callable[[int], None] | None = None
) -> pa.Table:
    """Return the table with width, height (pixels), sha256 and status of every file below `root`."""
    paths = images["path"].to_pylist()
    found: list[dict[str, Any]] = []
    # Around the threads, not in them: the filters belong to the process, and threads would undo each other's.
    with warnings.catch_warnings(), ThreadPoolExecutor(workers) as pool:
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        for row in pool.map(lambda path: _look(root / path), paths):
            found.append(row)
            if on_progress:
                on_progress(len(found))
    for name in ("width", "height", "sha256", "status"):
        field = schema_of("images").field(name)
        column = pa.array([row[name] for row in found], field.type)
        images = images.set_column(images.schema.get_field_index(name), field, column)
    return images


def _look(file: Path) -> dict[str, Any]:
    nothing: dict[str, Any] = {"width": None, "height": None, "sha256": None, "status": ImageStatus.MISSING.value}
    try:
        if not file.is_file():
            return nothing
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return nothing
    try:
        with Image.open(file) as image:
            width, height = image.size
            image.load()
    except Exception:  # each of Pillow's decoders fails on a broken file in a way of its own
        return nothing | {"sha256": digest, "status": ImageStatus.CORRUPT.value}
    return {"width": width, "height": height, "sha256": digest, "status": ImageStatus.OK.value}
