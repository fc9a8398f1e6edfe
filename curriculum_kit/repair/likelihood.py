"""How likely is each label to answer a question, for who reads the question and nothing else?

Reads questions as codes; gives P(label | words, modality), out of fold by unit. Three estimates back each
other up: how often the very same question has the answer; naive Bayes over its words, tempered, because words
come in phrases and are not independent; the labels' shares in the modality, and in all of the group.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

FOLDS = 5
MAX_WORDS = 5_000
"""Words of a group that are looked at, the most frequent ones."""

_ALPHA = 0.5
"""Added to the count of each word beside each label."""

_OUTSIDE = 1.0
"""Questions' worth of belief in the labels' shares in the whole group beside those in the modality."""

_FLOOR = 0.002
"""Share of the likelihood that is spread over all labels of the group, however unlikely."""

_TEMPERATURES = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
_TRUST = (1.0, 3.0, 10.0, 30.0, 100.0)
"""Questions' worth of belief in the words beside what the very same question was answered by."""

_TUNED_ON = 4_000
"""Questions on which temperature and trust are chosen."""


@dataclass(frozen=True)
class Group:
    """n questions that may share distractors: codes of their texts, modalities and answers, and their folds."""

    texts: list[str]
    """The distinct questions, length T."""
    text: np.ndarray
    modality: np.ndarray
    answer: np.ndarray
    """0 to `labels` - 1"""
    fold: np.ndarray
    """0 to FOLDS - 1; questions of a unit share theirs"""
    labels: int

    @cached_property
    def words(self) -> Any:
        """Which words a question holds, a sparse matrix (T, words); no column where no text has a word."""
        from scipy.sparse import csr_matrix
        from sklearn.feature_extraction.text import CountVectorizer

        vectorizer = CountVectorizer(token_pattern=r"\w+", binary=True, max_features=MAX_WORDS, dtype=np.float64)
        try:
            return vectorizer.fit_transform(self.texts)
        except ValueError:  # scikit-learn's way to say that no text holds a word
            return csr_matrix((len(self.texts), 0))

    @cached_property
    def counts(self) -> list[Any]:
        """How often each text has each answer, a sparse matrix (T, labels) per fold."""
        return [self._count(self.text, len(self.texts), self.fold == fold) for fold in range(FOLDS)]

    @cached_property
    def by_modality(self) -> list[Any]:
        """How often each modality has each answer, a sparse matrix (modalities, labels) per fold."""
        modalities = int(self.modality.max(initial=0)) + 1
        return [self._count(self.modality, modalities, self.fold == fold) for fold in range(FOLDS)]

    def _count(self, what: np.ndarray, kinds: int, rows: np.ndarray) -> Any:
        from scipy.sparse import coo_matrix

        cells = (np.ones(int(rows.sum())), (what[rows], self.answer[rows]))
        return coo_matrix(cells, shape=(kinds, self.labels)).tocsr()


class Likelihood:
    """P(label | question) of a group; each question's comes from the other folds."""

    def __init__(self, group: Group, seed: int) -> None:
        self._group = group
        self._models = [_Model(group, fold) for fold in range(FOLDS)]
        rng = np.random.default_rng(seed)
        self._temperature, self._trust = self._tuned(rng.permutation(len(group.text))[:_TUNED_ON])

    def chunks(self, rows: np.ndarray, size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield some of the rows and their likelihoods (rows, labels), up to `size` rows at a time, fold by fold."""
        for fold, model in enumerate(self._models):
            members = rows[self._group.fold[rows] == fold]
            for start in range(0, len(members), size):
                chunk = members[start : start + size]
                likelihood = _mixed(*model.parts(chunk), self._temperature, self._trust)
                yield chunk, (1 - _FLOOR) * likelihood + _FLOOR * model.overall

    def _tuned(self, rows: np.ndarray) -> tuple[float, float]:
        """Return the temperature and the trust under which the answers seen are likeliest."""
        loss: dict[tuple[float, float], float] = {}
        for fold, model in enumerate(self._models):
            members = rows[self._group.fold[rows] == fold]
            parts, answers = model.parts(members), self._group.answer[members]
            for temperature in _TEMPERATURES:
                words = _by_words(*parts[:2], temperature)[np.arange(len(members)), answers]
                seen, total = parts[2][np.arange(len(members)), answers], parts[2].sum(axis=1)
                for trust in _TRUST:
                    likelihood = (1 - _FLOOR) * (seen + trust * words) / (total + trust) + _FLOOR / self._group.labels
                    key = (temperature, trust)
                    loss[key] = loss.get(key, 0.0) - float(np.log(likelihood).sum())
        return min(loss, key=lambda key: (loss[key], key))


class _Model:
    """What the folds but one say."""

    def __init__(self, group: Group, fold: int) -> None:
        self._group = group
        others = [other for other in range(FOLDS) if other != fold]
        self._seen = sum(group.counts[other] for other in others)
        shares = np.asarray(self._seen.sum(axis=0)).ravel() + _ALPHA
        self.overall = shares / shares.sum()
        modality = sum(group.by_modality[other] for other in others).toarray() + _OUTSIDE * self.overall
        self._prior = np.log(modality / modality.sum(axis=1, keepdims=True))
        beside = np.asarray((group.words.T @ self._seen).todense()) + _ALPHA
        self._word = np.log(beside / beside.sum(axis=0)) if len(beside) else beside

    def parts(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return log prior, log-likelihood of the words, and answers to the same text: each (rows, labels)."""
        text = self._group.text[rows]
        words = self._group.words[text] @ self._word
        return self._prior[self._group.modality[rows]], words, self._seen[text].toarray()


def _by_words(prior: np.ndarray, words: np.ndarray, temperature: float) -> np.ndarray:
    score = prior + temperature * words
    score = np.exp(score - score.max(axis=1, keepdims=True, initial=-np.inf))
    posterior: np.ndarray = score / score.sum(axis=1, keepdims=True)
    return posterior


def _mixed(prior: np.ndarray, words: np.ndarray, seen: np.ndarray, temperature: float, trust: float) -> np.ndarray:
    believed = seen + trust * _by_words(prior, words, temperature)
    mixed: np.ndarray = believed / (seen.sum(axis=1, keepdims=True) + trust)
    return mixed
