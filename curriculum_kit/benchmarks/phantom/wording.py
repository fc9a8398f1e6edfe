"""How the phantom words its questions: the families of SSG-VQA, which took them from CLEVR.

In a form, {x} is the object asked about and {xs} its plural, {y} and {y2} what it is related to by {r} and {r2},
{p} the property asked for and {b} "both " or nothing. "anatomys" and "a anatomy" are the benchmark's own.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

RELATION_WORDS = {
    "left": ("left of", "to the left of", "on the left side of"),
    "right": ("right of", "to the right of", "on the right side of"),
}
PROPERTY = {"query_component": "name", "query_color": "color", "query_type": "type", "query_location": "location"}
_ZERO_HOP: dict[str, tuple[str, ...]] = {
    "query_component": ("What is the {x}?", "There is a {x}, what is its name?", "What name is the {x}?"),
    "query_color": ("What color is the {x}?", "There is a {x}; what color is it?", "The {x} is what color?"),
    "query_type": ("What type is the {x}?", "There is a {x}; what type is it?", "The {x} is what type?"),
    "query_location": ("What location is the {x}?", "There is a {x}; what is its location?"),
    "count": ("How many {xs} are there?", "What number of {xs} are there?"),
    "exist": ("Are there any {xs}?", "Is there a {x}?"),
}
_ONE_HOP: dict[str, tuple[str, ...]] = {
    "query": (
        "What {p} is the {x} that is {r} the {y}?",
        "What is the {p} of the {x} {r} the {y}?",
        "What is the {p} of the {x} that is {r} the {y}?",
        "The {x} that is {r} the {y} is what {p}?",
        "The {x} {r} the {y} is what {p}?",
        "There is a {x} {r} the {y}; what {p} is it?",
        "There is a {x} that is {r} the {y}; what is its {p}?",
    ),
    "query_component": (
        "What is the name of the {x} {r} the {y}?",
        "What is the name of the {x} that is {r} the {y}?",
        "There is a {x} {r} the {y}; what is it?",
        "There is a {x} that is {r} the {y}; what is it?",
    ),
    "count": (
        "How many {xs} are {r} the {y}?",
        "What number of {xs} are {r} the {y}?",
        "There is a {y}; how many {xs} are {r} it?",
    ),
    "exist": (
        "Are there any {xs} {r} the {y}?",
        "Are there any {xs} that are {r} the {y}?",
        "There is a {y}; are there any {xs} {r} it?",
    ),
}
_SINGLE_AND: dict[str, tuple[str, ...]] = {
    "query": (
        "What {p} is the {x} that is {b}{r} the {y} and {r2} the {y2}?",
        "What is the {p} of the {x} that is {b}{r} the {y} and {r2} the {y2}?",
        "There is a {x} that is {b}{r} the {y} and {r2} the {y2}?; what {p} is it?",
        "There is a {x} that is {b}{r} the {y} and {r2} the {y2}?; what is its {p}?",
    ),
    "count": (
        "How many {xs} are {b}{r} the {y} and {r2} the {y2}?",
        "What number of {xs} are {b}{r} the {y} and {r2} the {y2}?",
    ),
    "exist": ("Are there any {xs} that are {b}{r} the {y} and {r2} the {y2}?",),
}

FORMS = {"zero_hop": _ZERO_HOP, "one_hop": _ONE_HOP, "single_and": _SINGLE_AND}


def word(template: str, kind: str, slots: Mapping[str, str], rng: random.Random) -> str:
    """Return a question of a template and kind in one of its wordings, drawn at random."""
    forms = FORMS[template]
    return rng.choice(forms.get(kind) or forms["query"]).format_map({**slots, "p": PROPERTY.get(kind, "")})
