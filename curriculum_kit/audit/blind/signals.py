"""What can be known of a question without its image, as scores of its options, from the other folds alone.

Each signal is a log-odds that an option is right, counted over questions of other folds:

    prior    how often the label is right where it is offered
    words    naive Bayes: the question's words where the label was right, against where it was offered and wrong
    wording  how often the label is right after exactly this wording, beyond its prior
    rivals   which of two labels is right where both are offered, beyond their priors
    place    how often the option at this letter is right
    letters  naive Bayes: the question's words where the option at this letter was right, against where it was wrong
    echo     how often the option with so many words in common with the question is right
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from curriculum_kit.audit.blind.label_prior import LabelPrior
from curriculum_kit.audit.blind.label_words import LabelWords
from curriculum_kit.audit.blind.letters import letters_of
from curriculum_kit.audit.blind.tallies import Tally, log_odds, shared_keys, smoothed, tally
from curriculum_kit.audit.common_words import OptionWords
from curriculum_kit.offers import Offers

NAMES = ("prior", "words", "wording", "rivals", "place", "letters", "echo")
REACH = 3
"""An option is compared with so many before and after it: all of them up to four options, a sample beyond."""
MOST_COMMON = 3
"""Words in common that are told apart; more count as so many."""


class Signals:
    """Counts over all questions, by fold; scores the options of some questions from the folds not left out."""

    def __init__(self, offers: Offers, fold: np.ndarray) -> None:
        self.offers = offers
        self.fold = fold
        self.folds = int(fold.max(initial=0)) + 1
        self._entry_fold = fold[offers.row]
        self._labels = LabelPrior(offers, fold)
        self._words = LabelWords(offers, fold, self.folds)
        by_letter = replace(offers, option=letters_of(offers))
        self._letter_words = LabelWords(by_letter, fold, self.folds, self._words.words)
        self._place_keys = by_letter.option.codes

    def scores(self, rows: np.ndarray, without: Sequence[int]) -> np.ndarray:
        """Return the scores of the options of these questions, float64, options x signals.

        Nothing is counted in the folds `without`, which should hold the folds of `rows`. The options stand
        as in `offers.subset(rows)`.
        """
        entries = self.entries(rows)
        labels = self.offers.option.codes[entries]
        rate = self._labels.rate(without)
        prior = log_odds(rate)
        keys, values = self._wording_keys
        base = np.where(values < 0, 0.5, rate[values % len(rate)])
        wording = log_odds(smoothed(*self._wordings.without(without), base, 2.0)) - log_odds(base)
        texts = self.offers.question.codes[self.offers.row[entries]]
        return np.column_stack(
            (
                prior[labels],
                self._words.scores(texts, labels, without),
                wording[keys[entries]],
                self._rival_scores(entries, prior, without),
                self._beyond_chance(self._place_keys, self._places, without)[self._place_keys[entries]],
                self._letter_words.scores(texts, self._place_keys[entries], without),
                self._beyond_chance(self._echo_keys, self._echoes, without)[self._echo_keys[entries]],
            )
        )

    def entries(self, rows: np.ndarray) -> np.ndarray:
        """Return the places of these questions' options, in their order."""
        sizes = self.offers.sizes[rows]
        ends = np.cumsum(sizes)
        return np.repeat(self.offers.start[rows] - (ends - sizes), sizes) + np.arange(ends[-1] if len(ends) else 0)

    def _tally(self, keys: np.ndarray, size: int) -> Tally:
        return tally(keys, self.offers.is_right, self._entry_fold, self.folds, size)

    @cached_property
    def _wording_keys(self) -> tuple[np.ndarray, np.ndarray]:
        texts = self.offers.question.codes[self.offers.row].astype(np.int64)
        return shared_keys(texts * len(self.offers.option.texts) + self.offers.option.codes)

    @cached_property
    def _wordings(self) -> Tally:
        keys, values = self._wording_keys
        return self._tally(keys, len(values))

    def _beyond_chance(self, keys: np.ndarray, counts: Tally, without: Sequence[int]) -> np.ndarray:
        """Return the log-odds of each key beyond those of the mean chance of its options, drawn to 0."""
        size = counts.won.shape[1]
        offered = np.bincount(keys, minlength=size).clip(1)
        chance = np.bincount(keys, 1 / self.offers.sizes[self.offers.row], size) / offered
        beyond: np.ndarray = log_odds(smoothed(*counts.without(without), chance, 10.0)) - log_odds(chance)
        return beyond

    @cached_property
    def _places(self) -> Tally:
        return self._tally(self._place_keys, int(self._place_keys.max(initial=0)) + 1)

    @cached_property
    def _echo_keys(self) -> np.ndarray:
        """A key per number of options, words in common, the most of any option, and whether several have as many."""
        offers, reach = self.offers, MOST_COMMON + 1
        common = OptionWords(offers).with_question().clip(max=MOST_COMMON)
        most = np.maximum.reduceat(common, offers.start[:-1])[offers.row]
        alone = (np.bincount(offers.row, common == most, len(offers)) == 1)[offers.row]
        keys: np.ndarray = ((offers.sizes[offers.row] * reach + common) * reach + most) * 2 + alone
        return keys

    @cached_property
    def _echoes(self) -> Tally:
        return self._tally(self._echo_keys, int(self._echo_keys.max(initial=0)) + 1)

    @cached_property
    def _rivals(self) -> tuple[list[tuple[np.ndarray, np.ndarray]], np.ndarray, Tally]:
        """Pairs of options of one question.

        For each distance up to `REACH` the key of the pair that begins at an option (0: none) and whether the
        option has the lower code (1) or the higher (-1); the value of each key; how often the lower one won.
        """
        offers, labels = self.offers, len(self.offers.option.texts)
        codes, row, right = offers.option.codes.astype(np.int64), offers.row, offers.is_right
        values, signs = [], []
        for distance in range(1, REACH + 1):
            here, there = codes[:-distance], codes[distance:]
            value = np.minimum(here, there) * labels + np.maximum(here, there)
            apart = (row[:-distance] != row[distance:]) | (here == there)
            # A pair that is none gets a value of its own, so that it falls to the key 0.
            value[apart] = -1 - np.flatnonzero(apart) - distance * len(codes)
            values.append(value)
            signs.append(np.sign(there - here).astype(np.int8))
        lengths = np.cumsum([len(value) for value in values])[:-1]
        keys, of_key = shared_keys(np.concatenate(values))
        split = np.split(keys, lengths)
        cells, won = [], []
        for distance, (key, sign) in enumerate(zip(split, signs, strict=True), start=1):
            decided = np.flatnonzero((key > 0) & (right[:-distance] != right[distance:]))
            cells.append((self._entry_fold[decided], key[decided]))
            won.append(right[decided] == (sign[decided] > 0))
        folds, tried = (np.concatenate(parts) for parts in zip(*cells, strict=True))
        counts = tally(tried, np.concatenate(won), folds, self.folds, len(of_key))
        return list(zip(split, signs, strict=True)), of_key, counts

    def _rival_scores(self, entries: np.ndarray, prior: np.ndarray, without: Sequence[int]) -> np.ndarray:
        pairs, of_key, counts = self._rivals
        lead = prior[of_key // len(prior)] - prior[of_key % len(prior)]
        # Bradley and Terry (Biometrika 39, 1952): the odds of the priors are what is expected of a pair.
        beyond = log_odds(smoothed(*counts.without(without), 1 / (1 + np.exp(-lead)), 1.0)) - lead
        beyond[0] = 0.0
        scores = np.zeros(len(entries))
        for distance, (keys, signs) in enumerate(pairs, start=1):
            first = np.flatnonzero(entries < len(keys))
            gain = beyond[keys[entries[first]]] * signs[entries[first]]
            scores[first] += gain
            paired = gain != 0
            scores[first[paired] + distance] -= gain[paired]
        return scores
