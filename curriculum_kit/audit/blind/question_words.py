"""The words of the questions, counted once per distinct wording."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

MAX_WORDS = 2_500
"""The most frequent are kept, twice as many with pairs: rarer ones stand in too few questions to learn from, and
memory and time of naive Bayes grow with labels times words."""


def count_words(texts: Sequence[str], longest: int = 1) -> tuple[Any, list[str]]:
    """Return how often each word stands in each text (scipy CSR, texts x words, float64) and the words, sorted.

    With `longest` 2, pairs of neighbouring words count as words too.

    A word is a run of letters, digits and underscores, without regard to case; one letter is enough ("T1",
    "2", "x"). Texts without words give a matrix without columns.
    """
    from scipy import sparse
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(
        token_pattern=r"\w+", ngram_range=(1, longest), max_features=longest * MAX_WORDS, dtype=np.float64
    )
    try:
        counts = vectorizer.fit_transform(texts)
    except ValueError:  # scikit-learn's way to say that there is not one word
        return sparse.csr_matrix((len(texts), 0)), []
    return counts.tocsr(), vectorizer.get_feature_names_out().tolist()
