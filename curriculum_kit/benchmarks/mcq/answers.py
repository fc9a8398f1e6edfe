"""Which option an answer means: by its text, by its letter or by its index, in this order.

An answer that equals an option's text (case, underscores, white space and a final full stop aside) means that option.
Else a letter (`C`, `(C)`, `<answer> C </answer>`) means the option of that letter, a letter with its text
(`C) Liver`) the option that has this text there, and a number the option of that index. A number that is a number in
the source too, and could be text as well as index, is `answer_ambiguous` unless the kind of answers is given. (In CSV
everything is text, so there the option's text wins.)
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Any

from curriculum_kit.benchmarks.base import RowError
from curriculum_kit.benchmarks.inline_options import letter_of, strip_answer_tag
from curriculum_kit.benchmarks.mcq.cells import is_null, text_of
from curriculum_kit.benchmarks.mcq.options import AnswerKind
from curriculum_kit.labels import fold_label
from curriculum_kit.schemas import Reason

_NUMBER = re.compile(r"(-?[0-9]{1,9})(?:\.0)?")
_LED_BY_LETTER = re.compile(r"(\(?[A-Za-z][).:])\s*(.+)", re.DOTALL)
_fold = functools.lru_cache(maxsize=16_384)(fold_label)


def read_answer(
    value: Any, choices: Sequence[str], kind: AnswerKind | None = None, base: int = 0
) -> tuple[str | None, int | None]:
    """Return the answer as (text, None) or as (None, index from 0 into `choices`); raise `RowError`.

    `kind` limits how the answer may be read, `base` is the index of the first option. The text is one that is no
    option, or the answer of a question without choices; the index may lie outside of `choices`.

    >>> read_answer("liver", ["Gut", "Liver."]), read_answer("B", ["Gut", "Liver"]), read_answer(1, ["Gut", "Liver"])
    ((None, 1), (None, 1), (None, 1))
    """
    if isinstance(value, list | tuple):
        if len(value) > 1:
            raise RowError(Reason.SEVERAL_ANSWERS, f"{len(value)} answers")
        value = value[0] if value else None
    if is_null(value):
        raise RowError(Reason.FIELD_MISSING, "answer")
    text = strip_answer_tag(text_of(value, "answer") or "")
    if not text:
        raise RowError(Reason.ANSWER_EMPTY)
    if not choices:
        return _open_answer(text, kind), None
    readings = {
        AnswerKind.TEXT: _by_text(text, choices),
        AnswerKind.LETTER: _by_letter(text, choices),
        AnswerKind.INDEX: _by_index(text, base),
    }
    if kind is not None:
        if readings[kind] is None:
            raise RowError(Reason.ANSWER_NOT_IN_CHOICES, f"{text[:200]!r} is no {kind} of an option")
        return None, readings[kind]
    by_text, _, by_index = readings.values()
    could_be_index = by_index is not None and 0 <= by_index < len(choices) and not isinstance(value, str)
    if by_text is not None and could_be_index and by_index != by_text:
        raise RowError(Reason.ANSWER_AMBIGUOUS, f"{text} is the text of option {by_text} and an index too")
    place = next((place for place in readings.values() if place is not None), None)
    return (text, None) if place is None else (None, place)


def _open_answer(text: str, kind: AnswerKind | None) -> str:
    """Return the answer of a question without options, unless it names one of them."""
    names_option = letter_of(text) is not None if kind is None else kind is not AnswerKind.TEXT
    if names_option:
        raise RowError(Reason.CHOICES_UNREADABLE, f"the answer is {text[:200]!r}, but no options were found")
    return text


def _by_text(text: str, choices: Sequence[str]) -> int | None:
    wanted = _fold(text)
    return next((place for place, choice in enumerate(choices) if _fold(choice) == wanted), None)


def _by_letter(text: str, choices: Sequence[str]) -> int | None:
    """Return the index meant by `C`, or by `C) Liver` where that option is Liver."""
    found = _LED_BY_LETTER.fullmatch(text)
    if found is None:
        return letter_of(text)
    place = letter_of(found[1])
    same = place is not None and place < len(choices) and _fold(found[2]) == _fold(choices[place])
    return place if same else None


def _by_index(text: str, base: int) -> int | None:
    found = _NUMBER.fullmatch(text)
    return int(found[1]) - base if found else None
