"""All families of forms together: what a text means, and every sentence that means the same."""

from __future__ import annotations

from collections.abc import Iterator

from curriculum_kit.writers.rules import deeds, picture, scene
from curriculum_kit.writers.rules.frames import Frame, tidied
from curriculum_kit.writers.rules.meaning import DeedMeaning, Meaning, SceneMeaning
from curriculum_kit.writers.rules.things import Phrasing

MAX_QUESTION = 400
"""Characters. No question of a known form comes near; patterns need not look at longer texts."""


def read(text: str) -> tuple[Meaning, Frame] | None:
    """Return what a question means and the frame that it has, None where no form fits."""
    if len(text) > MAX_QUESTION:
        return None
    question = tidied(text)
    return scene.read(question) or deeds.read(question) or picture.read(question)


def parse(text: str) -> Meaning | None:
    """Return what a question means, None where the grammar does not know its form.

    White space, the question mark at the end, and the case of all but names do not matter.

    >>> parse("What is the red anatomy?") == parse("What would you call the red anatomical structure?")
    True
    >>> parse("What is being displayed in this ultrasound image?")
    ... # doctest: +NORMALIZE_WHITESPACE
    PictureMeaning(asked=<PictureAsked.SHOWN: 'shown'>, picture=Picture(modifier='ultrasound', noun='image',
        article='this'), noun='', predicate='shown', manner='', part='')
    >>> parse("Is this normal?") is None
    True
    """
    found = read(text)
    return found and found[0]


def frames_for(meaning: Meaning) -> Iterator[Frame]:
    """Yield the frames that a meaning can be written in."""
    if isinstance(meaning, SceneMeaning):
        return scene.frames_for(meaning)
    return deeds.frames_for(meaning) if isinstance(meaning, DeedMeaning) else picture.frames_for(meaning)


def write(frame: Frame, meaning: Meaning, words: Phrasing) -> str:
    """Return a meaning as a sentence of this frame."""
    if isinstance(meaning, SceneMeaning):
        return scene.write(frame, meaning, words)
    if isinstance(meaning, DeedMeaning):
        return deeds.write(frame, meaning, words)
    return picture.write(frame, meaning, words)
