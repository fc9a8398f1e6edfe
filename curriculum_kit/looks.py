"""How hard the image makes a question: how near it comes to what the other choices look like.

Reads the vector of what each question shows, its choices and the prototypes of the labels; gives one number from 0 to
1 per question. Two questions with the same choices differ here, as their images do: with six structures S(q) alone has
15 values for sets of four. Rejects nothing; where a vector or every prototype is missing the number is NaN.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SAMPLED = 1_000_000
"""Pairs of a shown thing and a label over whose cosines ranks are taken, drawn at random where there are more."""

DECIMALS = 9
_ROWS = 4_096  # questions whose vectors are held at a time, once more


class Nearness:
    """Ranks how near shown things come to the prototypes of labels that they do not show.

    `vectors` (m, d) are what is shown, unit rows or NaN; `shows` (m,) the label of each; `prototypes` (n, d) unit rows,
    NaN for a label without one. The rank of a cosine is the share of all cosines of a thing with another label's
    prototype that are smaller, ties by half: CLIP gives 0.9 to almost any two organs.
    """

    def __init__(
        self,
        vectors: NDArray[np.floating],
        shows: NDArray[np.integer],
        prototypes: NDArray[np.floating],
        seed: int = 0,
    ) -> None:
        self._vectors, self._prototypes = vectors, prototypes
        known = np.flatnonzero(~np.isnan(prototypes).any(axis=1))
        there = np.flatnonzero(~np.isnan(vectors).any(axis=1))
        pairs = len(there) * len(known)
        rng = np.random.default_rng(seed)
        place = np.arange(pairs) if pairs <= SAMPLED else np.sort(rng.choice(pairs, SAMPLED, replace=False))
        thing, label = there[place // max(len(known), 1)], known[place % max(len(known), 1)]
        other = shows[thing] != label
        self._cosines = np.sort(self._cosine(thing[other], label[other]))

    def of(
        self, thing: NDArray[np.integer], choices: NDArray[np.integer], answer: NDArray[np.integer]
    ) -> NDArray[np.float64]:
        """Return the mean rank of the distractors of each question, to 9 decimals.

        `thing` (q,) is the place of what each question shows, -1 for none; `choices` (q, k) label ids, -1 where there
        are fewer; `answer` (q,) the column of the right one. Distractors without a prototype do not count.
        """
        result = np.full(len(thing), np.nan)
        if not len(self._cosines):
            return result
        for start in range(0, len(thing), _ROWS):
            rows = np.arange(start, min(start + _ROWS, len(thing)))
            rows = rows[thing[rows] >= 0]
            offered = choices[rows]
            counts = (offered >= 0) & (np.arange(offered.shape[1]) != answer[rows, None])
            row, column = np.nonzero(counts)
            cosine = self._cosine(thing[rows[row]], offered[row, column])
            usable = ~np.isnan(cosine)
            rank = self._rank(cosine[usable])
            number = np.bincount(row[usable], minlength=len(rows))
            total = np.bincount(row[usable], rank, len(rows))
            result[rows] = np.where(number > 0, total / np.maximum(number, 1), np.nan)
        return np.round(result, DECIMALS)

    def _cosine(self, thing: NDArray[np.integer], label: NDArray[np.integer]) -> NDArray[np.float64]:
        found = np.empty(len(thing))
        for start in range(0, len(thing), _ROWS):
            part = slice(start, start + _ROWS)
            found[part] = np.einsum("ij,ij->i", self._vectors[thing[part]], self._prototypes[label[part]])
        return np.round(found, 6)

    def _rank(self, cosine: NDArray[np.float64]) -> NDArray[np.float64]:
        below = np.searchsorted(self._cosines, cosine, side="left")
        up_to = np.searchsorted(self._cosines, cosine, side="right")
        ranks: NDArray[np.float64] = (below + up_to) / (2 * len(self._cosines))
        return ranks
