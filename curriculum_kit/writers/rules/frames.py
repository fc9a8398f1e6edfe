"""Sentences with slots, which serve both to read and to write.

In a frame's text, `{slot}` stands for what fills it. Frames that are only read may also hold `[one|other]`, words that
may be there, and `<one|other>`, of which one must. Everything is read without regard to case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from curriculum_kit.wordings.base import Variety

_PART = re.compile(r"\{(\w+)\}|\[([^\]]*)\]|<([^>]*)>|([^{\[<]+)")


@dataclass(frozen=True, slots=True)
class Frame:
    """A sentence with slots. Without a `variety` it is one that is read only: nobody should write it."""

    text: str
    variety: Variety | None = None

    @property
    def slots(self) -> frozenset[str]:
        """The names of its slots."""
        return frozenset(match[1] for match in _PART.finditer(self.text) if match[1])


def read_only(*texts: str) -> tuple[Frame, ...]:
    """Return frames that are read and never written."""
    return tuple(Frame(text) for text in texts)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads texts that have a frame. `words` must stand somewhere in them: to look for these first is quick."""

    frame: Frame
    pattern: re.Pattern[str]
    words: str

    def read(self, text: str, lowered: str) -> dict[str, str] | None:
        """Return what fills each slot in a tidied text (given in lower case too), None where it has another form."""
        if self.words not in lowered:
            return None
        match = self.pattern.fullmatch(text)
        return match.groupdict() if match else None


def reader(frame: Frame, patterns: Mapping[str, str]) -> Reader:
    """Return a reader for a frame. `patterns` says what may fill a slot; a slot that it lacks takes anything."""
    parts, literal = [], []
    for slot, optional, either, words in _PART.findall(frame.text.removesuffix("?")):
        if slot:
            parts.append(f"(?P<{slot}>{patterns.get(slot, '.+?')})")
        elif optional:
            parts.append(f"(?:{optional})?")
        elif either:
            parts.append(f"(?:{either})")
        else:
            parts.append(re.escape(words))
            literal.append(words.lower())
    return Reader(frame, re.compile("".join(parts), re.IGNORECASE), max(literal, key=len))


@lru_cache(maxsize=4096)
def tidied(text: str) -> str:
    """Return a question with single spaces, without the marks around it.

    >>> tidied("What anatomy is at the  center of the frame ?")
    'What anatomy is at the center of the frame'
    """
    return " ".join(text.split()).strip('"').rstrip("?. ")


def filled(frame: Frame, values: Mapping[str, str]) -> str:
    """Return the frame as a sentence: slots filled, the first letter a capital."""
    text = "".join(values[slot] if slot else words for slot, *_, words in _PART.findall(frame.text))
    return text[:1].upper() + text[1:]


def an(phrase: str) -> str:
    """Return a phrase with its indefinite article.

    >>> an("omentum"), an("hook"), an("ultrasound image")
    ('an omentum', 'a hook', 'an ultrasound image')
    """
    return ("an " if phrase[:1].lower() in "aeiou" else "a ") + phrase
