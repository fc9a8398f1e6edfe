"""Images: what a look at a file finds, whatever the file is."""

import hashlib
import io
from pathlib import Path
from typing import Any

import imagehash
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import EpsImagePlugin, Image

from curriculum_kit.benchmarks.normalise import images_table
from curriculum_kit.images import look_at_images
from curriculum_kit.schemas import schema_of

NOT_LOOKED_INTO = {"width": None, "height": None, "phash": None}
BLACK, ONE_COLOUR = "0000000000000000", "8000000000000000"


def encoded(width: int, height: int, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.effect_noise((width, height), 60).save(stream, kind)
    return stream.getvalue()


PNG = encoded(40, 30)


def look(root: Path, *paths: str) -> list[dict[str, Any]]:
    table = look_at_images(images_table((f"b:{path}", path) for path in paths), root)
    assert table.schema == schema_of("images")
    assert table["path"].to_pylist() == list(paths)
    rows: list[dict[str, Any]] = table.select(["width", "height", "sha256", "phash", "status"]).to_pylist()
    return rows


@pytest.mark.parametrize(
    ("name", "kind", "size"), [("a.png", "PNG", (40, 30)), ("a b%.jpg", "JPEG", (7, 9)), ("1.png", "PNG", (1, 1))]
)
def test_a_sound_image_has_its_size_and_hash(tmp_path: Path, name: str, kind: str, size: tuple[int, int]) -> None:
    data = encoded(*size, kind)
    (tmp_path / name).write_bytes(data)
    (seen,) = look(tmp_path, name)
    assert seen.pop("phash") is not None
    assert seen == {"width": size[0], "height": size[1], "sha256": hashlib.sha256(data).hexdigest(), "status": "ok"}


@pytest.mark.parametrize("data", [b"", b"no image", PNG[:40], PNG[:-200], encoded(40, 30, "JPEG")[:-300]])
def test_what_does_not_decode_is_corrupt_and_keeps_its_hash(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.png").write_bytes(data)
    assert look(tmp_path, "a.png") == [
        NOT_LOOKED_INTO | {"sha256": hashlib.sha256(data).hexdigest(), "status": "corrupt"}
    ]


def test_what_is_no_file_is_missing(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "dangling.png").symlink_to(tmp_path / "nowhere.png")
    names = ("folder.png", "dangling.png", "absent/a.png", "x" * 300 + ".png", "a\0b.png")
    assert look(tmp_path, *names) == [NOT_LOOKED_INTO | {"sha256": None, "status": "missing"}] * 5


@pytest.mark.parametrize("allowed", [1_199, 599])
def test_an_image_larger_than_pillow_trusts_is_corrupt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    # 1,200 pixels: Pillow warns beyond the limit and raises beyond twice the limit.
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", allowed)
    names = [f"{number}.png" for number in range(20)]
    for name in names:
        (tmp_path / name).write_bytes(PNG)
    (tmp_path / "small.png").write_bytes(encoded(2, 2))
    assert [row["status"] for row in look(tmp_path, *names, "small.png")] == ["corrupt"] * 20 + ["ok"]


def test_rows_stay_in_order_and_progress_counts_them(tmp_path: Path) -> None:
    for width in range(1, 9):
        (tmp_path / f"{width}.png").write_bytes(encoded(width, 1))
    steps: list[int] = []
    order = [5, 1, 8, 3, 2, 7, 4, 6]
    table = look_at_images(images_table((f"b:{n}", f"{n}.png") for n in order), tmp_path, 3, steps.append)
    assert table["width"].to_pylist() == order
    assert steps == list(range(1, 9))


def test_what_was_known_of_an_image_is_kept(tmp_path: Path) -> None:
    region = {"label": "liver", "x0": 0.0, "y0": 0.0, "x1": 0.5, "y1": 1.0}
    row = dict.fromkeys(schema_of("images").names) | {
        "image_id": "b:a",
        "path": "a",
        "phash": "f0",
        "regions": [region],
    }
    (looked,) = look_at_images(pa.Table.from_pylist([row], schema=schema_of("images")), tmp_path).to_pylist()
    # All but what a look finds out.
    assert looked == row | {"status": "missing", "phash": None}


def test_no_images_give_no_rows(tmp_path: Path) -> None:
    assert look(tmp_path) == []


def shades(kind: str = "uint8", width: int = 96, height: int = 64) -> np.ndarray:
    """A picture of blurred patches between 0 and 250, the same at any size, with something in every frequency."""
    patches = Image.fromarray(np.random.default_rng(1).uniform(25, 225, (9, 9)).astype("float32"))
    picture = np.asarray(patches.resize((width, height), Image.Resampling.BICUBIC))
    return picture.clip(0, 250).astype(kind)


def hash_of(root: Path, image: Image.Image, name: str = "a.png", **options: Any) -> str:
    image.save(root / name, **options)
    (seen,) = look(root, name)
    assert seen["status"] == "ok"
    return str(seen["phash"])


def test_the_hash_is_that_of_the_library_and_outlives_size_and_compression(tmp_path: Path) -> None:
    image = Image.fromarray(shades())
    expected = str(imagehash.phash(image))
    assert hash_of(tmp_path, image) == expected
    assert hash_of(tmp_path, image.convert("RGB")) == expected
    assert hash_of(tmp_path, Image.fromarray(shades(width=480, height=320))) == expected
    assert hash_of(tmp_path, image, "a.jpg", quality=80) == expected
    assert hash_of(tmp_path, Image.fromarray(shades()[::-1])) != expected


def test_more_than_8_bits_are_stretched_and_not_cut_off(tmp_path: Path) -> None:
    expected = str(imagehash.phash(Image.fromarray(shades())))
    twelve = shades("float64") * 16
    # Cut off at 255, as Pillow does when it makes such an image grey, next to all of it is white.
    deep = [
        hash_of(tmp_path, Image.fromarray(twelve.astype("uint16"))),
        hash_of(tmp_path, Image.fromarray(twelve.astype("int32")), "a.tif"),
        hash_of(tmp_path, Image.fromarray(twelve.astype("float32")), "a.tif"),
        hash_of(tmp_path, Image.fromarray((twelve / 4_000).astype("float32")), "a.tif"),
    ]
    assert [imagehash.hex_to_hash(one) - imagehash.hex_to_hash(expected) for one in deep] == [0, 0, 0, 0]


def test_not_a_number_is_black(tmp_path: Path) -> None:
    values = shades("float32")
    values[0, 0] = np.nan
    assert len(hash_of(tmp_path, Image.fromarray(values), "a.tif")) == 16
    assert hash_of(tmp_path, Image.fromarray(np.full((40, 40), np.nan, "float32")), "a.tif") == BLACK


def test_palettes_and_animations_are_hashed_as_they_look_at_first(tmp_path: Path) -> None:
    grey = Image.fromarray(shades())
    expected = str(imagehash.phash(grey))
    assert hash_of(tmp_path, grey.convert("P")) == expected
    second = Image.fromarray(shades()[::-1])
    assert hash_of(tmp_path, grey, "a.gif", save_all=True, append_images=[second]) == expected


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "LA", "I;16"])
@pytest.mark.parametrize("level", [0, 1, 255])
def test_one_colour_has_a_hash_that_no_other_image_has(tmp_path: Path, mode: str, level: int) -> None:
    level = level * 255 if mode == "1" else level
    colour = (level,) * len(Image.new(mode, (1, 1)).getbands())
    image = Image.new(mode, (40, 30), colour if len(colour) > 1 else level)
    assert hash_of(tmp_path, image) == (ONE_COLOUR if level else BLACK)


