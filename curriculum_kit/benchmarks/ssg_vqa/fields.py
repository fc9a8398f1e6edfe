"""What the lines of SSG-VQA say: question, answer, type and metadata, or the reason why a line cannot be used.

Reads `Lines`, gives a table of those that can be used and a table of those that cannot. Among a million
lines there are few answers, few forms of short lines and few ends of long ones (template, query type,
relation), so whatever can be said of a text is said once of each distinct one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from curriculum_kit.benchmarks.ssg_vqa.lines import Lines
from curriculum_kit.labels import fold_label
from curriculum_kit.schemas import Reason

# Two- and three-field lines carry no query type. These names follow the form of the question.
_FORMS = (
    (re.compile(r"Which .+ are present\??"), "scene_level"),
    (re.compile(r"What is the .+ doing\??"), "action"),
    (re.compile(r"What is the action being performed on .+"), "action"),
    (re.compile(r"Which tool is operating on .+"), "tool"),
    (re.compile(r"Which target is being .+"), "target"),
    (re.compile(r"What .+ is at the .+ of the frame ?\??"), "location"),
)

_HOPS = {"zero_hop": "0", "one_hop": "1", "single_and": "2"}
"""Relations that a question of the template walks along; `single_and` joins two."""

_WORD = re.compile("[A-Za-z0-9]")
"""Outlives every folding; folding thousands of lists of labels takes long."""


@dataclass(frozen=True, slots=True)
class _Rest:
    """What stands behind question and answer; None for a field that is empty or absent."""

    third: str | None = None
    query_type: str | None = None
    relation: str | None = None
    surplus: str | None = None

    @property
    def short(self) -> bool:
        """Whether this is a line of two or three fields."""
        return not (self.query_type or self.relation or self.surplus)

    @property
    def usable(self) -> bool:
        """Whether there are as many fields as a line can have."""
        return self.short or bool(self.relation and not self.surplus)

    @property
    def metadata(self) -> dict[str, str]:
        """What the table keeps of it."""
        if self.short:
            return {"centre": self.third} if self.third else {}
        template = (self.third or "").strip().removesuffix(".json")
        said = {"template": template if self.third else None, "hops": _HOPS.get(template)}
        said["relation"] = None if self.relation == "NA" else self.relation
        return {key: value for key, value in said.items() if value is not None}


_NOTHING, _CENTRE = _Rest(), _Rest(third="of each line")
"""Three-field lines hold a centre each, nearly all of them different, and are not told apart here."""


def questions_and_rejects(lines: Lines) -> tuple[pa.Table, pa.Table]:
    """Return the lines that can be used and those that cannot, in order.

    Columns of both: frame (index of the file) and number (line in the file, from 1). Of the first: question
    without white space around it, answer as it is spelled, question_type and metadata (null or empty where
    the line does not say). Of the second: reason and record, the line as it is.
    """
    kind, kinds = _kinds(lines)
    short = np.array([of.short for of in kinds])[kind]
    forms = lines.questions(np.flatnonzero(short)).dictionary_encode()
    types = [of.query_type for of in kinds] + [_form(question) for question in forms.dictionary.to_pylist()]
    of_type = kind.copy()
    of_type[short] = len(kinds) + forms.indices.to_numpy()
    answers = lines.answers(np.arange(len(lines))).dictionary_encode()
    answer, spellings = answers.indices.to_numpy(), answers.dictionary.to_pylist()
    plain = np.array([of.short and not of.third for of in kinds])[kind]
    # Of several reasons the last of this list is the one.
    reasons = {
        Reason.SEVERAL_ANSWERS: plain & np.array(["," in spelling for spelling in spellings], bool)[answer],
        Reason.SCENE_LEVEL: plain & np.array([name == "scene_level" for name in types], bool)[of_type],
        Reason.ANSWER_EMPTY: np.array([_is_empty(spelling) for spelling in spellings], bool)[answer],
        Reason.WRONG_FIELD_COUNT: ~np.array([of.usable for of in kinds])[kind],
        Reason.QUESTION_EMPTY: lines.without_question(),
    }
    reason = np.zeros(len(lines), np.int32)
    for number, holds in enumerate(reasons.values(), start=1):
        reason[holds] = number
    good, bad = np.flatnonzero(reason == 0), np.flatnonzero(reason)
    usable = {
        "frame": lines.frame[good],
        "number": lines.number[good],
        "question": lines.questions(good),
        "answer": encoded(answer[good], spellings),
        "question_type": encoded(of_type[good], types),
        "metadata": _metadata(lines, good, kind[good], kinds),
    }
    unusable = {
        "frame": lines.frame[bad],
        "number": lines.number[bad],
        "reason": encoded(reason[bad], [None, *(name.value for name in reasons)]),
        "record": lines.whole(bad),
    }
    return pa.table(usable), pa.table(unusable)


def encoded(codes: np.ndarray, values: Sequence[str | None]) -> pa.DictionaryArray:
    """Return the values at these positions as a dictionary of those that occur, sorted; None is null."""
    used = np.flatnonzero(np.bincount(codes, minlength=len(values)))
    known = sorted({text for position in used.tolist() if (text := values[position]) is not None})
    places = {text: place for place, text in enumerate(known)}
    place = np.array([places.get(text, -1) if text is not None else -1 for text in values], np.int32)[codes]
    missing = place < 0
    indices = pa.array(place, mask=missing) if missing.any() else pa.array(place)
    return pa.DictionaryArray.from_arrays(indices, pa.array(known, pa.string()))


def _kinds(lines: Lines) -> tuple[np.ndarray, list[_Rest]]:
    """Return the distinct ends of lines, and the position among them of each line's."""
    long = np.flatnonzero(lines.fields > 3)
    rests = lines.rests(long).dictionary_encode()
    kind = ((lines.fields == 3) & (lines.second + 1 < lines.end)).astype(np.int32)
    kind[long] = 2 + rests.indices.to_numpy()
    found = [_Rest(*(field or None for field in text.split("|", 3))) for text in rests.dictionary.to_pylist()]
    return kind, [_NOTHING, _CENTRE, *found]


