import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.errors import ConfigInvalid, EmbeddingsInvalid
from curriculum_kit.schemas import schema_of
from curriculum_kit.similarity import (
    IndexKind,
    PairTable,
    calibrate,
    cosine_matrix,
    fuse,
    nearest_neighbours,
    similarity_table,
    table,
)

# Ten unit vectors in the plane at these angles: the cosine of two is the cosine of the angle between them.
ANGLES = [0, 10, 25, 60, 90, 95, 140, 180, 230, 302]
CIRCLE = np.array([[np.cos(np.radians(angle)), np.sin(np.radians(angle))] for angle in ANGLES])
# The three nearest of each, by hand.
NEAREST = [
    [1, 2, 9],  # 10, 25 and 58 degrees away
    [0, 2, 3],  # 10, 15, 50
    [1, 0, 3],  # 15, 25, 35
    [4, 2, 5],  # 30, 35, 35: of the equally near 2 and 5 the lower index first
    [5, 3, 6],  # 5, 30, 50
    [4, 3, 6],  # 5, 35, 45
    [7, 5, 4],  # 40, 45, 50
    [6, 8, 5],  # 40, 50, 85
    [7, 9, 6],  # 50, 72, 90
    [0, 1, 8],  # 58, 68, 72
]
# x, y, z, one between x and y, and the opposite of y: cosines that are exact by hand.
CORNERS = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.6, 0.8, 0], [0, -1, 0]], dtype=np.float32)
COSINES = [
    [1.0, 0.0, 0.0, 0.6, 0.0],
    [0.0, 1.0, 0.0, 0.8, -1.0],
    [0.0, 0.0, 1.0, 0.0, 0.0],
    [0.6, 0.8, 0.0, 1.0, -0.8],
    [0.0, -1.0, 0.0, -0.8, 1.0],
]


def random_units(n: int, d: int = 8, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_cosines_of_vectors_known_by_hand() -> None:
    assert cosine_matrix(CORNERS).tolist() == COSINES
    np.testing.assert_allclose(cosine_matrix(CIRCLE)[0], np.cos(np.radians(ANGLES)), atol=5e-7)


def test_the_cosine_matrix_is_symmetric_with_ones_and_agrees_with_faiss() -> None:
    import faiss

    vectors = random_units(300, 32)
    cosines = cosine_matrix(vectors)
    np.testing.assert_array_equal(cosines, cosines.T)
    np.testing.assert_array_equal(np.diag(cosines), 1.0)
    theirs = faiss.pairwise_distances(vectors, vectors, metric=faiss.METRIC_INNER_PRODUCT)
    np.testing.assert_allclose(cosines, theirs, atol=1e-6)


def test_noise_of_another_batch_size_does_not_move_a_cosine() -> None:
    exact = np.array([[1.0, 0.0], [0.6, 0.8]])
    assert cosine_matrix(exact + 1e-7)[0, 1] == cosine_matrix(exact)[0, 1] == 0.6


@pytest.mark.parametrize("kind", list(IndexKind))
def test_each_index_finds_the_neighbours_known_by_hand(kind: IndexKind) -> None:
    indices, cosines = nearest_neighbours(CIRCLE, 3, kind)
    assert indices.tolist() == NEAREST
    away = np.array(ANGLES)[:, None] - np.array(ANGLES)[np.array(NEAREST)]
    np.testing.assert_allclose(cosines, np.cos(np.radians(away)), atol=1e-6)


@pytest.mark.parametrize("kind", list(IndexKind))
def test_a_row_is_never_its_own_neighbour_even_among_twins(kind: IndexKind) -> None:
    twins = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    indices, cosines = nearest_neighbours(twins, 2, kind)
    assert indices[:3].tolist() == [[1, 2], [0, 2], [0, 1]]
    assert cosines[:3].tolist() == [[1.0, 1.0]] * 3
    assert cosines[3].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("kind", list(IndexKind))
def test_unnormalised_vectors_are_refused_by_every_index(kind: IndexKind) -> None:
    with pytest.raises(EmbeddingsInvalid, match="vector 2 has length 2, must be 1"):
        nearest_neighbours(np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0]]), 1, kind)


@pytest.mark.parametrize("kind", [IndexKind.IVF, IndexKind.HNSW])
def test_approximate_indexes_are_repeatable_and_find_most_of_what_flat_finds(kind: IndexKind) -> None:
    vectors = random_units(3000)
    exact, _ = nearest_neighbours(vectors, 10)
    indices, cosines = nearest_neighbours(vectors, 10, kind, seed=3)
    again, _ = nearest_neighbours(vectors, 10, kind, seed=3)
    np.testing.assert_array_equal(indices, again)
    shared = [len(set(a) & set(b)) for a, b in zip(exact.tolist(), indices.tolist(), strict=True)]
    assert np.mean(shared) / 10 > 0.95
    assert (np.diff(cosines, axis=1) <= 0).all()


