"""The images of a page's cards: from the shards where they are embedded, else from the files.

An image is looked for below the root that was named, else the one that the build was given, else the one that the
benchmark was ingested with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from curriculum_kit.errors import SourceNotFound
from curriculum_kit.pipeline.image_files import ImageFiles, ImagePlace, layouts_below
from curriculum_kit.report.thumbnails import Picture, with_thumbnails
from curriculum_kit.storage import MANIFEST, read_json

Image = tuple[str, str]
"""Benchmark and path, as a shard's row names it."""


@dataclass(frozen=True)
class Pictures:
    """The images with their thumbnails, in the order asked for."""

    pictures: list[Picture]
    looked_at: str | None
    """Where the first that is missing was looked for; None where none is, or nobody knows where they lie."""


def pictures_of(
    database: duckdb.DuckDBPyConnection,
    manifest: Mapping[str, Any],
    images: Sequence[Image],
    question_ids: Sequence[str],
    image_root: Path | None,
) -> Pictures:
    """Return the images of these questions; raise `SourceNotFound` where none lies below a root that was named.

    Reads the views `shards` and `images`.
    """
    if image_root is not None and not image_root.is_dir():
        raise SourceNotFound(f"image folder {image_root} does not exist; name the folder with --image-root")
    database.execute(
        "CREATE OR REPLACE TABLE pictured AS SELECT split_part(image_id, ':', 1) AS benchmark, path, image_id, "
        "regions FROM images WHERE path IN (SELECT unnest(?::VARCHAR[]))",
        [[path for _, path in images]],
    )
    rows = database.execute("SELECT benchmark, path, image_id, regions FROM pictured").fetchall()
    known = {(benchmark, path): (image_id, regions) for benchmark, path, image_id, regions in rows}
    embedded = _embedded(database, question_ids)
    files = _files(database, manifest, image_root)

    def file_of(image: Image) -> Path | None:
        return files.find(known[image][0]) if image in known else None

    def read(place: int) -> bytes | None:
        if content := embedded.get(images[place]):
            return content
        try:
            return file.read_bytes() if (file := file_of(images[place])) else None
        except OSError:  # a page without one image is better than none
            return None

    absent = [image for image in images if image not in embedded and file_of(image) is None]
    if image_root and images and len(absent) == len(images):
        raise SourceNotFound(
            f"{image_root} holds none of the images, such as {images[0][1]}; name the folder that their paths start "
            "from with --image-root"
        )
    pictures = [Picture(path, regions=known.get((benchmark, path), ("", []))[1]) for benchmark, path in images]
    named = [known[image][0] for image in absent if image in known]
    looked_at = next((place for name in named if (place := files.wanted_at(name)) != name), None)
    return Pictures(with_thumbnails(pictures, read), looked_at)


def _embedded(database: duckdb.DuckDBPyConnection, question_ids: Sequence[str]) -> dict[Image, bytes]:
    """Return the bytes that the shards hold of the images of these questions."""
    query = (
        "SELECT benchmark, image.path, image.bytes FROM (SELECT benchmark, unnest(images) AS image FROM shards "
        "WHERE variant_id = 0 AND question_id IN (SELECT unnest(?::VARCHAR[]))) WHERE image.bytes IS NOT NULL"
    )
    rows = database.cursor().execute(query, [list(question_ids)]).fetchall()
    return {(benchmark, path): content for benchmark, path, content in rows}


def _files(database: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any], image_root: Path | None) -> ImageFiles:
    """Return where the image files of each benchmark lie."""
    benchmarks = [row[0] for row in database.execute("SELECT DISTINCT benchmark FROM pictured ORDER BY 1").fetchall()]
    roots = _roots_as_ingested(manifest)
    built_with = manifest["config"].get("image_root")
    places = {}
    for benchmark in benchmarks:
        root = image_root or (Path(built_with) if built_with else roots.get(benchmark))
        pictured = f"(SELECT * FROM pictured WHERE benchmark = '{benchmark.replace(chr(39), chr(39) * 2)}')"
        layout = layouts_below(database, pictured, manifest, root)[benchmark]
        places[benchmark] = [ImagePlace(root, layout)]
    return ImageFiles(places)


def _roots_as_ingested(manifest: Mapping[str, Any]) -> dict[str, Path]:
    """Return the image roots that the benchmarks were ingested with, as far as their folders are still there."""
    roots = {}
    for source in manifest["sources"]:
        ingested = read_json(Path(source["folder"]) / MANIFEST) or {}
        if root := ingested.get("request", {}).get("image_root"):
            roots[source["benchmark"]["name"]] = Path(root)
    return roots
