import random

import numpy as np
import pytest

from curriculum_kit.benchmarks.phantom.drawing import draw, lab_to_rgb
from curriculum_kit.benchmarks.phantom.scenes import sample_scene


@pytest.mark.parametrize(
    ("lab", "rgb"), [((0, 0, 0), (0, 0, 0)), ((100, 0, 0), (255, 255, 255)), ((53.585, 0, 0), (128, 128, 128))]
)
def test_greys_of_cielab_are_greys_of_srgb(lab: tuple[float, ...], rgb: tuple[int, ...]) -> None:
    assert lab_to_rgb(lab) == pytest.approx(rgb, abs=0.5)


def test_a_frame_is_a_round_view_of_its_scene() -> None:
    scene = sample_scene(0, "VID01", 0)
    image = draw(scene, random.Random(0))
    assert (image.mode, image.size) == ("RGB", (430, 240))
    pixels = np.asarray(image).astype(int)
    assert pixels[:10, :10].max() == pixels[-10:, -10:].max() == 0
    assert pixels[100:140, 195:235].mean() > 40


def test_structures_show_their_color_and_instruments_theirs() -> None:
    hue = {}
    for frame in range(40):
        scene = sample_scene(0, "VID01", frame)
        pixels = np.asarray(draw(scene, random.Random(0))).astype(float)
        for index, piece in enumerate(scene.pieces):
            seen = pixels[scene.labels == index + 1]
            if len(seen) > 300:
                hue.setdefault(piece.color, []).append(seen.mean(axis=0))
    mean = {word: np.mean(values, axis=0) for word, values in hue.items()}
    assert mean["red"][0] - mean["red"][1] > mean["white"][0] - mean["white"][1]
    assert mean["yellow"][1] - mean["yellow"][2] > mean["red"][1] - mean["red"][2]
    assert mean["brown"].mean() < mean["red"].mean()
    assert np.ptp(mean["silver"]) < 20
    assert mean["blue"][2] > mean["blue"][0]


def test_chance_decides_the_grain_and_nothing_else() -> None:
    scene = sample_scene(0, "VID01", 0)
    one, again, other = (draw(scene, random.Random(seed)) for seed in (0, 0, 1))
    assert one.tobytes() == again.tobytes() != other.tobytes()
