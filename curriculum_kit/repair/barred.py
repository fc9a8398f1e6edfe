"""Which labels are barred from a question, because another question or a scene graph gives them as right.

Reads questions as codes; gives sparse 0/1 matrices (questions, labels).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from curriculum_kit.offers import Offers


def barred_labels(
    offers: Offers,
    members: np.ndarray,
    own: np.ndarray,
    names: Sequence[str],
    also_right: Sequence[Collection[str]] | None,
) -> Any:
    """Return the labels that other questions or `also_right` give as answers, a sparse matrix (questions, labels)."""
    images, texts = offers.image.codes[members].astype(np.int64), offers.question.codes[members]
    nothing = np.array([not text for text in offers.image.texts])[images]
    same = asked_twice(np.where(nothing, -1, images * len(offers.question.texts) + texts), own, len(names))
    if also_right is not None:
        places = {name: place for place, name in enumerate(names)}
        return (same + named([also_right[row] for row in members], places, len(names))).tocsr()
    known = bool(offers.question_type.texts[offers.question_type.codes[members[0]]])
    return asked_twice(np.where(nothing, -1, images), own, len(names)) + same if known else same


def asked_twice(keys: np.ndarray, answers: np.ndarray, labels: int) -> Any:
    """Return the answers of all questions with the same key, a sparse 0/1 matrix (questions, labels).

    A negative key is no key.
    """
    from scipy.sparse import coo_matrix

    known = keys >= 0
    distinct, place = np.unique(keys[known], return_inverse=True)
    cells = (np.ones(len(place)), (place, answers[known]))
    seen = coo_matrix(cells, shape=(len(distinct) + 1, labels)).tocsr()  # The last row is empty, for no key.
    rows = np.full(len(keys), len(distinct))
    rows[known] = place
    matrix = seen[rows]
    matrix.data[:] = 1.0
    return matrix


def with_related(barred: Any, answers: np.ndarray, related: np.ndarray) -> Any:
    """Return the labels that are barred and all that are related to them, without those that only the answer bars.

    `barred` and the result are sparse 0/1 matrices (questions, labels), `related` is a mask of pairs of labels.
    """
    from scipy.sparse import csr_matrix

    row = np.arange(barred.shape[0])
    own = csr_matrix((np.ones(len(row)), (row, answers)), shape=barred.shape)
    others = barred - barred.multiply(own)
    others.eliminate_zeros()
    everything = (others + others @ csr_matrix(related, dtype=np.float64)).tocsr()
    everything.data[:] = 1.0
    return everything


def named(also_right: Sequence[Collection[str]], places: dict[str, int], labels: int) -> Any:
    """Return the labels that are said to be right for each question, a sparse 0/1 matrix (questions, labels)."""
    from scipy.sparse import coo_matrix

    cells = [(row, places[label]) for row, said in enumerate(also_right) for label in set(said) if label in places]
    row, column = np.array(cells, np.int64).reshape(-1, 2).T
    return coo_matrix((np.ones(len(row)), (row, column)), shape=(len(also_right), labels)).tocsr()
