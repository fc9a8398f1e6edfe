"""The questions of a curriculum that a model is asked: those of a split, in curriculum order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curriculum_kit.enums import Split
from curriculum_kit.errors import ConfigInvalid, ModelUnavailable, NothingLeft, SourceNotFound
from curriculum_kit.storage import MANIFEST, hash_of, read_json
from trainer.images import look_for_images
from trainer.rows import load_rows, shard_files

if TYPE_CHECKING:
    import datasets

_ABOUT = (
    *("question_id", "variant_id", "tier", "answer", "question_type", "benchmark", "unit_id"),
    *("choices", "answer_index"),
)
_NAMED = 5
"""Missing images that a message names."""


@dataclass(frozen=True)
class Questions:
    """Questions by number, from 0, in curriculum order."""

    curriculum: Path
    table: pa.Table
    """What is said about each of them: `_ABOUT` and the number of its images."""
    positions: list[int]
    """Their rows in the shards."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.positions)

    @cached_property
    def has_images(self) -> list[bool]:
        """Whether a question has an image."""
        return [bool(count) for count in self.table["images"].to_pylist()]

    @cached_property
    def keys(self) -> list[tuple[str, int]]:
        """The question_id and variant_id of each."""
        return list(zip(self.table["question_id"].to_pylist(), self.table["variant_id"].to_pylist(), strict=True))

    @property
    def state(self) -> str:
        """A hash of the shards and of what was selected of them."""
        files = _manifest(self.curriculum)["files"]
        shards = {name: entry["sha256"] for name, entry in files.items() if name.startswith("shards/")}
        return hash_of([shards, self.positions])

    @property
    def image_root(self) -> Path | None:
        """Where the build looked for images, if it was told."""
        known = _manifest(self.curriculum).get("config", {}).get("image_root")
        return Path(known) if known else None

    @cached_property
    def _rows(self) -> datasets.Dataset:
        try:
            import datasets
        except ImportError:
            raise ModelUnavailable("ckit evaluate needs the package datasets; install curriculum-kit[train]") from None
        had_bars = datasets.are_progress_bars_disabled()
        datasets.disable_progress_bars()
        try:
            return load_rows(self.curriculum)
        finally:
            if not had_bars:
                datasets.enable_progress_bars()

    @cached_property
    def _image_rows(self) -> Any:
        return self._rows.select_columns(["images"]).with_format("arrow")  # as stored, whatever datasets makes of them

    def images_of(self, number: int) -> list[dict[str, Any]]:
        """Return the images of a question as the shards hold them, {bytes, path} of each."""
        return self._image_rows[self.positions[number]]["images"][0].as_py() or []

    def prompts(self, numbers: Sequence[int]) -> list[list[dict[str, str]]]:
        """Return the conversations of questions."""
        rows = self._rows.select_columns(["prompt"])[[self.positions[number] for number in numbers]]
        prompts: list[list[dict[str, str]]] = rows["prompt"]
        return prompts

    def about(self, number: int) -> dict[str, Any]:
        """Return what is said about a question: the columns of `_ABOUT`."""
        return {name: self.table[name][number].as_py() for name in _ABOUT}

    def check_images(self, root: Path | None) -> None:
        """Raise `SourceNotFound` that names the first images that are neither embedded nor below `root`."""
        lacking = look_for_images(shard_files(self.curriculum), root).lacking
        without = [number for number, position in enumerate(self.positions) if lacking[position]]
        if not without:
            return
        seen = [image["path"] for number in without[:_NAMED] for image in self.images_of(number)]
        names = [path for path in dict.fromkeys(seen) if not ((root or Path()) / path).is_file()][:_NAMED]
        where = f"below {root}" if root else "as no image root is known"
        raise SourceNotFound(
            f"{len(without):,} of {len(self):,} questions lack an image {where}: {', '.join(names)}"
            f"{', ...' if len(without) > _NAMED else ''}; name the folder of the images with --image-root"
        )


def select_questions(
    curriculum: Path,
    split: Split,
    *,
    tiers: Sequence[int] | None = None,
    limit: int | None = None,
    all_wordings: bool = False,
) -> Questions:
    """Return the questions of a split; with `limit` as many, spread evenly from the easiest to the hardest.

    Raises the errors of `shard_files`, `ConfigInvalid` for tiers that are not there, and `NothingLeft` for a split that
    has no question, which says which ones have.
    """
    columns = ["split", *_ABOUT, "images.list.element.path"]
    table = pa.concat_tables([pq.ParquetFile(file).read(columns=columns) for file in shard_files(curriculum)])
    counts = pc.fill_null(pc.list_value_length(table["images"]), 0)
    table = table.drop_columns(["images"]).append_column("images", counts)
    kept = pc.equal(table["split"], split.value)
    if not all_wordings:
        kept = pc.and_(kept, pc.equal(table["variant_id"], 0))
    if tiers is not None:
        there = pc.unique(table["tier"]).to_pylist()
        if unknown := sorted(set(tiers) - set(there)):
            raise ConfigInvalid(
                f"--tiers {unknown[0]} is not there; {curriculum} has tiers {min(there)} to {max(there)}"
            )
        kept = pc.and_(kept, pc.is_in(table["tier"], pa.array(list(tiers), pa.int32())))
    positions = np.flatnonzero(kept.to_numpy())
    if not len(positions):
        seen = pc.value_counts(table["split"]).to_pylist()
        splits = ", ".join(f"{one['values']} ({one['counts']:,} rows)" for one in seen)
        of_tiers = "" if tiers is None else " in these tiers"
        raise NothingLeft(
            f"{curriculum} has no question of split {split.value}{of_tiers}; it has {splits}: name one with --split"
        )
    if limit is not None and limit < len(positions):
        positions = positions[np.arange(limit) * len(positions) // limit]
    return Questions(curriculum, table.take(pa.array(positions)), positions.tolist())


def _manifest(curriculum: Path) -> dict[str, Any]:
    return read_json(curriculum / MANIFEST) or {}
