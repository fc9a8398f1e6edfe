"""Options that stand inside the question's own text, and answers that are a letter.

`What is this? A)CT, B)Liver, with gut, C)MRI` holds its options behind markers of one style: `A)`, `(A)`, `A.` or
`A:`. Markers look like much else (`vitamin A)`, `(type B)`, `E. coli`), so a run of markers counts only where its
letters go A, B, C, ... without gap or repetition and each is followed by text. What cannot be read so is an error:
a guess would make wrong options.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from enum import IntEnum

_TEXT_FOLLOWS = re.compile(r"(?!\s*(?:[,;)]|\.(?:\s|$)|$))")
_UPPER_STYLES = {
    "(A)": re.compile(r"\(([A-Z])\)"),
    "A)": re.compile(r"(?<![\w(/'&+-])([A-Z])\)"),
    "A.": re.compile(r"(?<![\w(/'&+.-])([A-Z])\."),
    "A:": re.compile(r"(?<![\w(/'&+.-])([A-Z]):"),
}
# Lower case only with a parenthesis: "a." and "a:" are too often words of a sentence.
_LOWER_STYLES = {
    "(a)": re.compile(r"\(([a-z])\)"),
    "a)": re.compile(r"(?<![\w(/'&+-])([a-z])\)"),
}
_SEPARATORS = " \t\r\n,;"
_CONJUNCTION = re.compile(r"[,;]\s*(?:or|and)$")
_HEADING = re.compile(r"(?:^|(?<=[?.!:])|\n)\s*(?:\w+ )?(?:options|choices)\s*:?$", re.IGNORECASE)
_ANSWER_TAG = re.compile(r"<(/?)answer>", re.IGNORECASE)
_LETTER = re.compile(r"\(([A-Za-z])\)|([A-Za-z])[.):]?")

_MAX_MARKERS = 400
"""A text with more is no question, and would take long to search."""


class _Before(IntEnum):
    """What separates a marker from the text before it; the higher, the surer that it is a marker."""

    SPACE = 0
    STOP = 1
    COMMA = 2
    LINE = 3


@dataclass(frozen=True, slots=True)
class _Marker:
    start: int
    end: int
    letter: int
    before: _Before
    has_text: bool


def split_inline_options(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the question without its options, and the options in order.

    The last run of markers that starts at A is taken. The separator before the next marker is cut from an option;
    commas and parentheses within one are kept. Where options stand on lines of their own, the last one ends with its
    line: what follows is an instruction, or, where nothing stands before the options, the question. A heading
    `Options:` before the options is cut. Raises `ValueError` where there is no run of at least two options, or its
    letters skip or repeat.

    >>> split_inline_options("What is this? A)CT, B)Liver, with gut, C)MRI (T1), D)X-ray")
    ('What is this?', ('CT', 'Liver, with gut', 'MRI (T1)', 'X-ray'))
    """
    best: list[_Marker] = []
    for styles in (_UPPER_STYLES, _LOWER_STYLES):
        runs = [run for style, pattern in styles.items() if (run := _find_run(text, style, pattern))]
        for run in sorted(runs, key=lambda run: run[0].start):
            # A run that only begins where another ends is the options; the other named parts of the question.
            if not best or run[0].start > best[-1].start or len(run) > len(best):
                best = run
        if best:
            return _cut(text, best)
    raise ValueError("no options such as 'A) x, B) y' in the text")


def letter_of(text: str) -> int | None:
    """Return the index (A is 0) meant by an answer that is nothing but a letter, else None.

    >>> [letter_of(answer) for answer in ("C", "c", "(C)", "C.", "C)", "<answer> C </answer>")]
    [2, 2, 2, 2, 2, 2]
    >>> letter_of("CT") is None
    True
    """
    found = _LETTER.fullmatch(strip_answer_tag(text))
    return ord((found[1] or found[2]).upper()) - ord("A") if found else None


