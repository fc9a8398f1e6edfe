"""Images of a folder that are nearly the same to a CLIP model: pairs by which `ckit audit` compares splits.

Reads the questions and images of an ingest or a curriculum, and the image files; what the cache of embeddings lacks is
embedded. Writes nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.audit.findings import Finding, unchecked
from curriculum_kit.audit.leaks.bound import ENOUGH, SAMPLED, Bound, bound_of, degraded_copy
from curriculum_kit.config import BuildConfig
from curriculum_kit.enums import Check, Engine, ImageStatus, Severity
from curriculum_kit.errors import ConfigInvalid, SourceNotFound
from curriculum_kit.near_images import Pairs, alike_images, near_vectors
from curriculum_kit.pipeline.audited import open_audited
from curriculum_kit.pipeline.embedding import EmbeddingCache, cache_folder, embed, engine_for, wanted_images
from curriculum_kit.pipeline.encoder import ClipSource, clip_for
from curriculum_kit.pipeline.image_files import ImageFiles, ImagePlace, layouts_below
from curriculum_kit.schemas import BLANK_HASHES
from curriculum_kit.storage import MANIFEST, read_json

Progress = Callable[[str, int, int], None]

_IMAGES = """
SELECT image_id, sha256, phash, min(unit) AS unit
FROM images JOIN (
    SELECT unnest(image_ids) AS image_id,
        CASE WHEN list_contains(image_ids, unit_id) OR unit_id = concat(benchmark, ':none') THEN NULL
            ELSE concat_ws(chr(10), benchmark, unit_id) END AS unit
    FROM questions WHERE split <> 'unassigned'
) USING (image_id)
GROUP BY ALL ORDER BY image_id
"""
"""Images that questions of a split ask about; a unit of one image is null."""


@dataclass(frozen=True)
class ByClip:
    """The model that is to tell which images are nearly the same, and where these lie."""

    model: str
    image_root: Path | None = None
    """None: the folder that was named at ingest"""
    device: str = "auto"
    cache: Path | None = None
    """None: the user's cache"""


@dataclass(frozen=True)
class Alike:
    """Pairs of images of nearly one embedding, and what is to be said of how they were found."""

    pairs: pa.Table | None
    """image_a, image_b and cosine; None where they could not be told"""
    findings: list[Finding]


def find_alike(
    folder: Path,
    asked: ByClip,
    *,
    where: str | None = None,
    seed: int = 0,
    progress: Progress = lambda *_: None,
) -> Alike:
    """Return the pairs among the images of the questions that meet `where` and are in a split.

    From which cosine on is measured on `SAMPLED` of the images, drawn by `seed`; see `bound_of`. Raises a `CkitError`
    in one line where the model cannot be had, or no folder of images is known.
    """
    audited = open_audited(folder, where)
    clip = clip_for(
        BuildConfig.model_validate({"sources": (folder,), "clip_model": asked.model, "device": asked.device})
    )
    assert clip is not None, "a model is named"
    splits = audited.database.execute("SELECT DISTINCT split FROM questions WHERE split <> 'unassigned'").fetchall()
    if len(splits) < 2:
        return Alike(None, [])  # the check says so itself
    images = audited.database.sql(_IMAGES).to_arrow_table()
    files = _files(audited.database, folder, asked.image_root)
    paths = [str(file) if (file := files.find(key)) else None for key in images["image_id"].to_pylist()]
    path = pa.chunked_array([pa.array(paths, pa.string())])
    sha256 = pc.if_else(pc.is_valid(path), images["sha256"], None)
    wanted = wanted_images(
        pa.table({"sha256": sha256, "path": path}), on_progress=lambda done, of: progress("images hashed", done, of)
    )
    cache = EmbeddingCache(asked.cache or cache_folder(), clip.fingerprint, name=clip.name)
    engine = engine_for(Engine.LOCAL, clip.load, clip.name, clip.fingerprint, device=asked.device)
    embed(wanted, cache, engine, on_progress=lambda done, of: progress("images", done, of))
    vectors = cache.vectors(wanted["key"])
    seen = np.flatnonzero(~np.isnan(vectors).any(axis=1))
    if len(seen) < ENOUGH:
        return Alike(None, [_too_few(len(seen), images.num_rows, clip.name)])
    images = images.append_column("path", path).take(pa.array(seen))
    bound = _measured(images, vectors[seen], clip, seed)
    unseen = len(vectors) - len(seen)
    if not bound.tells:
        return Alike(None, [_cannot_tell(bound, clip.name)])
    pairs = _without_trivial(near_vectors(vectors[seen], bound.cosine), images)
    return Alike(alike_images(images["image_id"].to_pylist(), pairs), [_how(bound, clip.name, unseen)])