def _metadata(lines: Lines, rows: np.ndarray, kind: np.ndarray, kinds: list[_Rest]) -> pa.MapArray:
    """Return what the table keeps of each line's end, as a map with dictionaries of its keys and values."""
    said = [list(of.metadata.items()) for of in kinds]
    keys, values = zip(*(pair for pairs in said for pair in pairs), strict=True)
    counts = np.array([len(pairs) for pairs in said], np.int32)
    first = np.cumsum(counts) - counts
    ends = np.concatenate(([0], np.cumsum(counts[kind]))).astype(np.int32)
    pair = np.arange(ends[-1], dtype=np.int32) + np.repeat((first[kind] - ends[:-1]).astype(np.int32), counts[kind])
    at_centre = kind == kinds.index(_CENTRE)
    centres = lines.rests(rows[at_centre]).dictionary_encode()
    value = pair.copy()
    value[ends[:-1][at_centre]] = len(values) + centres.indices.to_numpy()
    return pa.MapArray.from_arrays(
        pa.array(ends),
        look_up(pa.array(pair), pa.array(keys)),
        look_up(pa.array(value), pa.concat_arrays([pa.array(values), centres.dictionary])),
    )


def look_up(positions: pa.Array, values: pa.StringArray | list[str]) -> pa.DictionaryArray:
    """Return `values` at `positions`, as a dictionary of the distinct ones."""
    distinct = pa.array(values, pa.string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(distinct.indices.take(positions), distinct.dictionary)


def _is_empty(answer: str) -> bool:
    return not _WORD.search(answer) and not fold_label(answer)


def _form(question: str) -> str | None:
    return next((name for pattern, name in _FORMS if pattern.fullmatch(question)), None)
