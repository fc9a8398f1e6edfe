"""Values as tables hold them: null in its many forms, numbers for text, lists written as text."""

from __future__ import annotations

import ast
import json
import math
import warnings
from typing import Any

from curriculum_kit.benchmarks.base import RowError
from curriculum_kit.schemas import Reason

_MAX_LITERAL = 1_000_000
"""Characters of a list written as text; a longer one is not parsed."""


def is_null(value: object) -> bool:
    """Say whether a value stands for nothing: None, or the NaN that pandas writes for it."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def text_of(value: object, field: str) -> str | None:
    """Return text, numbers and booleans as text and null as None; refuse lists, objects and bytes.

    A whole number is written without a point: pandas makes 2.0 of a 2 that shares its column with nulls.
    """
    if isinstance(value, str):
        return value
    if is_null(value):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool | int | float):
        return str(value)
    raise RowError(Reason.FIELD_NOT_TEXT, f"{field} is a {type(value).__name__}")


def unpack_text(text: str) -> Any:
    """Return the list or object that a text spells as JSON or as a Python literal, else None.

    >>> unpack_text("['a', 'b']"), unpack_text('["a", "b"]'), unpack_text("[see below]")
    (['a', 'b'], ['a', 'b'], None)
    """
    text = text.strip()
    if not text.startswith(("[", "{")) or len(text) > _MAX_LITERAL:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a stray backslash in an option is no concern of the user's
            unpacked = ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
    return unpacked if isinstance(unpacked, list | dict) else None
