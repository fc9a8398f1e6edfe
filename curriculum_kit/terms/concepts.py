"""Statements about terms made into concepts: a name for each set of synonyms, and what each is a part or a kind of.

A term is known by its `near_key`, and its words by their own synonyms: where "renal" is the same as "kidney", "renal
artery" and "kidney artery" are one term.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from curriculum_kit.labels import near_key
from curriculum_kit.terms.reading import Mistake, Statement
from curriculum_kit.terms.relation import Relation, Stated

Words = frozenset[str]


@dataclass(frozen=True)
class Concepts:
    """What a table of terms knows. A concept goes by one of its names; names of several words have spaces in them."""

    word: dict[str, str]
    """The preferred one of words that mean the same."""
    terms: dict[Words, tuple[str, ...]]
    """What stands for each term, by its preferred words: its concept, or the words of a phrase that is none."""
    structures: frozenset[str]
    """The concepts by their names."""
    broader: dict[str, dict[str, Relation]]
    """For each concept all that it is, directly or not, a kind of (`KIND`) or a part of (`PART`)."""

    @cached_property
    def _holding(self) -> dict[str, list[Words]]:
        holding: dict[str, list[Words]] = {}
        for words in self.terms:
            for word in words:
                holding.setdefault(word, []).append(words)
        return holding

    def tokens(self, key: str) -> list[str]:
        """Return the words of a `near_key` with the concepts put in their place, where their first word stood.

        Terms of more words go first, and a word belongs to one term only: the renal artery is no kidney.
        """
        words = [self.word.get(word, word) for word in key.split()]
        free = set(words)
        found: dict[str, tuple[str, ...]] = {}
        near = {term for word in free for term in self._holding.get(word, ()) if term <= free}
        for term in sorted(near, key=lambda term: (-len(term), sorted(term))):
            if term <= free:
                free -= term
                found[min(term, key=words.index)] = self.terms[term]
        return [token for word in words if word in found or word in free for token in found.get(word, (word,))]


def concepts_of(base: Iterable[Statement], extra: Iterable[Statement]) -> tuple[Concepts, list[Mistake]]:
    """Return the concepts of both tables, and the mistakes of the extra one; statements that are wrong do not count.

    Wrong are: a term that is the same as two others that are not the same, structures the base holds apart made the
    same, a part or kind of itself, and circles of parts and kinds. The base is taken to be right.
    """
    base, extra = list(base), list(extra)
    classes = _Classes()
    for statement in base:
        classes.add(statement)
    classes.close_base()
    mistakes = [Mistake(statement.line, problem) for statement in extra if (problem := classes.add(statement))]
    word, names = _names(classes)
    direct: dict[str, dict[str, Relation]] = {}
    for statement, checked in [*((one, False) for one in base), *((one, True) for one in extra)]:
        if statement.relation is Stated.SAME_AS:
            continue
        term, other = classes.find(near_key(statement.term)), classes.find(near_key(statement.other))
        if checked and (problem := _circle(statement, term, other, direct)):
            mistakes.append(Mistake(statement.line, problem))
            continue
        relation = Relation.PART if statement.relation is Stated.PART_OF else Relation.KIND
        direct.setdefault(term, {}).setdefault(other, relation)
    return _concepts(word, names, direct), mistakes


def _names(classes: _Classes) -> tuple[dict[str, str], dict[Words, str]]:
    """Return the preferred one of each word, and the class of each term by its preferred words."""
    keys = list(classes.parent)
    # A word never becomes several words: "cbd" is a concept, not three words that belong to others.
    word = {key: classes.find(key) for key in keys if " " not in key and " " not in classes.find(key)}
    names: dict[Words, str] = {}
    for key in keys:
        words = frozenset(word.get(part, part) for part in key.split())
        names[words] = classes.join(key, names[words]) if words in names else classes.find(key)
    return word, {words: classes.find(name) for words, name in names.items()}


def _concepts(word: dict[str, str], names: dict[Words, str], direct: dict[str, dict[str, Relation]]) -> Concepts:
    broader = {name: _above(name, direct) for name in direct}
    stated = {*direct, *(other for others in direct.values() for other in others)}
    # A phrase of which nothing more is known is no structure of its own: who says it is said to say its words.
    phrases = {words: name for words, name in names.items() if " " in name and name not in stated}
    structures = frozenset(names.values()) - set(phrases.values())
    terms: dict[Words, tuple[str, ...]] = {words: (name,) for words, name in names.items() if words not in phrases}
    plain = Concepts(word, terms, structures, broader)
    spelled = {words: tuple(plain.tokens(name)) for words, name in phrases.items()}
    return Concepts(word, terms | spelled, structures, broader)


def _circle(statement: Statement, term: str, other: str, direct: dict[str, dict[str, Relation]]) -> str:
    if term == other:
        return f"{statement.term!r} and {statement.other!r} are the same, so neither is {statement.relation} the other"
    if term in _above(other, direct):
        return (
            f"{statement.term!r} {statement.relation} {statement.other!r} closes a circle: {statement.other!r} is "
            f"already a part or a kind of {statement.term!r}; drop one of them"
        )
    return ""


def _above(name: str, direct: dict[str, dict[str, Relation]]) -> dict[str, Relation]:
    """Return all that is broader, and by which relation: a kind only where every step is one."""
    found: dict[str, Relation] = {}
    ahead = [(name, Relation.KIND)]
    while ahead:
        here, so_far = ahead.pop()
        for other, relation in direct.get(here, {}).items():
            along = Relation.PART if Relation.PART in {so_far, relation} else Relation.KIND
            if other not in found or (along is Relation.KIND and found[other] is Relation.PART):
                found[other] = along
                ahead.append((other, along))
    return found


class _Classes:
    """Terms that are the same, as a union-find over keys; a class goes by the name that others are said to be."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}
        self._base: dict[str, str] = {}
        self._said: dict[str, Statement] = {}

    def find(self, key: str) -> str:
        while self.parent[key] != key:
            key = self.parent[key]
        return key

    def join(self, key: str, other: str) -> str:
        name, onto = self.find(key), self.find(other)
        self.parent[name] = onto
        if name in self._base:
            self._base.setdefault(onto, self._base[name])
        return onto

    def add(self, statement: Statement) -> str:
        """Take a statement's terms, and make them the same if it says so; return what speaks against it, or ""."""
        term, other = near_key(statement.term), near_key(statement.other)
        self.parent.setdefault(term, term)
        self.parent.setdefault(other, other)
        if statement.relation is not Stated.SAME_AS or self.find(term) == self.find(other):
            return ""
        if (before := self._said.get(term)) is not None:
            return (
                f"{statement.term!r} is the same as {before.other!r} (line {before.line}) and as {statement.other!r}; "
                "a term has one meaning: leave it out, or make the two the same"
            )
        if self.find(term) in self._base and self.find(other) in self._base:
            return (
                f"{statement.term!r} and {statement.other!r} are different structures in the built-in table "
                f"({self._base[self.find(term)]!r}, {self._base[self.find(other)]!r}); drop the row"
            )
        self._said[term] = statement
        self.join(term, other)
        return ""

    def close_base(self) -> None:
        """Hold apart from now on what is apart."""
        self._base = {self.find(key): self.find(key) for key in self.parent}
        self._said = {}
