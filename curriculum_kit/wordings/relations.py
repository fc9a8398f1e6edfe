"""Who stands how to whom: relations and actions of a text, each in one of its two directions.

Reads `Referents`; "A left of B", "B right of A" and "B has A to its left" all give one `Triple`. What a relation
belongs to is read as people read it: "X above A and left of B" says both of X, "X above A that is left of B" says the
second of A. Where it cannot be read, the triple has a None, and so differs from one that can.
"""

from __future__ import annotations

from dataclasses import dataclass

from curriculum_kit.wordings.lexicon import Kind, Term
from curriculum_kit.wordings.reader import Reader, read_word
from curriculum_kit.wordings.referents import Referents, again

Key = frozenset[Term]
Triple = tuple[str, object, object]
"""A relation, and the keys of who stands in it to whom."""

_CONVERSE = {"right": "left", "below": "above", "contains": "within"}
_RELATIVE = frozenset({"which", "that", "who"})
_EITHER_WAY = frozenset({"horizontal", "vertical", "beside", "near", "touching"})


@dataclass(frozen=True)
class Relations:
    """The triples of a text; `loose` holds those that "in" makes of two structures, which other words may say too."""

    triples: frozenset[Triple]
    loose: frozenset[Triple]
    about: Key | None = None
    """Whom the question is about, of those that stand in relations: the liver may be given, and a thing asked for."""


def relations(found: Referents) -> Relations:
    """Return the relations of a text."""
    reader = Reader(found)
    met: set[int] = set()
    for place, item in enumerate(found.items):
        kind, group = item.term.kind, found.group_of.get(place)
        if group is not None and group not in met:
            met.add(group)
            reader.meet(group)
        elif kind is Kind.RELATION and not _of_the_frame(reader, item.term.concept):
            reader.relate(item.term.concept, place)
        elif kind is Kind.OF_ITS:
            reader.relate(item.term.concept, place, of_it=True)
        elif kind is Kind.ACTION:
            reader.act(f"do {item.term.concept}", place)
        elif kind is Kind.ACTED:
            reader.relate(f"done {item.term.concept}", place)
            if place + 1 == len(found.items) or found.items[place + 1].word != "by":
                reader.pending.pop().active = False
        elif item.word == "in" and _noun_follows(found, place) and not reader.pending:
            reader.relate("within", place, loose=True)
        elif item.word in _RELATIVE and place and found.items[place - 1].word == ",":
            reader.joined = False  # "left of the liver, which is above the gut" goes on about the liver
        else:
            read_word(reader, item.word, joins=kind is Kind.JOIN or item.word == ",")
    return _resolved(reader)


def _of_the_frame(reader: Reader, name: str) -> bool:
    """Return whether what contains is the frame: it contains all that can be asked about."""
    return name == "contains" and (reader.last is None or reader.found.groups[reader.last].wh) and not reader.said


def _noun_follows(found: Referents, place: int) -> bool:
    ahead = place + 1
    while ahead < len(found.items) and found.items[ahead].word in {"the", "a", "an", "this", "that"}:
        ahead += 1
    return ahead in found.group_of and any(
        term.kind in {Kind.STRUCTURE, Kind.LABEL, Kind.INSTRUMENT} for term in found.groups[found.group_of[ahead]].terms
    )


def _resolved(reader: Reader) -> Relations:
    found, groups = reader.found, reader.found.groups
    free = [place for place in range(len(groups)) if place not in reader.objects]
    head = next((place for place in free if not groups[place].wh), free[0] if free else None)
    asked = next((place for place in range(len(groups)) if groups[place].wh), None)
    triples: set[Triple] = set()
    loose: set[Triple] = set()
    given: set[int] = set(reader.objects)
    subjects: set[int] = set()
    for said in reader.said:
        target = said.object
        if target is None and said.of_it:
            target = head
        elif target is None and said.active and asked != said.subject:
            target = asked  # "Which thing is the liver left of?"
        elif target is None and not said.active and asked is not None and _by(found, asked):
            target = asked  # "By which tool is the liver retracted?"
        subject = said.subject
        if subject is None or subject == target:
            later = [place for place in free if groups[place].at > said.at and place != target]
            # "Above the liver, what is this structure called?" is about the structure.
            subject = next((place for place in later if groups[place].terms), next(iter(later), None))
        given |= {target} if target is not None and target != asked and not said.ahead else set()
        subjects |= {place for place in (subject, target) if place is not None}
        triple = _triple(said.name, _key(found, subject), _key(found, target))
        (loose if said.loose else triples).add(triple)
    return Relations(frozenset(triples), frozenset(loose), _about(found, given, subjects))


def _by(found: Referents, group: int) -> bool:
    place = found.groups[group].at - (2 if found.groups[group].terms else 1)
    return place >= 0 and found.items[place].word in {"by", "with"}


def _about(found: Referents, given: set[int], related: set[int]) -> Key | None:
    """Return whom a question is about: "which thing", else `what` where it is related itself, else who is not given."""
    groups = found.groups
    named = [place for place, group in enumerate(groups) if group.wh and (group.terms or place in related)]
    others = [place for place, group in enumerate(groups) if not group.wh and place not in given]
    return _key(found, next(iter([*named, *others]), None))


def _key(found: Referents, place: int | None) -> Key | None:
    if place is None:
        return None
    if again(found, place):
        return next(earlier.key for earlier in found.groups[:place] if found.groups[place].key <= earlier.key)
    return found.groups[place].key


def _triple(name: str, subject: Key | None, target: Key | None) -> Triple:
    """Return a relation in the one of its two directions that stands for both."""
    if name.startswith("done "):
        return f"do {name.removeprefix('done ')}", target, subject
    if name in _CONVERSE:
        return _CONVERSE[name], target, subject
    if name in _EITHER_WAY:
        return name, frozenset({subject, target}), None
    return name, subject, target


def same_relations(one: Relations, other: Relations) -> bool:
    """Return whether two texts say the same of who stands how to whom."""
    turned = {(name, target, subject) for name, subject, target in other.triples | other.loose}
    if one.loose & turned or (one.triples & turned) - (other.triples | other.loose):
        return False
    full = other.triples | other.loose
    return one.triples in {other.triples, full} or one.triples | one.loose in {other.triples, full}
