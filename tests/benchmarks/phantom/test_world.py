import itertools
import math
import random
from collections import defaultdict

import numpy as np
import pytest

from curriculum_kit.benchmarks.phantom.drawing import draw
from curriculum_kit.benchmarks.phantom.scenes import sample_scene
from curriculum_kit.benchmarks.phantom.world import (
    STRUCTURES,
    Appearance,
    color_word,
    confusability,
    covariance,
    sample_appearance,
)

COLOR = ("lightness", "redness", "yellowness")


def spearman(a: list[float], b: list[float]) -> float:
    ranks = [np.argsort(np.argsort(values)) for values in (a, b)]
    return float(np.corrcoef(*ranks)[0, 1])


def test_confusability_of_one_parameter_is_the_textbook_value() -> None:
    # Redness has a deviation of 6.175; liver and gallbladder have means 25.41 and 14.46.
    alone = confusability(["redness"])["gallbladder", "liver"]
    assert alone == pytest.approx(math.exp(-((25.41 - 14.46) ** 2) / (8 * 6.175**2)))
    # Elongation goes with nothing else: its distance, 0.24 - 0.18 at a deviation of 0.209, is added.
    both = confusability(["redness", "elongation"])["gallbladder", "liver"]
    assert both == pytest.approx(alone * math.exp(-(0.06**2) / (8 * 0.209**2)))


def test_similarities_are_graded() -> None:
    values = sorted(confusability().values())
    assert len(values) == 15
    assert 0.01 < values[0] < 0.05
    assert 0.5 < values[-1] < 0.75
    assert max(high / low for low, high in itertools.pairwise(values)) < 2


def test_samples_have_the_gaussian_they_are_drawn_from() -> None:
    rng = random.Random(0)
    drawn = np.array([sample_appearance("gut", rng) for _ in range(4000)])
    deviation = np.sqrt(np.diag(covariance()))
    assert np.abs((drawn.mean(axis=0) - STRUCTURES["gut"].mean) / deviation).max() < 0.06
    assert np.abs(np.corrcoef(drawn.T) - covariance() / np.outer(deviation, deviation)).max() < 0.08


def test_a_classifier_on_the_true_parameters_confuses_what_is_confusable() -> None:
    rng, names = random.Random(0), sorted(STRUCTURES)
    inverse = np.linalg.inv(covariance())
    means = np.array([STRUCTURES[name].mean for name in names])
    errors = np.zeros((6, 6))
    for row, name in enumerate(names):
        apart = np.array([sample_appearance(name, rng) for _ in range(3000)])[:, None] - means
        nearest = np.einsum("nkd,de,nke->nk", apart, inverse, apart).argmin(axis=1)
        errors[row] = np.bincount(nearest, minlength=6)
    known = confusability()
    pairs = list(itertools.combinations(range(6), 2))
    confused = [errors[a, b] + errors[b, a] for a, b in pairs]
    assert spearman(confused, [known[names[a], names[b]] for a, b in pairs]) > 0.9


def test_color_alone_does_not_rank_the_pairs() -> None:
    known, only_color = confusability(), confusability(COLOR)
    pairs = sorted(known)
    assert spearman([known[pair] for pair in pairs], [only_color[pair] for pair in pairs]) < 0.2

    crops = defaultdict(list)
    for frame in range(220):
        scene = sample_scene(0, "VID01", frame)
        pixels = np.asarray(draw(scene, random.Random(frame))) // 32
        for thing in scene.things:
            x0, y0, x1, y1 = thing.box
            colors = pixels[y0 : y1 + 1, x0 : x1 + 1].reshape(-1, 3) @ np.array([64, 8, 1])
            crops[thing.component].append(np.bincount(colors, minlength=512) / len(colors))
    assert min(len(crops[name]) for name in STRUCTURES) > 100
    mean = {name: np.mean(crops[name], axis=0) for name in STRUCTURES}
    intersection = [float(np.minimum(mean[a], mean[b]).sum()) for a, b in pairs]
    correlation = [float(np.corrcoef(mean[a], mean[b])[0, 1]) for a, b in pairs]
    assert spearman(intersection, [known[pair] for pair in pairs]) < 0.5
    assert spearman(correlation, [known[pair] for pair in pairs]) < 0.5


@pytest.mark.parametrize(
    ("lab", "word"), [((53, 35, 22), "red"), ((36, 18, 24), "brown"), ((66, 12, 42), "yellow"), ((72, 8, 9), "white")]
)
def test_colors_are_called_by_the_nearest_word(lab: tuple[int, int, int], word: str) -> None:
    assert color_word(Appearance(*lab, *[0.0] * 8)) == word
