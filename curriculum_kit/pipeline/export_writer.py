"""Rows of a curriculum to the files of an export, a batch at a time, and what there is to say of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from curriculum_kit.enums import Split
from curriculum_kit.exports.base import ImageMode, Made, Target
from curriculum_kit.pipeline.export_images import Pictures
from curriculum_kit.pipeline.export_rows import RowFile, open_rows

_SPLITS = {Split.UNASSIGNED: Split.TRAIN}
"""Questions of no split are for training, as in `ckit train`."""


class ExportWriter:
    """Writes rows, in the order given, to a file for each split, or for each tier to train on where order is lost."""

    def __init__(self, target: Target, pictures: Pictures, tier_digits: int) -> None:
        self.rows = 0
        self._target, self._pictures, self._digits = target, pictures, tier_digits
        self._embedded = pictures.mode is ImageMode.EMBED
        self._files: dict[str, dict[str, RowFile]] = {}
        self._groups = self._in_group = self._largest = self._images = 0
        self._group: str | None = None
        self._tiers: set[int] = set()

    def write(self, shard_rows: Sequence[dict[str, Any]]) -> None:
        """Write rows of shards; raise a `CkitError` in one line for one that cannot be exported."""
        made: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for shard in shard_rows:
            pictures = self._pictures.of_row(shard)
            made.setdefault(self._file(shard), []).append(self._target.row(shard, pictures, self.rows))
            self._count(shard, len(pictures))
        for (split, name), rows in made.items():
            files = self._files.setdefault(split, {})
            if name not in files:
                files[name] = open_rows(self._pictures.folder / name, lambda: self._target.schema(self._embedded))
            files[name].write(rows)

    def close(self) -> Made:
        """Close the files and return what was made."""
        for files in self._files.values():
            for file in files.values():
                file.close()
        return Made(
            files={
                split.value: {name: file.rows for name, file in self._files[split].items()}
                for split in (Split.TRAIN, Split.VALIDATION, Split.TEST)
                if split in self._files
            },
            rows=self.rows,
            groups=self._groups,
            rows_in_largest_group=self._largest,
            images_in_largest_row=self._images,
            tiers=len(self._tiers),
            mode=self._pictures.mode,
        )

    def _file(self, shard: dict[str, Any]) -> tuple[str, str]:
        split = _SPLITS.get(shard["split"], shard["split"])
        torn = split == Split.TRAIN and not self._target.card.keeps_order
        tier = f"-tier-{shard['tier']:0{self._digits}d}" if torn else ""
        return split, f"{split}{tier}.{self._target.suffix(self._embedded)}"

    def _count(self, shard: dict[str, Any], images: int) -> None:
        self.rows += 1
        if shard["group_id"] != self._group:
            self._group, self._in_group = shard["group_id"], 0
            self._groups += 1
        self._in_group += 1
        self._largest = max(self._largest, self._in_group)
        self._images = max(self._images, images)
        self._tiers.add(shard["tier"])
