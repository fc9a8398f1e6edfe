"""The measures of diversity against numbers worked out by hand."""

from collections.abc import Sequence

import numpy as np
import pytest

from curriculum_kit.wordings.diversity import Diversity, distinct, diversity, embedding_distances, word_distance

VECTORS = {"a b": [1.0, 0.0], "a c": [0.0, 1.0], "a d": [-1.0, 0.0]}


def encode(texts: Sequence[str]) -> np.ndarray:
    return np.array([VECTORS[text] for text in texts], np.float32)


def test_embedding_distance_is_the_mean_over_pairs():
    texts = list(VECTORS)
    # Cosines: ab-ac 0, ab-ad -1, ac-ad 0; distances 1, 2, 1.
    distances = embedding_distances([texts, ["a b", "a c"], ["a b", "a b"]], texts, encode(texts))
    assert distances.tolist() == pytest.approx([4 / 3, 1.0, 0.0])


def test_word_distance_is_one_minus_jaccard():
    assert word_distance(["a b", "a c"]) == pytest.approx(1 - 1 / 3)
    assert word_distance(["A, b!", "b a"]) == 0.0
    assert word_distance(["a", "b", "b"]) == pytest.approx(2 / 3)
    assert word_distance(["?", "!"]) == 0.0


def test_distinct_n_is_the_share_of_different_n_grams():
    assert distinct(["a b a", "a b"], 1) == pytest.approx(2 / 5)
    assert distinct(["a b a", "a b"], 2) == pytest.approx(2 / 3)
    assert distinct(["a", "b"], 2) == 0.0


def test_each_group_counts_once_and_groups_of_one_in_the_share_alone():
    found = diversity([["a b", "a c"], ["a b", "a c", "a d"], ["a b"]], encode, wanted=3)
    assert found == Diversity(
        groups=3,
        full=pytest.approx(1 / 3),
        embedding_distance=pytest.approx((1 + 4 / 3) / 2),
        word_distance=pytest.approx(2 / 3),
        distinct_1=pytest.approx((3 / 4 + 4 / 6) / 2),
        distinct_2=pytest.approx(1.0),
    )


def test_without_groups_there_is_nothing_to_measure():
    assert diversity([], encode, wanted=2) == Diversity(0, None, None, None, None, None)
    assert diversity([["a b"]], encode, wanted=2) == Diversity(1, 0.0, None, None, None, None)


def test_each_text_is_encoded_once():
    seen: list[str] = []

    def counting(texts: Sequence[str]) -> np.ndarray:
        seen.extend(texts)
        return encode(texts)

    diversity([["a b", "a c"]] * 5 + [["a c", "a d"]], counting, wanted=2)
    assert sorted(seen) == ["a b", "a c", "a d"]
