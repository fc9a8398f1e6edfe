"""What can be said of an option's form: features that are generated from the options, not listed beforehand.

A feature gives every text a number. Flags (1 or 0) come from every character, pair of characters, short ending,
word and shape that the options hold and from classes of characters; measures count and compare. They say nothing
of questions: `search` finds out whether the odd one out by a feature is the right one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from curriculum_kit.audit.formats.names import has_phrase, name_of
from curriculum_kit.audit.formats.relations import FLAG_PHRASES, PHRASES, Relations
from curriculum_kit.labels import fold_label

CASE, FORM, MEASURE, CONTENT, BUILD = range(5)
"""Ranks of features: of two that say the same the lower is shown. CONTENT is about single letters and words, BUILD
about how words are made: vowels, even numbers of letters, place in the alphabet."""


@dataclass(frozen=True)
class Feature:
    """A number for every text (0 or 1 for a flag), under a stable name.

    `has` completes "an option": "begins in lower case", or "has the most characters" for a measure; `lacks` is
    what the option at the other end does.
    """

    slug: str
    has: str
    lacks: str
    rank: int
    is_flag: bool
    is_relation: bool = False
    """Whether it depends on the question and the other options, so that no text has the number for itself."""


_VOWELS = frozenset("aeiouAEIOU")
_CLASSES: dict[str, Callable[[str], bool]] = {
    "lower-case": str.islower,
    "upper-case": str.isupper,
    "digit": str.isdigit,
    "punctuation": lambda c: unicodedata.category(c)[0] in "PS",
    "white-space": str.isspace,
    "vowel": _VOWELS.__contains__,
    "consonant": lambda c: c.isascii() and c.isalpha() and c not in _VOWELS,
    "non-ascii": lambda c: not c.isascii(),
    "invisible": lambda c: unicodedata.category(c)[0] == "C",
}
_ARTICLE = re.compile(r"\s*(?:an?|the)\s", re.I)
_DOUBLED = re.compile(r"([^\W\d_])\1", re.I)
_SENTENCE = re.compile(r"[.!?:;\u2026](?=\s+\w)")
_PROPERTIES: dict[str, tuple[int, Callable[[str], bool]]] = {
    "article": (FORM, lambda text: bool(_ARTICLE.match(text))),
    "title-case": (FORM, str.istitle),
    "all-upper-case": (FORM, str.isupper),
    "all-lower-case": (FORM, str.islower),
    "unlike-its-label": (FORM, lambda text: text != fold_label(text)),
    "odd-white-space": (FORM, lambda text: text != " ".join(text.split())),
    "several-sentences": (FORM, lambda text: bool(_SENTENCE.search(text))),
    "one-word": (FORM, lambda text: len(text.split()) == 1),
    "doubled-letter": (BUILD, lambda text: bool(_DOUBLED.search(text))),
    "repeated-word": (BUILD, lambda text: len(set(text.casefold().split())) < len(text.split())),
}
_MEASURES: dict[str, tuple[int, Callable[[str, dict[str, int]], float]]] = {
    "characters": (FORM, lambda text, _: len(text)),
    "words": (FORM, lambda text, _: len(text.split())),
    "capitals": (MEASURE, lambda _, count: count["upper-case"]),
    "digits": (MEASURE, lambda _, count: count["digit"]),
    "punctuation-marks": (MEASURE, lambda _, count: count["punctuation"]),
    "spaces": (MEASURE, lambda _, count: count["white-space"]),
    "letters": (MEASURE, lambda _, count: count["upper-case"] + count["lower-case"]),
    "vowels": (BUILD, lambda _, count: count["vowel"]),
    "consonants": (BUILD, lambda _, count: count["consonant"]),
    "different-characters": (BUILD, lambda text, _: len(set(text))),
    "letters-in-its-longest-word": (BUILD, lambda text, _: max(map(len, text.split()), default=0)),
    "letters-per-word": (BUILD, lambda text, _: len(text) / max(1, len(text.split()))),
    "vowels-per-letter": (BUILD, lambda text, count: count["vowel"] / max(1, len(text))),
}
_GRAMS = (1, 2, 3)
"""Characters that are looked at together at the beginning and the end; anywhere, one or two."""
_LONGEST_SHAPE = 5
"""A longer shape is that of one label rather than of many."""
_DIVIDED = ("characters", "words", "letters", "vowels", "consonants")
"""Measures whose evenness, or divisibility by 3, is looked at."""


@dataclass(frozen=True)
class Features:
    """Features of options: those of `flags` first, then those of `measures`, then the relations."""

    named: list[Feature]
    flags: Any
    """int8 sparse matrix, a row per text and a column per flag"""
    measures: np.ndarray
    """float64, a row per text and a column per measure"""

    def values(self, place: int) -> np.ndarray:
        """Return the number of every text by the feature at this place of `named`, no relation, float64."""
        flags = self.flags.shape[1]
        if place >= flags:
            return self.measures[:, place - flags]
        values: np.ndarray = self.flags[:, [place]].toarray()[:, 0].astype(np.float64)
        return values

    def offered(self, place: int, relations: Relations) -> np.ndarray:
        """Return the number of every offered option by the feature at this place of `named`, float64."""
        feature = self.named[place]
        if feature.is_relation:
            return relations.values(feature.slug)
        values: np.ndarray = self.values(place)[relations.offers.option.codes]
        return values


def features_of(texts: Sequence[str], weights: np.ndarray, least: float) -> Features:
    """Return the features of the texts that are worth a look.

    `weights` says how often each text is offered. Flags that fewer than `least` offers have, or lack, are left
    out: they cannot single out an option often enough. Of flags that the same texts have the simplest is kept.
    """
    from scipy.sparse import csc_array

    holders: dict[tuple[str, str], list[int]] = defaultdict(list)
    measures = np.zeros((len(texts), len(_MEASURES) + 1))
    for place, text in enumerate(texts):
        counts = {name: sum(map(test, text)) for name, test in _CLASSES.items()}
        numbers = [measure(text, counts) for _, measure in _MEASURES.values()]
        measures[place, :-1] = numbers
        for flag in {*_flags(text), *_divisors(dict(zip(_MEASURES, numbers, strict=True)))}:
            holders[flag].append(place)
    measures[:, -1] = np.unique([text.casefold() for text in texts], return_inverse=True)[1]
    total = weights.sum()
    simplest: dict[tuple[int, ...], tuple[int, str, str]] = {}
    for (family, what), places in holders.items():
        if least <= weights[places].sum() <= total - least:
            ranked = (_rank(family, what), family, what)
            simplest[tuple(places)] = min(ranked, simplest.get(tuple(places), ranked))
    chosen = sorted((flag, places) for places, flag in simplest.items())
    rows = np.array([place for _, places in chosen for place in places], np.int64)
    ends = np.cumsum([0, *(len(places) for _, places in chosen)])
    flags = csc_array((np.ones(len(rows), np.int8), rows, ends), (len(texts), len(chosen)))
    named = [*(_flag_feature(*flag) for flag, _ in chosen), *_measure_features(), *_relation_features()]
    return Features(named, flags, measures)


def _flags(text: str) -> Iterator[tuple[str, str]]:
    """Yield what the text has, as (family, what)."""
    for name, test in _CLASSES.items():
        if text and test(text[0]):
            yield "begins-class", name
        if text and test(text[-1]):
            yield "ends-class", name
        if any(map(test, text)):
            yield "contains-class", name
    for name, (_, has) in _PROPERTIES.items():
        if has(text):
            yield "is", name
    # Marks are looked at as they stand; letters on the label, so that case and final full stop, which have flags of
    # their own, do not come back as letters.
    folded = fold_label(text)
    for written, wanted in ((text, _is_marks), (folded, str.isalnum)):
        yield from (("begins", written[:n]) for n in _GRAMS if n <= len(written) and wanted(written[:n]))
        yield from (("ends", written[-n:]) for n in _GRAMS if n <= len(written) and wanted(written[-n:]))
        grams = (written[i : i + n] for n in _GRAMS[:2] for i in range(len(written) - n + 1))
        yield from (("contains", gram) for gram in grams if wanted(gram))
    words = re.findall(r"\w+", folded)
    yield from (("word", word) for word in words)
    if words:
        yield "first-word", words[0]
        yield "last-word", words[-1]
    shape = _shape(text)
    if len(shape) <= _LONGEST_SHAPE:
        yield "shape", shape


def _is_marks(gram: str) -> bool:
    return not any(map(str.isalnum, gram))


def _shape(text: str) -> str:
    """Return the text with every run of one kind of character as one: A, a, 0 or the mark itself."""
    kinds = ("A" if c.isupper() else "a" if c.isalpha() else "0" if c.isdigit() else c for c in text)
    return re.sub(r"(.)\1+", r"\1", "".join(kinds), flags=re.S)


def _divisors(numbers: dict[str, float]) -> Iterator[tuple[str, str]]:
    return (("divided", f"{n} {name}") for name in _DIVIDED for n in (2, 3) if numbers[name] % n == 0)


def _rank(family: str, what: str) -> int:
    if (family, what) in {("begins-class", "lower-case"), ("begins-class", "upper-case")}:
        return CASE
    if family in {"begins", "ends", "contains"}:
        mark = len(what) == 1 and not what.isalnum()
        return CONTENT if not mark else CASE if family == "ends" else FORM
    if family == "is":
        return _PROPERTIES[what][0]
    if family.endswith("-class"):
        return BUILD if what in {"vowel", "consonant"} else FORM
    return BUILD if family in {"divided", "shape"} else CONTENT


def _flag_feature(rank: int, family: str, what: str) -> Feature:
    has, lacks = has_phrase(family, what)
    return Feature(name_of(family, what), has, lacks, rank, is_flag=True)


def _measure_features() -> list[Feature]:
    """Return the features of the measures, in the order of the columns; the last is the place in the alphabet."""
    counted = [
        Feature(name, f"has the most {name.replace('-', ' ')}", f"has the fewest {name.replace('-', ' ')}", rank, False)
        for name, (rank, _) in _MEASURES.items()
    ]
    return [*counted, Feature("alphabet", "is last in the alphabet", "is first in the alphabet", BUILD, False)]


def _relation_features() -> list[Feature]:
    return [
        *(Feature(slug, most, least, MEASURE, False, is_relation=True) for slug, (most, least) in PHRASES.items()),
        *(
            Feature(slug, has, f"is not the one that {has}", _rank_of(slug), True, is_relation=True)
            for slug, has in FLAG_PHRASES.items()
        ),
    ]


def _rank_of(relation: str) -> int:
    return BUILD if relation.endswith("alphabet") else MEASURE
