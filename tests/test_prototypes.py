from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.errors import EmbeddingsInvalid
from curriculum_kit.prototypes import Shown, prototypes
from curriculum_kit.similarity.table import similarity_table

UP, RIGHT, DOWN = [0.0, 1.0], [1.0, 0.0], [0.0, -1.0]
NONE = [np.nan, np.nan]


def shown(*rows: tuple[int, int, list[float]]) -> Shown:
    """Return a batch of rows of (label, image, vector)."""
    labels, images, vectors = zip(*rows, strict=True)
    return Shown(np.array(labels), np.array(images), np.array(vectors))


def test_a_prototype_is_the_mean_scaled_to_length_one() -> None:
    found = prototypes([shown((0, 0, UP), (0, 1, RIGHT), (1, 2, UP))], n_labels=2, min_images=1)
    half = np.sqrt(0.5)
    np.testing.assert_allclose(found.vectors, [[half, half], [0, 1]], atol=1e-7)
    assert found.vectors.dtype == np.float32
    # Both rows of label 0 stand 45 degrees from its prototype; label 1 has one row, its own prototype.
    np.testing.assert_allclose(found.cohesion, [half, 1.0])
    np.testing.assert_allclose(found.spread, [0.0, 0.0], atol=1e-9)


def test_the_spread_is_the_deviation_of_the_cosines() -> None:
    # The mean of up, up and right is (1, 2) / 3: cosines 2, 2 and 1 over the root of 5.
    found = prototypes([shown((0, 0, UP), (0, 1, UP), (0, 2, RIGHT))], n_labels=1, min_images=1)
    assert found.cohesion[0] == pytest.approx(5 / 3 / np.sqrt(5))
    assert found.spread[0] == pytest.approx(np.sqrt(2) / 3 / np.sqrt(5))


def test_labels_that_too_few_images_show_are_named_and_have_no_vector() -> None:
    rows = [(0, 0, UP), (0, 0, UP), (0, 0, RIGHT), (1, 0, UP), (1, 1, UP)]
    found = prototypes([shown(*rows)], n_labels=3, min_images=2)
    assert found.images.tolist() == [1, 2, 0]  # three regions of one image are one image
    assert found.rows.tolist() == [3, 2, 0]
    assert found.lacking.tolist() == [0, 2]
    assert np.isnan(found.vectors[[0, 2]]).all()
    assert np.isnan(found.cohesion).tolist() == [False, False, True]


def test_the_similarity_stage_leaves_out_labels_without_a_prototype() -> None:
    rows = [(0, 0, UP), (1, 1, RIGHT), (3, 2, UP)]
    found = prototypes([shown(*rows)], n_labels=4, min_images=1)
    words = np.eye(4)
    table = similarity_table({"text": words, "clip_image": found.vectors}, {"text": 1.0, "clip_image": 1.0})
    cosines = dict(zip(zip(table.a.tolist(), table.b.tolist(), strict=True), table.raw["clip_image"], strict=True))
    assert cosines[0, 1] == 0.0
    assert cosines[0, 3] == 1.0
    assert np.isnan([cosines[0, 2], cosines[1, 2], cosines[2, 3]]).all()


def test_images_that_were_not_encoded_do_not_count() -> None:
    found = prototypes([shown((0, 0, UP), (0, 1, NONE), (1, 2, NONE))], n_labels=2, min_images=1)
    np.testing.assert_array_equal(found.vectors[0], UP)
    assert (found.rows.tolist(), found.images.tolist(), found.lacking.tolist()) == ([1, 0], [1, 0], [1])


def test_vectors_that_cancel_out_have_no_direction() -> None:
    found = prototypes([shown((0, 0, UP), (0, 1, DOWN))], n_labels=1, min_images=1)
    assert found.lacking.tolist() == [0]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40), st.integers(1, 7), st.integers(0, 2**32 - 1))
def test_batches_do_not_matter(labels: list[int], size: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(len(labels), 5))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids, images = np.array(labels), random.integers(0, 10, len(labels))
    whole = prototypes([Shown(ids, images, vectors)], 4, min_images=2)
    cuts = [slice(start, start + size) for start in range(0, len(labels), size)]
    parts = prototypes([Shown(ids[cut], images[cut], vectors[cut]) for cut in cuts], 4, min_images=2)
    np.testing.assert_allclose(parts.vectors, whole.vectors, atol=1e-6)
    np.testing.assert_allclose(parts.cohesion, whole.cohesion)
    np.testing.assert_allclose(parts.spread, whole.spread, atol=1e-7)
    assert parts.images.tolist() == whole.images.tolist()
    # The mean cosine to the mean direction is the length of the mean.
    for label in set(labels):
        assert whole.cohesion[label] == pytest.approx(np.linalg.norm(vectors[ids == label].mean(axis=0)))


def test_batches_are_read_anew_for_the_spread() -> None:
    class Read:
        """Batches that are read anew at every pass, as from a file."""

        passes = 0

        def __iter__(self) -> Iterator[Shown]:
            self.passes += 1
            yield shown((0, 0, UP))

    batches = Read()
    assert prototypes(batches, 1, min_images=1).cohesion.tolist() == [1.0]
    assert batches.passes == 2
    with pytest.raises(AssertionError, match="second pass"):
        prototypes(iter(batches), 1)


@pytest.mark.parametrize(
    ("batches", "message"),
    [
        ([], "no vectors of images"),
        ([shown((0, 0, UP)), Shown(np.array([0]), np.array([0]), np.array([[1.0, 0.0, 0.0]]))], "have 2 and 3 entries"),
        ([shown((5, 0, UP))], "label 5 of 2"),
    ],
)
def test_vectors_that_do_not_belong_together_are_refused(batches: list[Shown], message: str) -> None:
    with pytest.raises(EmbeddingsInvalid, match=message):
        prototypes(batches, n_labels=2)
