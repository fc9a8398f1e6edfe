"""The `|`-separated lines of SSG-VQA as columns.

Reads the bytes of question files, gives one row per line that is not blank, with its fields, the type
of its question and, where it cannot be used, the reason. Bytes that are no text are turned away here.
"""

from __future__ import annotations

import io
import re

import numpy as np
import polars as pl

from curriculum_kit.benchmarks.base import Rejected
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


def read_lines(names: list[str], contents: list[bytes]) -> tuple[pl.DataFrame, list[Rejected]]:
    """Return the lines of all files, and those that are no text.

    Columns: frame (index of the file), number (line in the file, from 1), question, answer, third,
    fourth, fifth and surplus field (null where empty or absent), question_type, reason (null where
    the line can be used), and asks_for (anatomy or instrument, where the question says).
    """
    rejected: list[Rejected] = []
    bodies = [data.rstrip(b"\n") for data in contents]
    odd = {} if _is_plain(b"\n".join(bodies)) else {i: b for i, b in enumerate(bodies) if not _is_plain(b)}
    mended = {index: _mend(body, names[index], rejected) for index, body in odd.items()}
    for index, (body, _) in mended.items():
        bodies[index] = body
    counts = np.array([body.count(b"\n") + 1 if body else 0 for body in bodies], np.int32)
    frame = np.repeat(np.arange(len(bodies), dtype=np.int32), counts)
    starts = np.cumsum(counts) - counts
    number = np.arange(1, len(frame) + 1, dtype=np.int32) - starts[frame]
    for index, (_, numbers) in mended.items():
        number[starts[index] : starts[index] + counts[index]] = numbers
    if not len(frame):
        return _classify(pl.DataFrame(schema=_SCHEMA | {"frame": pl.Int32, "number": pl.Int32})), rejected
    table = pl.read_csv(
        io.BytesIO(b"\n".join(body for body in bodies if body)),
        separator="|",
        quote_char=None,
        has_header=False,
        schema=_SCHEMA,
        truncate_ragged_lines=True,
        missing_columns="insert",
    )
    return _classify(table.with_columns(frame=frame, number=number)), rejected


def _is_plain(body: bytes) -> bool:
    """Say whether text is what nearly all of it is: ASCII lines with no blank one among them."""
    return body.isascii() and b"\n\n" not in body and b"\r" not in body and b"\0" not in body and body[:1] != b"\n"


def _mend(body: bytes, name: str, rejected: list[Rejected]) -> tuple[bytes, np.ndarray]:
    """Return the readable lines and their numbers; reject those with NUL bytes or not in UTF-8."""
    kept: list[bytes] = []
    numbers: list[int] = []
    for number, line in enumerate(body.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        text = line.strip(b"\r")
        reason = Reason.NUL_BYTE if b"\0" in text else None if _is_utf8(text) else Reason.NOT_UTF8
        if reason:
            rejected.append(Rejected(name, number, reason, text.decode("utf-8", "backslashreplace")))
        elif text.strip():
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
    few = lines.with_row_index("row").filter(short).select("row", "question")
    forms = {question: _form(question) for question in few["question"].unique().drop_nulls().to_list()}
    named = few["question"].replace_strict(forms, default=None, return_dtype=pl.String) if forms else few["question"]
    types = lines["fourth"].clone().scatter(few["row"], named)
    scene_level = (types == "scene_level") & lines.select(short).to_series()
    usable = short | (pl.col("fifth").is_not_null() & pl.col("surplus").is_null())
    reason = (
        pl.when(pl.col("question").is_null() | (pl.col("question") == "")).then(pl.lit(Reason.QUESTION_EMPTY.value))
        .when(~usable).then(pl.lit(Reason.WRONG_FIELD_COUNT.value))
        .when(scene_level & pl.col("third").is_null()).then(pl.lit(Reason.SCENE_LEVEL.value))
        .when(pl.col("answer").is_null()).then(pl.lit(Reason.ANSWER_EMPTY.value))
        .when(pl.col("answer").str.strip_chars(" ._") == "").then(pl.lit(Reason.ANSWER_EMPTY.value))
        .when(short & pl.col("third").is_null() & pl.col("answer").str.contains(",", literal=True))
        .then(pl.lit(Reason.SEVERAL_ANSWERS.value))
        .otherwise(pl.lit(None, pl.String))
    )  # fmt: skip
    return lines.with_columns(types.alias("question_type"), reason=reason, asks_for=_asks_for(types))


def _asks_for(types: pl.Series) -> pl.Expr:
    """Return anatomy or instrument where a question asks for a structure and says which kind it is."""
    named = pl.col("question").str.extract(r"\b(anatomy|instrument|object|thing)", 1)  # the first is what is asked for
    kind = pl.when(types.is_in(_ASKING_FOR_STRUCTURES)).then(named)
    return pl.when(kind.is_in(["anatomy", "instrument"])).then(kind)


def _form(question: str) -> str | None:
    return next((name for pattern, name in _FORMS if pattern.fullmatch(question)), None)
