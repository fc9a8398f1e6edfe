import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum_kit.encoders.precomputed import Vectors, load_vectors
from curriculum_kit.errors import EmbeddingsInvalid, SourceNotFound

LABELS = ["Liver", "Cystic_Plate", "gut"]
VECTORS = [[3.0, 4.0], [0.0, 2.0], [-1.0, 0.0]]
UNIT = {"liver": [0.6, 0.8], "cystic plate": [0.0, 1.0], "gut": [-1.0, 0.0]}


def write_npz(path: Path, labels: object = LABELS, vectors: object = VECTORS) -> Path:
    np.savez(path, labels=np.array(labels), vectors=np.array(vectors))
    return path


def write_parquet(path: Path, labels: list[str | None] = LABELS, vectors: list[object] = VECTORS) -> Path:  # type: ignore[assignment]
    table = pa.table({"label": pa.array(labels, pa.string()), "vector": pa.array(vectors, pa.list_(pa.float32()))})
    pq.write_table(table, path)
    return path


def complaint(path: Path) -> str:
    with pytest.raises(EmbeddingsInvalid) as caught:
        load_vectors(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize(("write", "name"), [(write_npz, "v.npz"), (write_parquet, "v.parquet")])
def test_rows_come_as_unit_vectors_in_the_order_asked_for_under_folded_labels(
    tmp_path: Path, write: object, name: str
) -> None:
    assert callable(write)
    vectors = load_vectors(write(tmp_path / name))
    asked = ["gut", "liver", "cystic plate", "gut"]
    rows = vectors.select(asked)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows, [UNIT[label] for label in asked], atol=1e-7)
    np.testing.assert_array_equal(vectors.encode(asked), rows)
    assert vectors.fingerprint == hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    assert vectors.select([]).shape == (0, 2)


def test_missing_labels_are_counted_and_the_first_three_named(tmp_path: Path) -> None:
    vectors: Vectors = load_vectors(write_npz(tmp_path / "v.npz"))
    with pytest.raises(EmbeddingsInvalid, match=r"lacks 4 of 5 labels \('a', 'b', 'c', \.\.\.\)"):
        vectors.select(["a", "b", "liver", "c", "d"])
    with pytest.raises(EmbeddingsInvalid, match=r"lacks 1 of 1 labels \('spleen'\)"):
        vectors.select(["spleen"])


def test_a_missing_file_and_an_unknown_suffix(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="does not exist"):
        load_vectors(tmp_path / "none.npz")
    (tmp_path / "v.csv").write_text("liver,1,0")
    assert "'.csv'; give vectors as .npz or .parquet" in complaint(tmp_path / "v.csv")


def test_missing_arrays_and_columns_are_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "v.npz", labels=np.array(LABELS), embeddings=np.array(VECTORS))
    assert "lacks the array vectors" in complaint(tmp_path / "v.npz")
    pq.write_table(pa.table({"name": LABELS}), tmp_path / "v.parquet")
    assert "lacks the column label and vector" in complaint(tmp_path / "v.parquet")


def test_pickled_objects_are_never_loaded(tmp_path: Path) -> None:
    np.savez(tmp_path / "v.npz", labels=np.array(LABELS, dtype=object), vectors=np.array(VECTORS))
    assert "never objects" in complaint(tmp_path / "v.npz")


@pytest.mark.parametrize("name", ["v.npz", "v.parquet"])
@pytest.mark.parametrize("content", [b"", b"not what the suffix says", b"PK\x03\x04 cut off", b"\x80\x04\x95"])
def test_a_file_that_is_not_what_its_suffix_says(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert "cannot be read" in complaint(tmp_path / name)


def test_wrong_kinds_and_shapes(tmp_path: Path) -> None:
    assert "labels is int64" in complaint(write_npz(tmp_path / "a.npz", labels=[1, 2, 3]))
    assert "of shape (3,)" in complaint(write_npz(tmp_path / "b.npz", vectors=[1.0, 2.0, 3.0]))
    assert "vectors is <U1" in complaint(write_npz(tmp_path / "c.npz", vectors=[["x"], ["y"], ["z"]]))
    assert "widths 1, 2" in complaint(write_parquet(tmp_path / "d.parquet", vectors=[[1.0, 2.0], [1.0], [0.0, 1.0]]))
    assert "null" in complaint(write_parquet(tmp_path / "e.parquet", vectors=[[1.0, 2.0], None, [0.0, 1.0]]))
    assert "3 labels but 2 vectors" in complaint(write_npz(tmp_path / "f.npz", vectors=VECTORS[:2]))
    pq.write_table(pa.table({"label": LABELS, "vector": LABELS}), tmp_path / "g.parquet")
    assert "cannot be read" in complaint(tmp_path / "g.parquet")


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_the_first_label_without_a_finite_vector_is_named(tmp_path: Path, bad: float) -> None:
    path = write_npz(tmp_path / "v.npz", vectors=[[1.0, 0.0], [bad, 1.0], [bad, 0.0]])
    assert "'cystic plate' holds NaN or infinity" in complaint(path)


def test_a_null_inside_a_vector_is_no_number(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "v.parquet", vectors=[[1.0, 0.0], [1.0, 0.0], [None, 1.0]])
    assert "'gut' holds NaN" in complaint(path)


def test_a_zero_vector_is_named(tmp_path: Path) -> None:
    path = write_npz(tmp_path / "v.npz", vectors=[[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    assert "'gut' is zero" in complaint(path)


def test_very_long_and_very_short_vectors_keep_their_direction(tmp_path: Path) -> None:
    vectors = load_vectors(write_npz(tmp_path / "v.npz", vectors=[[3e300, 4e300], [3e-300, 4e-300], [1.0, 0.0]]))
    np.testing.assert_allclose(vectors.select(["liver", "cystic plate"]), [[0.6, 0.8], [0.6, 0.8]], atol=1e-7)


def test_two_spellings_of_one_label_must_agree(tmp_path: Path) -> None:
    same = write_npz(tmp_path / "same.npz", ["gut", "Gut.", "liver"], [[1.0, 0.0], [2.0, 0.0], [0.0, 1.0]])
    np.testing.assert_array_equal(load_vectors(same).select(["gut"]), [[1.0, 0.0]])
    other = write_npz(tmp_path / "other.npz", ["gut", "Gut.", "liver"], [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    assert "'gut' has different vectors in rows 0 ('gut') and 1 ('Gut.')" in complaint(other)
    assert "row 1 is empty" in complaint(write_npz(tmp_path / "e.npz", ["gut", " . ", "liver"]))