@pytest.mark.parametrize(("n", "k", "width"), [(0, 5, 0), (1, 5, 0), (3, 5, 2), (3, 0, 0)])
def test_no_more_neighbours_than_there_are(n: int, k: int, width: int) -> None:
    indices, cosines = nearest_neighbours(CIRCLE[:n], k)
    assert indices.shape == cosines.shape == (n, width)


def test_calibration_is_the_mid_rank_by_hand() -> None:
    # 0.1 has none below: (0 + 1/2) / 5. The two 0.5: (1 + 2/2) / 5. Then (3 + 1/2) / 5 and (4 + 1/2) / 5.
    np.testing.assert_allclose(calibrate(np.array([0.9, 0.5, 0.1, 0.5, 0.7])), [0.9, 0.4, 0.1, 0.4, 0.7])
    assert calibrate(np.array([0.3, np.nan, 0.3])).tolist()[::2] == [0.5, 0.5]
    assert np.isnan(calibrate(np.array([0.3, np.nan]))[1])
    assert calibrate(np.array([])).tolist() == []


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=50))
def test_calibration_keeps_the_order_and_has_mean_one_half(values: list[float]) -> None:
    cosines = np.array(values)
    ranks = calibrate(cosines)
    assert ((ranks > 0) & (ranks < 1)).all()
    assert ranks.mean() == pytest.approx(0.5)
    np.testing.assert_array_equal(np.sign(ranks[:, None] - ranks), np.sign(cosines[:, None] - cosines))


def test_fusing_takes_the_channels_that_exist_by_their_weights() -> None:
    channels = {"text": np.array([0.2, 0.2, np.nan]), "clip_image": np.array([0.8, np.nan, np.nan])}
    fused = fuse(channels, {"text": 1.0, "clip_image": 3.0, "clip_text": 9.0})
    np.testing.assert_allclose(fused, [(0.2 + 3 * 0.8) / 4, 0.2, np.nan])
    np.testing.assert_allclose(fuse(channels, {"text": 0.0, "clip_image": 1.0}), [0.8, np.nan, np.nan])


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({}, "weight of channel text is missing"),
        ({"text": -1.0}, "weight of channel text is -1.0"),
        ({"text": float("nan")}, "weight of channel text is nan"),
        ({"text": 0.0}, "no channel of text has a positive weight"),
    ],
)
def test_useless_weights_are_refused(weights: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigInvalid, match=message):
        fuse({"text": np.array([0.5])}, weights)


def test_the_table_of_a_small_vocabulary_by_hand() -> None:
    pairs = similarity_table({"text": CORNERS[:4]}, {"text": 1.0})
    assert list(zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)) == list(combinations(range(4), 2))
    assert pairs.raw["text"].tolist() == [0.0, 0.0, 0.6, 0.0, 0.8, 0.0]
    # Four zeros share (0 + 4/2) / 6; then (4 + 1/2) / 6 and (5 + 1/2) / 6.
    np.testing.assert_allclose(pairs.calibrated["text"], np.array([2, 2, 4.5, 2, 5.5, 2]) / 6)
    np.testing.assert_array_equal(pairs.fused, pairs.calibrated["text"])
    assert pairs.calibration == "exact"


def test_a_label_that_a_channel_lacks_is_left_out_of_its_ranks() -> None:
    image = CORNERS[:4].copy()
    image[2] = np.nan
    pairs = similarity_table({"text": CORNERS[:4], "clip_image": image}, {"text": 1.0, "clip_image": 1.0})
    # Pairs (0,1) (0,3) (1,3) remain, with cosines 0, 0.6 and 0.8.
    np.testing.assert_allclose(
        pairs.calibrated["clip_image"], [0.5 / 3, np.nan, 1.5 / 3, np.nan, 2.5 / 3, np.nan], equal_nan=True
    )
    assert pairs.lookup(np.array([0]), np.array([2]))[0] == pairs.calibrated["text"][1]
    with pytest.raises(EmbeddingsInvalid, match="both labels of 3 pairs, the first is choices 0 and 2"):
        similarity_table({"text": CORNERS[:4], "clip_image": image}, {"text": 0.0, "clip_image": 1.0})


