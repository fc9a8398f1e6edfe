"""Questions about who does what to what in a frame, and about all that it shows: SSG-VQA's short lines."""

from __future__ import annotations

from collections.abc import Iterator

from curriculum_kit.wordings.base import Variety
from curriculum_kit.writers.rules.frames import Frame, filled, read_only, reader
from curriculum_kit.writers.rules.meaning import Deed, DeedMeaning
from curriculum_kit.writers.rules.things import Phrasing

_S, _P, _O, _R = Variety.SYNTAX, Variety.PERSPECTIVE, Variety.ORDER, Variety.REGISTER

FRAMES = {
    Deed.DOING: (
        Frame("What is the {known} doing?", _S),
        Frame("What action is the {known} performing?", _S),
        Frame("What action does the {known} perform?", _S),
        Frame("What do you see the {known} doing?", _P),
        Frame("In the frame, what is the {known} doing?", _O),
        Frame("Looking at the frame, what is the {known} doing?", _P),
        Frame("What is being done with the {known}?", _S),
        Frame("The {known} is performing what action?", _S),
        Frame("What would you say the {known} is doing?", _P),
        Frame("Which action is being carried out with the {known}?", _R),
    ),
    Deed.TOOL: (
        *read_only("Which tool is operating on {known}?"),
        Frame("Which tool is operating on the {known}?", _S),
        Frame("Which tool do you see operating on the {known}?", _P),
        Frame("In the frame, which tool is operating on the {known}?", _O),
        Frame("Looking at the frame, which tool is operating on the {known}?", _P),
        Frame("What tool is being used to operate on the {known}?", _S),
        Frame("With which tool is the {known} being operated on?", _O),
        Frame("The {known} is being operated on with which tool?", _S),
        Frame("Which tool is at work on the {known}?", _R),
        Frame("What is the tool that is operating on the {known}?", _S),
    ),
    Deed.ACTION: (
        *read_only("What is the action being performed on {known}?"),
        Frame("What is the action being performed on the {known}?", _S),
        Frame("What action is being performed on the {known}?", _S),
        Frame("What is being done to the {known}?", _R),
        Frame("What action do you see being performed on the {known}?", _P),
        Frame("In the frame, what action is being performed on the {known}?", _O),
        Frame("Looking at the frame, what is being done to the {known}?", _P),
        Frame("Which action is being carried out on the {known}?", _R),
        Frame("On the {known}, what action is being performed?", _O),
        Frame("What would you call the action being performed on the {known}?", _P),
    ),
    Deed.TARGET: (
        Frame("Which target is being {known} in the scene?", _S),
        Frame("In the scene, which target is being {known}?", _O),
        Frame("What is the target being {known} in the scene?", _S),
        Frame("What is the target that is being {known} in the scene?", _S),
        Frame("Which target do you see being {known} in the scene?", _P),
        Frame("What is the name of the target being {known} in the scene?", _R),
        Frame("Looking at the scene, which target is being {known}?", _P),
        Frame("The target being {known} in the scene is what?", _S),
        Frame("What would you call the target being {known} in the scene?", _P),
    ),
    Deed.PRESENT: (
        Frame("Which {known} are present?", _S),
        Frame("Which {known} can be seen?", _S),
        Frame("Which {known} do you see?", _P),
        Frame("Which {known} does the frame show?", _P),
        Frame("In the frame, which {known} are present?", _O),
        Frame("What are the {known} present in the frame?", _S),
        Frame("Looking at the frame, which {known} are visible?", _P),
        Frame("Which {known} are there in the frame?", _R),
    ),
}

_NAME = r"\w+"
_PATTERNS = {
    Deed.DOING: _NAME,
    Deed.TOOL: _NAME,
    Deed.ACTION: _NAME,
    Deed.TARGET: r"\w+ed|cut",
    Deed.PRESENT: "anatomical structures|tools",
}
_READERS = [(deed, reader(frame, {"known": _PATTERNS[deed]})) for deed, frames in FRAMES.items() for frame in frames]


def read(text: str) -> tuple[DeedMeaning, Frame] | None:
    """Return what a tidied text means and the frame that it has."""
    lowered = text.lower()
    for deed, reading in _READERS:
        if slots := reading.read(text, lowered):
            return DeedMeaning(deed, slots["known"]), reading.frame
    return None


def frames_for(meaning: DeedMeaning) -> Iterator[Frame]:
    """Yield the frames that a meaning can be written in."""
    return (frame for frame in FRAMES[meaning.asked] if frame.variety)


def write(frame: Frame, meaning: DeedMeaning, words: Phrasing) -> str:
    """Return a meaning as a sentence of this frame. There is nothing to choose."""
    return filled(frame, {"known": meaning.known})
