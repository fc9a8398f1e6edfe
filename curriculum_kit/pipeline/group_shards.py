"""Shards written anew, with groups or without, and put in the place of the old ones all at once.

The old shards stay beside the new ones until the manifest knows the new ones. A run that is killed in between is
undone by the next.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curriculum_kit.pipeline.runner import Facts
from curriculum_kit.shards import EMBEDDED_ROW_GROUP
from curriculum_kit.storage import (
    MANIFEST,
    OutputFolder,
    ParquetSink,
    iter_table,
    rows_in,
    sha256_of,
    write_json,
    write_text,
)

SHARDS, WORDINGS = "shards", "wordings.parquet"
GROUPS = "groups"
"""Key of the manifest that says how the groups came about."""

BEFORE = "before"
"""Folder below `.ckit/` where the old shards and the old card wait until the manifest knows the new ones."""

_CARD = "README.md"
_BATCH = 2_000
"""Rows at a time: with embedded images they are large, and each becomes as many as a group has wordings."""


def recover(folder: OutputFolder) -> None:
    """Put back what was there where a run was killed before the manifest knew the new shards."""
    before = folder.hidden / BEFORE
    if not before.is_dir():
        return
    files = (folder.manifest or {}).get("files", {})
    known = {name: entry["sha256"] for name, entry in files.items() if name.startswith(f"{SHARDS}/")}
    if (before / SHARDS).is_dir() and folder.hashes([SHARDS]) != known:
        shutil.rmtree(folder.root / SHARDS, ignore_errors=True)
        (before / SHARDS).rename(folder.root / SHARDS)
        if (before / _CARD).is_file():
            (before / _CARD).replace(folder.root / _CARD)
        if WORDINGS not in files:
            (folder.root / WORDINGS).unlink(missing_ok=True)
    shutil.rmtree(before)


def rewrite(
    folder: OutputFolder,
    change: Callable[[pa.Table], pa.Table],
    concerns: Callable[[Path], bool],
    on_rows: Callable[[int], None],
) -> Path:
    """Write all shards to scratch, those that `concerns` says changed batch by batch; return where they lie.

    Nothing of the curriculum is touched.
    """
    made = folder.scratch / SHARDS
    shutil.rmtree(made, ignore_errors=True)
    done = 0
    for file in sorted((folder.root / SHARDS).rglob("*.parquet")):
        place = made / file.relative_to(folder.root / SHARDS)
        place.parent.mkdir(parents=True, exist_ok=True)
        if not concerns(file):
            _link(file, place)
            continue
        kept = {key.decode(): value.decode() for key, value in (pq.read_schema(file).metadata or {}).items()}
        kept.pop("ARROW:schema", None)
        row_group = EMBEDDED_ROW_GROUP if _holds_images(file) else None
        with ParquetSink(place, "shard", kept, row_group) as sink:
            for batch in iter_table(file, "shard", batch_rows=_BATCH):
                sink.write(change(pa.Table.from_batches([batch])))
                done += batch.num_rows
                on_rows(done)
    return made


def exchange(
    folder: OutputFolder, made: Path, manifest: dict[str, Any], card: str, wordings: Path | None = None
) -> None:
    """Put new shards, the card, the table of wordings and the manifest in place of the old; the manifest comes last.

    Without `wordings` a table of them that is there goes. What fails half-way is undone.
    """
    before = folder.hidden / BEFORE
    before.mkdir()
    try:
        if (folder.root / _CARD).is_file():
            shutil.copyfile(folder.root / _CARD, before / _CARD)
        (folder.root / SHARDS).rename(before / SHARDS)
        made.rename(folder.root / SHARDS)
        if wordings:
            folder.publish(wordings, WORDINGS)
        write_text(folder.root / _CARD, card)
        write_json(folder.root / MANIFEST, manifest)
        if not wordings:
            (folder.root / WORDINGS).unlink(missing_ok=True)
    finally:
        recover(folder)


def entries(below: Path, name: str) -> dict[str, Facts]:
    """Return what a manifest says of a file, or of the files of a folder, that lies at `below` and will be `name`."""
    files = sorted(p for p in below.rglob("*") if p.is_file()) if below.is_dir() else [below]
    return {
        (f"{name}/{file.relative_to(below).as_posix()}" if file != below else name): {
            "rows": rows_in(file),
            "sha256": sha256_of(file),
        }
        for file in files
    }


def _holds_images(file: Path) -> bool:
    """Say whether the bytes of images are stored in a shard."""
    first = next(iter_table(file, "shard", batch_rows=1, columns=["images"]), None)
    return first is not None and any(image["bytes"] is not None for image in first["images"][0].as_py() or ())


def _link(file: Path, place: Path) -> None:
    """Put a file that stays as it is beside the new ones, without a copy where the file system allows."""
    try:
        os.link(file, place)
    except OSError:
        shutil.copyfile(file, place)
