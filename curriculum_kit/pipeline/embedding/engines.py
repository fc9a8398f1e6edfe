"""What turns wanted images into vectors: in this process, or on Ray with the same function per batch."""

from __future__ import annotations

from collections.abc import Callable, Generator

import pyarrow as pa

from curriculum_kit.encoders.clip import ClipModel
from curriculum_kit.enums import Engine
from curriculum_kit.pipeline.embedding.encoding import batches_of, encode_files

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