def strip_answer_tag(text: str) -> str:
    """Return what stands between the last `<answer>` and `</answer>`, or the text itself, stripped.

    >>> strip_answer_tag("<answer> Liver </answer>")
    'Liver'
    """
    if "<" not in text:
        return text.strip()
    tags = list(_ANSWER_TAG.finditer(text))
    for opening, closing in reversed(list(itertools.pairwise(tags))):
        if not opening[1] and closing[1]:
            return text[opening.end() : closing.start()].strip()
    return text.strip()


def _find_run(text: str, style: str, pattern: re.Pattern[str]) -> list[_Marker]:
    """Return the markers of the options in one style, or an empty list; the surest reading comes first."""
    closes = style.endswith(")")
    everywhere = _markers(text, pattern, closes)
    if not 2 <= len(everywhere) <= _MAX_MARKERS:
        return []
    inside = _in_parentheses(text) if closes and "(" in text else set()
    outside = [m for m in everywhere if m.start not in inside]
    # An option with a parenthesis that is never closed hides all markers after it: hence the second reading.
    for markers in (outside, everywhere) if len(outside) < len(everywhere) else (outside,):
        starts = [m for m in markers if m.letter == 0 and m.has_text]
        starts.sort(key=lambda m: (m.before > _Before.SPACE, m.start), reverse=True)
        for surest in reversed(_Before):
            for start in starts:
                run = _follow(text, start, [m for m in markers if m.start > start.start], surest, closes)
                if run:
                    return run
    return []


def _markers(text: str, pattern: re.Pattern[str], closes: bool) -> list[_Marker]:
    found = []
    for match in pattern.finditer(text):
        before = _before(text, match.start())
        # "E.coli" amid a sentence is no marker, "E.Liver" on its own line is one.
        if not closes and before is _Before.SPACE and not text[match.end() : match.end() + 1].isspace():
            continue
        letter = ord(match[1].upper()) - ord("A")
        has_text = _TEXT_FOLLOWS.match(text, match.end()) is not None
        found.append(_Marker(match.start(), match.end(), letter, before, has_text))
    return found


def _before(text: str, position: int) -> _Before:
    last = position
    while last and text[last - 1].isspace():
        last -= 1
    if not last or "\n" in text[last:position]:
        return _Before.LINE
    if text[last - 1] in ",;":
        return _Before.COMMA
    return _Before.STOP if text[last - 1] in ".:?!" else _Before.SPACE


def _in_parentheses(text: str) -> set[int]:
    """Return the positions where a parenthesis is open; those that close nothing belong to markers."""
    depth = 0
    inside = set()
    for position, char in enumerate(text):
        if depth:
            inside.add(position)
        if char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
    return inside


def _follow(text: str, start: _Marker, later: list[_Marker], surest: _Before, closes: bool) -> list[_Marker]:
    """Return the run from `start` over markers with at least the separator `surest`, or an empty list."""
    run = [start]
    skipped = []
    for marker in later:
        expected = marker.letter == len(run) and marker.has_text and marker.before >= surest
        if expected and text[run[-1].end : marker.start].strip(_SEPARATORS):
            run.append(marker)
        else:
            skipped.append(marker)
    for marker in skipped:
        sure = marker.before >= max(surest, _Before.COMMA)
        beyond = closes and marker.has_text and marker.letter >= len(run)
        if sure or beyond:
            return []
    return run if len(run) > 1 else []


def _cut(text: str, run: list[_Marker]) -> tuple[str, tuple[str, ...]]:
    ends = [marker.start for marker in run[1:]]
    tail = ""
    last = text[run[-1].end :]
    if all(marker.before is _Before.LINE for marker in run[1:]):
        lines = last.strip().split("\n", maxsplit=1)
        last, tail = lines[0], lines[1].strip() if len(lines) > 1 else ""
    options = [text[marker.end : end] for marker, end in zip(run[:-1], ends, strict=True)]
    question = text[: run[0].start].rstrip()
    # Looked for near the end only: in a long text of white space the search would be quadratic.
    heading = _HEADING.search(question, max(0, len(question) - 60))
    question = (question[: heading.start()] if heading else question).strip()
    return question or tail, tuple(_trim(option) for option in [*options, last])


def _trim(option: str) -> str:
    option = option.strip().rstrip(_SEPARATORS)
    return _CONJUNCTION.sub("", option)
