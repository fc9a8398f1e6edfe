"""The cache of embeddings: vectors by key, for one model, that runs, curricula and processes share.

A folder per model holds Parquet parts (key, vector, status) and `model.json`, which says whose vectors they are.
Parts are only ever added, or merged into a larger one, so that any number of processes may read and write at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curriculum_kit.enums import ImageStatus
from curriculum_kit.errors import ConfigInvalid, EmbeddingsInvalid
from curriculum_kit.pipeline.embedding.merging import merge_small
from curriculum_kit.pipeline.embedding.parts import GROUP, PATTERN, Part, PartBroken, Seen, write_part
from curriculum_kit.storage import explain_os_error, read_json, write_json

MODEL = "model.json"

_PREFIX = 16  # characters of the fingerprint that name the folder

Rows = NDArray[np.int64]


def cache_folder() -> Path:
    """Return the user's cache of embeddings: below `CKIT_CACHE`, `$XDG_CACHE_HOME/ckit` or `~/.cache/ckit`."""
    own, users = os.environ.get("CKIT_CACHE"), os.environ.get("XDG_CACHE_HOME")
    if own:
        base = Path(own).expanduser()
    elif users and Path(users).is_absolute():  # a relative one is to be ignored, says the XDG specification
        base = Path(users) / "ckit"
    else:
        base = Path(os.path.expanduser("~")) / ".cache" / "ckit"  # noqa: PTH111 - Path.home raises where there is none
    return base / "embeddings"


class EmbeddingCache:
    """The vectors of one model, below `folder`. Reads nothing before it is asked and keeps nothing in memory."""

    def __init__(
        self, folder: Path, fingerprint: str, name: str, on_warning: Callable[[str], None] = lambda _: None
    ) -> None:
        """Name a cache. `name` is the model's; `on_warning` is told in a line when a part is broken.

        Raises `ConfigInvalid` where the folder belongs to another model.
        """
        self.folder = folder / fingerprint[:_PREFIX]
        self.fingerprint, self.name = fingerprint, name
        self._on_warning = on_warning
        known = (read_json(self.folder / MODEL) or {}).get("fingerprint", fingerprint)
        if known != fingerprint:
            raise ConfigInvalid(f"{self.folder} holds the embeddings of another model; pass another --cache")

    def status_of(self, keys: pa.ChunkedArray) -> pa.ChunkedArray:
        """Return `ok` or `corrupt` for each key, and null where it is not in the cache."""
        seen = self._look()
        return seen.status.take(pc.index_in(keys, value_set=seen.keys))

    def batches(self, keys: pa.ChunkedArray) -> Iterator[tuple[Rows, NDArray[np.float32]]]:
        """Yield positions in `keys` and the vectors there, at most 4096 rows at a time, in the order of the files.

        Keys that are null, not in the cache or not `ok` are left out. Every row group that holds one of the keys is
        read once, and none besides, so that memory does not grow with the number of keys but by the keys themselves.
        """
        left = np.arange(len(keys))
        while len(left):
            seen = self._look()
            try:
                for positions, vectors in self._found(seen, keys.take(pa.array(left))):
                    yield left[positions], vectors
                    left[positions] = -1
                return
            except FileNotFoundError:  # another process has merged parts meanwhile: look where the rest is now
                left = left[left >= 0]

    def vectors(self, keys: pa.ChunkedArray) -> NDArray[np.float32]:
        """Return an array of shape (len(keys), d), in the order of the keys; NaN where there is no vector.

        d is 1 where the cache holds nothing at all.
        """
        width = next((part.dimensions for part in self._look().parts), 1)
        found = np.full((len(keys), width), np.nan, dtype=np.float32)
        for positions, vectors in self.batches(keys):
            found[positions] = vectors
        return found

    def add(self, rows: pa.Table) -> None:
        """Write rows of `vector_schema` as a new part; raise `OutputUnwritable` where that fails."""
        dimensions = rows.schema.field("vector").type.list_size
        about = {"fingerprint": self.fingerprint, "name": self.name, "dimensions": dimensions}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not (self.folder / MODEL).is_file():
                write_json(self.folder / MODEL, about)
            write_part(self.folder, [rows], dimensions)
        except OSError as error:
            raise explain_os_error(error, self.folder) from error

    def compact(self) -> None:
        """Merge the small parts, once they are many; drop what two of them hold."""
        merge_small(self.folder, self._look)

    def _look(self) -> Seen:
        while True:
            parts, tables = [], []
            try:
                for path in sorted(self.folder.glob(PATTERN)):
                    try:
                        part = Part(path)
                        table = part.read(["key", "status"])
                    except PartBroken as error:
                        self._set_aside(path, error)
                    else:
                        parts.append(part)
                        tables.append(table)
            except FileNotFoundError:  # merged by another process since the folder was listed
                continue
            except OSError as error:
                raise explain_os_error(error, self.folder) from error
            empty = pa.table({"key": pa.array([], pa.string()), "status": pa.array([], pa.string())})
            joined = pa.concat_tables([empty, *tables])
            return Seen(parts, joined["key"], joined["status"])

    def _found(self, seen: Seen, keys: pa.ChunkedArray) -> Iterator[tuple[Rows, NDArray[np.float32]]]:
        place = pc.index_in(keys, value_set=seen.keys)
        usable = pc.fill_null(pc.equal(seen.status.take(place), ImageStatus.OK.value), False)
        wanted = np.flatnonzero(usable.to_numpy())
        places = place.to_numpy()[wanted].astype(np.int64)
        order = np.argsort(places, kind="stable")
        wanted, places = wanted[order], places[order]
        sizes = [(part, number, rows) for part in seen.parts for number, rows in enumerate(part.groups)]
        ends = np.cumsum([rows for _, _, rows in sizes], dtype=np.int64)
        of_group = np.searchsorted(ends, places, side="right")
        for which in np.unique(of_group).tolist():
            part, number, rows = sizes[which]
            low, high = np.searchsorted(of_group, [which, which + 1]).tolist()
            for start in range(low, high, GROUP):
                some = slice(start, min(start + GROUP, high))
                try:
                    vectors = part.vectors(number, places[some] - (ends[which] - rows))
                except PartBroken as error:
                    self._set_aside(part.path, error)
                    raise EmbeddingsInvalid(
                        f"{part.path} is damaged and was set aside; run the same command again, "
                        "which embeds its images anew"
                    ) from error
                yield wanted[some], vectors

    def _set_aside(self, path: Path, error: PartBroken) -> None:
        aside = path.with_suffix(".broken")
        try:
            path.rename(aside)
        except OSError:  # another process was faster, or the folder may not be written: it is left out all the same
            aside = path
        reason = " ".join(str(error).split())
        self._on_warning(f"{aside} of the cache is broken ({reason}) and is left out; its images are embedded again")
