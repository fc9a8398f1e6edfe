"""What is barred from a question, because other questions or a scene graph say that it is right."""

import numpy as np

from curriculum_kit.repair.barred import asked_twice, named, with_related


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
