"""A question's meaning as far as the gate reads it, and the first difference between two.

Reads texts through a `Lexicon`; gives a `Refusal` with what was seen, or None where both say the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from curriculum_kit.wordings.asked import Asked, Question, question
from curriculum_kit.wordings.base import Refusal
from curriculum_kit.wordings.context import WH
from curriculum_kit.wordings.drift import moods
from curriculum_kit.wordings.lexicon import Kind, Lexicon, Term
from curriculum_kit.wordings.referents import (
    ATTRIBUTES,
    COMPONENTS,
    KEPT,
    Item,
    Referents,
    again,
    referents,
)
from curriculum_kit.wordings.relations import Key, Relations, relations, same_relations

Difference = tuple[Refusal, str]

_SIDED = frozenset({"left", "right", "above", "below"})
_SCENE = frozenset({Kind.THING, Kind.TYPE, Kind.INSTRUMENT})
_PLACED = frozenset({Kind.COLOUR, Kind.PLACE, Kind.RELATION, Kind.ACTED, Kind.ACTION, Kind.INSTRUMENT})


@dataclass(frozen=True)
class Meaning:
    """What is read of a text; `question` is None where it asks nothing."""

    referents: Referents
    relations: Relations
    question: Question | None


def read(text: str, lexicon: Lexicon) -> Meaning:
    """Return the meaning of a text."""
    found = referents(text, lexicon)
    return Meaning(found, relations(found), question(found))


def must_stay(item: Item, found: Referents) -> bool:
    """Return whether a phrase must stay in each wording: what is kept, numbers, and words for "not"."""
    kind = item.term.kind
    if kind in KEPT:
        return item.term in found.kept
    return kind in {Kind.NUMBER, Kind.NEGATION, Kind.ACTED, Kind.ACTION}


def difference(before: Meaning, after: Meaning, lexicon: Lexicon) -> Difference | None:
    """Return the first difference of a wording (`after`) from its original, in the order of the module `gate`."""
    old, new = before.referents, after.referents
    return (
        _names_choice(old, new, lexicon)
        or _counted(old.counted, new.counted)
        or _flipped(before, after)
        or _terms(old, new)
        or _relations(before, after)
        or _asked(before, after)
    )


def _names_choice(old: Referents, new: Referents, lexicon: Lexicon) -> Difference | None:
    known = {_as_said(item.term) for item in old.items}
    for item in new.items:
        term = item.term
        if _as_said(term) not in known and (label := lexicon.names.get(term)) is not None:
            if term.kind is Kind.TYPE and term not in new.kept:
                continue
            return Refusal.NAMES_CHOICE, f"names {label}"
    return None


def _as_said(term: Term) -> Term:
    """Return a term with the two voices of a verb made one: who says "grasped" has named "grasp"."""
    return Term(Kind.ACTION, term.concept) if term.kind is Kind.ACTED else term


def _counted(old: Counter[Term], new: Counter[Term]) -> Difference | None:
    for kind, refusal in ((Kind.NEGATION, Refusal.CHANGES_NEGATION), (Kind.NUMBER, Refusal.CHANGES_NUMBER)):
        one = Counter({term: count for term, count in old.items() if term.kind is kind})
        other = Counter({term: count for term, count in new.items() if term.kind is kind})
        if one != other:
            return refusal, _became(_names((one - other).elements()), _names((other - one).elements()))
    return None


def _flipped(before: Meaning, after: Meaning) -> Difference | None:
    """Return left for right, or above for below, where nothing else has changed in what stands to what."""
    old = {term for term in before.referents.kept if term.kind is Kind.SIDE}
    new = {term for term in after.referents.kept if term.kind is Kind.SIDE}
    if old != new and old - new and new - old:
        return Refusal.CHANGES_RELATION, _became(_names(old - new), _names(new - old))
    return None


def _terms(old: Referents, new: Referents) -> Difference | None:
    lost = old.kept - new.kept
    added = new.kept - old.kept
    if lost:
        lost_names = _names(lost)
        swapped = [term for term in added if term.kind in {gone.kind for gone in lost}]
        return Refusal.DROPS_REFERENT, _became(lost_names, _names(swapped))
    if added:
        return Refusal.ADDS_REFERENT, f"adds {_names(added)}"
    if new.has(Kind.SCAN) and not old.has(Kind.SCAN, Kind.MODALITY):
        return Refusal.ADDS_REFERENT, "tells how the image was made"
    if new.has(Kind.THEATRE) and not (old.has(Kind.THEATRE) or (old.has(*_SCENE) and old.has(*_PLACED))):
        return Refusal.ADDS_REFERENT, "tells where the image was made"
    return None


def _relations(before: Meaning, after: Meaning) -> Difference | None:
    if not same_relations(before.relations, after.relations):
        old, new = before.relations.triples, after.relations.triples
        names, names_after = {name for name, _, _ in old}, {name for name, _, _ in new}
        if names != names_after:
            return Refusal.CHANGES_RELATION, _became(", ".join(sorted(names)), ", ".join(sorted(names_after)))
        told, told_after = _said(before.referents), _said(after.referents)
        if _SIDED & told and told != told_after:
            return Refusal.CHANGES_RELATION, _became(_list(told - told_after), _list(told_after - told))
        return Refusal.CHANGES_RELATION, "someone else stands so to someone"
    yes_no = before.question is not None and before.question.asked is Asked.YES_NO
    if not yes_no and before.relations.triples and before.relations.about != after.relations.about:
        return Refusal.CHANGES_RELATION, "asks about another of the two"
    if _bundles(before.referents) != _bundles(after.referents):
        return Refusal.CHANGES_RELATION, "says of one what was said of another"
    return None


def _said(found: Referents) -> set[str]:
    return {item.term.concept for item in found.items if item.term.kind in {Kind.RELATION, Kind.OF_ITS}}


def _bundles(found: Referents) -> frozenset[Key]:
    """Return what is said together of one, where several could have it."""
    groups = [group for place, group in enumerate(found.groups) if not again(found, place)]
    keys = [frozenset(t for t in group.key if t.kind in ATTRIBUTES | COMPONENTS | {Kind.TYPE}) for group in groups]
    named = {key for key in keys if key}
    if len(named) < 2 or not any(term.kind in ATTRIBUTES for key in named for term in key):
        return frozenset()
    return frozenset(named)


def _asked(before: Meaning, after: Meaning) -> Difference | None:
    old, new = before.question, after.question
    if old is None or new is None:
        return None if old is new else (Refusal.CHANGES_ASKED, "what the original asks cannot be read")
    # "Is it benign or malignant?" and "Which is it, benign or malignant?" ask the same.
    between = old.alternatives and new.alternatives and {old.asked, new.asked} <= {Asked.YES_NO, Asked.NAME}
    moods_added = moods(after.referents.items) - moods(before.referents.items)
    one_or_several = old.asked not in {Asked.YES_NO, Asked.COUNT}
    name = _other_number(before.referents, after.referents)
    plural = old.asked is Asked.NAME and None not in {old.plural, new.plural} and old.plural != new.plural
    found = (
        (old.asked is not new.asked and not between, Refusal.CHANGES_ASKED, f"asks {new.asked} for {old.asked}"),
        (bool(moods_added), Refusal.CHANGES_ASKED, f"asks what {_list(set(moods_added))} be"),
        (old.questions != new.questions, Refusal.CHANGES_ASKED, f"asks {new.questions} things for {old.questions}"),
        (old.alternatives != new.alternatives, Refusal.CHANGES_ASKED, "has other alternatives"),
        (
            _asked_nouns(before.referents, after.referents),
            Refusal.CHANGES_ASKED,
            "asks for another of those it names",
        ),
        (one_or_several and bool(name), Refusal.CHANGES_NUMBER, f"one {name} or several"),
        (plural, Refusal.CHANGES_NUMBER, "asks for several" if new.plural else "asks for one"),
    )
    return next(((refusal, said) for wrong, refusal, said in found if wrong), None)


def _asked_nouns(old: Referents, new: Referents) -> bool:
    """Return whether "which joint" became "which bone"."""
    one = next((group.key for group in old.groups if group.wh and group.key), None)
    other = next((group.key for group in new.groups if group.wh and group.key), None)
    return one is not None and other is not None and not one & other


def _other_number(old: Referents, new: Referents) -> str:
    """Return a component that is one in one text and several in the other, "" for none."""
    plurals = [
        {(item.term, item.plural and not _one_of(found, place)) for place, item in enumerate(found.items)}
        for found in (old, new)
    ]
    plurals = [{pair for pair in pairs if pair[0].kind in COMPONENTS} for pairs in plurals]
    return next((term.concept for term, _ in sorted(plurals[0] ^ plurals[1])), "")


def _one_of(found: Referents, place: int) -> bool:
    """Return whether a plural is only what one is taken from ("which of the lungs")."""
    words = [item.word for item in found.items[max(0, place - 3) : place]]
    return len(words) == 3 and words[0] in WH and words[1] == "of"


def _became(old: str, new: str) -> str:
    if old and new:
        return f"{old} became {new}"
    return f"lacks {old}" if old else f"adds {new}"


def _names(terms: Iterable[Term]) -> str:
    return _list({term.concept for term in terms})


def _list(names: set[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names))
