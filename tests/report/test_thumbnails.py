"""Thumbnails: small, bounded together, and plain about what could not be shown."""

import base64
import io
from collections.abc import Callable

import numpy as np
from PIL import Image

from curriculum_kit.report.thumbnails import ABSENT, DAMAGED, Picture, with_thumbnails

Encode = Callable[..., bytes]
RED = Image.new("RGB", (800, 400), (200, 30, 30))


def opened(picture: Picture) -> Image.Image:
    assert picture.uri is not None
    head, _, body = picture.uri.partition(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(body)))


def test_a_picture_is_shrunk_and_keeps_its_shape_and_regions(encoded: Encode) -> None:
    region = {"label": "gut", "x0": 0.1, "y0": 0.1, "x1": 0.5, "y1": 0.5}
    (shown,) = with_thumbnails([Picture("red.png", regions=[region])], lambda _: encoded(RED))
    image = opened(shown)
    assert image.size == (shown.width, shown.height) == (360, 180)
    assert np.abs(np.asarray(image).astype(int) - (200, 30, 30)).max() < 6
    assert (shown.path, shown.regions, shown.note) == ("red.png", [region], None)


def test_a_small_picture_is_not_blown_up(encoded: Encode, quarters: Image.Image) -> None:
    (shown,) = with_thumbnails([Picture("tiny.png")], lambda _: encoded(quarters))
    assert opened(shown).size == (4, 4)


def test_all_pictures_shrink_until_they_fit_together(encoded: Encode, patchwork: Callable[[int], Image.Image]) -> None:
    files = [encoded(patchwork(seed).resize((720, 480))) for seed in range(4)]
    pictures = [Picture(f"{seed}.png") for seed in range(4)]
    freely = with_thumbnails(pictures, files.__getitem__)
    assert {shown.width for shown in freely} == {360}
    tightly = with_thumbnails(pictures, files.__getitem__, most_bytes=sum(len(shown.uri or "") for shown in freely) - 1)
    assert {shown.width for shown in tightly} == {280}


def test_what_does_not_fit_at_the_smallest_size_says_so(encoded: Encode) -> None:
    (alone,) = with_thumbnails([Picture("a")], lambda _: encoded(RED.resize((200, 100))))
    bound = len(alone.uri or "")
    first, second = with_thumbnails([Picture("a"), Picture("b")], lambda _: encoded(RED), most_bytes=bound)
    assert first.uri is not None
    assert second.uri is None
    assert second.note is not None
    assert "without this one" in second.note


def test_missing_and_damaged_files_have_a_note(encoded: Encode) -> None:
    files = [None, b"no image", encoded(RED)[:200], encoded(RED)]
    shown = with_thumbnails([Picture(str(place)) for place in range(4)], files.__getitem__)
    assert [picture.note for picture in shown] == [ABSENT, DAMAGED, DAMAGED, None]
    assert [picture.uri is None for picture in shown] == [True, True, True, False]
