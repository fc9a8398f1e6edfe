"""The words that the gate knows: from `words.tsv`, a curriculum's labels and the table of anatomical terms.

Gives a `Term` (a kind and a concept) to phrases of a text; forms of one concept say the same. Words are compared
without case and plural s.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from curriculum_kit.labels import fold_label
from curriculum_kit.terms import Terms
from curriculum_kit.wordings.words import rows, words_of


class Kind(StrEnum):
    """What a phrase is to the gate. The kinds of `words.tsv` are explained there."""

    COLOUR = "colour"
    PLACE = "place"
    SIDE = "side"
    INSTRUMENT = "instrument"
    TYPE = "type"
    TOPIC = "topic"
    MODALITY = "modality"
    STATE = "state"
    COMPARE = "compare"
    NUMBER = "number"
    NEGATION = "negation"
    SCAN = "scan"
    THEATRE = "theatre"
    THING = "thing"
    RELATION = "relation"
    OF_ITS = "of_its"
    ACTION = "action"
    """A verb in the active: "retracts", "retracting"."""
    ACTED = "acted"
    """A participle: "retracted", "is cut by"."""
    JOIN = "join"
    ASKED = "asked"
    FRAME = "frame"
    FILLER = "filler"
    STRUCTURE = "structure"
    """A structure of the table of anatomical terms."""
    LABEL = "label"
    """A label of the vocabulary that no table explains."""
    OTHER = "other"
    """A word that nobody explains: it must be kept, and not be added."""


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """A kind and a concept; equal terms mean the same."""

    kind: Kind
    concept: str


_FILLER = Term(Kind.FILLER, "")
_NO_CHOICE = frozenset({Kind.FILLER, Kind.JOIN, Kind.FRAME, Kind.ASKED, Kind.THING, Kind.NEGATION, Kind.NUMBER})
"""Labels that are such words tell nothing that every question does not; negation and numbers are counted anyway."""

_IRREGULAR = {"cut": "cut", "hold": "held"}
_DOUBLED = re.compile(r"[^aeiou]*[aeiou][^aeiouwxy]")
_WINDOW = 4
"""Words of the longest anatomical term that is looked for."""


class Lexicon:
    """Phrases and their terms for one vocabulary; `names` holds what its labels are, by term."""

    def __init__(self, labels: Iterable[str], terms: Terms) -> None:
        table = _table()
        self._phrases = dict(table)
        self._terms = terms
        self._structures: dict[tuple[str, ...], Term | None] = {}
        self.names: dict[Term, str] = {}
        for label in sorted({fold_label(label) for label in labels}):
            phrase = tuple(words_of(label))
            if not phrase or (len(phrase) == 1 and (len(phrase[0]) == 1 or phrase[0].isdigit())):
                continue
            if len(phrase) > 1 and phrase not in self._phrases and all((word,) in table for word in phrase):
                continue  # "skin abnormality" is read by its words, in whatever order they stand
            term = self._phrases.get(phrase) or self._structure(phrase) or Term(Kind.LABEL, label)
            self._phrases.setdefault(phrase, term)
            if term.kind not in _NO_CHOICE:
                self.names.setdefault(term, label)
        self._lengths: dict[str, list[int]] = {}
        for phrase in self._phrases:
            lengths = self._lengths.setdefault(phrase[0], [])
            if len(phrase) not in lengths:
                lengths.append(len(phrase))
        for lengths in self._lengths.values():
            lengths.sort(reverse=True)

    def term_at(self, words: Sequence[str], place: int) -> tuple[Term, int]:
        """Return the term of the longest known phrase that begins at a place among stems, and its length in words."""
        for length in self._lengths.get(words[place], ()):
            found = self._phrases.get(tuple(words[place : place + length]))
            if found is not None and place + length <= len(words):
                return found, length
        for length in range(min(_WINDOW, len(words) - place), 0, -1):
            window = tuple(words[place : place + length])
            # A term of several words holds no word of the table, or "the lung" would be one.
            if all(word[0].isalnum() and (word,) not in self._phrases for word in window) and (
                found := self._structure(window)
            ):
                return found, length
        word = words[place]
        return (Term(Kind.NUMBER, word.lstrip("0") or "0") if word.isdecimal() else Term(Kind.OTHER, _root(word))), 1

    def _structure(self, phrase: tuple[str, ...]) -> Term | None:
        if phrase not in self._structures:
            if len(self._structures) > 1 << 18:
                self._structures.clear()
            text = " ".join(phrase)
            named = self._terms.structures(text)
            name = next(iter(named)) if len(named) == 1 else ""
            same = bool(name) and self._terms.same(text, name)
            self._structures[phrase] = Term(Kind.STRUCTURE, name) if same else None
        return self._structures[phrase]


@lru_cache(maxsize=1)
def _table() -> dict[tuple[str, ...], Term]:
    """Return the phrases of `words.tsv`; an earlier row wins over a later, and all win over forms of the verbs."""
    phrases: dict[tuple[str, ...], Term] = {}
    for row in rows():
        if row.kind == "action":
            for form in row.forms:
                for phrase, participle in inflected(form):
                    phrases.setdefault(phrase, Term(Kind.ACTED if participle else Kind.ACTION, row.concept))
        elif row.kind not in {"verb", "set"}:
            term = _FILLER if row.kind == Kind.FILLER else Term(Kind(row.kind), row.concept)
            for form in row.forms:
                phrases.setdefault(tuple(words_of(form)), term)
    for verb in (form for row in rows() if row.kind == "verb" for form in row.forms):
        for phrase, _ in inflected(verb):
            phrases.setdefault(phrase, _FILLER)
    return phrases


def inflected(verb: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield a verb's forms as phrases, and whether each is the participle."""
    first, *rest = verb.split()
    ending = first.removesuffix("e") if not first.endswith(("ee", "ie")) else first
    if _DOUBLED.fullmatch(first):
        ending = first + first[-1]
    past = _IRREGULAR.get(first, f"{first[:-1]}ied" if re.search(r"[^aeiou]y$", first) else f"{ending}ed")
    progressive = f"{first if first.endswith('y') else ending}ing"
    third = f"{first}es" if re.search(r"(?:[osxz]|ch|sh)$", first) else f"{first}s"
    forms = dict.fromkeys((first, third, progressive), False) | {past: True}
    if past == first:
        forms[first] = False
    for form, participle in forms.items():
        yield (*words_of(form), *rest), participle


_ENDINGS = re.compile(r"(?<=\w{5})(?:ements?|ations?|ions?|ings?|ed|al|ly|e)$")


def _root(word: str) -> str:
    """Return a word without the endings that do not change what it is about: "fractured" is said of a "fracture"."""
    return _ENDINGS.sub("", word)
