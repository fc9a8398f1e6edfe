"""One batch of files through a model: the same function in this process and on a worker of Ray."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.encoders.clip import ClipModel
from curriculum_kit.encoders.clip.batches import default_workers
from curriculum_kit.pipeline.embedding.wanted import HASH_LENGTH, hash_of_file

CHANGED = "changed"
"""Status of an image whose file is another by now than the one that was hashed. Its vector would lie in the cache
under the key of the other, for every curriculum that has that one."""


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
