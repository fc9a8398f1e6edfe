"""What the words of a question say about its answer, learned from other units only."""

import numpy as np

from curriculum_kit.repair.likelihood import FOLDS, Group, Likelihood


def likelihoods(group: Group) -> np.ndarray:
    found = np.zeros((len(group.text), group.labels))
    for rows, likely in Likelihood(group, seed=0).chunks(np.arange(len(group.text)), 7):
        found[rows] = likely
    return found


def group(texts: list[str], text: np.ndarray, answer: np.ndarray, fold: np.ndarray | None = None) -> Group:
    folds = np.arange(len(text)) % FOLDS if fold is None else fold
    return Group(texts, text, np.zeros(len(text), int), answer, folds, int(answer.max()) + 1)


def test_words_that_go_with_an_answer_make_it_likely_in_questions_never_asked_before() -> None:
    shapes = [f"What is the {colour} thing in frame {n}?" for n in range(100) for colour in ("yellow", "red")]
    answer = np.tile([0, 1], 100)
    likely = likelihoods(group(shapes, np.arange(200), answer))
    assert (likely.argmax(axis=1) == answer).all()
    assert likely.sum(axis=1).round(9).tolist() == [1.0] * 200


def test_the_same_question_asked_often_is_known_by_its_answers() -> None:
    rng = np.random.default_rng(1)
    answer = rng.choice(3, 600, p=[0.6, 0.3, 0.1])
    likely = likelihoods(group(["What is it?"], np.zeros(600, int), answer))
    assert np.abs(likely - [0.6, 0.3, 0.1]).max() < 0.06


def test_a_unit_does_not_tell_its_own_answers() -> None:
    # The fold that holds the only questions about a spleen has nothing else to learn it from.
    answer = np.where(np.arange(100) < 20, 1, 0)
    likely = likelihoods(
        group(["a", "b"], answer.copy(), answer, fold=np.where(answer == 1, 0, 1 + np.arange(100) % 4))
    )
    assert (likely[answer == 1].argmax(axis=1) == 0).all()


def test_questions_without_any_word_are_judged_by_the_answers_alone() -> None:
    likely = likelihoods(group(["?", "!"], np.arange(40) % 2, np.arange(40) // 30))
    assert (likely.argmax(axis=1) == 0).all()
