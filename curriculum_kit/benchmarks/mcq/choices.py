"""Options in the shapes that people write them in: lists, columns, objects, dicts, and each of them as text.

Turns away options that cannot be told apart (`choices_unreadable`) and more than there are letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from curriculum_kit.benchmarks.base import RowError
from curriculum_kit.benchmarks.inline_options import split_inline_options
from curriculum_kit.benchmarks.mcq.cells import is_null, text_of, unpack_text
from curriculum_kit.schemas import MAX_CHOICES, Reason

_KEY_NAMES = ("letter", "label", "key")
_TEXT_NAMES = ("content", "text", "value")
_PREFIX = re.compile(r"\(?([A-Z])[).:]\s*(?=\S)")


def read_choices(value: Any) -> tuple[str, ...]:
    """Return the options in the order of their letters; blank ones keep their place, but not at the end.

    `value` is a list of texts, `{"A": text}`, `[{"letter": "A", "content": text}]` (or label and text, or key and
    value), `{"label": [letters], "text": [texts]}`, one of these written as JSON or as a Python literal, or
    `A) x, B) y`. Letters that lead the texts of a list (`["A. x", "B. y"]`) are cut. Raises `RowError`.

    >>> read_choices("['CT', 'MRI']"), read_choices({"B": "MRI", "A": "CT"})
    (('CT', 'MRI'), ('CT', 'MRI'))
    """
    if is_null(value) or value == "":
        raise RowError(Reason.FIELD_MISSING, "choices")
    if isinstance(value, str):
        unpacked = unpack_text(value)
        value = _inline(value) if unpacked is None else unpacked
    if isinstance(value, dict):
        value = _pairs_of_dict(value)
    if not isinstance(value, list | tuple):
        raise RowError(Reason.CHOICES_UNREADABLE, f"choices is a {type(value).__name__}")
    if len(value) > MAX_CHOICES:
        raise RowError(Reason.TOO_MANY_CHOICES, f"{len(value)} options, at most {MAX_CHOICES}")
    if value and all(isinstance(item, dict) for item in value):
        value = [(_one_of(item, _KEY_NAMES), _one_of(item, _TEXT_NAMES)) for item in value]
    if value and all(isinstance(item, tuple) and len(item) == 2 for item in value):
        value = _by_letter(value)
    texts = [(text_of(item, "an option") or "").strip() for item in value]
    while texts and not texts[-1]:
        texts.pop()
    if not texts:
        raise RowError(Reason.TOO_FEW_CHOICES, "all options are blank" if value else "no options")
    return _without_prefixes(texts)


def _inline(text: str) -> tuple[str, ...]:
    try:
        rest, options = split_inline_options(text)
    except ValueError:
        rest, options = text, ()
    if rest:
        raise RowError(Reason.CHOICES_UNREADABLE, text[:200])
    return options


def _pairs_of_dict(value: dict[Any, Any]) -> list[tuple[Any, Any]]:
    """Return (letter, text) pairs of `{"A": "x"}` or of `{"label": ["A"], "text": ["x"]}`."""
    letters, texts = (
        next((value[name] for name in names if name in value), None) for names in (_KEY_NAMES, _TEXT_NAMES)
    )
    if isinstance(letters, Sequence) and isinstance(texts, Sequence) and len(letters) == len(texts):
        return list(zip(letters, texts, strict=True))
    return list(value.items())


def _one_of(item: dict[Any, Any], names: tuple[str, ...]) -> Any:
    found = [name for name in names if name in item]
    if len(found) != 1:
        raise RowError(Reason.CHOICES_UNREADABLE, f"an option with the keys {', '.join(map(str, item))}")
    return item[found[0]]


def _by_letter(pairs: Iterable[tuple[Any, Any]]) -> list[Any]:
    """Return the texts in the order of their letters, which must be A, B, C, ... without gap or repetition."""
    by_letter = sorted(
        (str(letter).strip().strip("().:").upper(), place, text) for place, (letter, text) in enumerate(pairs)
    )
    letters = [letter for letter, _, _ in by_letter]
    if letters != [chr(ord("A") + place) for place in range(len(letters))]:
        raise RowError(Reason.CHOICES_UNREADABLE, f"the options' letters are {', '.join(letters)[:200]}")
    return [text for _, _, text in by_letter]


def _without_prefixes(texts: list[str]) -> tuple[str, ...]:
    ends = []
    for place, text in enumerate(texts):
        found = _PREFIX.match(text)
        if not found or found[1] != chr(ord("A") + place) or len(texts) < 2:
            return tuple(texts)
        ends.append(found.end())
    return tuple(text[end:] for text, end in zip(texts, ends, strict=True))
