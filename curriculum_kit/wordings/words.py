"""The rows of `words.tsv`, and its sets of plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from curriculum_kit.labels import near_key

WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


@dataclass(frozen=True)
class Row:
    """A row of the table: forms that mean one concept."""

    kind: str
    concept: str
    forms: tuple[str, ...]


@lru_cache(maxsize=1)
def rows() -> tuple[Row, ...]:
    """Return the rows in their order."""
    lines = (files("curriculum_kit.wordings") / "words.tsv").read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return tuple(Row(kind, concept, tuple(forms.split("|"))) for kind, concept, forms in cells[1:])


@lru_cache(maxsize=64)
def word_set(name: str) -> frozenset[str]:
    """Return the stems of a set of plain words (a row of the kind `set`)."""
    return frozenset(stem(form) for row in rows() if (row.kind, row.concept) == ("set", name) for form in row.forms)


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return a word without case and plural s.

    >>> stem("Livers"), stem("anatomys"), stem("is")
    ('liver', 'anatomy', 'is')
    """
    return near_key(word)


def bare(word: str) -> str:
    """Return a word without a possessive s.

    >>> bare("image's")
    'image'
    """
    return word[:-2] if word.endswith(("'s", "\u2019s", "'S", "\u2019S")) else word


def words_of(text: str) -> list[str]:
    """Return the stems of a text's words, possessives without their s.

    >>> words_of("The patient's cystic_plate")
    ['the', 'patient', 'cystic', 'plate']
    """
    return [stem(bare(word)) for word in WORD.findall(text)]