def test_noise_on_one_colour_is_one_colour_and_a_faint_picture_is_not(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 4, (512, 512))
    assert hash_of(tmp_path, Image.fromarray((120 + noise).astype("uint8"))) == ONE_COLOUR
    assert hash_of(tmp_path, Image.fromarray((120 + noise).astype("uint8")), "a.jpg") == ONE_COLOUR
    faint = (shades("float64") / 25).astype("uint8") + 100
    assert hash_of(tmp_path, Image.fromarray(faint)) not in {BLACK, ONE_COLOUR}


def test_what_only_transparency_shows_is_blank(tmp_path: Path) -> None:
    # Models are given the colours alone, which are black throughout.
    image = Image.merge("LA", [Image.new("L", (96, 64)), Image.fromarray(shades())])
    assert hash_of(tmp_path, image) == BLACK


@pytest.mark.parametrize(("turn", "size"), [(1, (96, 64)), (3, (96, 64)), (6, (64, 96)), (8, (64, 96))])
def test_a_rotated_photo_is_measured_and_hashed_as_it_is_seen(tmp_path: Path, turn: int, size: tuple[int, int]) -> None:
    exif, photo = Image.Exif(), Image.fromarray(shades())
    exif[0x0112] = turn
    photo.save(tmp_path / "a.png", exif=exif)
    (seen,) = look(tmp_path, "a.png")
    degrees = {1: 0, 3: 180, 6: 270, 8: 90}[turn]
    assert (seen["width"], seen["height"]) == size
    assert seen["phash"] == str(imagehash.phash(photo.rotate(degrees, expand=True)))


def test_a_postscript_file_is_corrupt_and_starts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *given, **_: started.append(given))
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png", "EPS")
    assert (look(tmp_path, "a.png")[0]["status"], started) == ("corrupt", [])


@pytest.mark.parametrize("mode", ["CMYK", "LAB", "YCbCr"])
def test_colours_of_print_are_hashed(tmp_path: Path, mode: str) -> None:
    image = Image.new("RGB", (96, 64)) if mode == "LAB" else Image.fromarray(shades()).convert("RGB").convert(mode)
    (Image.frombytes("LAB", (96, 64), image.tobytes()) if mode == "LAB" else image).save(tmp_path / "a.tif")
    assert look(tmp_path, "a.tif")[0]["status"] == "ok"


def test_the_largest_and_the_smallest_end_in_a_status(tmp_path: Path) -> None:
    Image.new("1", (1, 1)).save(tmp_path / "dot.png")
    Image.new("1", (1, 30_000)).save(tmp_path / "line.png")
    Image.new("1", (30_000, 30_000)).save(tmp_path / "bomb.png")
    seen = look(tmp_path, "dot.png", "line.png", "bomb.png")
    assert [(row["status"], row["width"], row["height"]) for row in seen] == [
        ("ok", 1, 1),
        ("ok", 1, 30_000),
        ("corrupt", None, None),
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["PNG", "JPEG", "GIF", "TIFF", "BMP", "DDS", "TGA"]),
    changes=st.lists(st.tuples(st.integers(0, 150), st.integers(0, 255)), max_size=5),
    length=st.integers(0, 1_500),
)
def test_no_damage_to_a_file_ends_the_run(
    tmp_path: Path, kind: str, changes: list[tuple[int, int]], length: int
) -> None:
    data = bytearray(encoded(8, 6, kind))
    for place, value in changes:
        data[place % len(data)] = value
    (tmp_path / "a").write_bytes(data[:length])
    assert look(tmp_path, "a")[0]["status"] in {"ok", "corrupt"}
