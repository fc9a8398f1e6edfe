"""What can be said of an option only beside its question and the other options: its rank, and words in common.

A relation gives every offered option a number, so that one label has another number in another question. By rank an
option is second, in the middle or nearest to the mean of the options, in length, in the alphabet or by the number that
it holds. Relations are generated from these measures; `search` finds out whether the odd one out is the right one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

import numpy as np

from curriculum_kit.audit.common_words import OptionWords
from curriculum_kit.labels import fold_label
from curriculum_kit.offers import Offers

_NUMBER = re.compile(r"(?<![\w.,])[-+\u2212]?\d+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r",(?=\d{3}(?:\D|$))")
_NUMERALS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

_RANKED = {
    "characters": ("the {} most characters", "the {} fewest characters"),
    "words": ("the {} most words", "the {} fewest words"),
    "number": ("the {} largest number", "the {} smallest number"),
    "alphabet": ("the {} last place in the alphabet", "the {} first place in the alphabet"),
}
_MEAN = {"characters": "a length", "number": "a number"}

PHRASES: dict[str, tuple[str, str]] = {
    "number": ("has the largest number", "has the smallest number"),
    "words-of-the-question": (
        "has the most words in common with the question",
        "has the fewest words in common with the question",
    ),
    "words-of-other-options": (
        "has the most words in common with the other options",
        "has the fewest words in common with the other options",
    ),
    **{
        f"near-the-mean-{name}": (
            f"has {what} nearest to the mean of the options",
            f"has {what} furthest from the mean of the options",
        )
        for name, what in _MEAN.items()
    },
}
"""Relations that one option is highest or lowest in, and what completes "an option" for either."""

FLAG_PHRASES: dict[str, str] = {
    **{f"second-most-{name}": f"has {most.format('second')}" for name, (most, _) in _RANKED.items()},
    **{f"second-least-{name}": f"has {least.format('second')}" for name, (_, least) in _RANKED.items()},
    **{f"middle-{name}": f"is in the middle by {name}" for name in _RANKED},
}
"""Relations that are 1 for one option at most and 0 for the others. The middle is that of five options or more: of
three and four it is a second place."""


class Relations:
    """The relations of the options of some questions."""

    def __init__(self, offers: Offers) -> None:
        self.offers = offers
        self._placed: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}

    def values(self, slug: str) -> np.ndarray:
        """Return the number of every offered option, float64; NaN where an option of the question has none."""
        if slug == "number":
            return self._measure("number")
        if slug == "words-of-the-question":
            return self._words.with_question().astype(np.float64)
        if slug == "words-of-other-options":
            return self._words_of_others()
        kind, _, name = slug.rpartition("-")
        if kind == "near-the-mean":
            values, row = self._measure(name), self.offers.row
            mean = np.bincount(row, values, len(self.offers)) / self.offers.sizes
            # Equally near ones must not be told apart by rounding.
            near: np.ndarray = -np.round(np.abs(values - mean[row]), 9)
            return near
        lower, higher, tied = self._places(name)
        if kind == "second-most":
            found = higher == 1
        elif kind == "second-least":
            found = lower == 1
        else:
            found = (lower == higher) & (lower >= 2)
        placed: np.ndarray = (found & ~tied).astype(np.float64)
        return placed

    def _measure(self, name: str) -> np.ndarray:
        """Return the measure of every offered option; the number is NaN wherever one of a question has none."""
        values: np.ndarray = self._of_texts(name)[self.offers.option.codes]
        if name == "number":
            lacking = np.bincount(self.offers.row, np.isnan(values), len(self.offers)) > 0
            values = np.where(lacking[self.offers.row], np.nan, values)
        return values

    def _of_texts(self, name: str) -> np.ndarray:
        texts = self.offers.option.texts
        if name == "alphabet":
            folded = [text.casefold() for text in texts]
            places: np.ndarray = np.unique(folded, return_inverse=True)[1].astype(np.float64)
            return places
        of: dict[str, Callable[[str], float]] = {
            "characters": len,
            "words": lambda text: len(text.split()),
            "number": number_in,
        }
        return np.array([of[name](text) for text in texts], np.float64)

    def _places(self, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return of every option how many of its question are lower and higher, and whether one is equal."""
        if name not in self._placed:
            values = self._measure(name)
            lower, higher, tied = (np.zeros(len(values), np.int32) for _ in range(3))
            for one, other in self._pairs:
                less, more = values[one] < values[other], values[one] > values[other]
                same = ~(less | more)
                for here, below, above in ((one, more, less), (other, less, more)):
                    lower[here] += below
                    higher[here] += above
                    tied[here] += same
            self._placed[name] = lower, higher, tied > 0
        return self._placed[name]

    def _words_of_others(self) -> np.ndarray:
        """Return of every option the words in common with each of the others, added up."""
        found = np.zeros(len(self.offers.option.codes))
        for one, other in self._pairs:
            common = self._words.with_options(one, other)
            found[one] += common
            found[other] += common
        return found

    @cached_property
    def _words(self) -> OptionWords:
        return OptionWords(self.offers)

    @cached_property
    def _pairs(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """All pairs of options of one question, those of one distance at a time."""
        row = self.offers.row
        distances = range(1, int(self.offers.sizes.max(initial=0)))
        first = [np.flatnonzero(row[:-distance] == row[distance:]) for distance in distances]
        return [(one, one + distance) for one, distance in zip(first, distances, strict=True)]


def number_in(text: str) -> float:
    """Return the first number of a text, NaN where there is none.

    >>> [number_in(text) for text in ("12 mm", "1,200", "0,5", "three lesions", "T1", "liver")]
    [12.0, 1200.0, 0.5, 3.0, nan, nan]
    """
    found = _NUMBER.search(text)
    if found:
        plain = _THOUSANDS.sub("", found[0]).replace(",", ".").replace("\u2212", "-")
        try:
            return float(plain)
        except ValueError:  # a date or a version, such as 1.2.2020
            return float("nan")
    words = fold_label(text).split()
    numerals = [_NUMERALS.index(word) for word in words if word in _NUMERALS]
    return float(numerals[0]) if numerals else float("nan")
