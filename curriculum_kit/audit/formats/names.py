"""How the features of `features` are called: in words for people, and as a stable name."""

from __future__ import annotations

import re
import unicodedata

_OF_CLASS = {
    "lower-case": "in lower case",
    "upper-case": "in upper case",
    "digit": "with a digit",
    "punctuation": "with a punctuation mark",
    "white-space": "with white space",
    "vowel": "with a vowel",
    "consonant": "with a consonant",
    "non-ascii": "with a character beyond ASCII",
    "invisible": "with an invisible character",
}
_IN_CLASS = {"lower-case": "a lower-case letter", "upper-case": "an upper-case letter"}
_IS = {
    "article": "begins with an article",
    "title-case": "begins every word in upper case",
    "all-upper-case": "is all in upper case",
    "all-lower-case": "is all in lower case",
    "unlike-its-label": "is spelled unlike its canonical label",
    "odd-white-space": "has doubled or outer white space",
    "several-sentences": "goes on after the end of a sentence",
    "one-word": "is a single word",
    "doubled-letter": "has a doubled letter",
    "repeated-word": "has a word twice",
}
_WITH_TEXT = {
    "begins": "begins with {}",
    "ends": "ends with {}",
    "contains": "contains {}",
    "word": "contains the word {}",
    "first-word": "has {} for its first word",
    "last-word": "has {} for its last word",
}
_RUNS = {"A": 'capitals, such as "MRI"', "a": 'lower-case letters, such as "liver"', "0": 'digits, such as "12"'}
_LIKE = {"A": "M", "a": "r", "0": "1"}
_NOT = {
    "begins": "does not begin",
    "ends": "does not end",
    "contains": "does not contain",
    "has": "does not have",
    "goes": "does not go",
    "is": "is not",
}


def has_phrase(family: str, what: str) -> tuple[str, str]:
    """Return what an option with the feature does and what one without it does.

    >>> has_phrase("ends", ".")
    ('ends with "." (full stop)', 'does not end with "." (full stop)')
    """
    has = _phrase(family, what)
    verb, rest = has.split(" ", 1)
    return has, f"{_NOT[verb]} {rest}"


def _phrase(family: str, what: str) -> str:
    if family == "is":
        return _IS[what]
    if family == "contains-class":
        return f"contains {_IN_CLASS.get(what, _OF_CLASS[what].removeprefix('with '))}"
    if family.endswith("-class"):
        return f"{family.removesuffix('-class')} {_OF_CLASS[what]}"
    if family == "divided":
        divisor, measure = what.split(" ")
        return f"has {'an even number' if divisor == '2' else 'a multiple of 3'} of {measure}"
    if family == "shape":
        # Every run of one kind of character is one character here: M for capitals, r for other letters, 1 for digits.
        like = "".join(_LIKE.get(kind, kind) for kind in what)
        return f"is one run of {_RUNS[what]}" if what in _RUNS else f"is written like {shown(like)}"
    return _WITH_TEXT[family].format(shown(what))


def shown(text: str) -> str:
    """Return the text in quotes; single marks and what cannot be seen with their Unicode name.

    >>> shown("ab"), shown("\\u200b")
    ('"ab"', 'zero width space')
    """
    if all(c.isalnum() or (c == " " and len(text) > 1) for c in text):
        return f'"{text}"'
    visible = all(c == " " or (c.isprintable() and not unicodedata.combining(c)) for c in text) and text.strip()
    names = ", ".join(_character(c) for c in text)
    if len(text) == 1:
        return f'"{text}" ({names})' if visible else names
    return f'"{text}"' if visible else names


def name_of(family: str, what: str) -> str:
    """Return the stable name of a feature: lower-case words and hyphens.

    >>> name_of("begins-class", "lower-case"), name_of("ends", "."), name_of("contains", "aB")
    ('begins-lower-case', 'ends-full-stop', 'contains-a-capital-b')
    """
    if family == "is":
        return what
    if family.endswith("-class") or family == "divided":
        return f"{family.removesuffix('-class')}-{what.replace(' ', '-')}"
    if family.endswith("word") and what.isascii():
        return f"{family}-{what.replace('_', '-')}"
    characters = "-".join(_character(c).replace(" ", "-") for c in what)
    return f"{family}-{characters or 'nothing'}"


def _character(character: str) -> str:
    """Return the name of a character: itself for the letters a to z and digits."""
    if character.isascii() and character.isalnum():
        return character if not character.isupper() else f"capital {character.lower()}"
    name = unicodedata.name(character, f"u+{ord(character):04x}").lower()
    return re.sub(r"[^a-z0-9+]+", " ", name)
