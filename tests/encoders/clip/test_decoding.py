import zlib
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from curriculum_kit.encoders.clip.decoding import MAX_ASPECT, Box, regions_of
from curriculum_kit.enums import ImageStatus

Encode = Callable[..., bytes]


def keep(image: Image.Image) -> Image.Image:
    return image


def status_of(source: bytes | Path) -> ImageStatus:
    pixels, status = regions_of(source, [None], keep)
    assert (pixels[0] is None) == (status[0] is not ImageStatus.OK)
    return status[0]


def test_a_box_is_one_of_the_image_as_it_is_seen(encoded: Encode, quarters: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter clockwise to be seen
    upper_left, _ = regions_of(encoded(quarters, exif=exif), [(0.0, 0.0, 0.5, 0.5)], keep)
    np.testing.assert_array_equal(upper_left[0], np.full((2, 2, 3), (0, 0, 255)))


def test_more_than_8_bits_are_stretched(encoded: Encode) -> None:
    values = np.array([[0, 1023], [2046, 4092]], dtype=np.uint16)
    (pixels,), _ = regions_of(encoded(Image.fromarray(values)), [None], keep)
    assert pixels is not None
    np.testing.assert_array_equal(pixels[..., 0], [[0, 64], [128, 255]])


def bomb(encoded: Encode) -> bytes:
    """Return a PNG that says it has 30,000 x 30,000 pixels, in 100 kB."""
    small = encoded(Image.new("1", (8, 8)))
    head = b"IHDR" + (30_000).to_bytes(4, "big") * 2 + small[24:29]
    return small[:12] + head + zlib.crc32(head).to_bytes(4, "big") + small[33:]


@pytest.fixture
def broken(encoded: Encode) -> dict[str, bytes]:
    """Return contents of files that are no image."""
    noise = Image.effect_noise((64, 64), 50)
    return {
        "empty": b"",
        "text": b"a text file",
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 4 4\n%%EndComments\n",  # would start Ghostscript
        "cut png": encoded(noise)[:1000],
        "cut jpeg": encoded(noise, "JPEG")[:500],
        "bomb": bomb(encoded),
    }


@pytest.mark.parametrize("kind", ["empty", "text", "postscript", "cut png", "cut jpeg", "bomb"])
def test_what_cannot_be_decoded_is_corrupt(kind: str, broken: dict[str, bytes], tmp_path: Path) -> None:
    content = broken[kind]
    assert status_of(content) is ImageStatus.CORRUPT
    file = tmp_path / "image.png"
    file.write_bytes(content)
    assert status_of(file) is ImageStatus.CORRUPT


@pytest.mark.parametrize("name", ["none.png", ".", "a\0b.png", "x" * 5000])
def test_what_is_no_file_is_missing(tmp_path: Path, name: str) -> None:
    assert status_of(tmp_path / name) is ImageStatus.MISSING


def test_where_memory_runs_out_the_file_is_not_to_blame(encoded: Encode, quarters: Image.Image) -> None:
    with patch.object(Image.Image, "convert", side_effect=MemoryError):
        assert status_of(encoded(quarters)) is ImageStatus.MISSING


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@given(noise=st.binary(max_size=300), form=st.sampled_from(["PNG", "JPEG", "GIF", "BMP"]))
@settings(deadline=None)
def test_no_bytes_raise(noise: bytes, form: str, encoded: Encode, quarters: Image.Image) -> None:
    whole = encoded(quarters, form)
    at = len(noise) % len(whole)
    with patch.object(Image, "MAX_IMAGE_PIXELS", 10_000):  # for time alone: noise in a head asks for large images
        assert status_of(noise) in set(ImageStatus)
        assert status_of(whole[:at] + noise + whole[at + len(noise) :]) in set(ImageStatus)


@pytest.mark.parametrize(
    ("box", "shape"),
    [
        ((0.0, 0.0, 1.0, 1.0), (10, 20)),
        ((0.25, 0.5, 0.75, 0.7), (2, 10)),
        ((-3.0, 0.0, 9.0, 0.1), (1, 20)),
        ((0.5, 0.5, 0.5, 0.5), (1, 1)),  # a point lies in one pixel
        ((0.999, 0.0, 1.2, 1.0), (10, 1)),
        ((float(np.float32(0.1)), 0.0, float(np.float32(0.3)), 1.0), (10, 4)),
    ],
)
def test_a_region_holds_the_pixels_that_its_box_touches(box: Box, shape: tuple[int, int], encoded: Encode) -> None:
    pixels, status = regions_of(encoded(Image.new("RGB", (20, 10))), [box], keep)
    assert status == [ImageStatus.OK]
    assert pixels[0] is not None
    assert pixels[0].shape == (*shape, 3)


@pytest.mark.parametrize(
    "box", [(0.6, 0.0, 0.4, 1.0), (1.0, 0.0, 2.0, 1.0), (-1.0, 0.0, 0.0, 1.0), (float("nan"), 0.0, 1.0, 1.0)]
)
def test_a_box_that_holds_nothing_spoils_its_own_region_alone(box: Box, encoded: Encode, quarters: Image.Image) -> None:
    pixels, status = regions_of(encoded(quarters), [box, None], keep)
    assert status == [ImageStatus.CORRUPT, ImageStatus.OK]
    assert pixels[0] is None


@pytest.mark.parametrize("size", [(1, 1), (1, 30_000), (30_000, 1)])
def test_extreme_shapes_stay_within_bounds(size: tuple[int, int], encoded: Encode) -> None:
    seen: list[tuple[int, int]] = []
    watch: Callable[[Image.Image], Image.Image] = lambda image: (seen.append(image.size), image)[1]  # noqa: E731
    assert regions_of(encoded(Image.new("L", size)), [None], watch)[1] == [ImageStatus.OK]
    assert seen == [tuple(min(side, MAX_ASPECT) for side in size)]
