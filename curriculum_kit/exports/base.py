"""What a target is: rows of a shard in, rows in the schema of a trainer out, and what its README must say.

A target is pure: it sees one shard row at a time, with the images as they are to be named or embedded, and knows
nothing of files. Columns that no target asks for go along in each row (`CARRIED`), so that rewards and filters of the
user's can read them and nothing of the curriculum is lost.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

import pyarrow as pa

from curriculum_kit.schemas import schema_of

ShardRow = Mapping[str, Any]
"""A row of the `shard` table as Python values."""

CARRIED = (
    *("question_id", "group_id", "variant_id", "tier", "difficulty", "benchmark", "split"),
    *("question", "choices", "answer", "answer_index", "question_type", "modality"),
)
"""Columns of the shards that go along under their own names."""

CARRIED_FIELDS = tuple(schema_of("shard").field(name) for name in CARRIED)


class ImageMode(StrEnum):
    """What becomes of the images."""

    COPY = "copy"
    """Files below `images/` of the export."""
    LINK = "link"
    """Symbolic links there, to the files where they lie."""
    EMBED = "embed"
    """Bytes in the rows."""
    PATHS = "paths"
    """Nothing: rows name the files where they lie."""


class Picture(NamedTuple):
    """An image of a row: its bytes where they are embedded, and the name by which the trainer finds or shows it."""

    content: bytes | None
    name: str


@dataclass(frozen=True)
class TargetCard:
    """What is to be known of a target before rows are made."""

    name: str
    title: str
    checked: str
    """The version whose code or documentation the rows were made after."""
    images: ImageMode
    """What becomes of images unless asked otherwise."""
    modes: frozenset[ImageMode] = frozenset(ImageMode)
    finds_images: bool = True
    """It has a setting for the folder of images; else rows must name them by absolute path."""
    keeps_order: bool = True
    """It can be told not to shuffle; else every tier becomes a file of its own, to be trained one after the other."""


@dataclass(frozen=True)
class Made:
    """What an export holds, for the README and the files beside the rows."""

    files: Mapping[str, Mapping[str, int]]
    """Files of each split that occurs, in curriculum order, with their rows."""
    rows: int
    groups: int
    rows_in_largest_group: int
    images_in_largest_row: int
    tiers: int
    mode: ImageMode

    @property
    def training_split(self) -> str:
        """The split to train on: the first, where none is for training."""
        return next(iter(self.files))

    @property
    def train(self) -> tuple[str, ...]:
        """The files to train on."""
        return tuple(self.files[self.training_split])

    @property
    def held_out(self) -> tuple[str, ...]:
        """The files to validate on; empty where the curriculum has none."""
        names = [split for split in ("validation", "test") if split in self.files and split != self.training_split]
        return tuple(self.files[names[0]]) if names else ()


class Target(ABC):
    """A trainer that rows are made for."""

    card: ClassVar[TargetCard]

    def suffix(self, embedded: bool) -> str:
        """Return the format of the rows: `parquet`, `jsonl` or `json` (one list)."""
        return "parquet" if embedded else "jsonl"

    @abstractmethod
    def row(self, shard: ShardRow, pictures: Sequence[Picture], place: int) -> dict[str, Any]:
        """Return the row for a shard row; raise `ConfigInvalid` in one line for one that the target cannot take.

        `place` counts the rows of the curriculum, from 0.
        """

    def schema(self, embedded: bool) -> pa.Schema:
        """Return the columns of rows that are written as Parquet; a target that never is has none."""
        raise AssertionError(f"{self.card.title} is never written as Parquet")

    def beside(self, made: Made) -> dict[str, str]:
        """Return further files by name that the target needs."""
        return {}

    @abstractmethod
    def settings(self, made: Made) -> str:
        """Return, as Markdown, the flags under which order and rows stay what they are; `$DIR` is the export."""

    @abstractmethod
    def lost(self, made: Made) -> Sequence[str]:
        """Return, a sentence each, what of a curriculum the target cannot express."""


def carried(shard: ShardRow) -> dict[str, Any]:
    """Return the columns that go along; what is not known is empty text.

    Readers of JSON take the type of a column from the rows that they see first, and stop where a null becomes a text.
    """
    return {name: "" if shard[name] is None else shard[name] for name in CARRIED}


def bytes_or_names(pictures: Sequence[Picture]) -> list[Any]:
    """Return images as most targets have them: `{bytes, path}` where they are embedded, else the name of the file."""
    return [each.name if each.content is None else {"bytes": each.content, "path": each.name} for each in pictures]
