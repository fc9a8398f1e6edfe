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

_SCHEMA: dict[str, type[pl.DataType]] = dict.fromkeys(
    ("question", "answer", "third", "fourth", "fifth", "surplus"), pl.String
)

# Two- and three-field lines carry no query type. These names follow the form of the question.
_FORMS = (
    (re.compile(r"Which .+ are present\??"), "scene_level"),
    (re.compile(r"What is the .+ doing\??"), "action"),
    (re.compile(r"What is the action being performed on .+"), "action"),
    (re.compile(r"Which tool is operating on .+"), "tool"),
    (re.compile(r"Which target is being .+"), "target"),
    (re.compile(r"What .+ is at the .+ of the frame ?\??"), "location"),
)

_ASKING_FOR_STRUCTURES = ["query_component", "location"]
_BYTE_ORDER_MARKS = re.compile(rb"^(?:\xef\xbb\xbf)+")
"""Taken off every line: a file joined of several has them in its middle, and the CSV reader eats the first."""


def read_lines(names: list[str], contents: list[bytes]) -> tuple[pl.DataFrame, list[Rejected]]:
    """Return the lines of all files, and those that are no text.

    Columns: frame (index of the file), number (line in the file, from 1), question, answer, third,
    fourth, fifth and surplus field (null where empty or absent), question_type, reason (null where
    the line can be used), and asks_for (anatomy or instrument, where the question says).
    """
    bodies = [data.rstrip(b"\n") for data in contents]
    if all(bodies) and _is_plain(together := b"\n".join(bodies)):
        counts = np.array([body.count(b"\n") + 1 for body in bodies], np.int32)
        frame = np.repeat(np.arange(len(bodies), dtype=np.int32), counts)
        number = np.arange(1, len(frame) + 1, dtype=np.int32) - (np.cumsum(counts) - counts)[frame]
        table = _fields(together)
        # A row without any field may be a blank line, which is no line at all: the careful way can tell.
        if len(table) == len(frame) and not table.select(pl.all_horizontal(pl.all().is_null()).any()).item():
            return _classify(table.with_columns(frame=frame, number=number)), []
    return _read_carefully(names, bodies)


def _read_carefully(names: list[str], bodies: list[bytes]) -> tuple[pl.DataFrame, list[Rejected]]:
    """Read file by file, leaving out blank lines and rejecting those that are no text."""
    rejected: list[Rejected] = []
    mended = [_mend(body, name, rejected) for body, name in zip(bodies, names, strict=True)]
    frame = np.repeat(np.arange(len(bodies), dtype=np.int32), [len(numbers) for _, numbers in mended])
    number = np.concatenate([numbers for _, numbers in mended]) if mended else np.array([], np.int32)
    table = _fields(b"\n".join(body for body, numbers in mended if len(numbers)))
    return _classify(table.with_columns(frame=frame, number=number)), rejected


def _fields(together: bytes) -> pl.DataFrame:
    if not together:
        return pl.DataFrame(schema=_SCHEMA)
    return pl.read_csv(
        together,
        separator="|",
        quote_char=None,
        has_header=False,
        schema=_SCHEMA,
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
    lines = lines.with_columns(pl.col("question").str.strip_chars())
    # Only the short lines are looked up: the others name their type themselves, and are the many.
    few = lines.with_row_index("row").filter(short)
    forms = {question: _form(question) for question in few["question"].unique().drop_nulls().to_list()}
    named = few["question"].replace_strict(forms, default=None, return_dtype=pl.String) if forms else few["question"]
    types = lines["fourth"].clone().scatter(few["row"], named)
    plain = few.with_columns(form=named).filter(pl.col("third").is_null())
    rows = {
        Reason.SCENE_LEVEL: plain.filter(pl.col("form") == "scene_level")["row"],
        Reason.SEVERAL_ANSWERS: plain.filter(pl.col("answer").str.contains(",", literal=True))["row"],
    }
    empty = [answer for answer in lines["answer"].unique().drop_nulls().to_list() if not fold_label(answer)]
    usable = short | (pl.col("fifth").is_not_null() & pl.col("surplus").is_null())
    broken = (
        pl.when(pl.col("question").is_null() | (pl.col("question") == "")).then(pl.lit(Reason.QUESTION_EMPTY.value))
        .when(~usable).then(pl.lit(Reason.WRONG_FIELD_COUNT.value))
        .when(pl.col("answer").is_null() | pl.col("answer").is_in(empty)).then(pl.lit(Reason.ANSWER_EMPTY.value))
        .otherwise(pl.lit(None, pl.String))
    )  # fmt: skip
    lines = lines.with_columns(types.alias("question_type"), _asks_for(lines["question"], types), reason=broken)
    reason = lines["reason"]
    for name in (Reason.SEVERAL_ANSWERS, Reason.SCENE_LEVEL):  # the later wins
        sound = rows[name].filter(reason[rows[name]].is_null() | (reason[rows[name]] == Reason.SEVERAL_ANSWERS.value))
        reason = reason.scatter(sound, name.value)
    return lines.with_columns(reason.alias("reason"))


def _asks_for(questions: pl.Series, types: pl.Series) -> pl.Series:
    """Return anatomy or instrument where a question asks for a structure and says which kind it is."""
    rows = types.is_in(_ASKING_FOR_STRUCTURES).arg_true()
    named = questions[rows].str.extract(r"\b(anatomy|instrument|object|thing)", 1)  # the first is what is asked for
    said = named.set(named.is_in(["object", "thing"]), None)
    return pl.Series("asks_for", [], pl.String).extend_constant(None, len(questions)).scatter(rows, said)


def _form(question: str) -> str | None:
    return next((name for pattern, name in _FORMS if pattern.fullmatch(question)), None)
