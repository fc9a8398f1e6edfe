import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.pipeline.embedding.wanted import WANTED, keys_of, wanted_images

CORNERS = ("x0", "y0", "x1", "y1")


def images_of(rows: list[tuple[str | None, Path | str | None]], **boxes: list[float | None]) -> pa.Table:
    hashes, paths = zip(*rows, strict=True)
    columns = {"sha256": pa.array(hashes, pa.string()), "path": [path and str(path) for path in paths]}
    return pa.table(columns | {name: pa.array(values, pa.float32()) for name, values in boxes.items()})


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_files_without_a_hash_are_hashed_and_the_rest_is_believed(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(name.encode())
    done: list[tuple[int, int]] = []
    rows = [(None, tmp_path / "a"), ("known", tmp_path / "b"), (None, tmp_path / "a"), ("gone", None)]
    found = wanted_images(images_of(rows), on_progress=lambda *step: done.append(step))
    assert found.schema == WANTED
    assert found["key"].to_pylist() == [sha256(b"a"), "known", sha256(b"a"), "gone"]
    assert found["path"].to_pylist() == [str(tmp_path / "a"), str(tmp_path / "b"), str(tmp_path / "a"), None]
    assert all(found[corner].null_count == 4 for corner in CORNERS)
    assert done == [(1, 1)]


@pytest.mark.parametrize("name", ["none.png", ".", "a\0b", "x" * 5000])
def test_what_is_no_file_has_no_key(tmp_path: Path, name: str) -> None:
    assert wanted_images(images_of([(None, f"{tmp_path}/{name}"), (None, None)]))["key"].to_pylist() == [None, None]


def test_a_region_has_a_key_of_its_own(tmp_path: Path) -> None:
    boxes = {name: [None, side, side] for name, side in zip(CORNERS, (0.0, 0.25, 0.5, 1.0), strict=True)}
    found = wanted_images(images_of([("h", "/i"), ("h", "/i"), (None, tmp_path / "none")], **boxes))
    assert found["key"].to_pylist() == ["h", "h@0,16384,32768,65536", None]


def corners_of(*box: float | None, kind: pa.DataType | None = None) -> list[pa.Array]:
    return [pa.array([side], kind or pa.float32()) for side in box]


@given(st.lists(st.integers(0, 4000), min_size=4, max_size=4), st.integers(1, 4000))
def test_a_box_of_pixels_has_one_key_whatever_it_was_computed_in(pixels: list[int], width: int) -> None:
    exact = keys_of(
        pa.array(["h"]), [c.cast(pa.float32()) for c in corners_of(*(p / width for p in pixels), kind=pa.float64())]
    )
    single = keys_of(pa.array(["h"]), corners_of(*(np.float32(p) / np.float32(width) for p in pixels)))
    assert exact == single


def test_boxes_a_pixel_apart_have_different_keys() -> None:
    sides = [pa.array(side, pa.float32()) for side in (np.zeros(10_000), np.zeros(10_000), np.arange(1, 10_001) / 1e4)]
    assert len(keys_of(pa.array(["h"] * 10_000), [*sides, sides[2]]).unique()) == 10_000


def test_boxes_that_are_none_have_keys_too() -> None:
    """They come back as `corrupt`, and are not tried again."""
    boxes = [(float("nan"), 0, 1, 1), (None, 0, 1, 1), (float("-inf"), -0.0, 2.0**100, 1)]
    keys = [keys_of(pa.array(["h"]), corners_of(*box))[0].as_py() for box in boxes]
    assert keys == ["h@nan,0,65536,65536", "h@nan,0,65536,65536", f"h@-inf,0,{2.0**116},65536"]
