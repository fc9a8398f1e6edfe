"""The bound between copies and other images, with vectors whose cosines one can read."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from curriculum_kit.audit.leaks.bound import Bound, bound_of, degraded_copy


def copies_at(images: np.ndarray, cosines: list[float]) -> np.ndarray:
    """Return unit vectors with these cosines to the images, which have a zero in their last place."""
    copies = np.asarray(cosines)[:, None] * images
    copies[:, -1] = np.sqrt(1 - np.square(cosines))
    return copies.astype(np.float32)


@pytest.fixture
def images() -> np.ndarray:
    """Return five unit vectors with cosines of 0, but for the first two, whose cosine is 0.75."""
    vectors = np.eye(5, 6, dtype=np.float32)
    vectors[1, :2] = 0.75, np.sqrt(1 - 0.75**2)
    return vectors


APART = ["a", "b", "c", "d", "e"]
NO_HASH = [None] * 5
COSINES = [0.9, 0.8, 0.74, 0.6, 0.5]


def test_it_lies_above_the_pairs_of_other_images(images: np.ndarray) -> None:
    found = bound_of(images, copies_at(images, COSINES), APART, NO_HASH, total=5)
    # Two of five copies: by what is that rare one cannot go.
    assert found == Bound(pytest.approx(0.75001), images=5, found=2, chance=0)
    assert not found.tells


@pytest.mark.parametrize(
    ("units", "hashes"),
    [
        (["a", "a", "c", "d", "e"], NO_HASH),
        (APART, ["00000000000000ff", "00000000000000f0", None, None, "ffffffff00000000"]),
    ],
    ids=["frames of one video", "hashes 4 bits apart"],
)
def test_pairs_that_are_near_for_a_reason_are_no_chance(
    units: list[str], hashes: list[str | None], images: np.ndarray
) -> None:
    found = bound_of(images, copies_at(images, COSINES), units, hashes, total=5)
    assert found == Bound(pytest.approx(0.5), images=5, found=5, chance=0)
    assert found.tells


def test_hashes_that_differ_in_six_bits_are_those_of_other_images(images: np.ndarray) -> None:
    hashes = ["000000000000003f", "0000000000000000", None, None, None]
    assert bound_of(images, copies_at(images, COSINES), APART, hashes, total=5).found == 2


def test_one_copy_in_twenty_may_be_missed() -> None:
    images = np.eye(40, 41, dtype=np.float32)
    copies = copies_at(images, [0.3, 0.4, 0.5] + [0.9] * 37)
    found = bound_of(images, copies, [str(number) for number in range(40)], [None] * 40, total=40)
    assert found == Bound(pytest.approx(0.4), images=40, found=39, chance=0)


@pytest.mark.parametrize(("total", "bound", "chance"), [(80, 0.6, 4), (1600, 0.6, 4), (2000, 0.7, 2), (7000, 0.8, 0)])
def test_a_twentieth_may_be_near_to_another_and_fewer_of_a_sample_of_many(
    total: int, bound: float, chance: int
) -> None:
    images = np.eye(80, 81, dtype=np.float32)
    images[1, :2] = 0.8, 0.6
    images[3, 2:4] = 0.7, np.sqrt(1 - 0.7**2)
    units = [str(number) for number in range(80)]
    found = bound_of(images, copies_at(images, [0.6] * 80), units, [None] * 80, total)
    # Four images, in two pairs, are nearer to each other than to their copies; 80 * 80 / total of them may be.
    assert (found.cosine, found.chance) == (pytest.approx(bound, abs=2e-5), chance)


def test_a_copy_has_half_the_size_and_lost_its_margin(encoded: Callable[..., bytes]) -> None:
    image = Image.new("RGB", (200, 100), (255, 0, 0))
    image.paste((0, 0, 255), (2, 1, 198, 99))
    copy = degraded_copy(encoded(image))
    assert copy is not None
    with Image.open(io.BytesIO(copy)) as found:
        assert (found.format, found.size) == ("JPEG", (100, 50))
        assert all(low > 200 for low, _ in found.getextrema()[2:])  # type: ignore[misc]  # blue up to the edge


def test_one_pixel_has_a_copy_and_a_text_has_none(encoded: Callable[..., bytes]) -> None:
    assert degraded_copy(encoded(Image.new("L", (1, 1)))) is not None
    assert degraded_copy(b"a text") is None
