"""Pairs of a word of the question and what is offered, a label or a letter, that is right too often where both meet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from curriculum_kit.audit.blind.letters import letters_of
from curriculum_kit.audit.blind.question_words import count_words
from curriculum_kit.audit.severity import SIGNIFICANT
from curriculum_kit.offers import Offers

FEWEST_OFFERS = 20
LEAST_GAIN = 0.10
"""A word gives a label away where that is right so much more often than in all its questions."""
CANDIDATES = 500
LETTER_CANDIDATES = 100
KEPT = 20


@dataclass(frozen=True)
class GiveAway:
    """A word and a label, or letter: in how many questions both stand, it is right, and expected to be right."""

    word: str
    label: str
    offered: int
    right: int
    expected: float
    p_value: float
    rows: np.ndarray
    """The questions where the label is right."""

    def __str__(self) -> str:
        """Return the pair in words."""
        return (
            f'"{self.word}" points to {self.label} (right in {self.right / self.offered:.1%} of the '
            f"{self.offered:,} questions with both; {self.expected / self.offered:.1%} over all questions "
            "that offer it)"
        )


def give_aways(offers: Offers) -> tuple[int, list[GiveAway]]:
    """Return how many pairs of word and label were tried, and up to `KEPT` that give the answer away."""
    return _give_aways(offers, CANDIDATES)


def letter_give_aways(offers: Offers) -> tuple[int, list[GiveAway]]:
    """Return how many pairs of word and letter were tried, and up to `KEPT` that give the answer away.

    Left out is what follows from a word that points to a label which always stands at one letter: among the options
    of one label, in questions with the word, those at the letter must be right more often too.
    """
    return _give_aways(replace(offers, option=letters_of(offers)), LETTER_CANDIDATES, offers.option.codes)


def _give_aways(offers: Offers, candidates: int, labels: np.ndarray | None = None) -> tuple[int, list[GiveAway]]:
    words, names = count_words(offers.question.texts, longest=2)
    words.data[:] = 1.0
    codes, size = offers.option.codes, len(offers.option.texts)
    rate = (np.bincount(codes, offers.is_right, size) + 0.5) / (np.bincount(codes, minlength=size) + 1)
    label, word, p_value, tried = _screen(offers, words, rate)
    label, word, p_value = label[:candidates], word[:candidates], p_value[:candidates]
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(size + 1))
    columns = words.tocsc()
    taken = np.zeros(len(offers), bool)
    found: list[GiveAway] = []
    for a, w, p in zip(label.tolist(), word.tolist(), p_value.tolist(), strict=True):
        has = np.zeros(words.shape[0], bool)
        has[columns.indices[columns.indptr[w] : columns.indptr[w + 1]]] = True
        entries = order[bounds[a] : bounds[a + 1]]
        entries = entries[has[offers.question.codes[offers.row[entries]]]]
        # "ultrasound" and "sonogram" may give away the same questions: half of a pair's gain must be its own.
        fresh = entries[~(taken[offers.row[entries]] & offers.is_right[entries])]
        if 2 * _extra(offers, fresh, rate[a]) < _extra(offers, entries, rate[a]):
            continue
        p_value_by_unit = _clustered(offers, entries, np.full(len(entries), rate[a])) * tried
        if labels is not None and p_value_by_unit < SIGNIFICANT:
            known = _known_by_label(offers, labels, has, entries, rate[a])
            if (offers.is_right[entries] - known).mean() < LEAST_GAIN:
                continue
            p_value_by_unit = max(p_value_by_unit, _clustered(offers, entries, known) * tried)
        if p_value_by_unit >= SIGNIFICANT:
            continue
        rows = np.sort(offers.row[entries[offers.is_right[entries]]])
        taken[rows] = True
        expected, p_value_kept = float(rate[a] * len(entries)), max(p, p_value_by_unit)
        pair = GiveAway(names[w], offers.option.texts[a], len(entries), len(rows), expected, p_value_kept, rows)
        found.append(pair)
        if len(found) == KEPT:
            break
    return tried, found


def _screen(offers: Offers, words: Any, rate: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Return label, word and p-value of the candidates, most extra right answers first, and how many were tried."""
    from scipy import sparse, stats

    shape = (len(offers.option.texts), words.shape[0])

    def meet(entries: np.ndarray) -> Any:
        cells = (offers.option.codes[entries], offers.question.codes[offers.row[entries]])
        return sparse.csr_matrix((np.ones(len(entries)), cells), shape=shape) @ words

    both = meet(np.arange(len(offers.option.codes))).tocoo()
    label, word, offered = both.row, both.col, both.data
    enough = offered >= FEWEST_OFFERS
    label, word, offered = label[enough], word[enough], offered[enough]
    if not len(label):
        return label, word, offered, 0
    right = np.asarray(meet(np.flatnonzero(offers.is_right)).tocsr()[label, word]).ravel()
    p_value = stats.binom.sf(right - 1, offered, rate[label]) * len(label)
    stands = np.flatnonzero((p_value < SIGNIFICANT) & (right / offered - rate[label] >= LEAST_GAIN))
    extra = (right - offered * rate[label])[stands]
    best = stands[np.lexsort((word[stands], label[stands], -extra))][:CANDIDATES]
    return label[best], word[best], p_value[best], len(label)


def _extra(offers: Offers, entries: np.ndarray, rate: float) -> float:
    return float(offers.is_right[entries].sum() - rate * len(entries))


def _known_by_label(
    offers: Offers, labels: np.ndarray, has: np.ndarray, entries: np.ndarray, rate: float
) -> np.ndarray:
    """Return how often the label of each of these options is right elsewhere in questions with the word.

    `labels` has an entry per offered option, `has` says which wordings have the word. Drawn towards `rate` as if
    that had been seen once.
    """
    asked = np.flatnonzero(has[offers.question.codes][offers.row])
    n = np.bincount(labels[asked], minlength=int(labels.max()) + 1)[labels[entries]]
    right = np.bincount(labels[asked], offers.is_right[asked], int(labels.max()) + 1)[labels[entries]]
    known: np.ndarray = (right - offers.is_right[entries] + rate) / n
    return known


def _clustered(offers: Offers, entries: np.ndarray, rate: np.ndarray) -> float:
    """Return the one-sided p-value of options being right more often than `rate` (of each), clustered by unit.

    The variance is that of sums by unit, never smaller than that of independent questions; one unit shows nothing.
    """
    from scipy.stats import norm

    _, unit = np.unique(offers.unit.codes[offers.row[entries]], return_inverse=True)
    units, right = int(unit.max()) + 1, offers.is_right[entries]
    if units < 2:
        return 1.0
    excess = right - rate
    sums = np.bincount(unit, excess - excess.mean())
    by_unit = float((sums**2).sum()) * units / (units - 1)
    error = np.sqrt(max(by_unit, float((rate * (1 - rate)).sum()), 1e-12))
    return float(norm.sf(excess.sum() / error))
