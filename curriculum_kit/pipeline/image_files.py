"""Where the image files of a curriculum lie: each benchmark's below the folder that was named for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import duckdb

from curriculum_kit.config import BuildConfig
from curriculum_kit.enums import ImageStorage
from curriculum_kit.errors import ConfigInvalid, SourceNotFound
from curriculum_kit.pipeline.sources import Source
from curriculum_kit.pipeline.sql import from_tables
from curriculum_kit.storage import hash_of


class ImageFiles:
    """Image files by image_id, which is the benchmark's name, a colon and the path below the image root."""

    def __init__(self, roots: Mapping[str, Sequence[Path]]) -> None:
        self._roots = roots
        self.find = lru_cache(maxsize=None)(self._find)
        """Return the file of an image, or None where there is none."""

    def _find(self, image_id: str) -> Path | None:
        benchmark, _, path = image_id.partition(":")
        return next((root / path for root in self._roots.get(benchmark, ()) if (root / path).is_file()), None)

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


def image_files(config: BuildConfig, database: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> ImageFiles:
    """Return the image files of all sources; raise in one line where they are to be embedded and no folder holds them.

    Two benchmarks may use one path for two images, so each looks only below the root of its own ingest.
    """
    roots: dict[str, list[Path]] = {}
    for source in sources:
        root = source.image_root if config.sample else config.image_root or source.image_root
        if root is None:
            continue
        if config.images is ImageStorage.EMBED and not root.is_dir():
            raise SourceNotFound(f"image folder {root} does not exist; name the folder with --image-root")
        query = f"SELECT DISTINCT split_part(image_id, ':', 1) FROM {from_tables([source.images])} ORDER BY 1"
        for (benchmark,) in database.cursor().execute(query).fetchall():
            roots.setdefault(benchmark, []).append(root)
    if config.images is ImageStorage.EMBED and not roots:
        raise ConfigInvalid("--images embed needs the images; name their folder with --image-root")
    return ImageFiles(roots)


def image_ids(database: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> list[str]:
    """Return the id of every image of the sources, sorted."""
    query = f"SELECT DISTINCT image_id FROM {from_tables(source.images for source in sources)} ORDER BY 1"
    return [row[0] for row in database.cursor().execute(query).fetchall()]
