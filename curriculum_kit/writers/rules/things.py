"""Phrases for the objects of a scene and for how they stand to each other, read and written.

"red top-mid cystic_plate thing" and "anatomical structure that is both above the liver and to the left of the gut".
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from curriculum_kit.labels import fold_label
from curriculum_kit.writers.rules.frames import an
from curriculum_kit.writers.rules.meaning import Relation, Thing

COLORS = frozenset(
    ("red", "brown", "yellow", "white", "silver", "blue", "green", "black", "gray", "pink", "orange", "purple")
)
PLACES = frozenset(
    ("top-left", "top-mid", "top-right", "mid-left", "center", "mid-right", "bottom-left", "bottom-mid", "bottom-right")
)
_KINDS: dict[str, str | None] = {
    "thing": None, "object": None, "anatomy": "anatomy", "anatomical structure": "anatomy", "instrument": "instrument",
}  # fmt: skip
_NOUNS = {**{noun: noun for noun in _KINDS}, **{f"{noun}s": noun for noun in _KINDS}, "anatomies": "anatomy"}
_BESIDE_NAME = {**_NOUNS, "structures": "anatomy"}
"""Nouns that may stand behind a component."""

_SIDES: dict[str, tuple[str, ...]] = {
    "left": ("to the left of", "left of", "on the left side of"),
    "right": ("to the right of", "right of", "on the right side of"),
    "above": ("above",),
    "below": ("below",),
    "within": ("within", "inside"),
    "horizontal": ("horizontally in line with", "horizontally aligned with", "horizontal to"),
    "vertical": ("vertically in line with", "vertically aligned with", "vertical to"),
}
LOCATED = frozenset({"left", "right", "above", "below", "within"})
"""Relations that "located" goes with: nothing is "located horizontally aligned with" something."""

_NAMED = {form: name for name, forms in _SIDES.items() for form in (*forms, name)}
_NAMED |= {form: name for name in ("horizontal", "vertical") for form in (f"{name} with", f"{name}ly")}
del _NAMED["left"], _NAMED["right"]

RELATION = rf"(?:{'|'.join(sorted(_NAMED, key=len, reverse=True))}|(?:\w+ed|cut) by)"
"""What may stand between two objects: a side of the second, or a deed ("retracted by")."""

CHAIN = rf"(?:both )?{RELATION} the .+"
"""One or more relations with what they lead to."""

_LINK = r"(?:(?:that|which) (?:is|are)|located|lying|positioned)"
_BODY = re.compile(rf"(?P<thing>.+?)(?: {_LINK})? (?P<chain>{CHAIN})", re.IGNORECASE)
_AND = re.compile(rf" and (?={RELATION} the )", re.IGNORECASE)
_STEP = re.compile(rf"({RELATION}) the (.+)", re.IGNORECASE)
_AT = re.compile(r"(.+) at the ([\w-]+) of the frame", re.IGNORECASE)


def read_thing(phrase: str, named: bool = False) -> Thing | None:
    """Read a phrase without its article; `named` allows one that ends with a component instead of a noun."""
    place = _AT.fullmatch(phrase)
    words = (place[1] if place else phrase).lower().split()
    spelled = (place[1] if place else phrase).split()
    noun, known = "", 0
    for known in (2, 1):
        noun = _BESIDE_NAME.get(" ".join(words[-known:]), "")
        if noun:
            break
    if not noun and not named:
        return None
    rest = list(zip(words, spelled, strict=True))[: -known if noun else None]
    found = {"place": place[2].lower()} if place else {}
    for word, spelling in rest:
        attribute = "color" if word in COLORS else "place" if word in PLACES else "component"
        if attribute in found or (attribute == "component" and not re.fullmatch(r"\w+", word)):
            return None
        found[attribute] = spelling if attribute == "component" else word
    component = found.get("component")
    bare = " ".join(words[-known:])
    if (component is None and (not noun or bare not in _NOUNS)) or found.get("place", "center") not in PLACES:
        return None
    if component is not None and component.lower() in _BESIDE_NAME:
        return None
    return Thing(component, found.get("color"), found.get("place"), None if component else _KINDS[noun], noun)


def read_chain(text: str) -> tuple[Relation, ...] | None:
    """Read "both above the liver and left of the gut thing"."""
    relations = []
    for part in _AND.split(re.sub("^both ", "", text, flags=re.IGNORECASE)):
        step = _STEP.fullmatch(part)
        to = read_thing(step[2], named=True) if step else None
        if step is None or to is None:
            return None
        relations.append(Relation(read_relation(step[1]), to))
    return tuple(relations)


def read_relation(words: str) -> str:
    """Return the name of a relation: "on the left side of" is "left", "retracted by" is "retracted"."""
    return _NAMED.get(words.lower()) or words.lower().removesuffix(" by")


def read_body(text: str, named: bool = False) -> tuple[Thing, tuple[Relation, ...]] | None:
    """Read an object with its relations: "anatomy that is above the liver"."""
    match = _BODY.fullmatch(text)
    thing = read_thing(match["thing"] if match else text, named)
    chain = read_chain(match["chain"]) if match else ()
    return None if thing is None or chain is None else (thing, chain)


@dataclass(frozen=True)
class Phrasing:
    """How phrases are put: `rng` chooses between equal ones.

    `labels` (canonical) are names that may stand alone; the words of `kept` must stand where the text has them.
    """

    rng: random.Random
    labels: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()

    def thing(self, thing: Thing, plural: bool = False, named: bool = True, indefinite: bool = False) -> str:
        """Return a phrase without an article. `named` allows a component without a noun behind it."""
        words = [word for word in (thing.color, thing.place) if word]
        if len(words) == 2 and self.rng.random() < 0.3:
            words.reverse()
        noun = self._noun(thing, plural, indefinite)
        if thing.component:
            words.append(thing.component)
            known = fold_label(thing.component) in self.labels and thing.noun not in self.kept
            if named and not plural and (known or not thing.noun) and self.rng.random() < 0.8:
                noun = ""
        return " ".join((*words, noun)).strip()

    def _noun(self, thing: Thing, plural: bool, indefinite: bool) -> str:
        kind = _KINDS.get(thing.noun) if thing.component else thing.kind
        ending = "s" if plural else ""
        if kind == "instrument":
            return kind + ending
        if kind is None:
            # Nobody says "hook things".
            return ("object" if thing.component else self.rng.choice(("thing", "object"))) + ending
        if "anatomy" in self.kept:
            return "anatomies" if plural else "anatomy"
        if thing.component:
            return "structures" if plural else "anatomy"
        plain = not plural and not indefinite and self.rng.random() < 0.4
        return "anatomy" if plain else "anatomical structure" + ending

    def relation(self, name: str) -> str:
        """Return words for a relation."""
        return self.rng.choice(_SIDES[name]) if name in _SIDES else f"{name} by"

    def chain(self, relations: Sequence[Relation], both: bool = True) -> str:
        """Return the relations one after another, in an order of its own."""
        steps = [f"{self.relation(to.name)} the {self.thing(to.to)}" for to in self.shuffled(relations)]
        start = "both " if both and len(steps) == 2 and self.rng.random() < 0.4 else ""
        return start + " and ".join(steps)

    def shuffled(self, relations: Sequence[Relation]) -> list[Relation]:
        """Return the relations in a random order."""
        order = list(dict.fromkeys(relations))
        self.rng.shuffle(order)
        return order

    def body(
        self,
        thing: Thing,
        relations: Sequence[Relation] = (),
        plural: bool = False,
        named: bool = True,
        indefinite: bool = False,
        moved: bool = True,
    ) -> str:
        """Return an object with its relations, without an article; `moved` allows its place to stand behind it."""
        noun = self.thing(thing, plural, named, indefinite)
        if not relations:
            # Behind the noun, a place would seem to belong to what follows.
            moved = (
                moved
                and thing.place is not None
                and not thing.color
                and not thing.component
                and self.rng.random() < 0.4
            )
            return f"{noun.removeprefix(f'{thing.place} ')} at the {thing.place} of the frame" if moved else noun
        links = ["that are" if plural else "that is"]
        if all(relation.name in LOCATED for relation in relations):
            links += ["located", "lying", "positioned"]
        if len(set(relations)) == 1:
            links.append("")
        return " ".join(filter(None, (noun, self.rng.choice(links), self.chain(relations))))

    def a(self, thing: Thing, relations: Sequence[Relation] = (), named: bool = True) -> str:
        """Return an object with its relations, with an indefinite article."""
        return an(self.body(thing, relations, named=named, indefinite=True))
