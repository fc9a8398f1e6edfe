"""What the options of a source say about pairs of its answers."""

from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from curriculum_kit.repair.apart import never_together, one_per_modality, set_together

UTERUS, FIBROID, KIDNEY, LIVER = range(4)


def offered(beside: list[list[int]]) -> tuple[np.ndarray, Any]:
    """Return answers and sources of questions with two options; `beside` counts right labels (rows) and wrong ones."""
    pairs = [(a, b) for a, row in enumerate(beside) for b, times in enumerate(row) for _ in range(times)]
    right, wrong = np.array(pairs).T
    row = np.arange(len(pairs))
    cells = (np.ones(2 * len(pairs)), (np.tile(row, 2), np.concatenate([right, wrong])))
    return right, csr_matrix(cells, shape=(len(pairs), len(beside)))


def avoiding(times: int) -> tuple[np.ndarray, Any]:
    """Return questions that set every pair together equally often, but never uterus and fibroid."""
    pair = {UTERUS, FIBROID}
    return offered([[0 if a == b or {a, b} == pair else times for b in range(4)] for a in range(4)])


def pairs(mask: np.ndarray) -> list[list[int]]:
    assert (mask == mask.T).all()
    found: list[list[int]] = np.argwhere(np.triu(mask)).tolist()
    return found


def test_set_together_counts_both_ways() -> None:
    assert set_together(*offered([[0, 2, 0], [1, 0, 0], [0, 4, 0]])).tolist() == [[0, 3, 0], [3, 0, 4], [0, 4, 0]]


# With weights p, p, q, q: p (p + 2 q) = 2 t and q (2 p + q) = 3 t, so that q = 1.82 p and the pair is expected
# 2 p^2 = 0.86 t times: 8.6 for t = 10, 4.3 for t = 5.
@pytest.mark.parametrize(("times", "found"), [(10, [[UTERUS, FIBROID]]), (5, [])])
def test_a_pair_is_avoided_that_chance_would_have_set_together(times: int, found: list[list[int]]) -> None:
    answer, source = avoiding(times)
    same = np.zeros(len(answer), np.int64)
    assert pairs(never_together(same, same, answer, source)) == found


def test_a_pair_is_not_avoided_that_no_wording_or_no_modality_asks_for() -> None:
    answer, source = avoiding(30)
    same, own = np.zeros(len(answer), np.int64), (answer == FIBROID).astype(np.int64)
    assert pairs(never_together(own, same, answer, source)) == []
    assert pairs(never_together(same, own, answer, source)) == []


def test_a_label_that_stands_beside_no_other_answer_is_not_avoided() -> None:
    # A nodule (1) that is only offered with labels that answer nothing (4) says nothing about organs.
    beside = [[0, 0, 30, 30, 0], [0, 0, 0, 0, 90], [30, 0, 0, 30, 0], [30, 0, 30, 0, 0], [0] * 5]
    answer, source = offered(beside)
    same = np.zeros(len(answer), np.int64)
    assert pairs(never_together(same, same, answer, source)) == []


def test_a_label_that_keeps_the_same_few_companions_avoids_nobody() -> None:
    # Each of eight labels stands only beside the next one and the one before: five others it could meet, it never does.
    ring = [[60 if (b - a) % 8 in {1, 7} else 0 for b in range(8)] for a in range(8)]
    answer, source = offered(ring)
    same = np.zeros(len(answer), np.int64)
    assert pairs(never_together(same, same, answer, source)) == []


X_RAY, MAMMOGRAPHY, CT, MRI = range(4)
MODALITY = np.array([0, 0, 1, 2])


# x-ray and mammography are each wrong 60 times, and 30 of the 150 questions they do not answer are of their own
# modality: 24 by chance. With two more it is 60 * 30 / 150 + 62 * 32 / 152 = 25.1, with three 25.6.
@pytest.mark.parametrize(("beside_x_ray", "found"), [(0, [[X_RAY, MAMMOGRAPHY]]), (2, [[X_RAY, MAMMOGRAPHY]]), (3, [])])
def test_names_of_one_modality_are_kept_apart_where_the_source_does_so(
    beside_x_ray: int, found: list[list[int]]
) -> None:
    answer, source = offered([[0, beside_x_ray, 15, 15], [0, 0, 15, 15], [30, 30, 0, 0], [30, 30, 0, 0]])
    assert pairs(one_per_modality(MODALITY[answer], answer, source)) == found


def test_of_few_options_or_one_modality_nothing_is_concluded() -> None:
    answer, source = offered([[0, 0, 5, 5], [0, 0, 5, 5], [5, 5, 0, 0], [5, 5, 0, 0]])
    assert pairs(one_per_modality(MODALITY[answer], answer, source)) == []
    assert pairs(one_per_modality(np.zeros(len(answer), np.int64), answer, source)) == []
