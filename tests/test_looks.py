"""How near an image comes to what the other choices look like, by hand."""

import numpy as np
import pytest

from curriculum_kit import looks
from curriculum_kit.looks import Nearness

# Three labels on a circle: 0 and 1 look alike (cosine 0.8), 2 like neither (0 and 0.6).
PROTOTYPES = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]])
SHOWN = np.array([[1.0, 0.0], [0.6, 0.8], [np.nan, np.nan]])
SHOWS = np.array([0, 0, 1])
"""Two images of label 0, a plain one and one that leans towards the others, and one that could not be encoded."""


def test_by_hand() -> None:
    near = Nearness(SHOWN, SHOWS, PROTOTYPES)
    # Cosines of the first with 1 and 2: 0.8, 0; of the second: 0.96, 0.8. In order: 0, 0.8, 0.8, 0.96.
    found = near.of(np.array([0, 1]), np.array([[0, 1, 2], [2, 1, 0]]), np.array([0, 2]))
    assert found == pytest.approx([(4 / 8 + 1 / 8) / 2, (7 / 8 + 4 / 8) / 2])


def test_what_is_missing_does_not_count() -> None:
    lacking = PROTOTYPES.copy()
    lacking[2] = np.nan
    near = Nearness(SHOWN, SHOWS, lacking)
    # Of the others only label 1 has a prototype: cosines 0.8 and 0.96.
    things = np.array([0, 1, 2, -1, 0])
    choices = np.array([[0, 1, 2], [0, 1, -1], [1, 0, 2], [0, 1, 2], [0, 2, -1]])
    found = near.of(things, choices, np.zeros(5, int))
    assert found[:2] == pytest.approx([1 / 4, 3 / 4])
    assert np.isnan(found[2:]).all()


def test_nothing_to_compare_with() -> None:
    nothing = np.full((3, 2), np.nan)
    assert np.isnan(Nearness(SHOWN, SHOWS, nothing).of(np.array([0]), np.array([[0, 1]]), np.array([0]))).all()
    assert len(Nearness(SHOWN[:0], SHOWS[:0], PROTOTYPES).of(SHOWS[:0], np.empty((0, 2), int), SHOWS[:0])) == 0


def test_a_sample_ranks_nearly_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(400, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    shows, prototypes = rng.integers(0, 10, 400), vectors[:10]
    asked = (np.arange(400), np.column_stack([shows, (shows + 1) % 10, (shows + 2) % 10]), np.zeros(400, int))
    exact = Nearness(vectors, shows, prototypes).of(*asked)
    monkeypatch.setattr(looks, "SAMPLED", 2_000)
    assert Nearness(vectors, shows, prototypes, seed=1).of(*asked) == pytest.approx(exact, abs=0.05)
