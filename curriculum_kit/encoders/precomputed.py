"""Vectors that somebody computed elsewhere, for encoders that this machine does not have.

Reads one file: `.npz` with the arrays `labels` (n strings) and `vectors` (n, d), or Parquet with the
columns `label` (string) and `vector` (list of floats). Labels are folded as everywhere. Turns away
the whole file, in one line, for anything that would put a wrong vector behind a label.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from curriculum_kit.encoders import unit_rows
from curriculum_kit.errors import EmbeddingsInvalid, SourceNotFound
from curriculum_kit.labels import fold_label


@dataclass(frozen=True)
class Vectors:
    """Unit vectors by canonical label, and the SHA-256 of the file they come from."""

    name: str
    fingerprint: str
    position: dict[str, int]
    rows: NDArray[np.float32]

    def select(self, labels: list[str]) -> NDArray[np.float32]:
        """Return the unit vectors of canonical `labels` in that order, shape (len(labels), d).

        Raises `EmbeddingsInvalid` where labels are missing; it counts them and names the first three.
        """
        missing = [label for label in labels if label not in self.position]
        if missing:
            named = ", ".join(repr(label) for label in missing[:3]) + (", ..." if len(missing) > 3 else "")
            raise EmbeddingsInvalid(
                f"{self.name} lacks {len(missing)} of {len(labels)} labels ({named}); add vectors for them"
            )
        return self.rows[np.array([self.position[label] for label in labels], dtype=np.intp)]

    def encode(self, labels: list[str]) -> NDArray[np.float32]:
        """Do what `select` does, so that a file stands wherever an `Encoder` does."""
        return self.select(labels)


def load_vectors(path: Path) -> Vectors:
    """Read vectors by label from a `.npz` or Parquet file.

    Raises `SourceNotFound` where there is no such file, and `EmbeddingsInvalid` for another kind of
    file, missing arrays or columns, pickled objects, vectors of unequal width, another number of labels than of
    vectors, empty labels, NaN, infinity, zero vectors, and two different vectors for one label.
    """
    if not path.is_file():
        raise SourceNotFound(f"{path} does not exist; check the path of the vectors")
    readers = {".npz": _read_npz, ".parquet": _read_parquet}
    if path.suffix not in readers:
        raise EmbeddingsInvalid(f"{path} ends in {path.suffix!r}; give vectors as .npz or .parquet")
    spellings, vectors = readers[path.suffix](path)
    if len(spellings) != len(vectors):
        raise EmbeddingsInvalid(f"{path}: {len(spellings)} labels but {len(vectors)} vectors; give one per label")
    labels = [fold_label(spelling) for spelling in spellings]
    if "" in labels:
        raise EmbeddingsInvalid(f"{path}: the label in row {labels.index('')} is empty; name it or drop the row")
    rows = unit_rows(vectors, labels, str(path))
    position: dict[str, int] = {}
    for row, label in enumerate(labels):
        first = position.setdefault(label, row)
        if not np.array_equal(rows[first], rows[row]):
            raise EmbeddingsInvalid(
                f"{path}: {label!r} has different vectors in rows {first} ({spellings[first]!r}) and {row} "
                f"({spellings[row]!r}), which are one label; keep one of them"
            )
    with path.open("rb") as stream:
        return Vectors(str(path), hashlib.file_digest(stream, "sha256").hexdigest(), position, rows)


def _read_npz(path: Path) -> tuple[list[str], NDArray[np.floating]]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            missing = [name for name in ("labels", "vectors") if name not in archive.files]
            if missing:
                raise EmbeddingsInvalid(f"{path} lacks the array {' and '.join(missing)}; save labels and vectors")
            labels, vectors = archive["labels"], archive["vectors"]
    except (ValueError, OSError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        # numpy says "allow_pickle=False" for an object array: that would run code of whoever wrote the file.
        raise EmbeddingsInvalid(
            f"{path} cannot be read ({error}); save labels as an array of str and vectors as floats, never objects"
        ) from error
    if labels.dtype.kind != "U" or labels.ndim != 1:
        raise EmbeddingsInvalid(
            f"{path}: labels is {labels.dtype} of shape {labels.shape}; make it a one-dimensional array of str"
        )
    if vectors.dtype.kind not in "fiu" or vectors.ndim != 2 or vectors.shape[1] == 0:
        raise EmbeddingsInvalid(
            f"{path}: vectors is {vectors.dtype} of shape {vectors.shape}; make it (labels, width) of floats"
        )
    return labels.tolist(), vectors


def _read_parquet(path: Path) -> tuple[list[str], NDArray[np.floating]]:
    try:
        parquet = pq.ParquetFile(path)
        missing = [name for name in ("label", "vector") if name not in parquet.schema_arrow.names]
        if missing:
            raise EmbeddingsInvalid(f"{path} lacks the column {' and '.join(missing)}; write label and vector")
        table = parquet.read(columns=["label", "vector"]).combine_chunks()
        labels = table["label"].cast(pa.string())
        vectors = table["vector"].cast(pa.list_(pa.float64())).combine_chunks()
    except (pa.ArrowException, OSError) as error:
        raise EmbeddingsInvalid(
            f"{path} cannot be read ({error}); write label as strings and vector as lists of floats"
        ) from error
    if labels.null_count or vectors.null_count:
        raise EmbeddingsInvalid(f"{path}: some labels or vectors are null; drop those rows")
    widths = np.unique(vectors.value_lengths().to_numpy(zero_copy_only=False))
    if len(widths) != 1 or widths[0] == 0:
        raise EmbeddingsInvalid(
            f"{path}: vectors have the widths {', '.join(map(str, widths[:5])) or 'of no row'}; "
            "give all of them one width above 0"
        )
    # A null inside a vector becomes NaN here, which is refused by name afterwards.
    flat = vectors.flatten().to_numpy(zero_copy_only=False)
    return labels.to_pylist(), flat.reshape(len(vectors), int(widths[0]))
