"""Choose among several draws of options, so that of each set of options every member is right equally often.

Reads for each question the options drawn in several draws; gives each draw's probability to be taken. A draw that is
fair given the question's words need not be fair to who sees the options alone: where one label answers most questions
of some wording, the labels that the words set beside it betray the wording, and so the label. Between the draws of a
question its words hardly decide, so that the choice can see to the sets. Draws are weighted by a factor for each
(set, right label) and one for each label offered, and the factors fitted in turn to what is wanted (iterative
proportional fitting: Deming and Stephan, Ann. Math. Statist. 11, 1940), which changes the draws as little as may be.
"""

from __future__ import annotations

import numpy as np

_ROUNDS = 15
"""More bring out exactly what is wanted, and then the questions seen tell what is still to come."""

_DOUBT = 0.3
"""Questions added to both counts of a set: sets that come up rarely are left as they are."""

_REACH = 6.0
"""A factor is at most e to this, and at least its inverse."""

_FEWEST = 3
"""Options of the questions whose draws are chosen among. A question of two has but one distractor: were it one that
the words rule out, nothing would be left to ask."""

_STEP = 0.5
"""Power of the change of a label's factor in a round. A set has several labels, which all change at once."""


def even_weights(offered: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Return each draw's probability to be taken, float64 (draws, questions); those of a question sum to 1.

    `offered` holds the labels of each draw, (draws, questions, options), -1 where there are fewer; `answers` is the
    right one of each question, which is among the labels of all its draws.
    """
    draws, n, _ = offered.shape
    if draws == 1 or not n:
        return np.ones((draws, n))
    labels = int(offered.max()) + 1
    members, drawn = _sets(offered.reshape(draws * n, -1), labels)
    cells, cell = np.unique(drawn * labels + np.tile(answers, draws), return_inverse=True)
    of_set = cells // labels
    sizes = (members >= 0).sum(axis=1)
    right = np.bincount(answers, minlength=labels)
    wrong = np.bincount(answers, sizes[drawn[:n]] - 1, labels)
    free = sizes >= _FEWEST
    by_cell, by_label = np.zeros(len(cells)), np.zeros(labels + 1)
    weights = np.full((draws, n), 1 / draws)
    for _ in range(_ROUNDS):
        seen = np.bincount(cell, weights.ravel(), len(cells))
        mass = np.bincount(of_set, seen, len(members))
        change = np.log(((mass / sizes)[of_set] + _DOUBT) / (seen + _DOUBT))
        by_cell = np.clip(by_cell + change, -_REACH, _REACH)
        # Beside k - 1 others a label is right once in k times if it is a distractor k - 1 times as often.
        beside = np.bincount(members.ravel() + 1, np.repeat(mass, members.shape[1]), labels + 1)[1:] - right
        by_label[:-1] += _STEP * np.log((wrong + 1) / (np.maximum(beside, 0) + 1))
        by_label = np.clip(by_label, -_REACH, _REACH)
        factor = np.exp((by_cell + by_label[members].sum(axis=1)[of_set]) * free[of_set])
        weights = factor[cell].reshape(draws, n)
        weights /= weights.sum(axis=0)
    return weights


def _sets(offered: np.ndarray, labels: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels of each distinct set, -1 where there are fewer, and the set of each row."""
    # A sum of random numbers of 64 bits, one for each label, tells sets apart whatever the order of their labels.
    numbers = np.append(np.random.default_rng(0).integers(2**64, size=labels, dtype=np.uint64), np.uint64(0))
    keys = numbers[offered].sum(axis=1, dtype=np.uint64)
    _, first, place = np.unique(keys, return_index=True, return_inverse=True)
    return offered[first].astype(np.int64), place
