"""The image channel of a curriculum: what its images show, as vectors, prototypes and nearness.

Reads the selected `questions`, their `images` and the labels; writes `prototypes`, a vector per label (`embeddings`),
and one per image and label (`shown`). What shows a label are the regions of that name; of an image without any
regions, the answers to the questions about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.config import BuildConfig
from curriculum_kit.distractors import POLAR
from curriculum_kit.enums import Channel, ImageStatus
from curriculum_kit.looks import Nearness
from curriculum_kit.pipeline.embedding import EmbeddingCache, cache_folder, embed, engine_for, wanted_images
from curriculum_kit.pipeline.encoder import ClipSource
from curriculum_kit.pipeline.image_files import ImageFiles
from curriculum_kit.pipeline.runner import Facts
from curriculum_kit.pipeline.sources import Source
from curriculum_kit.pipeline.sql import from_tables
from curriculum_kit.prototypes import Prototypes, Shown, prototypes
from curriculum_kit.schemas import schema_of
from curriculum_kit.storage import ParquetSink, iter_table, read_table, write_table

_CHUNK = 20_000
"""Vectors that are held at a time."""

_CORNERS = ("x0", "y0", "x1", "y1")


def write_looks(
    config: BuildConfig,
    database: duckdb.DuckDBPyConnection,
    sources: Sequence[Source],
    images: ImageFiles,
    scratch: Path,
    *,
    questions: Path,
    choices: Path,
    clip: ClipSource,
    progress: Any,
) -> Facts:
    """Embed what the images of the questions show, and write the tables below `scratch`; return the counts.

    Vectors come from the cache that curricula share; only what is new is embedded. Raises a `CkitError` in one line
    where the model cannot be had.
    """
    labels = read_table(choices, "choices")["label"].combine_chunks()
    # What a model of a closed list makes of other things means nothing, in either tower.
    known = labels if clip.labels is None else labels.filter(pc.is_in(labels, pa.array(clip.labels, pa.string())))
    things = _things(database, sources, images, questions, known)
    wanted = wanted_images(things, on_progress=lambda done, total: progress("images hashed", done, total))
    cache = EmbeddingCache(config.cache or cache_folder(), clip.fingerprint, name=clip.name)
    engine = engine_for(
        config.engine, clip.load, clip.name, clip.fingerprint, device=config.device, ray_address=config.ray_address
    )
    found = embed(wanted, cache, engine, on_progress=lambda done, total: progress("images", done, total))
    vectors = _Vectors(things, wanted["key"], cache, labels)
    any_seen = found.status.get(ImageStatus.OK.value)
    made = prototypes(vectors, len(labels), config.min_images) if any_seen else None
    _write_prototypes(made, labels, scratch)
    _write_shown(vectors, things, scratch)
    return {
        "wanted": found.wanted,
        "by_status": found.status,
        **_facts(things, made, labels, config),
    }


def _things(
    database: duckdb.DuckDBPyConnection, sources: Sequence[Source], files: ImageFiles, questions: Path, labels: pa.Array
) -> pa.Table:
    """Return what shows a label: image_id, sha256, path of the file, label and corners, by image and label."""
    cursor = database.cursor()
    cursor.register("known", pa.table({"label": labels}))
    cursor.register("polar", pa.table({"label": sorted(POLAR)}))
    query = f"""
        WITH asked AS (SELECT unnest(image_ids) AS image_id, answer FROM {from_tables([questions])}),
        images AS (
            SELECT DISTINCT ON (image_id) image_id, sha256, regions
            FROM {from_tables(source.images for source in sources)}
            WHERE image_id IN (SELECT image_id FROM asked) ORDER BY image_id
        ),
        regions AS (SELECT image_id, sha256, unnest(regions) AS region FROM images WHERE len(regions) > 0),
        shown AS (
            SELECT image_id, sha256, region.label AS label, region.x0, region.y0, region.x1, region.y1 FROM regions
            UNION
            SELECT image_id, sha256, answer, NULL, NULL, NULL, NULL FROM asked JOIN images USING (image_id)
            WHERE len(regions) = 0 AND answer NOT IN (SELECT label FROM polar)
            AND NOT regexp_full_match(answer, '[0-9.]+')
        )
        SELECT * FROM shown WHERE label IN (SELECT label FROM known) ORDER BY image_id, label, x0, y0, x1, y1
    """
    table = cursor.sql(query).to_arrow_table()
    distinct = table["image_id"].combine_chunks().dictionary_encode()
    found = [(key, files.find(key)) for key in distinct.dictionary.to_pylist()]
    # Those that are missing have a path too: they are counted by it.
    path = pa.array([str(file or files.wanted_at(key)) for key, file in found], pa.string()).take(distinct.indices)
    is_there = pa.array([file is not None for _, file in found], pa.bool_()).take(distinct.indices)
    # A file that is gone has no hash that counts.
    sha256 = pc.if_else(is_there, table["sha256"], None)
    columns = {"image_id": table["image_id"], "sha256": sha256, "path": path, "label": table["label"]}
    return pa.table(columns | {corner: table[corner].cast(pa.float32()) for corner in _CORNERS})


class _Vectors:
    """The vectors of what is shown, as often as they are wanted, a batch at a time; what has none is left out."""

    def __init__(self, things: pa.Table, keys: pa.ChunkedArray, cache: EmbeddingCache, labels: pa.Array) -> None:
        self._keys, self._cache = keys, cache
        self._image = things["image_id"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
        self._label = pc.index_in(things["label"], value_set=labels).to_numpy().astype(np.int64)

    def __iter__(self) -> Iterator[Shown]:
        for rows, vectors in self._cache.batches(self._keys):
            yield Shown(self._label[rows], self._image[rows], vectors)

    def means(self) -> tuple[np.ndarray, np.ndarray]:
        """Return for each image and label the first of its rows, and the mean vector, of length 1 or NaN, float32."""
        pair = self._image * (int(self._label.max(initial=0)) + 1) + self._label
        first, place = np.unique(pair, return_index=True, return_inverse=True)[1:]
        total = np.empty((len(first), 0), np.float32)
        for rows, vectors in self._cache.batches(self._keys):
            if not total.shape[1]:
                total = np.zeros((len(first), vectors.shape[1]), np.float32)
            np.add.at(total, place[rows], vectors)
        length = np.linalg.norm(total, axis=1, keepdims=True)
        # Vectors that cancel out have no direction.
        return first, np.divide(total, length, out=np.full_like(total, np.nan), where=length > 1e-6)


def _write_prototypes(made: Prototypes | None, labels: pa.Array, scratch: Path) -> None:
    """Write `prototypes`, and the vectors of labels that have one as `embeddings`."""
    schema, lacking = schema_of("prototypes"), set() if made is None else set(made.lacking.tolist())
    columns: dict[str, Any] = {name: [] for name in schema.names}
    vectors: dict[str, Any] = {"channel": [], "label": [], "vector": []}
    if made is not None:
        used = [place for place in range(len(labels)) if place not in lacking]
        columns = {
            "label": labels,
            "images": pa.array(made.images),
            "rows": pa.array(made.rows),
            "cohesion": pa.array(made.cohesion, from_pandas=True),
            "spread": pa.array(made.spread, from_pandas=True),
            "used": [place not in lacking for place in range(len(labels))],
        }
        vectors = {
            "channel": [Channel.CLIP_IMAGE.value] * len(used),
            "label": labels.take(pa.array(used, pa.int64())),
            "vector": pa.array(list(made.vectors[used]), pa.list_(pa.float32())),
        }
    write_table(scratch / "prototypes.parquet", pa.table(columns, schema), "prototypes")
    write_table(scratch / "vectors.parquet", pa.table(vectors, schema_of("embeddings")), "embeddings")


def _write_shown(vectors: _Vectors, things: pa.Table, scratch: Path) -> None:
    """Write `shown`: the mean of the vectors of each image and label; null where there is none."""
    first, means = vectors.means()
    with ParquetSink(scratch / "shown.parquet", "shown") as sink:
        for start in range(0, len(first), _CHUNK):
            rows, part = first[start : start + _CHUNK], means[start : start + _CHUNK]
            there = part.shape[1] > 0 and ~np.isnan(part).any(axis=1)
            made = [
                vector if known else None for vector, known in zip(part, np.broadcast_to(there, len(part)), strict=True)
            ]
            table = things.select(["image_id", "label"]).take(pa.array(rows))
            sink.write(table.append_column("vector", pa.array(made, pa.list_(pa.float32()))))


def _facts(things: pa.Table, made: Prototypes | None, labels: pa.Array, config: BuildConfig) -> Facts:
    """Return how many labels are shown, and which of them too few images show."""
    names = labels.to_pylist()
    lacking = [] if made is None else [place for place in made.lacking.tolist() if made.images[place]]
    return {
        "model": config.clip_model,
        "regions": things.num_rows - things["x0"].null_count,
        "labels_shown": 0 if made is None else int((made.images > 0).sum()),
        "prototypes": 0 if made is None else len(names) - len(made.lacking),
        "min_images": config.min_images,
        "too_few": {names[place]: int(made.images[place]) for place in lacking} if made is not None else {},
    }


def nearness_of_questions(
    questions: Path, choices: Path, prototype_vectors: Path, shown: Path, seed: int
) -> np.ndarray | None:
    """Return for each question how near its image comes to what the other choices look like; None without vectors."""
    labels = read_table(choices, "choices")["label"].combine_chunks()
    table = read_table(shown, "shown")
    made = read_table(prototype_vectors, "embeddings")
    if not table.num_rows or not made.num_rows:
        return None
    width = len(made["vector"][0])
    unit = np.full((len(labels), width), np.nan, np.float32)
    unit[pc.index_in(made["label"], value_set=labels).to_numpy()] = np.stack(made["vector"].to_numpy())
    vectors = np.full((table.num_rows, width), np.nan, np.float32)
    there = pc.is_valid(table["vector"]).to_numpy()
    vectors[there] = pc.list_flatten(table["vector"]).to_numpy().reshape(-1, width)
    shows = pc.index_in(table["label"], value_set=labels).to_numpy()
    near = Nearness(vectors, shows, unit, seed)
    pairs = pc.binary_join_element_wise(table["image_id"], table["label"], "\0").combine_chunks()
    found = []
    for batch in iter_table(questions, "questions", columns=["image_ids", "answer", "choices", "answer_index"]):
        # The first image of a question stands for it.
        image = pa.array([keys[0] if keys else None for keys in batch["image_ids"].to_pylist()], pa.string())
        thing = pc.index_in(pc.binary_join_element_wise(image, batch["answer"], "\0"), value_set=pairs)
        sizes = batch["choices"].value_lengths().to_numpy()
        ids = np.full((batch.num_rows, int(sizes.max(initial=1))), -1)
        ids[np.arange(ids.shape[1]) < sizes[:, None]] = pc.index_in(
            batch["choices"].flatten(), value_set=labels
        ).to_numpy()
        found.append(near.of(pc.fill_null(thing, -1).to_numpy(), ids, batch["answer_index"].to_numpy()))
    return np.concatenate(found)
