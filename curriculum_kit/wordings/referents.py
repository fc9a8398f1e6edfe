"""A question text read into terms: what it names, what is said of which, and what has to be kept of it.

Reads a text and a `Lexicon`. Adjectives belong to the noun they stand before, places and colours that stand alone to
the noun before them ("the structure at the top left"), or after them where there is none before.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from curriculum_kit.wordings.context import WH, in_context, is_verb
from curriculum_kit.wordings.lexicon import Kind, Lexicon, Term
from curriculum_kit.wordings.words import bare, stem, word_set

_TOKEN = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*|[,;:?!()/]|\.(?!\d)")

KEPT = frozenset(
    (
        *(Kind.COLOUR, Kind.PLACE, Kind.SIDE, Kind.INSTRUMENT, Kind.TYPE, Kind.TOPIC, Kind.MODALITY, Kind.STATE),
        *(Kind.COMPARE, Kind.STRUCTURE, Kind.LABEL, Kind.OTHER),
    )
)
"""What a wording must have exactly as its original has it."""

ATTRIBUTES = frozenset({Kind.COLOUR, Kind.PLACE, Kind.SIDE})
COMPONENTS = frozenset({Kind.STRUCTURE, Kind.LABEL, Kind.INSTRUMENT})
_NOUNS = COMPONENTS | {Kind.TYPE, Kind.THING, Kind.TOPIC, Kind.OTHER}
_DEMONSTRATIVE = frozenset({"this", "that", "these", "those", "its"})
_NO_PLURAL = frozenset({"means", "series", "forceps", "scissors", "lens", "axis", "diagnosis", "does", "lies"})


@dataclass(frozen=True, slots=True)
class Item:
    """A phrase of the text with its term; `start` and `end` are its characters, `word` its first word's stem."""

    term: Term
    word: str
    start: int
    end: int
    plural: bool = False


@dataclass(slots=True)
class Group:
    """A noun and what is said of it; `at` is the place of its first item."""

    terms: set[Term]
    at: int
    wh: bool = False

    @property
    def key(self) -> frozenset[Term]:
        """Return what tells it from others: a thing is anything, and whoever says gallbladder says anatomy."""
        named = any(term.kind in COMPONENTS for term in self.terms)
        idle = {Kind.THING, Kind.TYPE} if named else {Kind.THING}
        return frozenset(term for term in self.terms if term.kind not in idle)


@dataclass(slots=True)
class Referents:
    """What a text names. `group_of` gives the group that an item belongs to, by place."""

    items: list[Item]
    groups: list[Group] = field(default_factory=list)
    group_of: dict[int, int] = field(default_factory=dict)
    kept: frozenset[Term] = frozenset()
    counted: Counter[Term] = field(default_factory=Counter)
    """Numbers and negations."""

    def has(self, *kinds: Kind) -> bool:
        """Return whether any item is of one of these kinds."""
        return any(item.term.kind in kinds for item in self.items)


def referents(text: str, lexicon: Lexicon) -> Referents:
    """Return what a text of one or two sentences names."""
    found = Referents(_placed(_items(text, lexicon)))
    _group(found)
    found.kept = _kept(found)
    found.counted = Counter(i.term for i in found.items if i.term.kind in {Kind.NUMBER, Kind.NEGATION})
    return found


def _items(text: str, lexicon: Lexicon) -> list[Item]:
    tokens: list[tuple[str, int, int, bool]] = []
    for match in _TOKEN.finditer(text):
        folded = unicodedata.normalize("NFKC", match[0]).casefold().replace("\u2019", "'")
        start, end = match.span()
        if folded.endswith("n't"):
            tokens.append((stem(folded.removesuffix("n't")), start, end, False))
            folded = "not"
        singular = stem(bare(folded)) if folded[0].isalnum() else folded
        tokens.append((singular or folded, start, end, singular != bare(folded) and folded not in _NO_PLURAL))
    words = [token[0] for token in tokens]
    items: list[Item] = []
    place = 0
    while place < len(words):
        if words[place][0].isalnum():
            term, length = lexicon.term_at(words, place)
        else:
            term, length = Term(Kind.FILLER, words[place]), 1
        term = in_context(term, words, place, length)
        last = tokens[place + length - 1]
        items.append(Item(term, words[place], tokens[place][1], last[2], last[3] and not is_verb(words, place)))
        place += length
    return items


