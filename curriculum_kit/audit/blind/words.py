"""Words of the question, and pairs of neighbours, that give the answer away beyond the prior of the labels.

Reads `Offers`; gives the pairs of a word and a label that is right too often where both meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from curriculum_kit.audit.blind.question_words import count_words
from curriculum_kit.audit.enough import too_little
from curriculum_kit.audit.findings import Finding, clear, evidence, unchecked
from curriculum_kit.audit.severity import SIGNIFICANT, severity_of_gain
from curriculum_kit.enums import Check
from curriculum_kit.offers import Offers

FEWEST_OFFERS = 20
LEAST_GAIN = 0.10
"""A word gives a label away where that is right so much more often than in all its questions."""
CANDIDATES = 500
KEPT = 20
NAMED = 6


@dataclass(frozen=True)
class GiveAway:
    """A word and a label: in how many questions both stand, where the label is right, and expected to be."""

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
            f'"{self.word}" points to {self.label} (right in {self.right / self.offered * 100:.1f} % of the '
            f"{self.offered:,} questions with both, {self.expected / self.offered * 100:.1f} % expected of the label)"
        )


def word_findings(offers: Offers) -> list[Finding]:
    """Return the finding `words/give-aways`: words of the question that go with the right label.

    Where a label is offered and a word stands in the question, it is right more often than in all its
    questions: by 0.10 or more, p < 0.001 clustered by unit and corrected for every pair tried. Pairs that
    only repeat another's questions are left out; the most damaging stand first.
    """
    reason = too_little(offers)
    if reason:
        return [unchecked(Check.WORDS, "give-aways", f"The words of the questions could not be checked: {reason}")]
    tried, found = give_aways(offers)
    if not tried:
        sentence = f"could not be checked: none stands with an offered label in {FEWEST_OFFERS} questions or more."
        return [unchecked(Check.WORDS, "give-aways", f"The words of the questions {sentence}")]
    if not found:
        sentence = f"No word of the questions gives the answer away ({tried:,} pairs of word and label were tried)."
        return [clear(Check.WORDS, sentence, len(offers))]
    right, offered, expected = (sum(getattr(pair, part) for pair in found) for part in ("right", "offered", "expected"))
    rows = np.concatenate([pair.rows for pair in found])
    details = pa.array([f"{pair.word} -> {pair.label}" for pair in found])
    words = len({pair.word for pair in found})
    sentence = (
        f"{words} word{'s' * (words > 1)} of the questions give{'s' * (words == 1)} the answer beyond the labels' "
        f"prior: {'; '.join(str(pair) for pair in found[:NAMED])}."
    )
    return [
        Finding(
            Check.WORDS, "give-aways", severity_of_gain((right - expected) / len(offers)), sentence,
            figure=right / offered, expected=expected / offered, p_value=found[0].p_value,
            rows=len(np.unique(rows)), of=len(offers),
            evidence=evidence(
                offers.question_ids.take(pa.array(rows)),
                detail=details.take(pa.array(np.repeat(np.arange(len(found)), [len(pair.rows) for pair in found]))),
            ),
        )
    ]  # fmt: skip


def give_aways(offers: Offers) -> tuple[int, list[GiveAway]]:
    """Return how many pairs of word and label were tried, and up to `KEPT` that give the answer away."""
    words, names = count_words(offers.question.texts, longest=2)
    words.data[:] = 1.0
    codes, size = offers.option.codes, len(offers.option.texts)
    rate = (np.bincount(codes, offers.is_right, size) + 0.5) / (np.bincount(codes, minlength=size) + 1)
    label, word, p_value, tried = _screen(offers, words, rate)
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
        p_value_by_unit = _clustered(offers, entries, rate[a]) * tried
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


def _clustered(offers: Offers, entries: np.ndarray, rate: float) -> float:
    """Return the one-sided p-value of a label being right more often than `rate`, clustered by unit.

    The variance is that of sums by unit, never smaller than that of independent questions; one unit shows nothing.
    """
    from scipy.stats import norm

    _, unit = np.unique(offers.unit.codes[offers.row[entries]], return_inverse=True)
    units, right = int(unit.max()) + 1, offers.is_right[entries]
    if units < 2:
        return 1.0
    sums = np.bincount(unit, right - right.mean())
    by_unit = float((sums**2).sum()) * units / (units - 1)
    error = np.sqrt(max(by_unit, rate * (1 - rate) * len(entries)))
    return float(norm.sf((right - rate).sum() / error))
