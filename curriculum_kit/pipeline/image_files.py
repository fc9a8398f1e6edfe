"""Where the image files of a curriculum lie: each benchmark's below the folder that was named for it.

An image is known by its image_id, which is the benchmark's name, a colon and its path as the benchmark names it. The
file may lie at another path below the image root, by the layout that is found there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from curriculum_kit.config import BuildConfig
from curriculum_kit.enums import ImageStorage
from curriculum_kit.errors import ConfigInvalid, SourceNotFound
from curriculum_kit.image_layout import ImageLayout, find_layout
from curriculum_kit.pipeline.sources import Source
from curriculum_kit.pipeline.sql import from_tables
from curriculum_kit.storage import hash_of


class ImagePlace(NamedTuple):
    """A folder of images, if one was named, and how the paths of a benchmark stand in it."""

    root: Path | None
    layout: ImageLayout = ImageLayout()

    def file(self, path: str) -> Path | None:
        """Return the file of the image that the benchmark names so, or None where there is none."""
        file = self.root and self.root / self.layout.path(path)
        return file if file and file.is_file() else None


class ImageFiles:
    """Image files by image_id, from the places where the images of each benchmark may lie."""

    def __init__(self, places: Mapping[str, Sequence[ImagePlace]]) -> None:
        self._places = places
        self.find = lru_cache(maxsize=None)(self._find)
        """Return the file of an image, or None where there is none."""
        self.path = lru_cache(maxsize=None)(self._path)
        """Return where an image lies, or would lie, below the image root."""

    def _find(self, image_id: str) -> Path | None:
        benchmark, _, path = image_id.partition(":")
        return next(filter(None, (place.file(path) for place in self._places.get(benchmark, ()))), None)

    def _path(self, image_id: str) -> str:
        benchmark, _, path = image_id.partition(":")
        places = self._places.get(benchmark, ())
        # Only where there are several is it worth a look which of them has the file.
        here = [place for place in places if place.file(path)] if len(places) > 1 else []
        place = next(iter([*here, *places]), None)
        return place.layout.path(path) if place else path

    def wanted_at(self, image_id: str) -> str:
        """Return where the file of an image would lie; its id where no folder of images is known."""
        place = next(iter(self._places.get(image_id.partition(":")[0], ())), None)
        return str(place.root / self.path(image_id)) if place and place.root else image_id

    def paths(self, image_ids: pa.Array) -> pa.Array:
        """Return where images lie, or would lie, below the image root."""
        distinct = image_ids.dictionary_encode()
        return pa.array(map(self.path, distinct.dictionary.to_pylist()), pa.string()).take(distinct.indices)

    def read(self, image_id: str) -> bytes:
        """Return the bytes of an image; raise `SourceNotFound` where the file is gone."""
        file = self.find(image_id)
        if file is None or not file.is_file():
            raise SourceNotFound(f"the image file of {image_id} is gone; put it back and run the same command again")
        return file.read_bytes()

    def state(self, image_ids: Sequence[str]) -> str:
        """Return a hash that changes when an image appears, goes or is written anew."""
        found = [(key, (file := self.find(key)) and file.stat()) for key in image_ids]
        return hash_of([(key, seen and (seen.st_size, seen.st_mtime_ns)) for key, seen in found])

    @property
    def layouts(self) -> dict[str, str]:
        """A hash of the layouts, as an input of a stage that writes paths; nothing where all paths are as named."""
        found = {name: [vars(place.layout) for place in places] for name, places in self._places.items()}
        differs = any(place.layout != ImageLayout() for places in self._places.values() for place in places)
        return {"image_layouts": hash_of(found)} if differs else {}


def image_files(config: BuildConfig, database: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> ImageFiles:
    """Return the image files of all sources; raise in one line where they are to be embedded and no folder holds them.

    Two benchmarks may use one path for two images, so each looks only below the root of its own ingest. Where no image
    is found below a root, their paths stay as they were found by that ingest.
    """
    places: dict[str, list[ImagePlace]] = {}
    for source in sources:
        root = source.image_root if config.sample else config.image_root or source.image_root
        if root is not None and config.images is ImageStorage.EMBED and not root.is_dir():
            raise SourceNotFound(f"image folder {root} does not exist; name the folder with --image-root")
        for benchmark, layout in _layouts(database, source, root).items():
            places.setdefault(benchmark, []).append(ImagePlace(root, layout))
    if config.images is ImageStorage.EMBED and not any(place.root for each in places.values() for place in each):
        raise ConfigInvalid("--images embed needs the images; name their folder with --image-root")
    return ImageFiles(places)


def _layouts(database: duckdb.DuckDBPyConnection, source: Source, root: Path | None) -> dict[str, ImageLayout]:
    return layouts_below(database, from_tables([source.images]), source.manifest, root)


def layouts_below(
    database: duckdb.DuckDBPyConnection, images: str, manifest: Mapping[str, Any], root: Path | None
) -> dict[str, ImageLayout]:
    """Return how the images of each benchmark lie below a root; as at their ingest where none is found there.

    `images` is what stands behind FROM to read a table of images.
    """
    as_ingested = ImageLayout(**manifest.get("image_layout", {}))
    if root is None or not root.is_dir():
        query = f"SELECT DISTINCT split_part(image_id, ':', 1) FROM {images} ORDER BY 1"
        return {name: as_ingested for (name,) in database.cursor().execute(query).fetchall()}
    query = f"SELECT split_part(image_id, ':', 1), list(image_id ORDER BY image_id) FROM {images} GROUP BY 1 ORDER BY 1"
    layouts = {}
    for name, ids in database.cursor().execute(query).fetchall():
        search = find_layout([key.partition(":")[2] for key in ids], root)
        layouts[name] = search.layout if search.is_found else as_ingested
    return layouts


def image_ids(database: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> list[str]:
    """Return the id of every image of the sources, sorted."""
    query = f"SELECT DISTINCT image_id FROM {from_tables(source.images for source in sources)} ORDER BY 1"
    return [row[0] for row in database.cursor().execute(query).fetchall()]
