"""The matrix: bytes of its upper half, clusters, and what is left of very many labels."""

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from curriculum_kit.report import matrix as module
from curriculum_kit.report.matrix import clusters, in_base64, matrix_of

Make = Callable[..., Any]
LABELS = ("gut", "heart", "liver", "lung")


def levels(text: str) -> list[int]:
    return list(base64.b64decode(text))


def test_pairs_stand_row_by_row_above_the_diagonal(tables: Make) -> None:
    # gut and heart, gut and liver are compared, and liver and lung; the others are not.
    found = matrix_of(tables(similarity={("gut", "heart"): 0.5, ("liver", "gut"): 1.0, ("liver", "lung"): 0.0}))
    assert found is not None
    assert (found.labels, found.of) == (list(LABELS), 4)
    assert list(found.values) == ["fused"]
    assert levels(found.values["fused"]) == [127, 254, 255, 255, 255, 0]


def test_two_channels_stand_beside_the_fused_one_and_one_alone_does_not(tables: Make) -> None:
    one = tables(similarity={("gut", "heart"): 0.5})
    one.execute("UPDATE similarity SET text_calibrated = 0.5")
    assert list(matrix_of(one).values) == ["fused"]
    both = tables(similarity={("gut", "heart"): 0.5})
    both.execute("UPDATE similarity SET text_calibrated = 0, clip_image_calibrated = 1")
    assert {name: levels(text) for name, text in matrix_of(both).values.items()} == {
        "fused": [127],
        "text encoder": [0],
        "CLIP, image tower": [254],
    }


def test_the_nearest_are_joined_first_by_average_linkage() -> None:
    # Of four labels, 0 and 3 are at distance 0.1, 1 and 2 at 0.2; between the two pairs the mean is 0.75.
    order, joins = clusters(np.array([0.2, 0.3, 0.9, 0.8, 0.2, 0.3]))
    assert [({*pair}, distance) for *pair, distance in joins] == [({0, 3}, 0.1), ({1, 2}, 0.2), ({4, 5}, 0.75)]
    assert {frozenset(order[:2]), frozenset(order[2:])} == {frozenset({0, 3}), frozenset({1, 2})}


def test_of_very_many_labels_the_most_offered_are_kept(
    shard_row: Make, tables: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_LABELS", 3)
    monkeypatch.setattr(module, "COMMONEST", 2)
    rows = [shard_row(0), shard_row(1, choices=["liver", "gut"]), shard_row(2, choices=["liver", "lung"])]
    pairs = {("gut", "heart"): 0.1, ("gut", "liver"): 1.0, ("liver", "lung"): 0.3, ("heart", "lung"): 0.4}
    found = matrix_of(tables(rows, similarity=pairs))
    assert found is not None
    assert (found.labels, found.questions, found.of) == (["gut", "liver"], [2, 3], 4)
    assert levels(found.values["fused"]) == [254]


def test_fewer_than_two_labels_have_no_matrix(tables: Make) -> None:
    assert matrix_of(tables()) is None


@pytest.mark.parametrize(("value", "level"), [(-0.1, 0), (0.002, 1), (0.998, 253), (1.1, 254), (np.nan, 255)])
def test_a_similarity_is_a_byte(value: float, level: int) -> None:
    assert levels(in_base64(np.array([value]))) == [level]
