"""What a model wrote, read into wordings: JSON where it kept to it, JSON out of fences or talk where it did not.

Nothing here judges a wording; that is the gate's work. Only the size is bounded, so that a model that does not stop
fills no memory: a text that is far too long is passed on cut, and the gate refuses it as too long.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from curriculum_kit.wordings.base import Failure, Reply, Variety, Wording

LONGEST_TEXT = 4_000
"""Characters of a wording that are passed on; the longest question of the benchmarks has 253."""

LONGEST_REPLY = 400_000
"""Characters of a reply that are read."""

_TRIES = 200
"""Places in a reply at which a JSON value is looked for."""

_FENCE = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL | re.IGNORECASE)
_THOUGHT = re.compile(r"\A.*</think(?:ing)?>|\A\s*<think(?:ing)?>.*\Z", re.DOTALL | re.IGNORECASE)
_VALUE = re.compile(r"[\[{]")
_DECLINES = re.compile(
    r"\b(?:i(?:'m| am)? (?:really |very |so )?(?:sorry|afraid)"
    r"|i (?:can(?:'t|not| not)|could(?:n't| not)|won't|will not|must decline|decline"
    r"|am (?:unable|not able|not allowed)|do(?:n't| not) feel comfortable)"
    r"|i'm (?:unable|not able|not allowed)|as an ai\b|against my (?:guidelines|policy|programming))",
    re.IGNORECASE,
)
_OPENING = 200
"""Characters in which a model that declines says so."""


def read_wordings(content: str, wanted: int, *, finish: str | None = None, refusal: str | None = None) -> Reply:
    """Return the wordings of a model's text, at most `wanted`, or why there are none; tokens are not counted here.

    `finish` is the server's reason for the end (`stop`, `length`, `content_filter`), `refusal` what it declined with.
    A text that was cut off but holds whole JSON counts: some models go on talking after it. Failures are `DECLINED`,
    `CUT_OFF` and `UNREADABLE`; `detail` then shows how the text begins.
    """
    if refusal or finish == "content_filter":
        return Reply(failure=Failure.DECLINED, detail=_start(refusal or "the server's content filter stopped it"))
    text = _THOUGHT.sub("", content[:LONGEST_REPLY]).strip()
    for value in _values(text):
        found = _wordings(value)
        if found:
            return Reply(tuple(found[:wanted]))
    if finish == "length":
        return Reply(failure=Failure.CUT_OFF, detail=f"the reply ended at the limit of tokens: {_start(text)}")
    if _DECLINES.search(text[:_OPENING].replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")):
        return Reply(failure=Failure.DECLINED, detail=_start(text))
    return Reply(failure=Failure.UNREADABLE, detail=_start(text) or "the reply was empty")


def _values(text: str) -> Iterator[Any]:
    """Yield JSON values of a text: itself, what stands in fences, then whatever begins with a bracket."""
    for part in (text, *(match[1] for match in _FENCE.finditer(text))):
        try:
            yield json.loads(part)
        except (ValueError, RecursionError):
            continue
    decoder, end = json.JSONDecoder(), 0
    for number, match in enumerate(_VALUE.finditer(text)):
        if number == _TRIES:
            return
        if match.start() < end:  # inside a value that was read
            continue
        try:
            value, end = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            continue
        yield value


def _wordings(value: Any) -> list[Wording]:
    """Return the wordings of a JSON value: `{"wordings": [...]}` of objects or texts, or a list of such objects."""
    items = value.get("wordings") if isinstance(value, dict) else value
    if not isinstance(items, list):
        return []
    found = []
    for item in items:
        text = item.get("text") if isinstance(item, dict) else item
        if isinstance(text, str) and (isinstance(item, dict) or isinstance(value, dict)):
            found.append(Wording(text[:LONGEST_TEXT], _variety(item)))
    return found


def _variety(item: Any) -> Variety | None:
    named = item.get("variety") if isinstance(item, dict) else None
    return Variety(named) if isinstance(named, str) and named in set(Variety) else None


def _start(text: str) -> str:
    return " ".join(text[: 2 * _OPENING].split())[:_OPENING]
