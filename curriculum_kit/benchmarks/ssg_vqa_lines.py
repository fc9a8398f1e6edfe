"""The `|`-separated lines of SSG-VQA as columns.

Reads the bytes of question files, gives one row per line that is not empty, with its fields, the type
of its question and, where it cannot be used, the reason. Bytes that are no text are turned away here.
"""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from curriculum_kit.benchmarks.base import Rejected
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

_BYTE_ORDER_MARKS = re.compile(rb"^(?:\xef\xbb\xbf)+")
"""Taken off every line: a file joined of several has them in its middle, and the CSV reader eats the first."""


def read_lines(names: list[str], contents: list[bytes]) -> tuple[pl.DataFrame, list[Rejected]]:
    """Return the lines of all files, and those that are no text.

    Columns: frame (index of the file), number (line in the file, from 1), question, answer, third,
    fourth, fifth and surplus field (null where empty or absent), question_type, and reason (null where
    the line can be used).
    """
    ended = [data if data.endswith(b"\n") else data + b"\n" for data in contents]
    if _is_plain(together := b"".join(ended)):
        counts = np.array([data.count(b"\n") for data in ended], np.int32)
        frame = np.repeat(np.arange(len(ended), dtype=np.int32), counts)
        number = np.arange(1, len(frame) + 1, dtype=np.int32) - (np.cumsum(counts) - counts)[frame]
        table = _fields(together)
        # A row without any field may be a blank line, which is no line at all: the careful way can tell.
        if len(table) == len(frame) and not table.select(pl.all_horizontal(pl.all().is_null()).any()).item():
            return _classify(table.with_columns(frame=frame, number=number)), []
    return _read_carefully(names, [data.rstrip(b"\n") for data in contents])


def _read_carefully(names: list[str], bodies: list[bytes]) -> tuple[pl.DataFrame, list[Rejected]]:
    """Read file by file, leaving out blank lines and rejecting those that are no text."""
    rejected: list[Rejected] = []
    mended = [_mend(body, name, rejected) for body, name in zip(bodies, names, strict=True)]
    frame = np.repeat(np.arange(len(bodies), dtype=np.int32), [len(numbers) for _, numbers in mended])
    number = np.concatenate([numbers for _, numbers in mended]) if mended else np.array([], np.int32)
    table = _fields(b"\n".join(body for body, numbers in mended if len(numbers)))
    return _classify(table.with_columns(frame=frame, number=number)), rejected


def _fields(together: bytes) -> pl.DataFrame:
    # Fields that repeat become numbers while they are read, in a numbering of their own for each.
    repeating = {name: pl.Categorical(pl.Categories.random()) for name in ("answer", "third", "fourth", "fifth")}
    schema: dict[str, pl.DataType] = {"question": pl.String(), **repeating, "surplus": pl.String()}
    if not together:
        return pl.DataFrame(schema=schema)
    return pl.read_csv(
        together,
        separator="|",
        quote_char=None,
        has_header=False,
        schema=schema,
        truncate_ragged_lines=True,
        missing_columns="insert",
        extra_columns="ignore",
    )


def _is_plain(text: bytes) -> bool:
    """Say whether text is what nearly all of it is: ASCII, and lines that end as they do on Unix."""
    return text.isascii() and b"\r" not in text and b"\0" not in text


def _mend(body: bytes, name: str, rejected: list[Rejected]) -> tuple[bytes, np.ndarray]:
    """Return the readable lines and their numbers; reject those with NUL bytes or not in UTF-8."""
    kept: list[bytes] = []
    numbers: list[int] = []
    for number, line in enumerate(body.split(b"\n"), start=1):
        text = _BYTE_ORDER_MARKS.sub(b"", line.strip(b"\r"))
        reason = Reason.NUL_BYTE if b"\0" in text else None if _is_utf8(text) else Reason.NOT_UTF8
        if reason:
            rejected.append(Rejected(name, number, reason, text.decode("utf-8", "backslashreplace")))
        elif text:
            kept.append(text.replace(b"\r", b" "))
            numbers.append(number)
    return b"\n".join(kept), np.array(numbers, np.int32)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _classify(lines: pl.DataFrame) -> pl.DataFrame:
    """Add the type of each question and the reason why a line cannot be used."""
    short = pl.col("fourth").is_null() & pl.col("fifth").is_null() & pl.col("surplus").is_null()
    lines = lines.with_columns(pl.col("question").str.strip_chars(), short=short)
    lines = lines.with_columns(_forms(lines["question"], lines["short"], lines.schema["fourth"]).alias("form"))
    empty, several = _answers_to_reject(lines["answer"])
    plain = pl.col("short") & pl.col("third").is_null()
    usable = pl.col("short") | (pl.col("fifth").is_not_null() & pl.col("surplus").is_null())
    reason = (
        pl.when(pl.col("question").is_null() | (pl.col("question") == "")).then(pl.lit(Reason.QUESTION_EMPTY.value))
        .when(~usable).then(pl.lit(Reason.WRONG_FIELD_COUNT.value))
        .when(pl.col("answer").is_null() | pl.col("answer").is_in(empty)).then(pl.lit(Reason.ANSWER_EMPTY.value))
        .when(plain & (pl.col("form") == "scene_level")).then(pl.lit(Reason.SCENE_LEVEL.value))
        .when(plain & pl.col("answer").is_in(several)).then(pl.lit(Reason.SEVERAL_ANSWERS.value))
    )  # fmt: skip
    return lines.with_columns(reason=reason, question_type=pl.coalesce("fourth", "form")).drop("short", "form")


def _forms(questions: pl.Series, short: pl.Series, kind: pl.DataType) -> pl.Series:
    """Return the type that the form of a question tells, null but for the short lines, which are the few."""
    few = questions.filter(short).cast(pl.Categorical(pl.Categories.random()))
    distinct = few.unique().drop_nulls()
    distinct = distinct.gather(distinct.to_physical().arg_sort())  # the one of number n is the nth
    known = pl.Series([_form(question) for question in distinct.to_list()], dtype=pl.String)
    named = known.cast(kind).gather(few.to_physical())
    places = short.to_frame("short").select(pl.when("short").then(pl.col("short").cum_sum() - 1)).to_series()
    return named.gather(places)


def _answers_to_reject(answers: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the list of answers that fold to nothing, and of those that are several."""
    distinct = answers.unique().drop_nulls().cast(pl.String)
    # An ASCII letter or digit outlives every folding, and folding thousands of lists takes long.
    odd = distinct.filter(~distinct.str.contains("[A-Za-z0-9]"))
    empty = pl.Series([answer for answer in odd.to_list() if not fold_label(answer)], dtype=pl.String)
    several = distinct.filter(distinct.str.contains(",", literal=True))
    return empty.cast(answers.dtype).implode(), several.cast(answers.dtype).implode()


def _form(question: str) -> str | None:
    return next((name for pattern, name in _FORMS if pattern.fullmatch(question)), None)
