"""The rows of a curriculum in its order, as a trainer wants them.

Reads `manifest.json` and `shards/`; writes nothing. A curriculum that is unfinished, or of another
schema version, is refused: a trainer that reads half a curriculum does not notice.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from curriculum_kit.errors import SchemaMismatch, SourceNotFound
from curriculum_kit.schemas import SCHEMA_VERSION
from curriculum_kit.storage import MANIFEST, open_table, read_json

if TYPE_CHECKING:
    import datasets


def shard_files(curriculum: Path) -> list[Path]:
    """Return the shard files from the easiest tier to the hardest, as the manifest lists them.

    Raises `SourceNotFound` where there is no finished curriculum or a file is gone, and
    `SchemaMismatch` where its schema is another.
    """
    manifest = read_json(curriculum / MANIFEST)
    if not manifest or manifest.get("kind") != "curriculum":
        raise SourceNotFound(f"{curriculum} holds no finished curriculum; run ckit build-curriculum first")
    if manifest.get("schema_version") != SCHEMA_VERSION:
        raise SchemaMismatch(f"{curriculum} was written by another version of ckit; build it again")
    files = [curriculum / name for name in sorted(manifest["files"]) if name.startswith("shards/")]
    for file in files:
        open_table(file, "shard")
    return files


def load_rows(curriculum: Path) -> datasets.Dataset:
    """Return the rows as a `datasets.Dataset`, memory-mapped, in curriculum order; errors as in `shard_files`."""
    import datasets

    files = [str(file) for file in shard_files(curriculum)]
    return datasets.load_dataset("parquet", data_files=files, split="train")
