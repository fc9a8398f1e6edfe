"""Nearly the same: hashes and vectors whose distances are counted by hand, for each kind of index."""

import io
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from curriculum_kit.benchmarks.normalise import images_table
from curriculum_kit.errors import EmbeddingsInvalid
from curriculum_kit.images import look_at_images
from curriculum_kit.near_images import Pairs, alike_images, near_hashes, near_vectors

SMALLS = [0, 20_000]
"""Rows up to which all are compared with all: at 0 the index for many is used."""


def listed(pairs: Pairs) -> list[tuple[int, int, float]]:
    return list(zip(pairs.first.tolist(), pairs.second.tolist(), pairs.value.tolist(), strict=True))


def flipped(value: int, *bits: int) -> str:
    return f"{value ^ sum(1 << bit for bit in bits):016x}"


@pytest.mark.parametrize("small", SMALLS)
def test_hashes_are_paired_by_the_bits_that_differ(small: int) -> None:
    base = 0x00FF00FF00FF00FF
    hashes = [flipped(base), flipped(base, 0, 63), flipped(base, 1, 20, 21, 62), flipped(base, 2, 3, 4, 5, 6)]
    assert listed(near_hashes(hashes, 4, small=small)) == [(0, 1, 2.0), (0, 2, 4.0)]
    assert listed(near_hashes(hashes, 5, small=small)) == [(0, 1, 2.0), (0, 2, 4.0), (0, 3, 5.0)]
    assert listed(near_hashes(hashes, 1, small=small)) == []


@pytest.mark.parametrize("small", SMALLS)
def test_blank_images_missing_hashes_and_equal_ones_are_no_pairs(small: int) -> None:
    hashes = ["0000000000000000", "8000000000000000", None, "", "0000000000000003", "0000000000000003"]
    assert listed(near_hashes(hashes, small=small)) == []
    assert listed(near_hashes([*hashes, "0000000000000001"], small=small)) == [(4, 6, 1.0), (5, 6, 1.0)]


@pytest.mark.parametrize("few", [[], [None], ["00ff00ff00ff00ff"]])
def test_less_than_two_hashes_are_no_pair(few: Sequence[str | None]) -> None:
    assert listed(near_hashes(few)) == []


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_the_index_for_many_hashes_misses_none(data: st.DataObject) -> None:
    bits = st.lists(st.integers(0, 63), max_size=6)
    base = data.draw(st.integers(1, 2**64 - 2))
    hashes = [flipped(base, *set(data.draw(bits))) for _ in range(8)]
    expected = [
        (a, b, float((int(hashes[a], 16) ^ int(hashes[b], 16)).bit_count()))
        for a, b in itertools.combinations(range(8), 2)
        if 1 <= (int(hashes[a], 16) ^ int(hashes[b], 16)).bit_count() <= 5
        and not {hashes[a], hashes[b]} & {"0" * 16, "8" + "0" * 15}
    ]
    for small in SMALLS:
        assert listed(near_hashes(hashes, 5, small=small)) == expected


def test_vectors_are_paired_by_their_cosine() -> None:
    vectors = np.array([[1, 0], [0.6, 0.8], [1, 0], [-1, 0], [0.8, 0.6]], np.float32)
    found = near_vectors(vectors, 0.9)
    assert [(a, b, round(value, 3)) for a, b, value in listed(found)] == [(0, 2, 1.0), (1, 4, 0.96)]
    assert [pair[:2] for pair in listed(near_vectors(vectors, 0.8))] == [(0, 2), (0, 4), (1, 4), (2, 4)]
    assert [pair[:2] for pair in listed(near_vectors(vectors, 1.0))] == [(0, 2)]
    assert listed(near_vectors(vectors[:1], 0.5)) == listed(near_vectors(vectors[:0], 0.5)) == []


def test_the_index_for_many_vectors_finds_the_copies() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(2_000, 32)).astype(np.float32)
    vectors[1_000:1_100] = vectors[:100] + 0.1 * rng.normal(size=(100, 32))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = near_vectors(vectors, 0.95, small=0)
    assert [pair[:2] for pair in listed(found)] == [(row, row + 1_000) for row in range(100)]
    assert listed(near_vectors(vectors, 0.95, small=0)) == listed(found)
    np.testing.assert_allclose(found.value, near_vectors(vectors, 0.95).value, atol=1e-6)


@pytest.mark.parametrize("bad", [[0.5, 0], [np.nan, 1]])
def test_what_is_no_unit_vector_is_named(bad: list[float]) -> None:
    with pytest.raises(EmbeddingsInvalid, match=r"row 1 of the image embeddings has length .*; give unit vectors"):
        near_vectors(np.array([[1, 0], bad], np.float32), 0.9)


def test_pairs_of_rows_become_pairs_of_images() -> None:
    pairs = Pairs(np.array([0]), np.array([2]), np.array([0.97]))
    assert alike_images(["b:x", "b:y", "b:z"], pairs).to_pylist() == [
        {"image_a": "b:x", "image_b": "b:z", "cosine": 0.97}
    ]


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return Image.open(stream).convert("RGB")


COPIES: dict[str, tuple[Callable[[Image.Image], Image.Image], float]] = {
    "as JPEG": (lambda image: jpeg(image, 50), 1.0),
    "half the size": (lambda image: image.resize((image.width // 2, image.height // 2)), 1.0),
    "brighter": (lambda image: ImageEnhance.Brightness(image).enhance(1.1), 0.98),
    "cropped": (
        lambda image: image.crop(
            (image.width // 100, image.height // 100, image.width * 99 // 100, image.height * 99 // 100)
        ),
        0.9,
    ),
}


@pytest.mark.real_data
def test_copies_of_real_images_are_near_and_different_images_are_not(real_data: Path, tmp_path: Path) -> None:
    frames = sorted((real_data / "cholect50" / "videos").rglob("*.png"))[::9]
    scans = sorted((real_data / "vqa_rad" / "images").glob("*.jpg"))[::20]
    names = []
    for number, file in enumerate([*frames, *scans]):
        with Image.open(file) as source:
            image = source.convert("RGB")
        for name, made in [("original", image), *((name, copy(image)) for name, (copy, _) in COPIES.items())]:
            names.append(f"{number} {name}.png")
            made.save(tmp_path / names[-1], compress_level=0)
    looked = look_at_images(images_table((name, name) for name in names), tmp_path)
    hashes = dict(zip(names, looked["phash"].to_pylist(), strict=True))
    near = {frozenset(names[row] for row in pair[:2]) for pair in listed(near_hashes(list(hashes.values())))}
    for name, (_, share) in COPIES.items():
        both = [(f"{number} original.png", f"{number} {name}.png") for number in range(len(frames) + len(scans))]
        found = [hashes[a] == hashes[b] or frozenset((a, b)) in near for a, b in both]
        assert np.mean(found) >= share, name
    originals = {pair for pair in near if all(name.endswith("original.png") for name in pair)}
    videos = [file.parent.name for file in frames] + [file.name for file in scans]
    assert {pair for pair in originals if len({videos[int(name.split()[0])] for name in pair}) > 1} == set()
