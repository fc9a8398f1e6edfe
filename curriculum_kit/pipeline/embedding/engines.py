"""What turns wanted images into vectors: in this process, or on Ray with the same function per batch."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.encoders.clip import ClipModel
from curriculum_kit.encoders.clip.batches import default_workers
from curriculum_kit.enums import Engine
from curriculum_kit.pipeline.embedding.wanted import HASH_LENGTH, hash_of_file

CHANGED = "changed"
"""Status of an image whose file is another by now than the one that was hashed. Its vector would lie in the cache
under the key of the other, for every curriculum that has that one."""

ROWS = {False: 64, True: 4096}
"""Rows per batch on a processor, about 4 s of ViT-B-32 on two cores, and on an accelerator, about 2 s. Multiples of
the model's own batches: of a smaller one the vectors differ in their last bits."""

Encode = Callable[[pa.Table], Generator[pa.Table]]
"""From rows of the schema `WANTED`, none without a key, to as many rows of `vector_schema`, batch by batch."""


def engine_for(
    engine: Engine,
    load: Callable[[], ClipModel],
    model: str,
    fingerprint: str,
    device: str = "auto",
    workers: int | None = None,
    ray_address: str | None = None,
) -> Encode:
    """Return an engine; nothing is loaded or started before it has something to do.

    `load` gives the model in this process; `model` and `fingerprint` are its name and what it must be wherever else
    it is loaded, with `device` and `workers` (threads that decode) as in `ClipModel.load`. `ray_address` is that
    of a cluster, or None for a Ray of our own on this machine.
    """
    if engine is Engine.LOCAL:
        return lambda wanted: encode_here(wanted, load)
    from curriculum_kit.pipeline.embedding.on_ray import encode_on_ray

    return lambda wanted: encode_on_ray(wanted, model, fingerprint, device, workers, ray_address)


def encode_here(wanted: pa.Table, load: Callable[[], ClipModel]) -> Generator[pa.Table]:
    """Yield the encoded batches, one after the other."""
    model = load()
    for batch in batches_of(wanted, ROWS[model.towers.half]):
        yield encode_files(model, batch)


def batches_of(wanted: pa.Table, rows: int) -> Iterator[pa.Table]:
    """Yield slices of that many rows."""
    for start in range(0, wanted.num_rows, rows):
        yield wanted.slice(start, rows)


def encode_files(model: ClipModel, batch: pa.Table, workers: int | None = None) -> pa.Table:
    """Return key, vector and status of a batch; `CHANGED` where the file is not the one that its key names."""
    files = pc.unique(batch["path"]).drop_null()
    with ThreadPoolExecutor(workers or default_workers()) as pool:
        hashes = pa.array(pool.map(hash_of_file, files.to_pylist()), pa.string())
    seen = hashes.take(pc.index_in(batch["path"], value_set=files))
    meant = pc.utf8_slice_codeunits(batch["key"], 0, HASH_LENGTH)
    changed = pc.fill_null(pc.not_equal(seen, meant), False)
    paths = pc.if_else(changed, None, batch["path"])
    found = model.encode_batch(batch.set_column(batch.schema.get_field_index("path"), "path", paths))
    status = pc.if_else(changed, CHANGED, found["status"])
    return found.set_column(found.schema.get_field_index("status"), "status", status)