def _placed(items: list[Item]) -> list[Item]:
    """Return the items with "left of the frame" made a place, and "region" beside a place made nothing."""
    parts = word_set("part")
    result: list[Item] = []
    for place, item in enumerate(items):
        kind = item.term.kind
        if kind is Kind.RELATION and item.term.concept in {"left", "right"} and _frame_follows(items, place):
            result.append(Item(Term(Kind.PLACE, item.term.concept), item.word, item.start, item.end))
        elif item.word in parts and result and result[-1].term.kind is Kind.PLACE:
            result[-1] = Item(result[-1].term, result[-1].word, result[-1].start, item.end)
        elif item.word in parts and _frame_follows(items, place, after_of=True) and kind is Kind.TOPIC:
            result.append(Item(Term(Kind.ASKED, "location"), item.word, item.start, item.end))
        else:
            result.append(item)
    return result


def _frame_follows(items: Sequence[Item], place: int, *, after_of: bool = False) -> bool:
    ahead = place + 1
    if after_of:
        if ahead >= len(items) or items[ahead].word != "of":
            return False
        ahead += 1
    while ahead < len(items) and items[ahead].word in {"the", "this", "that", "a", "an", "our", "your"}:
        ahead += 1
    return ahead < len(items) and items[ahead].term.kind in {Kind.FRAME, Kind.SCAN, Kind.THEATRE, Kind.MODALITY}


def _group(found: Referents) -> None:
    """Find the groups: runs of adjectives and nouns, and `what` where it stands for a thing of its own."""
    items, groups, group_of = found.items, found.groups, found.group_of
    waiting: list[Term] = []
    place = 0
    open_group: int | None = None
    while place < len(items):
        kind = items[place].term.kind
        if items[place].word == ";":
            open_group = None
        if kind not in _NOUNS | ATTRIBUTES:
            if items[place].word in WH and not _relative(items, place) and not _determines(items, place):
                open_group = _open(found, {*waiting}, place, wh=True)
                waiting = []
            place += 1
            continue
        start = place
        while place < len(items) and items[place].term.kind in _NOUNS | ATTRIBUTES:
            place += 1
        run = {item.term for item in items[start:place]}
        after_relation = _after_relation(items, start)
        if any(term.kind in _NOUNS for term in run) or after_relation:
            wh = start > 0 and items[start - 1].word in WH | {"many"}
            opened = _open(found, run | {*waiting}, start, wh=wh)
            waiting = []
            open_group = opened
            group_of.update(dict.fromkeys(range(start, place), opened))
        elif open_group is not None:
            groups[open_group].terms |= run
        else:
            waiting += run
    if waiting and groups:
        groups[-1].terms.update(waiting)


def _open(found: Referents, terms: set[Term], place: int, *, wh: bool) -> int:
    found.groups.append(Group(terms, place, wh))
    found.group_of[place] = len(found.groups) - 1
    return len(found.groups) - 1


def _relative(items: Sequence[Item], place: int) -> bool:
    """Return whether "which" goes on about a noun before it ("the structure which is above")."""
    if place == 0 or items[place].word == "what":
        return False
    before = place - 1
    if items[before].word == "," and any(item.word in WH for item in items[:before]):
        before -= 1  # "what is left of the liver, which is above the gut"
    return items[before].term.kind in _NOUNS | {Kind.PLACE, Kind.FRAME}


def _determines(items: Sequence[Item], place: int) -> bool:
    """Return whether `what` stands before its noun, or before a word for what is asked ("what colour")."""
    ahead = place + 1
    while ahead < len(items) and items[ahead].term.kind in {Kind.STATE, Kind.COMPARE, Kind.MODALITY, Kind.NUMBER}:
        ahead += 1
    return ahead < len(items) and items[ahead].term.kind in _NOUNS | ATTRIBUTES | {Kind.ASKED}


def _after_relation(items: Sequence[Item], place: int) -> bool:
    back = place - 1
    while back >= 0 and items[back].word in {"the", "a", "an", "both", "this", "that"}:
        back -= 1
    if back < 0:
        return False
    by = items[back].word == "by" and back > 0 and items[back - 1].term.kind is Kind.ACTED
    return by or items[back].term.kind in {Kind.RELATION, Kind.ACTION}


def _kept(found: Referents) -> frozenset[Term]:
    """Return what must be kept; the type beside a component says nothing new ("the gallbladder anatomy")."""
    kept: set[Term] = set()
    for place, item in enumerate(found.items):
        if item.term.kind is Kind.TYPE:
            group = found.groups[found.group_of[place]] if place in found.group_of else None
            if group is not None and any(term.kind in COMPONENTS for term in group.terms):
                continue
        if item.term.kind in KEPT:
            kept.add(item.term)
    return frozenset(kept)


def again(found: Referents, place: int) -> bool:
    """Return whether the group at a place only points back to an earlier one ("of this structure")."""
    group = found.groups[place]
    pointed = group.at > 0 and found.items[group.at - 1].word in _DEMONSTRATIVE
    return pointed and any(group.key <= earlier.key for earlier in found.groups[:place])
