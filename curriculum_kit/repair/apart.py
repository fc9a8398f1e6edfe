"""What the options of the source say about pairs of answers: which exclude each other, which it never sets together.

Reads the questions of a pool as codes and what each offers; gives masks of pairs of labels.

Where the source offers b as wrong beside the right answer a, it says that only one of them is right. Where it
never does, though both answer the same question about the same kind of image and chance would have put them together,
whoever chose the options may have known that both are right: a uterus with a fibroid is a uterus. What cannot be known:
why a pair was avoided (pairs that exclude each other may be avoided too, and lose little by it), whether a label that
the source never offers as wrong is also right (nothing is said about it), and what the source itself got wrong.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_EXPECTED = 5.0
"""Times that chance would set a pair together; not once then has a probability of e^-5, less than 0.01. To keep a pair
apart for nothing costs little, to offer two right answers spoils a question."""

_CHOOSY = 0.5
"""A label that avoids more than this share of the labels it could meet has the same few companions wherever it stands.
That says nothing about the others, and to bar them all would leave it no new ones."""

_ROUNDS = 50
"""Of fitting rows and columns in turn; the sums are met within a thousandth long before."""

_AVOIDED = 0.1
"""Of the wrong options that chance would draw from the question's own modality: a source with fewer avoids them."""

_EXPECTED_OF_MODALITY = 20.0
"""Wrong options of a question's own modality that chance must bring before their absence says anything."""

_AT_HOME = 0.05
"""Share of its questions that a label answers in a modality that is its own; fewer are slips of the source."""


def set_together(answer: np.ndarray, source: Any) -> np.ndarray:
    """Return how often each pair was offered with one of them right, a symmetric matrix (labels, labels).

    `answer` holds the label of each of n questions, `source` is a sparse 0/1 matrix (n, labels) of what they offer.
    """
    beside = _beside(answer, source)
    together: np.ndarray = beside + beside.T
    return together


def never_together(text: np.ndarray, modality: np.ndarray, answer: np.ndarray, source: Any) -> np.ndarray:
    """Return the pairs that the source avoids: a symmetric mask (labels, labels).

    Looked at are labels that answer questions of the same wording and modality. Expected are, per modality, counts
    that go with how many of these labels an answer stands beside and how often each of them is a wrong option
    (quasi-independence; Goodman, J. Am. Stat. Assoc. 63, 1968): a lesion that stands beside other lesions only is not
    held to be avoided by organs.
    """
    alike = _of_one_wording(text, modality, answer, source.shape[1])
    expected, seen = np.zeros(alike.shape), np.zeros(alike.shape)
    for code in np.unique(modality):
        rows = modality == code
        peers = np.unique(answer[rows])
        cells = np.ix_(peers, peers)
        counts = np.where(alike[cells], _beside(answer[rows], source[rows])[cells], 0.0)
        if counts.any():
            expected[cells] += _quasi_independent(counts, alike[cells])
            seen[cells] += counts
    never = (expected + expected.T >= _EXPECTED) & (seen + seen.T == 0)
    choosy = never.sum(axis=1) > _CHOOSY * alike.sum(axis=1)
    kept: np.ndarray = never & ~choosy & ~choosy[:, None]
    return kept


def one_per_modality(modality: np.ndarray, answer: np.ndarray, source: Any) -> np.ndarray:
    """Return the pairs of labels of one modality, a symmetric mask, if the source never sets such pairs together.

    Questions that ask for the modality itself are of this kind: their answers to one modality are names of it, or
    wider and narrower ones. Where the source offers more of them together than a tenth of what chance would, no pair is
    returned.
    """
    labels = source.shape[1]
    answers = np.zeros((int(modality.max(initial=-1)) + 1, labels))
    np.add.at(answers, (modality, answer), 1.0)
    home = answers >= np.maximum(1e-9, _AT_HOME * answers.sum(axis=0))
    beside = np.stack(
        [_beside(answer[modality == code], source[modality == code]).sum(axis=0) for code in range(len(home))]
    )
    per_modality = answers.sum(axis=1, keepdims=True)
    others = per_modality - answers
    share = (others * home).sum(axis=0) / np.maximum(1.0, others.sum(axis=0))
    expected, seen = float(beside.sum(axis=0) @ share), float((beside * home).sum())
    pairs = (home.T.astype(np.float64) @ home) > 0
    np.fill_diagonal(pairs, False)
    avoided = expected >= _EXPECTED_OF_MODALITY and seen <= _AVOIDED * expected
    return pairs if avoided else np.zeros_like(pairs)


def _beside(answer: np.ndarray, source: Any) -> np.ndarray:
    """Return how often each label (column) is a wrong option where another (row) is right."""
    from scipy.sparse import csr_matrix

    right = csr_matrix((np.ones(len(answer)), (np.arange(len(answer)), answer)), shape=source.shape)
    beside: np.ndarray = (right.T @ source).toarray()
    np.fill_diagonal(beside, 0.0)
    return beside


def _of_one_wording(text: np.ndarray, modality: np.ndarray, answer: np.ndarray, labels: int) -> np.ndarray:
    """Return the pairs of labels that answer questions of the same wording and modality, a symmetric mask."""
    from scipy.sparse import csr_matrix

    asked = np.unique(text.astype(np.int64) * (int(modality.max(initial=0)) + 1) + modality, return_inverse=True)[1]
    cells = np.unique(np.stack([asked, answer]), axis=1)
    shape = (int(asked.max(initial=-1)) + 1, labels)
    answers = csr_matrix((np.ones(cells.shape[1]), (cells[0], cells[1])), shape=shape)
    alike: np.ndarray = (answers.T @ answers).toarray() > 0
    np.fill_diagonal(alike, False)
    return alike


def _quasi_independent(counts: np.ndarray, open_: np.ndarray) -> np.ndarray:
    """Return counts in the open cells that have the same sums of rows and columns and depend on nothing else."""
    fitted = open_.astype(np.float64)
    for _ in range(_ROUNDS):
        for axis in (1, 0):
            wanted, given = counts.sum(axis=axis, keepdims=True), fitted.sum(axis=axis, keepdims=True)
            fitted *= wanted / np.where(given > 0, given, 1.0)
    return fitted
