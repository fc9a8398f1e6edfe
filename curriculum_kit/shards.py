"""Shard rows: a question with its difficulty, tier and rendered prompt, standing on its own.

Reads scored questions in curriculum order and writes rows of the `shard` table, cut into files. The
order within a tier is the order given: easy to hard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.prompts import LETTERS, PromptTemplate
from curriculum_kit.schemas import schema_of

EMBEDDED_ROW_GROUP = 256
"""Rows of a Parquet row group where images are stored: readers hold a row group at a time, here some 25 MB."""

ReadImage = Callable[[str], bytes]
"""Returns the bytes of an image by its image_id."""
ImagePaths = Callable[[pa.Array], pa.Array]
"""Returns where images lie below the image root by their image_ids."""


def as_named(image_ids: pa.Array) -> pa.Array:
    """Return the paths of images as their benchmark names them: an image_id without the benchmark's name."""
    return pc.replace_substring_regex(image_ids, r"^[^:]*:", "")


def shard_rows(
    scored: pa.Table,
    tier: np.ndarray,
    template: PromptTemplate,
    read_image: ReadImage | None,
    image_paths: ImagePaths = as_named,
) -> pa.Table:
    """Return the shard rows of scored questions.

    `scored` has the columns of the `scored` table; `tier` holds a number per row. With `read_image` the bytes of the
    images are stored, else their paths alone.
    """
    rows = scored.num_rows
    schema = schema_of("shard")
    questions, choices = scored["question"].to_pylist(), scored["choices"].to_pylist()
    prompts = [template.render(question, options) for question, options in zip(questions, choices, strict=True)]
    made: dict[str, Any] = {
        "group_id": scored["question_id"],
        "variant_id": pa.array(np.zeros(rows, np.int32)),
        "tier": pa.array(tier.astype(np.int32)),
        "solution": pa.array(list(LETTERS)).take(scored["answer_index"].combine_chunks()),
        "prompt": pa.array(prompts, schema.field("prompt").type),
        "images": _images(scored["image_ids"], schema.field("images").type, read_image, image_paths),
        "metadata": _pairs(scored["metadata"].combine_chunks(), schema.field("metadata").type),
    }
    return pa.table([made[name] if name in made else scored[name] for name in schema.names], schema=schema)


def _images(
    image_ids: pa.ChunkedArray, kind: pa.DataType, read_image: ReadImage | None, image_paths: ImagePaths
) -> pa.Array:
    ids = image_ids.combine_chunks()
    flat = ids.flatten()
    contents = (
        pa.nulls(len(flat), pa.binary())
        if read_image is None
        else pa.array(map(read_image, flat.to_pylist()), pa.binary())
    )
    images = pa.StructArray.from_arrays([contents, image_paths(flat)], fields=list(kind.value_type))
    lengths = pc.fill_null(pc.list_value_length(ids), 0).to_numpy(zero_copy_only=False)
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), images, type=kind)


def _pairs(metadata: pa.MapArray, kind: pa.DataType) -> pa.Array:
    """Return a map column as lists of key and value."""
    # A slice keeps the offsets of the whole; taking the rows makes them start at 0.
    dense = metadata.take(pa.array(np.arange(len(metadata))))
    pairs = pa.StructArray.from_arrays([dense.keys, dense.items], fields=list(kind.value_type))
    return pa.ListArray.from_arrays(dense.offsets, pairs, type=kind)


def cut(sizes: Sequence[int], rows_per_shard: int) -> Iterator[tuple[str, int, int]]:
    """Yield (name, tier, rows) of every shard file for tiers of the given sizes.

    >>> list(cut([3, 2], rows_per_shard=2))[1:]
    [('tier=0/part-00001.parquet', 0, 1), ('tier=1/part-00000.parquet', 1, 2)]
    """
    digits = len(str(len(sizes) - 1))  # names sort as tiers do, whoever lists them
    for tier, size in enumerate(sizes):
        for part, start in enumerate(range(0, size, rows_per_shard)):
            yield f"tier={tier:0{digits}d}/part-{part:05d}.parquet", tier, min(rows_per_shard, size - start)
