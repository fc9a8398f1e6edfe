"""Channel weights: found where they are planted, tried on other units, and worth nothing where nothing is."""

import numpy as np
import pytest

from curriculum_kit.validation.weights import fit_channel_weights

N = 1_200


@pytest.fixture
def channels() -> dict[str, np.ndarray]:
    random = np.random.default_rng(5)
    return {name: random.random(N) for name in ("difficulty_text", "difficulty_clip_text", "difficulty_clip_image")}


def test_planted_weights_are_found_and_better_on_other_units(channels: dict[str, np.ndarray]) -> None:
    text, clip_text, clip_image = channels.values()
    noise = np.random.default_rng(6).normal(size=N) * 0.1
    rate = 1 - (0.75 * clip_text + 0.25 * clip_image) + noise
    found = fit_channel_weights(rate, (text + clip_text + clip_image) / 3, channels, np.arange(N) // 4)
    assert found is not None
    assert list(found.weights) == list(channels)
    assert list(found.weights.values()) == pytest.approx([0, 0.75, 0.25], abs=0.04)
    assert sum(found.weights.values()) == pytest.approx(1)
    assert found.out_of_fold.value < -0.85 < found.now.value
    assert found.change.value == pytest.approx(found.out_of_fold.value - found.now.value)
    assert found.change.high < 0


def test_weights_that_cannot_be_better_are_not_called_so(channels: dict[str, np.ndarray]) -> None:
    present = np.mean(list(channels.values()), axis=0)
    rate = np.random.default_rng(7).random(N)
    found = fit_channel_weights(rate, present, channels, np.arange(N))
    assert found is not None
    assert found.change.high > 0
    assert found.out_of_fold.high > -0.05


def test_where_every_channel_points_the_wrong_way_there_are_no_weights(channels: dict[str, np.ndarray]) -> None:
    rate = np.mean(list(channels.values()), axis=0)
    found = fit_channel_weights(rate, rate, channels, np.arange(N))
    assert found is not None
    assert not any(found.weights.values())
    assert found.out_of_fold.value == pytest.approx(1)  # equal weights, as nothing speaks for others


def test_nothing_is_learned_from_the_unit_it_is_tried_on() -> None:
    # In each unit one channel tells the rate and the other does not, by turns: other units know nothing of that.
    units = np.repeat(np.arange(10), 40)
    random = np.random.default_rng(8)
    a, b = random.random(400), random.random(400)
    rate = -np.where(units % 2, a, b)
    found = fit_channel_weights(rate, (a + b) / 2, {"difficulty_a": a, "difficulty_b": b}, units)
    assert found is not None
    assert list(found.weights.values()) == pytest.approx([0.5, 0.5], abs=0.1)
    assert found.change.value > -0.02
    assert found.change.high > 0


def test_questions_that_lack_a_channel_are_left_out(channels: dict[str, np.ndarray]) -> None:
    channels["difficulty_clip_image"][:200] = np.nan
    rate = 1 - channels["difficulty_text"]
    found = fit_channel_weights(rate, channels["difficulty_text"], channels, np.arange(N))
    assert found is not None
    assert found.questions == N - 200
    assert found.now.value == pytest.approx(-1)


def test_the_order_of_the_rows_does_not_matter(channels: dict[str, np.ndarray]) -> None:
    rate = np.random.default_rng(9).random(N) - channels["difficulty_text"]
    units = np.arange(N) // 3
    found = fit_channel_weights(rate, channels["difficulty_text"], channels, units, seed=3)
    order = np.random.default_rng(10).permutation(N)
    shuffled = {name: values[order] for name, values in channels.items()}
    again = fit_channel_weights(rate[order], shuffled["difficulty_text"], shuffled, units[order], seed=3)
    assert found is not None
    assert again is not None
    assert again.out_of_fold.value == pytest.approx(found.out_of_fold.value, abs=1e-9)


@pytest.mark.parametrize("left", [0, 1])
def test_fewer_than_two_channels_need_no_weights(left: int, channels: dict[str, np.ndarray]) -> None:
    some = dict(list(channels.items())[:left])
    assert fit_channel_weights(np.arange(N) / N, np.arange(N) / N, some, np.arange(N)) is None


def test_one_unit_leaves_nothing_to_try_them_on(channels: dict[str, np.ndarray]) -> None:
    rate = channels["difficulty_text"]
    assert fit_channel_weights(rate, rate, channels, np.zeros(N, int)) is None
