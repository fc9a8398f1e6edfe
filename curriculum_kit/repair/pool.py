"""Draw the options of questions that share a pool of labels.

Reads a `Group` and what must not stand together; gives the labels offered with each question. What is likely given
a question's words is likely to be offered with it, times a factor of each label that makes it right as often
as it is offered in the whole group: a label that answers nearly all questions of its modality can only be
balanced by standing as a distractor elsewhere too. Of several draws of a question one is taken, such that the
members of a set of options are right equally often (`even`). Factors and weights are fitted, what is drawn by them is
independent: counts made to come out exactly would let the questions seen tell what is still to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from curriculum_kit.repair.even import even_weights
from curriculum_kit.repair.likelihood import Group, Likelihood
from curriculum_kit.repair.sampling import LEAST, inclusion, systematic

ROWS = 512
"""Questions that are drawn at once; more would not fit a core's cache."""

_DRAWN = 2**18
_DRAWS = (3, 16)
"""A question has between 3 and 16 draws to choose among, and all together about 2**18 as far as that goes: time grows
with them. On 13,633 questions the members of a set are right equally often from 8 on; more change little."""

_ROUNDS = 8
_FITTED_ON = 8_000
"""Questions on which the factors are fitted; 512 labels that may answer them take 33 MB."""

_STEP = 4.0
"""A factor changes at most so much in a round."""

_REACH = 8.0
"""A factor grows to at most this to the power of the number of distractors. A question of two options has but one
distractor: were it one that the words rule out, nothing would be left to ask."""

_SOURCE = 0.01
"""Likelihood that is given to the options of the source together. They decide where the words leave fewer labels
likely than there are options: of all the others, these were thought of as plausible."""


@dataclass(frozen=True)
class Pool:
    """The labels of a group and what must not stand together."""

    group: Group
    options: np.ndarray
    """Options wanted for each question, int64, length n"""
    cluster: np.ndarray
    """Of each label; at most one label of a cluster is offered"""
    related: np.ndarray
    """(labels, labels), a symmetric mask: labels that must not stand beside each other where one is right"""
    barred: Any
    """Sparse (n, labels): what must not stand beside each question's answer; its entries for answers do not count"""
    source: Any
    """Sparse (n, labels): 1 where the source offers the label with the question"""

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return questions and labels of all options, and how likely each question stays right without a look."""
        likelihood = Likelihood(self.group, int(rng.integers(2**31)))
        kinds, kind = np.unique(self.options, return_inverse=True)
        factor = self._balanced(likelihood, kinds, kind, rng)
        n = len(self.options)
        draws = int(np.clip(_DRAWN // n, *_DRAWS))
        offered = np.full((draws, n, int(kinds.max())), -1, np.int32)
        expected = np.zeros((draws, n), np.float32)
        for chunk, likely in likelihood.chunks(np.arange(n), ROWS):
            shares = self._shares(chunk, likely, factor[kind[chunk]])
            for turn in range(draws):
                labels = self._drawn(chunk, shares, rng)
                offered[turn, chunk, : labels.shape[1]] = labels
                # Given the options, a label is right in proportion to its likelihood over its share of being offered.
                at = (np.arange(len(chunk))[:, None], labels)
                odds = np.where(labels >= 0, likely[at] / np.maximum(shares[at], LEAST), 0.0)
                expected[turn, chunk] = odds.max(axis=1) / odds.sum(axis=1)
        weights = even_weights(offered, self.group.answer)
        taken = np.minimum((np.cumsum(weights, axis=0) < rng.random(n)).sum(axis=0), draws - 1)
        labels = offered[taken, np.arange(n)]
        rows, places = np.nonzero(labels >= 0)
        return rows, labels[rows, places].astype(np.int64), expected[taken, np.arange(n)]

    def _balanced(
        self, likelihood: Likelihood, kinds: np.ndarray, kind: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Return the factors under which labels are right as often as offered: (numbers of options, labels)."""
        rows = rng.permutation(len(self.options))[:_FITTED_ON]
        chunks = list(likelihood.chunks(rows, ROWS))
        reach = _REACH ** (kinds[:, None] - 1.0)
        factor = np.ones((len(kinds), self.group.labels))
        for turn in range(_ROUNDS):
            wanted, seen = np.ones(factor.shape), np.ones(factor.shape)
            for chunk, likely in chunks:
                labels = self._drawn(chunk, self._shares(chunk, likely, factor[kind[chunk]]), rng)
                right, drawn = self._tallied(chunk, labels, kind, len(kinds))
                # Beside k - 1 others a label is right once in k times if it is a distractor k - 1 times as often.
                wanted += right * (kinds[:, None] - 1)
                seen += drawn
            # Later rounds move less, so that the luck of one draw does not decide.
            change = np.clip(wanted / seen, 1 / _STEP, _STEP)
            factor = np.clip(factor * change ** (1.0 if turn < _ROUNDS // 2 else 0.5), 1 / reach, reach)
        return factor

    def _tallied(
        self, rows: np.ndarray, offered: np.ndarray, kind: np.ndarray, kinds: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return how often each label is right and how often a distractor: (numbers of options, labels) each."""
        question, place = np.nonzero(offered >= 0)
        label = offered[question, place]
        right = label == self.group.answer[rows[question]]
        cell = kind[rows[question]] * self.group.labels + label
        tally = np.bincount(cell * 2 + right, minlength=kinds * self.group.labels * 2).reshape(kinds, -1, 2)
        return tally[..., 1], tally[..., 0]

    def _shares(self, rows: np.ndarray, likely: np.ndarray, factor: np.ndarray) -> np.ndarray:
        """Return each label's probability to be offered with these questions, (rows, labels)."""
        answer = self.group.answer[rows]
        source = self.source[rows].toarray()
        weights = (likely + _SOURCE * source / source.sum(axis=1, keepdims=True)) * factor
        weights = np.maximum(weights, LEAST * weights.max(axis=1, keepdims=True))
        # Labels of the answer's own cluster keep their share of it: only so is the answer offered as often as they are.
        barred = self.related[answer] & (self.cluster[answer][:, None] != self.cluster)
        if self.barred.nnz:
            barred |= self.barred[rows].toarray() > 0
        barred[np.arange(len(rows)), answer] = False
        order, back, starts = self._layout
        return inclusion(np.where(barred, 0.0, weights)[:, order], starts, self.options[rows])[:, back]

    def _drawn(self, rows: np.ndarray, shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return the labels offered in one draw, (rows, most options), -1 where there are fewer."""
        order, back, starts = self._layout
        columns = systematic(shares[:, order], starts, self.options[rows], back[self.group.answer[rows]], rng)
        return np.where(columns >= 0, order[columns], -1)

    @cached_property
    def _layout(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The labels in an order that keeps clusters together, the place of each, and where each cluster begins."""
        order = np.argsort(self.cluster, kind="stable")
        return order, np.argsort(order), np.flatnonzero(np.diff(self.cluster[order], prepend=-1))
