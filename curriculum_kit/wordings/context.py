"""What a phrase is where its neighbours decide: verb or noun, done or doing, a place or a relation.

Reads the stems of a text and the `Term` that a phrase has by itself; gives the one that it has where it stands.
"""

from __future__ import annotations

from collections.abc import Sequence

from curriculum_kit.wordings.lexicon import Kind, Term
from curriculum_kit.wordings.words import stem, word_set

WH = frozenset({"what", "which", "who", "whom"})
_ARTICLES = frozenset({"a", "an", "the", "this", "that", "these", "those"})
_BARE_AXES = frozenset({"horizontal", "vertical"})
_AMOUNTS = frozenset({"many", "much", "numerou"})
_CAUSE, _EFFECT = Term(Kind.TOPIC, "cause"), Term(Kind.TOPIC, "effect")
_ENDS = frozenset({"?", ".", ",", ";"})


def in_context(term: Term, words: Sequence[str], place: int, length: int) -> Term:
    """Return what a phrase of some length at a place is among its neighbours."""
    after = words[place + length] if place + length < len(words) else ""
    before = words[place - 1] if place else ""
    if term.kind is Kind.ACTION and after == "by":
        return Term(Kind.ACTED, term.concept)
    if length == 1 and words[place] in _BARE_AXES and "or" in {before, after}:
        return Term(Kind.STATE, term.concept)
    if (term == Term(Kind.STATE, "other") and before in WH) or (words[place] in _AMOUNTS and before == "how"):
        return Term(Kind.FILLER, "")
    if words[place] in {"cause", "caused"}:
        return _cause(words, place)
    return term


def is_verb(words: Sequence[str], place: int) -> bool:
    """Return whether a word that may be a noun is a verb here: its s is no plural.

    >>> is_verb("what cause the disease".split(), 1), is_verb("what is the cause of it".split(), 3)
    (True, False)
    """
    after = words[place + 1] if place + 1 < len(words) else ""
    if words[place] != "cause" or (place and words[place - 1] in _ARTICLES):
        return False
    return after in _ARTICLES | {"it"} or any(word in word_set("auxiliary") - _BE for word in words[:place])


_BE = frozenset({"is", "are", "was", "were"})
_DO = frozenset(map(stem, ("do", "does", "did", "can", "could", "will", "would", "may", "might")))


def _cause(words: Sequence[str], place: int) -> Term:
    """Return whether "cause" here is what brings about or what is brought about: "what does the disease cause?"."""
    after = words[place + 1] if place + 1 < len(words) else ""
    if words[place] == "caused":
        # "By what is the disease caused?", "what is the disease caused by?", but "what is caused by the disease?"
        asked_last = any(words[by] == "by" and words[by + 1] in WH for by in range(len(words) - 1))
        open_end = after == "by" and (place + 2 >= len(words) or words[place + 2] in _ENDS)
        active = after in _ARTICLES and not any(word in _BE for word in words[:place])
        return _CAUSE if asked_last or open_end or active else _EFFECT
    if not is_verb(words, place):
        return _CAUSE
    return _EFFECT if any(word in _DO for word in words[:place]) else _CAUSE
