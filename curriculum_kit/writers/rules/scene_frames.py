"""Sentences that ask about the objects of a scene: SSG-VQA's own and others that mean the same.

Slots: `d` "the OBJECT" and `a` "a OBJECT", with relations; `xsr` the plural with relations; `xr` the singular with
relations; `xs` the plural alone; `r` one or more relations; `one` exactly one; `k` a noun, `place` a cell of the frame;
`ay` "a REFERENCE" and `rw` the words of the only relation that leads to it. Commas and question marks behind
"There is a OBJECT" are read as semicolons.
"""

from __future__ import annotations

from curriculum_kit.wordings.base import Variety
from curriculum_kit.writers.rules.frames import Frame, read_only
from curriculum_kit.writers.rules.meaning import Asked

_S, _P, _O, _R = Variety.SYNTAX, Variety.PERSPECTIVE, Variety.ORDER, Variety.REGISTER

_COMPONENT = (
    *read_only(
        "What name is {d}?", "{d} is what name?", "There is {a}; what name is it?",
        "What {k} is at the {place} of the frame?",
    ),
    Frame("What is {d}?", _S),
    Frame("What is the name of {d}?", _R),
    Frame("What is {d} called?", _S),
    Frame("What would you call {d}?", _P),
    Frame("There is {a}; what is its name?", _S),
    Frame("There is {a}; what is it?", _S),
    Frame("What name does {d} have?", _S),
    Frame("What name would a surgeon give to {d}?", _P),
    Frame("Looking at the frame, what is {d}?", _P),
    Frame("In the frame, what is {d} called?", _O),
    Frame("By what name is {d} known?", _R),
    Frame("{d} is called what?", _S),
    Frame("What is the correct name for {d}?", _R),
)  # fmt: skip
_COLOR = (
    *read_only("There is {a}; what is its color?"),
    Frame("What color is {d}?", _S),
    Frame("What is the color of {d}?", _S),
    Frame("There is {a}; what color is it?", _S),
    Frame("{d} is what color?", _S),
    Frame("Which color does {d} have?", _S),
    Frame("What color would you say {d} is?", _P),
    Frame("Looking at the frame, what color is {d}?", _P),
    Frame("In the frame, what is the color of {d}?", _O),
    Frame("In which color does {d} appear?", _R),
    Frame("Which color is {d}?", _S),
    Frame("There is {a}; which color does it have?", _R),
    Frame("What color do you see on {d}?", _P),
)
_TYPE = (
    *read_only("There is {a}; what is its type?"),
    Frame("What type is {d}?", _S),
    Frame("What is the type of {d}?", _S),
    Frame("There is {a}; what type is it?", _S),
    Frame("{d} is what type?", _S),
    Frame("Which type does {d} belong to?", _S),
    Frame("What type would you say {d} is?", _P),
    Frame("Looking at the frame, what type is {d}?", _P),
    Frame("In the frame, what is the type of {d}?", _O),
    Frame("Of what type is {d}?", _R),
    Frame("To which type does {d} belong?", _R),
    Frame("There is {a}; of what type is it?", _R),
    Frame("There is {a}; which type does it belong to?", _R),
)
_LOCATION = (
    *read_only(
        "What location is {d}?", "{d} is what location?",         "There is {a}; what location is it?",
    ),
    Frame("What is the location of {d}?", _S),
    Frame("There is {a}; what is its location?", _S),
    Frame("At what location is {d}?", _S),
    Frame("What location does {d} have?", _S),
    Frame("At which location would you say {d} is?", _P),
    Frame("Looking at the frame, what is the location of {d}?", _P),
    Frame("In the frame, at what location is {d}?", _O),
    Frame("At which location in the frame does {d} lie?", _R),
    Frame("At which location can {d} be found?", _R),
    Frame("At which location do you see {d}?", _P),
    Frame("{d} is at what location?", _S),
    Frame("Where is {d}?", _S),
    Frame("There is {a}; where is it?", _R),
    Frame("Where in the frame is {d} located?", _R),
)  # fmt: skip
_COUNT = (
    *read_only("What number of {xs} are {r}?", "What is the total number of {xsr}?"),
    Frame("What number of {xsr} are there?", _R),
    Frame("Looking at the frame, how many {xs} do you see {r}?", _P),
    Frame("Looking at the frame, how many {xsr} do you see?", _P),
    Frame("How many {xs} are {r}?", _S),
    Frame("How many {xsr} are there?", _S),
    Frame("How many {xs} do you see {r}?", _P),
    Frame("How many {xs} can be seen {r}?", _S),
    Frame("In the frame, how many {xs} are {r}?", _O),
    Frame("What is the number of {xsr}?", _S),
    Frame("How many {xsr} do you see?", _P),
    Frame("How many {xsr} can be seen?", _S),
    Frame("There are how many {xsr}?", _S),
    Frame("How many {xsr} does the frame show?", _P),
    Frame("How many {xsr} can you count?", _P),
    Frame("In the frame, how many {xsr} are there?", _O),
    Frame("{one}, how many {xs} are there?", _O),
    Frame("There is {ay}; how many {xs} are {rw} it?", _O),
    Frame("If you count the {xsr}, how many are there?", _P),
)
_EXIST = (
    *read_only("Are any {xs} {r}?", "Are there any {xr}?"),
    Frame("Are there any {xsr}?", _S),
    Frame("Is there {a}?", _S),
    Frame("Is there any {xr}?", _S),
    Frame("Do you see any {xsr}?", _P),
    Frame("Does the frame show any {xsr}?", _P),
    Frame("Can any {xsr} be seen?", _S),
    Frame("In the frame, are there any {xsr}?", _O),
    Frame("Are any {xs} to be found {r}?", _R),
    Frame("There is {ay}; are there any {xs} {rw} it?", _O),
    Frame("Are any {xs} present {r}?", _R),
    Frame("Can you see any {xsr}?", _P),
    Frame("Are there {xsr}?", _S),
)

FRAMES = {
    Asked.NAME: _COMPONENT,
    Asked.COLOR: _COLOR,
    Asked.TYPE: _TYPE,
    Asked.LOCATION: _LOCATION,
    Asked.COUNT: _COUNT,
    Asked.EXIST: _EXIST,
}
