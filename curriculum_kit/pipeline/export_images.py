"""Images of exported rows: looked for before anything is written, then copied, linked, embedded or named.

Shards hold an image's bytes, or its path below an image root. Two benchmarks may use one path for two images, so that
files of an export lie below `images/BENCHMARK/`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from curriculum_kit.errors import ConfigInvalid, SchemaMismatch, SourceNotFound
from curriculum_kit.exports.base import ImageMode, Picture

_LOOKED_AT = 10_000
"""Rows whose paths are looked for at once."""


def look_for_images(
    shards: Sequence[Path], root: Path | None, mode: ImageMode, embedded: bool, on_rows: Callable[[int], None]
) -> None:
    """Raise in one line where images are wanted that are not there; no file is opened.

    `embedded` says that the shards hold the bytes. Raises `ConfigInvalid` where no root is known, or links are asked
    for and there are no files, `SourceNotFound` where files are missing.
    """
    if embedded:
        if mode is ImageMode.LINK:
            raise ConfigInvalid("the shards hold the images themselves, there is nothing to link; take --images copy")
        return
    if root is None:
        if mode is ImageMode.PATHS:
            return
        raise ConfigInvalid(
            "the shards hold image paths alone; name the folder they start from with --image-root, or take "
            "--images paths"
        )
    if not root.is_dir():
        raise SourceNotFound(
            f"image folder {root} does not exist; name the folder the paths start from as --image-root"
        )
    missing, rows, example = 0, 0, ""
    for paths in _paths(shards):
        absent = [path for path in paths if not (root / path).is_file()]
        rows += 1
        if absent:
            missing, example = missing + 1, example or str(root / absent[0])
        if rows % _LOOKED_AT == 0:
            on_rows(rows)
    if missing:
        raise SourceNotFound(
            f"{missing:,} of {rows:,} rows lack an image, such as {example}; put them there, or name the folder that "
            "the paths start from with --image-root"
        )


def _paths(shards: Sequence[Path]) -> Iterator[list[str]]:
    for file in shards:
        with pq.ParquetFile(file) as table:
            for batch in table.iter_batches(_LOOKED_AT, columns=["images.list.element.path"]):
                cells = batch.column("images")
                flat = iter(cells.flatten().field("path").to_pylist())
                for count in pc.fill_null(pc.list_value_length(cells), 0).to_pylist():
                    yield [_safe(next(flat)) for _ in range(count)]


@dataclass(frozen=True)
class Pictures:
    """Where images come from and what becomes of them.

    `folder` is where the export is written, `named_below` where it will lie, if rows are to name images by that.
    """

    mode: ImageMode
    root: Path | None
    folder: Path
    named_below: Path | None

    def of_row(self, row: Mapping[str, Any]) -> list[Picture]:
        """Return the images of a shard row; what is to be copied or linked is, once for all rows that show it.

        Raises `SourceNotFound` in one line where an image has gone.
        """
        return [self._picture(image, row) for image in row["images"] or ()]

    def _picture(self, image: Mapping[str, Any], row: Mapping[str, Any]) -> Picture:
        path = _safe(image["path"])
        if self.mode is ImageMode.EMBED:
            return Picture(self._content(image, row), path)
        if self.mode is ImageMode.PATHS:
            return Picture(None, str((self.root / path).resolve()) if self.root else path)
        name = f"images/{row['benchmark']}/{path}"
        place = self.folder / name
        if not place.is_symlink() and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            self._put(image, row, place)
        return Picture(None, str(self.named_below / name) if self.named_below else name)

    def _put(self, image: Mapping[str, Any], row: Mapping[str, Any], place: Path) -> None:
        file = self.root / image["path"] if self.root else None
        if self.mode is ImageMode.LINK and file is not None:
            place.symlink_to(file.resolve())
        elif image["bytes"] or file is None:
            place.write_bytes(self._content(image, row))
        else:
            try:
                shutil.copyfile(file, place)
            except FileNotFoundError as error:
                raise _gone(image, row) from error

    def _content(self, image: Mapping[str, Any], row: Mapping[str, Any]) -> bytes:
        if content := image["bytes"]:
            return bytes(content)
        try:
            return (self.root / image["path"]).read_bytes() if self.root else b""
        except FileNotFoundError as error:
            raise _gone(image, row) from error


def _safe(path: str | None) -> str:
    """Return the path of an image if it stays below the image root."""
    if not path or PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
        raise SchemaMismatch(
            f"the shards name an image {path!r}, which is no path below an image root; build them again"
        )
    return path


def _gone(image: Mapping[str, Any], row: Mapping[str, Any]) -> SourceNotFound:
    return SourceNotFound(
        f"image {image['path']} of question {row['question_id']} has gone; put it back and export again"
    )
