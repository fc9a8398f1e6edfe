"""Labels that may be right together, and what is barred from a question."""

import numpy as np

from curriculum_kit.repair.also_right import asked_twice, clusters, named, with_related


def test_labels_of_one_meaning_are_one_cluster_and_so_are_wider_and_narrower_ones() -> None:
    labels = ["kidney", "thyroid", "thyroid nodule", "lung", "lungs"]
    cluster, related = clusters(labels, np.array([10, 1, 1, 1, 1]))
    assert cluster.tolist() == [0, 1, 1, 2, 2]
    assert np.argwhere(np.triu(related)).tolist() == [[1, 2], [3, 4]]


def test_a_label_that_would_tie_up_most_questions_is_related_but_no_cluster() -> None:
    cluster, related = clusters(["cancer", "lung cancer", "ulcer"], np.array([5, 4, 1]))
    assert cluster.tolist() == [0, 1, 2]
    assert np.argwhere(related).tolist() == [[0, 1], [1, 0]]


def test_two_ways_to_say_no_may_both_be_right() -> None:
    cluster, related = clusters(["no, it's normal", "no fracture", "fracture of a rib"], np.array([1, 1, 9]), {"no"})
    assert cluster[0] == cluster[1] != cluster[2]
    assert related.sum() == 2


def test_answers_to_the_same_question_about_the_same_image_are_barred() -> None:
    barred = asked_twice(np.array([7, 7, 3, -1, -1]), np.array([0, 2, 1, 0, 1]), 3).toarray()
    assert barred.tolist() == [[1, 0, 1], [1, 0, 1], [0, 1, 0], [0, 0, 0], [0, 0, 0]]


def test_labels_of_a_scene_graph_are_barred_and_unknown_ones_ignored() -> None:
    places = {"gut": 0, "liver": 1}
    assert named([{"gut", "table"}, set(), ["liver", "liver"]], places, 2).toarray().tolist() == [
        [1, 0],
        [0, 0],
        [0, 1],
    ]


def test_what_is_related_to_a_barred_label_is_barred_too_but_not_for_the_answers_sake() -> None:
    related = np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]], bool)
    barred = asked_twice(np.array([1, 1]), np.array([0, 2]), 4)
    assert with_related(barred, np.array([0, 2]), related).toarray().tolist() == [[0, 0, 1, 1], [1, 1, 0, 0]]
