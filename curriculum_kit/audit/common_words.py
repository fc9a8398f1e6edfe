"""Words that texts have in common: an option with its question, an option with another option."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from curriculum_kit.offers import Coded, Offers

PAIRS_AT_ONCE = 500_000
_WORD = r"(?u)[^\W_]+"


class OptionWords:
    """Which words stand in the options, without regard to case; an underscore parts words as a space does."""

    def __init__(self, offers: Offers) -> None:
        self.offers = offers
        self._used, self._option = _used(offers.option)
        vectorizer = _vectorizer()
        try:
            self._words = vectorizer.fit_transform([offers.option.texts[code] for code in self._used]).tocsr()
            self._vocabulary: dict[str, int] | None = vectorizer.vocabulary_
        except ValueError:  # scikit-learn's way to say that there is not one word
            self._vocabulary = None

    def with_question(self) -> np.ndarray:
        """Return how many different words of each offered option stand in its question, int64, one per option."""
        if self._vocabulary is None:
            return np.zeros(len(self._option), np.int64)
        used, codes = _used(self.offers.question)
        asked = _vectorizer(self._vocabulary).transform([self.offers.question.texts[code] for code in used]).tocsr()
        return _common(self._words, self._option, asked, codes[self.offers.row])

    def with_options(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Return how many different words two offered options have in common, int64, one per pair of their places."""
        if self._vocabulary is None:
            return np.zeros(len(one), np.int64)
        return _common(self._words, self._option[one], self._words, self._option[other])


def _vectorizer(vocabulary: dict[str, int] | None = None) -> Any:
    from sklearn.feature_extraction.text import CountVectorizer

    return CountVectorizer(token_pattern=_WORD, binary=True, vocabulary=vocabulary, dtype=np.int32)


def _used(column: Coded) -> tuple[Sequence[int], np.ndarray]:
    """Return the codes that occur, and for each row the place of its code among them."""
    used, place = np.unique(column.codes, return_inverse=True)
    return used.tolist(), place


def _common(left: Any, one: np.ndarray, right: Any, other: np.ndarray) -> np.ndarray:
    """Return how many columns rows of two binary matrices share, for pairs of rows; each pair is counted once."""
    pairs, place = np.unique(one * np.int64(right.shape[0]) + other, return_inverse=True)
    counts = np.zeros(len(pairs), np.int64)
    for first in range(0, len(pairs), PAIRS_AT_ONCE):
        a, b = np.divmod(pairs[first : first + PAIRS_AT_ONCE], right.shape[0])
        counts[first : first + PAIRS_AT_ONCE] = np.asarray(left[a].multiply(right[b]).sum(axis=1)).ravel()
    found: np.ndarray = counts[place]
    return found
