"""What a benchmark reader is: files in, records out, and the card that says what the benchmark is.

A reader turns its files into `Record`s and `Rejected`s. `normalise` makes rows of the tables of
them, so that labels, answers, images and ids are treated alike whatever the source. A reader whose
files are too many for a loop over rows (`ssg_vqa`) yields `Batch`es of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

from curriculum_kit.enums import Reason, Split
from curriculum_kit.errors import SourceNotFound, SourceUnreadable

if TYPE_CHECKING:
    import pyarrow as pa

MAX_RAW = 100_000
"""Characters of a raw record kept with a reject; a longer one is cut and says so."""


@dataclass(frozen=True, slots=True)
class Record:
    """One question as the source has it, before anything is folded.

    `answer` is the text of the right choice and `answer_index` its position in `choices`; at least
    one is given, and where both are they must agree. `choices` is empty where the benchmark has
    none. `identity` is what makes the record itself and no other: the benchmark's own id, or its content.
    """

    source: str
    position: int
    raw: object
    identity: str
    question: str
    choices: tuple[str, ...] = ()
    answer: str | None = None
    answer_index: int | None = None
    images: tuple[str, ...] = ()
    unit: str | None = None
    split: Split = Split.UNASSIGNED
    question_type: str | None = None
    modality: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot be used, with its place and a stable reason."""

    source: str
    position: int
    reason: Reason
    raw: object
    detail: str | None = None


class RowError(Exception):
    """A record that cannot be used, raised while it is read; carries the reason to whoever knows its place."""

    def __init__(self, reason: Reason, detail: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


class SourceFile(NamedTuple):
    """A file that was read: its path relative to the source, its size and the hash of its bytes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Batch:
    """Rows of the tables made from part of a source. `surfaces` pairs canonical labels with spellings seen."""

    questions: pa.Table
    images: pa.Table
    rejects: pa.Table
    surfaces: set[tuple[str, str]]
    scenes: pa.Table | None = None
    sources: tuple[SourceFile, ...] = ()


@dataclass(frozen=True)
class BenchmarkCard:
    """What a reader needs to know about a benchmark before using it."""

    name: str
    title: str
    licence: str
    homepage: str
    layout: str
    """The file or folder that must lie in the source, for messages: `qa_txt/VIDxx/N.txt`."""


class Benchmark(Protocol):
    """A benchmark that ckit reads."""

    card: ClassVar[BenchmarkCard]
    ids_are_unique: ClassVar[bool]
    """True where question ids cannot repeat by construction, so that nobody has to look."""

    def recognises(self, source: Path) -> bool:
        """Say, from a cheap look, whether `source` holds this benchmark."""

    def files(self, source: Path) -> list[Any]:
        """Return the paths of the files to read, sorted; raise `SourceNotFound` where there are none.

        A path is a `Path`, or text where there are so many that making `Path`s of them takes long.
        """

    def read(self, source: Path, files: list[Any]) -> Iterator[Batch]:
        """Yield the rows of all `files`, as the method before gives them, in order."""


def raw_text(raw: object) -> str:
    """Return a raw record as text for `rejects.parquet`: strings as they are, the rest as JSON."""
    text = raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False, default=repr)
    # A lone surrogate cannot be stored as UTF-8; its escape can, and still shows what was there.
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) <= MAX_RAW else f"{text[:MAX_RAW]}... [{len(text)} characters]"


def relative_name(path: Path, source: Path) -> str:
    """Return the name under which a file of the source appears in tables."""
    return path.name if path == source else path.relative_to(source).as_posix()


def source_file(path: Path, source: Path) -> SourceFile:
    """Hash a file without holding it in memory."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return SourceFile(relative_name(path, source), path.stat().st_size, digest)


def find_below(source: Path, *patterns: str) -> list[Path]:
    """Return the files that match any of `patterns` in `source`, or else one level deeper, sorted.

    Archives often unpack into a folder of their own (`ssg-qa/qa_txt/...`), so one extra level is allowed.
    Hidden files are passed over: archives packed on a Mac hold a `._NAME.json` of resource data beside each file.
    """
    for level in ("", "*/"):
        found = {path for pattern in patterns for path in source.glob(level + pattern)}
        if files := sorted(path for path in found if not path.name.startswith(".") and path.is_file()):
            return files
    return []


def load_json_array(path: Path) -> list[Any]:
    """Return the rows of a file that must hold one JSON array; raise `SourceUnreadable` in one line else."""
    if not path.is_file():
        raise SourceNotFound(f"{path} does not exist; check the path")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceUnreadable(f"{path} cannot be read ({error.strerror}); check its permissions") from error
    if not data.strip():
        raise SourceUnreadable(f"{path} is empty; fetch it again")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceUnreadable(f"{path} is not UTF-8 (byte {error.start}); convert it to UTF-8") from error
    try:
        rows = json.loads(text)
    except json.JSONDecodeError as error:
        cut_in_text = error.msg.startswith("Unterminated string")
        cut = " and ends too early" if cut_in_text or error.pos >= len(text.rstrip()) - 1 else ""
        raise SourceUnreadable(
            f"{path} is no valid JSON at line {error.lineno} column {error.colno}{cut} ({error.msg}); fetch it again"
        ) from error
    except ValueError as error:  # a number of more digits than Python converts
        raise SourceUnreadable(f"{path} holds a number too long to be one; check what it is") from error
    except RecursionError as error:
        raise SourceUnreadable(f"{path} is nested too deeply to be a benchmark file; check what it is") from error
    if not isinstance(rows, list):
        raise SourceUnreadable(f"{path} holds a JSON {type(rows).__name__}, not an array of rows; check what it is")
    return rows
