"""Naive Bayes of a question's words: where a label was right against where it was offered and wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from curriculum_kit.audit.blind.question_words import count_words
from curriculum_kit.offers import Offers

LABELS_AT_ONCE = 512
PAIRS_AT_ONCE = 200_000


class LabelWords:
    """Counts of labels and words, by fold; only wordings and labels that meet are ever scored."""

    def __init__(self, offers: Offers, fold: np.ndarray, folds: int, words: Any = None) -> None:
        """Count; `words` are those of the questions' texts as of `count_words`, where they are known already."""
        self.words = count_words(offers.question.texts)[0] if words is None else words
        entry_fold, texts = fold[offers.row], offers.question.codes[offers.row]
        shape = (len(offers.option.texts), len(offers.question.texts))

        def counts(rows: np.ndarray) -> Any:
            from scipy import sparse

            cells = (offers.option.codes[rows], texts[rows])
            return sparse.csr_matrix((np.ones(len(rows)), cells), shape=shape) @ self.words

        self._counts = [
            [counts(np.flatnonzero((entry_fold == place) & right)) for place in range(folds)]
            for right in (offers.is_right, ~offers.is_right)
        ]

    def scores(self, texts: np.ndarray, labels: np.ndarray, without: Sequence[int]) -> np.ndarray:
        """Return log P(words | label, right) - log P(words | label, wrong) for pairs of wording and label.

        Both are multinomial with Laplace's smoothing (McCallum and Nigam, AAAI workshop on learning for text
        categorization, 1998). Nothing is counted in the folds `without`, which must leave one. float64, one
        per pair.
        """
        n_labels = self._counts[0][0].shape[0]
        pairs, inverse = np.unique(labels * np.int64(self.words.shape[0]) + texts, return_inverse=True)
        if not self.words.shape[1]:
            return np.zeros(len(labels))
        right, wrong = (
            sum(count for place, count in enumerate(counts) if place not in without) for counts in self._counts
        )
        found = np.zeros(len(pairs))
        text, label = pairs % self.words.shape[0], pairs // self.words.shape[0]
        for first in range(0, n_labels, LABELS_AT_ONCE):
            begin, end = np.searchsorted(label, (first, first + LABELS_AT_ONCE))
            if begin == end:
                continue
            weights = _contrast(right[first : first + LABELS_AT_ONCE], wrong[first : first + LABELS_AT_ONCE])
            for at in range(begin, end, PAIRS_AT_ONCE):
                some = slice(at, min(at + PAIRS_AT_ONCE, end))
                rows = self.words[text[some]]
                pair = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
                terms = rows.data * weights[label[some][pair] - first, rows.indices]
                found[some] = np.bincount(pair, terms, rows.shape[0])
        return found[inverse]


def _contrast(right: Any, wrong: Any) -> np.ndarray:
    """Return the log-ratio of each word's probability where a label was right and where wrong, labels x words."""
    from scipy import sparse
    from sklearn.naive_bayes import MultinomialNB

    labels = right.shape[0]
    model = MultinomialNB(alpha=1.0, fit_prior=False).fit(sparse.vstack([right, wrong]), np.arange(2 * labels))
    contrast: np.ndarray = model.feature_log_prob_[:labels] - model.feature_log_prob_[labels:]
    return contrast
