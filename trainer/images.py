"""Images of rows: found before training begins, decoded once for each group, bounded in size.

Reads shards and the image files that they name. At any time only the images of one batch of completions are in
memory: rows name their images, and what is decoded goes with the batch.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.decoding import decode, in_rgb
from curriculum_kit.errors import SourceNotFound, SourceUnreadable

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 512 * 28 * 28
"""Pixels of an image at most, unless told otherwise: 512 image tokens of Qwen2.5-VL, each of 28 x 28 pixels.
A larger image is scaled down, so that no single one decides how much memory training takes."""

_BATCH = 16
"""Rows of which the embedded bytes are read at once."""

_BUFFER = 2**20
"""Bytes of a column that are read ahead; without it a whole row group is."""


Cells = Callable[[int], Sequence[Mapping[str, Any]] | None]
"""Returns the images of a row as the shards hold them: {bytes, path} of each."""


@dataclass(frozen=True)
class Found:
    """What a look for the images of all rows found; the arrays have an entry for each row."""

    lacking: NDArray[np.bool_]
    """Whether an image of the row is missing."""
    images: NDArray[np.int64]
    """How many images the row has."""
    missing: tuple[str, ...]
    """Paths that are missing, sorted."""


def look_for_images(files: Sequence[Path], root: Path | None, embedded: bool = False) -> Found:
    """Return which images of the shards are there: embedded, or as a file below `root`. No file is opened.

    `embedded` says that all are, as of a curriculum that was built so: their bytes, which are most of what there is to
    read, are then not looked at.
    """
    known: dict[str, bool] = {}

    def is_there(image: Mapping[str, Any]) -> bool:
        path = image["path"]
        if image["bytes"]:
            return True
        if path not in known:
            known[path] = bool(path) and _below(root, path).is_file()
        return known[path]

    seen = [(not all(map(is_there, images)), len(images)) for images in _image_cells(files, embedded)]
    lacking, images = np.array(seen, np.int64).reshape(-1, 2).T
    return Found(lacking.astype(bool), images, tuple(sorted(path for path, there in known.items() if not there)))


def _image_cells(files: Sequence[Path], embedded: bool) -> Iterator[list[Mapping[str, Any]]]:
    """Yield for each row its images: `path`, and in `bytes` whether there are some."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    for file in files:
        with pq.ParquetFile(file, buffer_size=_BUFFER) as table:
            for group in range(table.num_row_groups):
                bare = table.read_row_group(group, columns=["images.list.element.path"])["images"].combine_chunks()
                paths = bare.flatten().field("path").to_pylist()
                has_bytes = [True] * len(paths) if embedded else _has_bytes(table, group)
                both = iter([{"bytes": has, "path": path} for has, path in zip(has_bytes, paths, strict=True)])
                for count in pc.fill_null(pc.list_value_length(bare), 0).to_pylist():
                    yield [next(both) for _ in range(count)]


def _has_bytes(table: Any, group: int) -> list[bool]:
    """Return which of the images of a row group are embedded."""
    import pyarrow.compute as pc

    found: list[bool] = []
    for batch in table.iter_batches(_BATCH, row_groups=[group], columns=["images"]):
        content = batch.column("images").flatten().field("bytes")
        # That there are bytes is all that is asked: they do not become Python objects.
        found += pc.fill_null(pc.greater(pc.binary_length(content), 0), False).to_pylist()
    return found


class Images:
    """The images of rows, decoded when they are asked for."""

    def __init__(self, cells: Cells, root: Path | None, max_pixels: int = MAX_PIXELS) -> None:
        self._cells, self._root, self._max_pixels = cells, root, max_pixels
        self.decoded = 0
        """How many images were decoded so far."""

    def of_batch(self, rows: Sequence[int], groups: Sequence[str]) -> list[list[Image.Image]]:
        """Return the images of rows; those of one group are decoded once and are the same objects."""
        by_group: dict[str, list[Image.Image]] = {}
        for row, group in zip(rows, groups, strict=True):
            if group not in by_group:
                by_group[group] = self.of_row(row)
        return [by_group[group] for group in groups]

    def of_row(self, row: int) -> list[Image.Image]:
        """Return the images of a row, in RGB and at most `max_pixels` large; an empty list where it has none.

        Raises `SourceNotFound` or `SourceUnreadable` in one line where an image is gone or does not decode.
        """
        return [self._open(image) for image in self._cells(row) or ()]

    def _open(self, image: Mapping[str, Any]) -> Image.Image:
        try:
            content = image["bytes"] or _below(self._root, image["path"]).read_bytes()
            self.decoded += 1
            return bounded(in_rgb(decode(io.BytesIO(content))), self._max_pixels)
        except FileNotFoundError:
            raise SourceNotFound(f"image {image['path']} has gone while training; put it back and resume") from None
        except Exception as error:
            reason = str(error).split("\n")[0][:100]
            raise SourceUnreadable(
                f"image {image['path']} does not decode ({reason}); replace it and resume"
            ) from error


def bounded(image: Image.Image, max_pixels: int) -> Image.Image:
    """Return the image scaled down, in its own shape, to at most `max_pixels` pixels; as it is where it is smaller."""
    width, height = image.size
    if width * height <= max_pixels:
        return image
    scale = math.sqrt(max_pixels / (width * height))
    width, height = max(int(width * scale), 1), max(int(height * scale), 1)
    # A line of pixels cannot become thinner, only shorter.
    width = min(width, max_pixels)
    size = width, min(height, max_pixels // width)
    # Two steps, a quick one by a whole factor first: as good as bicubic at once, and quicker.
    return image.resize(size, reducing_gap=3.0)


def _below(root: Path | None, path: str) -> Path:
    return (root or Path()) / path
