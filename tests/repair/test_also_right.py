"""Labels that may be right together, told by their words, and the clusters they make."""

import numpy as np
import pytest

from curriculum_kit.repair.also_right import answering_alike, beginning_alike, clusters, contained, paired


def clustered(labels: list[str], counts: list[int]) -> list[int]:
    return list(clusters(labels, np.array(counts), paired(contained(labels), len(labels))))


def test_labels_of_one_meaning_are_one_cluster_and_so_are_wider_and_narrower_ones() -> None:
    labels = ["kidney", "thyroid", "thyroid nodule", "lung", "lungs"]
    assert contained(labels) == [(1, 2), (3, 4)]
    assert clustered(labels, [10, 1, 1, 1, 1]) == [0, 1, 1, 2, 2]


def test_a_label_that_would_tie_up_most_questions_is_related_but_no_cluster() -> None:
    assert clustered(["cancer", "lung cancer", "ulcer"], [5, 4, 1]) == [0, 1, 2]


def test_what_is_related_to_a_third_label_only_makes_no_cluster() -> None:
    labels = ["left lung", "lung", "right lung", "lungs", "liver"]
    assert (0, 2) not in contained(labels)
    assert clustered(labels, [1, 1, 1, 1, 30]) == [0, 0, 1, 0, 2]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("bowel abnormality", "bowel inflammation", True),
        ("benign image", "benign keratosis", True),
        ("renal lesion", "liver lesion", False),
        ("image", "imaging", False),
    ],
)
def test_words_that_leave_open_what_it_is_are_not_counted(one: str, other: str, alike: bool) -> None:
    assert contained([one, other]) == ([(0, 1)] if alike else [])


def test_two_ways_to_say_no_or_that_all_is_well_may_both_be_right() -> None:
    labels = ["no, it's normal", "no fracture", "fracture of a rib", "the lungs appear healthy", "abnormal"]
    assert answering_alike(labels, {"no"}) == [(0, 1), (0, 3)]
    assert answering_alike(labels, {}) == [(0, 3)]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("dermoscopy", "dermoscopic imaging", True),
        ("pancreatic cyst", "pancreas", True),
        ("pneumonia", "pneumothorax", False),
        ("left lung", "left kidney", False),
        ("cyst of the pancreas", "pancreas", False),
    ],
)
def test_first_words_that_are_forms_of_one(one: str, other: str, alike: bool) -> None:
    assert beginning_alike([one, other]) == ([(0, 1)] if alike else [])


def test_no_pairs_are_an_empty_mask() -> None:
    assert paired([], 2).tolist() == [[False, False], [False, False]]
