"""The `|`-separated lines of SSG-VQA, cut into fields.

Reads the bytes of question files, gives the place of every line that is not empty and of its fields.
Turns away lines with NUL bytes and those that are not UTF-8. A benchmark has a million lines, so they
are cut all at once by the places of `|` and line breaks; no line is an object of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.benchmarks.base import Rejected
from curriculum_kit.errors import SourceUnreadable
from curriculum_kit.schemas import Reason

_BREAK, _SPACE, _PIPE, _ASCII = b"\n |\x7f"

_BLOCK = 1 << 18
"""Bytes to look through at once: few enough that numpy uses the same memory again for each."""

_MOST = 2**31 - 1
"""Bytes of text that can be addressed by 32 bits; the files of a batch have about 4 MB."""

_BYTE_ORDER_MARKS = re.compile(rb"^(?:\xef\xbb\xbf)+")
"""Taken off every line: a file joined of several has them in its middle."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of some files: their text, and arrays (int32) with a value per line.

    `frame` is the index of the file, `number` the line in the file (from 1), `fields` how many there are.
    A line begins at byte `start` of `text`, its first two fields end at `first` and `second`, it ends at
    `end`; where there is no second field, or nothing after it, these places are the same. `padded` says
    whether there may be white space around any question.
    """

    text: bytes
    padded: bool
    frame: np.ndarray
    number: np.ndarray
    fields: np.ndarray
    start: np.ndarray
    first: np.ndarray
    second: np.ndarray
    end: np.ndarray

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.frame)

    def questions(self, rows: np.ndarray) -> pa.StringArray:
        """Return the first fields of these lines, without white space around them.

        `rows` are positions of lines, in order; so they are in the methods that follow.
        """
        texts = self._between(self.start[rows], self.first[rows])
        return pc.utf8_trim_whitespace(texts) if self.padded else texts

    def without_question(self) -> np.ndarray:
        """Say of every line whether its first field is empty."""
        if not self.padded:
            return np.asarray(self.first == self.start)
        return np.asarray(pc.binary_length(self.questions(np.arange(len(self)))).to_numpy() == 0)

    def answers(self, rows: np.ndarray) -> pa.StringArray:
        """Return the second fields, empty where there is none."""
        return self._between(np.minimum(self.first[rows] + 1, self.end[rows]), self.second[rows])

    def rests(self, rows: np.ndarray) -> pa.StringArray:
        """Return what follows the second field, `|` and all, empty where nothing does."""
        return self._between(np.minimum(self.second[rows] + 1, self.end[rows]), self.end[rows])

    def whole(self, rows: np.ndarray) -> pa.StringArray:
        """Return the lines as they are."""
        return self._between(self.start[rows], self.end[rows])

    def _between(self, starts: np.ndarray, ends: np.ndarray) -> pa.StringArray:
        """Return the texts between places that do not go back.

        In the array of these texts and of what lies between them, which needs no copy, every other one is taken.
        """
        places = np.empty(2 * len(starts) + 1, np.int32)
        places[:-1:2], places[1::2], places[-1] = starts, ends, len(self.text)
        parts = pa.StringArray.from_buffers(2 * len(starts), pa.py_buffer(places), pa.py_buffer(self.text))
        return parts.take(pa.array(np.arange(0, 2 * len(starts), 2, dtype=np.int32)))


def read_lines(names: Sequence[str], contents: Sequence[bytes]) -> tuple[Lines, list[Rejected]]:
    """Return the lines of all files that are not blank, and those that are no text."""
    rejected: list[Rejected] = []
    ended = [data if data.endswith(b"\n") else data + b"\n" for data in contents]
    if not _is_plain(text := b"".join(ended)):
        ended = [_mend(data, name, rejected) for data, name in zip(ended, names, strict=True)]
        text = b"".join(ended)
    if len(text) > _MOST:
        raise SourceUnreadable(f"{names[0]} and the files after it hold over 2 GB of text; check what they are")
    return _cut(text, np.array([len(data) for data in ended], np.int32)), rejected


def _cut(text: bytes, sizes: np.ndarray) -> Lines:
    """Find the lines, and their fields, of a text made of files of these sizes that all end with a line break."""
    data = np.frombuffer(text, np.uint8)
    marks = _places_of_marks(data)
    last = np.flatnonzero(data[marks] == _BREAK).astype(np.int32)  # of the marks of each line
    first = _after(last)
    end = marks[last]
    start = _after(end)
    lines_before = np.searchsorted(end, np.cumsum(sizes))
    counts = np.diff(lines_before, prepend=0)
    frame = np.repeat(np.arange(len(sizes), dtype=np.int32), counts)
    number = np.arange(1, len(end) + 1, dtype=np.int32) - np.repeat((lines_before - counts).astype(np.int32), counts)
    lines = (frame, number, last - first + 1, start, marks[first], marks[np.minimum(first + 1, last)], end)
    written = start < end
    edges = np.concatenate((data[start], data[np.maximum(marks[first] - 1, 0)]))
    padded = bool(((edges <= _SPACE) | (edges > _ASCII)).any())
    return Lines(text, padded, *(lines if written.all() else (of_each[written] for of_each in lines)))


def _after(ends: np.ndarray) -> np.ndarray:
    """Return where each begins of what follows one another and ends at `ends`."""
    return np.concatenate((np.zeros(1, np.int32), ends + 1))[:-1]


def _places_of_marks(data: np.ndarray) -> np.ndarray:
    """Return where `|` and line breaks are."""
    found = [np.zeros(0, np.int32)]
    for start in range(0, len(data), _BLOCK):
        block = data[start : start + _BLOCK]
        marks = block == _PIPE
        marks |= block == _BREAK
        found.append((np.flatnonzero(marks) + start).astype(np.int32))
    return np.concatenate(found)


def _is_plain(text: bytes) -> bool:
    """Say whether text is what nearly all of it is: ASCII, and lines that end as they do on Unix."""
    return text.isascii() and b"\r" not in text and b"\0" not in text


def _mend(data: bytes, name: str, rejected: list[Rejected]) -> bytes:
    """Return as many lines as there are, empty where one holds NUL bytes or is not UTF-8, which is rejected."""
    kept: list[bytes] = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        text = _BYTE_ORDER_MARKS.sub(b"", line.strip(b"\r"))
        reason = Reason.NUL_BYTE if b"\0" in text else None if _is_utf8(text) else Reason.NOT_UTF8
        if reason:
            rejected.append(Rejected(name, number, reason, text.decode("utf-8", "backslashreplace")))
        kept.append(b"" if reason else text)
    return b"\n".join(kept)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
