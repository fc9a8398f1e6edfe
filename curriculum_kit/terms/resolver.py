"""The relation of any two labels, and of all pairs among many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.labels import near_key
from curriculum_kit.terms.concepts import Concepts, Words, concepts_of
from curriculum_kit.terms.inside import inside
from curriculum_kit.terms.reading import built_in, raise_for, read
from curriculum_kit.terms.relation import Relation

_NEUTRAL = frozenset({"and", "area", "region", "structure"})
"""Words that add nothing to the structure they stand beside: the chest region is the chest."""


@dataclass(frozen=True)
class Clashes:
    """Pairs of labels that must not be options of one question; a < b by place, sorted, no pair twice."""

    n_labels: int
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    relation: list[Relation]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.a)

    @property
    def pairs(self) -> NDArray[np.int64]:
        """Return the places of the pairs, (pairs, 2)."""
        return np.stack([self.a, self.b], axis=1)

    def mask(self) -> NDArray[np.bool_]:
        """Return a symmetric (n_labels, n_labels) mask of the pairs; the diagonal is False."""
        mask = np.zeros((self.n_labels, self.n_labels), dtype=bool)
        mask[self.a, self.b] = mask[self.b, self.a] = True
        return mask


@dataclass(frozen=True)
class _Meaning:
    """What is compared of a label."""

    words: Words
    key: tuple[str, ...]
    tokens: Words
    within: Words
    """The tokens, and all that these are parts or kinds of."""


class Terms:
    """What is known of anatomical terms. Made by `Terms.load`."""

    def __init__(self, concepts: Concepts) -> None:
        self._concepts = concepts

    @classmethod
    def load(cls, extra: Path | None = None) -> Terms:
        """Return the built-in terms, extended by a table of the user's (`reading` says how it looks).

        Raises `SourceNotFound` where there is no such file and `ConfigInvalid` with all of its mistakes, by line.
        """
        statements, mistakes = read(extra) if extra is not None else ([], [])
        concepts, contradictions = concepts_of(built_in(), statements)
        if extra is not None:
            raise_for([*mistakes, *contradictions], extra)
        return cls(concepts)

    def same(self, a: str, b: str) -> bool:
        """Return whether two labels name one structure.

        >>> Terms.load().same("hepatic cyst", "Cyst of the liver")
        True
        """
        return self._meaning(a).key == self._meaning(b).key

    def related(self, a: str, b: str) -> Relation | None:
        """Return how two labels are related, in either order; None where they may be options of one question.

        >>> terms = Terms.load()
        >>> terms.related("lung", "chest"), terms.related("thyroid nodule", "thyroid"), terms.related("liver", "spleen")
        (<Relation.PART: 'part'>, <Relation.CONTAINS: 'contains'>, None)
        """
        return self._relation(self._meaning(a), self._meaning(b))

    def structures(self, label: str) -> frozenset[str]:
        """Return the structures of the table that a label names, each by its preferred name's `near_key`.

        >>> sorted(Terms.load().structures("renal and splenic lesion"))
        ['kidney', 'spleen']
        """
        return self._meaning(label).tokens & self._concepts.structures

    def clashes(self, labels: Sequence[str]) -> Clashes:
        """Return all related pairs among n labels, in a time that grows with n and the pairs, not with n squared."""
        meanings = [self._meaning(label) for label in labels]
        words = [meaning.words for meaning in meanings]
        pairs = {*inside(words, words)}
        pairs.update(inside([meaning.tokens for meaning in meanings], [meaning.within for meaning in meanings]))
        found: dict[tuple[int, int], Relation] = {}
        for one, other in sorted({(min(pair), max(pair)) for pair in pairs}):
            relation = self._relation(meanings[one], meanings[other])
            if relation is not None:
                found[one, other] = relation
        a, b = np.array(list(found), np.int64).reshape(-1, 2).T
        return Clashes(len(labels), a, b, list(found.values()))

    def _meaning(self, label: str) -> _Meaning:
        near = near_key(label)
        words = near.split()
        tokens = self._concepts.tokens(near)
        tokens = [token for token in tokens if token not in _NEUTRAL] or tokens
        # Where the order of words is free, near_key has sorted them, and so are the tokens.
        key = tuple(sorted(tokens)) if words == sorted(words) else tuple(tokens)
        above = (self._concepts.broader.get(token, {}) for token in tokens)
        return _Meaning(frozenset(words), key, frozenset(tokens), frozenset(tokens).union(*above))

    def _relation(self, one: _Meaning, other: _Meaning) -> Relation | None:
        if one.key == other.key:
            return Relation.SAME
        if one.words <= other.words or other.words <= one.words:
            return Relation.CONTAINS
        if one.tokens <= other.tokens or other.tokens <= one.tokens:
            return Relation.CONTAINS
        if one.tokens <= other.within:
            return self._along(other, one)
        return self._along(one, other) if other.tokens <= one.within else None

    def _along(self, narrow: _Meaning, wide: _Meaning) -> Relation:
        """Return the relation by which a label lies in one whose tokens are its own or broader."""
        broader = self._concepts.broader
        for token in wide.tokens - narrow.tokens:
            found = {broader[part][token] for part in narrow.tokens if token in broader.get(part, {})}
            if Relation.KIND not in found:
                return Relation.PART
        return Relation.KIND
