"""Decoding: what a person sees of a file, and nothing else is started or trusted."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import EpsImagePlugin, Image

from curriculum_kit.decoding import decode, in_grey, in_rgb, is_wide

Encode = Callable[..., bytes]

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def corner_colours(source: bytes) -> list[tuple[int, ...]]:
    image = in_rgb(decode(io.BytesIO(source)))
    assert image.mode == "RGB"
    right, bottom = image.width - 1, image.height - 1
    return [image.getpixel(place) for place in ((0, 0), (right, 0), (0, bottom), (right, bottom))]  # type: ignore[misc]


@pytest.mark.parametrize("mode", ["RGB", "P", "RGBA", "CMYK"])
def test_colours_are_the_same_in_every_mode(mode: str, encoded: Encode, quarters: Image.Image) -> None:
    form = "TIFF" if mode == "CMYK" else "PNG"
    assert corner_colours(encoded(quarters.convert(mode), form)) == [RED, GREEN, BLUE, WHITE]


def test_transparency_is_ignored(encoded: Encode, quarters: Image.Image) -> None:
    image = quarters.convert("RGBA")
    image.putalpha(0)
    assert corner_colours(encoded(image)) == [RED, GREEN, BLUE, WHITE]


def test_an_animation_shows_its_first_frame(encoded: Encode) -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in (RED, GREEN)]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert corner_colours(content) == [RED] * 4


def test_a_rotated_photo_stands_upright(encoded: Encode, quarters: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter clockwise to be seen
    assert corner_colours(encoded(quarters, exif=exif)) == [BLUE, RED, WHITE, GREEN]
    assert corner_colours(encoded(quarters, "TIFF", exif=exif)) == [BLUE, RED, WHITE, GREEN]


@pytest.mark.parametrize("offset", [0, 1000, 30_000])
def test_sixteen_bits_are_stretched_from_black_to_white(offset: int, encoded: Encode) -> None:
    values = np.array([[0, 1023], [2046, 4092]], dtype=np.uint16) + np.uint16(offset)
    image = in_rgb(decode(io.BytesIO(encoded(Image.fromarray(values)))))
    np.testing.assert_array_equal(np.asarray(image)[..., 0], [[0, 64], [128, 255]])


def test_sixteen_bits_of_one_value_are_black_and_no_division_by_zero(encoded: Encode) -> None:
    content = encoded(Image.fromarray(np.full((2, 2), 700, dtype=np.uint16)))
    assert corner_colours(content) == [(0, 0, 0)] * 4


def test_infinities_of_a_float_image_do_not_hide_the_rest(encoded: Encode) -> None:
    values = np.array([[0, 1], [np.inf, np.nan]], dtype=np.float32)
    assert corner_colours(encoded(Image.fromarray(values), "TIFF"))[:2] == [(0, 0, 0), WHITE]


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("exif", [b"Exif\0\0no rotation at all", b"Exif\0\0II*\0\xff\xff\xff\xff"])
def test_a_rotation_that_cannot_be_read_is_none(exif: bytes, encoded: Encode, quarters: Image.Image) -> None:
    assert decode(io.BytesIO(encoded(quarters, "JPEG", exif=exif))).size == (4, 4)


def test_a_postscript_file_starts_no_ghostscript(
    monkeypatch: pytest.MonkeyPatch, encoded: Encode, quarters: Image.Image
) -> None:
    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *_, **__: pytest.fail("Ghostscript was started"))
    content = encoded(quarters, "EPS")
    with pytest.raises(pytest.fail.Exception):  # that is what Pillow does where it is not told otherwise
        Image.open(io.BytesIO(content)).load()
    with pytest.raises(OSError, match="cannot identify"):
        decode(io.BytesIO(content))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("allowed", [15, 7])
def test_more_pixels_than_pillow_trusts_are_refused(
    allowed: int, monkeypatch: pytest.MonkeyPatch, encoded: Encode, quarters: Image.Image
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", allowed)
    content = encoded(quarters)
    with pytest.raises(Image.DecompressionBombError):
        decode(io.BytesIO(content))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 16)
    assert decode(io.BytesIO(content)).size == (4, 4)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB"])
def test_every_mode_of_8_bits_has_a_grey(mode: str, encoded: Encode) -> None:
    form = "PNG" if mode in {"1", "L", "LA", "P", "RGB", "RGBA"} else "TIFF"
    image = decode(io.BytesIO(encoded(Image.new(mode, (2, 2)), form)))
    assert not is_wide(image)
    assert in_grey(image).mode == "L"


@pytest.mark.parametrize("mode", ["I;16", "I", "F"])
def test_more_than_8_bits_are_known(mode: str, encoded: Encode) -> None:
    assert is_wide(decode(io.BytesIO(encoded(Image.new(mode, (2, 2)), "TIFF"))))