def _files(database: Any, folder: Path, named: Path | None) -> ImageFiles:
    """Return where the images lie: below the folder named, or the one that the manifest names."""
    manifest = read_json(folder / MANIFEST) or {}
    known = manifest.get("request", manifest.get("config", {})).get("image_root")
    root = named or (Path(known) if known else None)
    if root is None:
        raise ConfigInvalid(f"{folder} does not say where its images lie; name their folder with --image-root")
    if not root.is_dir():
        raise SourceNotFound(f"image folder {root} does not exist; name the folder with --image-root")
    layouts = layouts_below(database, "images", manifest, root)
    return ImageFiles({benchmark: [ImagePlace(root, layout)] for benchmark, layout in layouts.items()})


def _measured(images: pa.Table, vectors: np.ndarray, clip: ClipSource, seed: int) -> Bound:
    """Return the bound of this model for a sample of these images."""
    drawn = np.sort(np.random.default_rng(seed).permutation(images.num_rows)[:SAMPLED])
    some = images.take(pa.array(drawn))
    copies = [degraded_copy(Path(file).read_bytes()) for file in some["path"].to_pylist()]
    # Whoever decoded once decodes again, unless the file has changed meanwhile.
    batch = pa.table({"key": some["image_id"], "bytes": pa.array(copies, pa.binary())})
    found = clip.load().encode_batch(batch)
    usable = np.flatnonzero(pc.equal(found["status"], ImageStatus.OK.value).to_numpy())
    of_copies = np.stack(found["vector"].take(pa.array(usable)).to_pylist()).astype(np.float32)
    some = some.take(pa.array(usable))
    units = pc.coalesce(some["unit"], some["image_id"]).to_pylist()
    return bound_of(vectors[drawn[usable]], of_copies, units, some["phash"].to_pylist(), images.num_rows)


def _without_trivial(pairs: Pairs, images: pa.Table) -> Pairs:
    """Return the pairs but for those of equal files, which are another finding, and of images of one colour."""
    sha256, phash = (np.array(images[name].to_pylist(), dtype=object) for name in ("sha256", "phash"))
    blank = np.isin(phash.astype(str), BLANK_HASHES)
    same = (sha256[pairs.first] == sha256[pairs.second]) & (sha256[pairs.first] != np.array(None))
    keep = ~(same | blank[pairs.first] | blank[pairs.second])
    return Pairs(*(part[keep] for part in pairs))


def _how(bound: Bound, model: str, unseen: int) -> Finding:
    says = (
        f"To {model} images are nearly the same from a cosine of {bound.cosine:.4f} on: of {bound.images:,} images "
        f"{bound.found:,} are as near to a copy (half size, 1% off each side, JPEG of quality 50), and "
        f"{bound.chance:,} to one of another unit."
    )
    lacking = f" {unseen:,} images without a file that decodes were not compared." if unseen else ""
    return Finding(Check.LEAKS, "embedding-bound", Severity.NOTE, says + lacking, figure=bound.cosine)


def _cannot_tell(bound: Bound, model: str) -> Finding:
    says = (
        f"{model} cannot tell copies of these images from other images: only {bound.found:,} of {bound.images:,} are "
        "nearer to their copy than images of different units are to each other, so that images of nearly the same "
        "embedding were not looked for. Take another --clip-model."
    )
    return unchecked(Check.LEAKS, "near-embedding", says)


def _too_few(seen: int, of: int, model: str) -> Finding:
    says = (
        f"Of {of:,} images {seen:,} have a file that decodes, of {ENOUGH} that it takes to know what is nearly the "
        f"same to {model}, so that images of nearly the same embedding were not looked for."
    )
    return unchecked(Check.LEAKS, "near-embedding", says)
