from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.difficulty import difficulties, parts
from curriculum_kit.schemas import DifficultyKind

LABELS = pa.array(["gallbladder", "gut", "liver", "omentum"])
# Similarities of gallbladder-gut, -liver, -omentum, gut-liver, gut-omentum, liver-omentum.
FUSED = {(0, 1): 0.1, (0, 2): 0.9, (0, 3): 0.2, (1, 2): 0.4, (1, 3): 0.6, (2, 3): 0.5}


class Known:
    """Pairs from a dictionary; the text channel halves them, and CLIP's image tower does not know the omentum."""

    channels = ("text", "clip_image")

    def lookup(self, a: np.ndarray, b: np.ndarray, column: str = "fused") -> np.ndarray:
        def one(x: int, y: int) -> float:
            value = 1.0 if x == y else FUSED[min(x, y), max(x, y)]
            if column == "clip_image_calibrated":
                return np.nan if 3 in {x, y} else value
            return {"fused": value, "text_calibrated": value / 2}[column]

        return np.vectorize(one, otypes=[float])(a, b)


QUESTIONS = [["liver", "gut", "gallbladder"], ["omentum", "liver"], ["gut", "gallbladder", "omentum", "liver"]]
ANSWERS = np.array([2, 0, 3])  # gallbladder, omentum, liver


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        # (0.4 + 0.9 + 0.1) / 3, the one pair, the mean of all six
        (DifficultyKind.PAIRWISE_MEAN, [1.4 / 3, 0.5, 2.7 / 6]),
        # gallbladder with liver and gut; omentum with liver; liver with gut, gallbladder and omentum
        (DifficultyKind.ANSWER_MEAN, [0.5, 0.5, 1.8 / 3]),
        (DifficultyKind.ANSWER_MAX, [0.9, 0.5, 0.9]),
    ],
)
def test_each_kind_by_hand_with_questions_of_two_to_four_choices(kind: DifficultyKind, expected: list[float]) -> None:
    score = difficulties(pa.array(QUESTIONS), ANSWERS, LABELS, Known(), kind)
    assert score.dtype == np.float64
    assert score.tolist() == [round(value, 9) for value in expected]


def test_chunked_and_sliced_choices_are_read_in_their_own_bounds() -> None:
    whole = difficulties(pa.array(QUESTIONS), ANSWERS, LABELS, Known())
    chunked = pa.chunked_array([pa.array(QUESTIONS[:1]), pa.array(QUESTIONS[1:])])
    np.testing.assert_array_equal(difficulties(chunked, ANSWERS, LABELS, Known()), whole)
    cut = pa.array([["gut", "liver"], *QUESTIONS, ["gut", "liver"]]).slice(1, 3)
    np.testing.assert_array_equal(difficulties(cut, ANSWERS, LABELS, Known()), whole)


def test_questions_beyond_one_slice_keep_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = difficulties(pa.array(QUESTIONS * 3), np.tile(ANSWERS, 3), LABELS, Known())
    monkeypatch.setattr("curriculum_kit.difficulty._SLICE", 2)
    np.testing.assert_array_equal(difficulties(pa.array(QUESTIONS * 3), np.tile(ANSWERS, 3), LABELS, Known()), whole)


def test_no_questions() -> None:
    empty = pa.array([], pa.list_(pa.string()))
    assert difficulties(empty, np.array([], int), LABELS, Known()).tolist() == []


def test_parts_give_each_channel_alone_and_nan_where_it_is_absent() -> None:
    score = parts(pa.array(QUESTIONS), ANSWERS, LABELS, Known(), DifficultyKind.ANSWER_MEAN)
    assert list(score) == ["text", "clip_text", "clip_image"]
    np.testing.assert_allclose(score["text"], [0.25, 0.25, 0.3])
    np.testing.assert_array_equal(score["clip_text"], [np.nan] * 3)
    np.testing.assert_allclose(score["clip_image"], [0.5, np.nan, np.nan])


def test_a_choice_outside_the_vocabulary_is_our_own_mistake() -> None:
    with pytest.raises(AssertionError, match="not in the vocabulary"):
        difficulties(pa.array([["liver", "spleen"]]), np.array([0]), LABELS, Known())


class Wild:
    """Similarities without any pattern, so that sums in another order do differ in their last bits."""

    channels = ()
    values = np.random.default_rng(0).random((26, 26))

    def lookup(self, a: np.ndarray, b: np.ndarray, column: str = "fused") -> np.ndarray:
        return self.values[np.minimum(a, b), np.maximum(a, b)]


LETTERS = [chr(ord("a") + i) for i in range(26)]


@given(st.lists(st.sampled_from(LETTERS), min_size=2, max_size=26, unique=True), st.randoms(), st.data())
def test_the_order_of_the_choices_does_not_move_a_bit(chosen: list[str], random: object, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(chosen))
    answer = chosen[0]
    questions = pa.array([chosen, shuffled])
    index = np.array([0, shuffled.index(answer)])
    for kind in DifficultyKind:
        first, second = difficulties(questions, index, pa.array(LETTERS), Wild(), kind)
        assert first == second


@given(st.lists(st.sampled_from(LETTERS), min_size=2, max_size=8, unique=True))
def test_the_pairwise_mean_is_the_mean_over_unordered_pairs(chosen: list[str]) -> None:
    ids = [LETTERS.index(letter) for letter in chosen]
    mean = np.mean([Wild.values[min(pair), max(pair)] for pair in combinations(ids, 2)])
    score = difficulties(pa.array([chosen]), np.array([0]), pa.array(LETTERS), Wild())
    assert score[0] == pytest.approx(mean, abs=1e-9)
