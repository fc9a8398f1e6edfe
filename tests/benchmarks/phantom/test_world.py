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
    gaussian,
    sample_appearance,
)

COLOR = ("lightness", "redness", "yellowness")


def spearman(a: list[float], b: list[float]) -> float:
    ranks = [np.argsort(np.argsort(values)) for values in (a, b)]
    return float(np.corrcoef(*ranks)[0, 1])


def test_confusability_of_one_parameter_is_the_textbook_value() -> None:
    # Liver and gallbladder have the same deviation of redness, 6.5 * 1.1, and means 25 and 14:
    # D = (25 - 14)^2 / (8 * 7.15^2).
    assert confusability(["redness"])["gallbladder", "liver"] == pytest.approx(math.exp(-121 / (8 * 7.15**2)))
    # Gut spreads by 6.5 * 1.0 about 22, liver by 7.15 about 25: unequal variances add 1/2 ln(mean / geometric mean).
    mean = (6.5**2 + 7.15**2) / 2
    distance = 9 / (8 * mean) + math.log(mean / (6.5 * 7.15)) / 2
    assert confusability(["redness"])["gut", "liver"] == pytest.approx(math.exp(-distance))


def test_similarities_are_graded() -> None:
    values = sorted(confusability().values())
    assert len(values) == 15
    assert 0.01 < values[0] < 0.05
    assert 0.5 < values[-1] < 0.75
    assert max(high / low for low, high in itertools.pairwise(values)) < 2


def test_samples_have_the_gaussian_they_are_drawn_from() -> None:
    rng = random.Random(0)
    drawn = np.array([sample_appearance("gut", rng) for _ in range(4000)])
    mean, covariance = gaussian("gut")
    deviation = np.sqrt(np.diag(covariance))
    assert np.abs((drawn.mean(axis=0) - mean) / deviation).max() < 0.06
    assert np.abs(np.corrcoef(drawn.T) - covariance / np.outer(deviation, deviation)).max() < 0.08


def test_a_classifier_on_the_true_parameters_confuses_what_is_confusable() -> None:
    rng, names = random.Random(0), sorted(STRUCTURES)
    inverse = np.linalg.inv(np.mean([gaussian(name)[1] for name in names], axis=0))
    means = np.array([gaussian(name)[0] for name in names])
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
    for frame in range(110):
        scene = sample_scene(0, "VID01", frame)
        pixels = np.asarray(draw(scene, random.Random(frame))) // 32
        for thing in scene.things:
            x0, y0, x1, y1 = thing.box
            colors = pixels[y0 : y1 + 1, x0 : x1 + 1].reshape(-1, 3) @ np.array([64, 8, 1])
            crops[thing.component].append(np.bincount(colors, minlength=512) / len(colors))
    assert min(len(crops[name]) for name in STRUCTURES) >= 60
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