@pytest.mark.parametrize("block", [1, 700, 4_000_000])
def test_the_sparse_table_equals_the_full_one_on_the_pairs_they_share(
    monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    vectors = {"text": random_units(150), "clip_image": random_units(150, 5, seed=1)}
    vectors["clip_image"][[3, 77, 149]] = np.nan
    weights = {"text": 1.0, "clip_image": 0.5}
    full = similarity_table(vectors, weights)
    monkeypatch.setattr(table, "_BLOCK", block)
    needed = np.array([[140, 2], [3, 77], [5, 5], [2, 140]])
    sparse = similarity_table(vectors, weights, needed, full_up_to=100, neighbours=4)
    assert 300 <= len(sparse) < len(full) == 150 * 149 // 2
    assert sparse.calibration == full.calibration == "exact"
    for column, values in sparse.columns().items():
        np.testing.assert_array_equal(full.lookup(sparse.a, sparse.b, column), values)
    near, _ = nearest_neighbours(vectors["text"], 4)
    assert np.isfinite(sparse.lookup(np.repeat(np.arange(150), 4), near.ravel())).all()
    assert np.isfinite(sparse.lookup(needed[:, 0], needed[:, 1])).all()


def test_a_sampled_calibration_says_so_and_comes_near_the_exact_one(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = {"text": random_units(400)}
    exact = similarity_table(vectors, {"text": 1.0})
    monkeypatch.setattr(table, "EXACT_UP_TO", 300)
    monkeypatch.setattr(table, "SAMPLED_PAIRS", 50_000)
    sampled, again = (similarity_table(vectors, {"text": 1.0}, seed=5) for _ in range(2))
    assert sampled.calibration == "sampled"
    np.testing.assert_array_equal(sampled.raw["text"], exact.raw["text"])
    np.testing.assert_array_equal(sampled.fused, again.fused)
    np.testing.assert_allclose(sampled.fused, exact.fused, atol=0.02)


@pytest.mark.parametrize("full_up_to", [2000, 0])
@pytest.mark.parametrize("n", [0, 1])
def test_a_vocabulary_without_pairs(n: int, full_up_to: int) -> None:
    pairs = similarity_table({"text": CORNERS[:n]}, {"text": 1.0}, full_up_to=full_up_to)
    assert len(pairs) == 0
    assert pairs.to_arrow().num_rows == 0
    assert pairs.lookup(np.zeros(n, int), np.zeros(n, int)).tolist() == [1.0] * n


def test_channels_of_unequal_length_and_no_channel_are_refused() -> None:
    with pytest.raises(EmbeddingsInvalid, match="text 3, clip_text 2"):
        similarity_table({"text": CORNERS[:3], "clip_text": CORNERS[:2]}, {"text": 1.0, "clip_text": 1.0})
    with pytest.raises(ConfigInvalid, match="no channel has vectors"):
        similarity_table({}, {})


def sparse_table() -> PairTable:
    """Three of the six pairs of four labels."""
    values = np.array([0.1, 0.2, 0.3])
    return PairTable(
        4, np.array([0, 0, 2]), np.array([1, 3, 3]), {"text": -values}, {"text": values}, values * 2, "exact"
    )


def test_lookup_takes_pairs_in_any_order_and_shape() -> None:
    a, b = np.array([[3, 1], [2, 3]]), np.array([[0, 0], [2, 2]])
    assert sparse_table().lookup(a, b).tolist() == [[0.4, 0.2], [1.0, 0.6]]
    assert sparse_table().lookup(a, b, "text").tolist() == [[-0.2, -0.1], [1.0, -0.3]]
    assert sparse_table().lookup(np.array([], int), np.array([], int)).tolist() == []


def test_lookup_of_a_pair_or_column_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"2 pairs are not in the similarity table, the first is \(1, 2\)"):
        sparse_table().lookup(np.array([2, 0, 3]), np.array([1, 1, 1]))
    with pytest.raises(KeyError, match="clip_text"):
        sparse_table().lookup(np.array([0]), np.array([1]), "clip_text")


def test_to_arrow_and_back() -> None:
    vectors = {"text": CORNERS, "clip_image": CORNERS.copy()}
    vectors["clip_image"][1] = np.nan
    pairs = similarity_table(vectors, {"text": 1.0, "clip_image": 1.0})
    arrow = pairs.to_arrow()
    assert arrow.schema == schema_of("similarity")
    assert (arrow["clip_text"].null_count, arrow["clip_image"].null_count, arrow["text"].null_count) == (10, 4, 0)
    back = PairTable.from_arrow(arrow, 5)
    assert back.channels == ("text", "clip_image")
    for column, values in pairs.columns().items():
        np.testing.assert_array_equal(back.columns()[column], values)
    np.testing.assert_array_equal(back.lookup(pairs.b, pairs.a), pairs.fused)


def test_importing_the_stage_does_not_load_faiss() -> None:
    code = "import curriculum_kit.similarity, sys; print({'faiss', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def perfect_matchings(ids: list[int]) -> list[list[tuple[int, int]]]:
    """Return all ways to put an even number of labels into pairs."""
    if not ids:
        return [[]]
    first, *rest = ids
    return [
        [(first, other), *further] for other in rest for further in perfect_matchings([i for i in rest if i != other])
    ]


@pytest.mark.model
def test_perfect_matchings_of_six_organs_range_from_030_to_0633() -> None:
    from curriculum_kit.encoders.text import TextEncoder

    labels = ["abdominal wall cavity", "cystic plate", "gallbladder", "gut", "liver", "omentum"]
    pairs = similarity_table({"text": TextEncoder.load().encode(labels)}, {"text": 1.0})
    means = [pairs.lookup(*np.array(matching).T).mean() for matching in perfect_matchings(list(range(6)))]
    assert len(means) == 15
    assert (min(means), max(means)) == (pytest.approx(0.300, abs=5e-4), pytest.approx(0.633, abs=5e-4))
