"""What a user can say about a file of their own."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from curriculum_kit.errors import ConfigInvalid

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")


class AnswerKind(StrEnum):
    """How an answer names its option."""

    TEXT = "text"
    LETTER = "letter"
    INDEX = "index"


class McqOptions(BaseModel):
    """Options of the `mcq` reader; a wrong one raises `ConfigInvalid`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "mcq"
    """Benchmark name in the tables: lower case letters, digits, `.`, `_` and `-`."""
    mapping: dict[str, str] = Field(default_factory=dict)
    """Field to column, as `parse_mapping` gives it; fields not named are guessed from the columns."""
    image_root: Path | None = None
    """Absolute image paths below this folder are made relative to it; others are rejected."""
    answer_kind: AnswerKind | None = None
    """Null: text of an option, else letter, else index."""
    answer_base: int = 0
    """The index of the first option, 0 or 1."""

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ConfigInvalid(f"name {name!r}: use lower case letters, digits, '.', '_' and '-'")
        return name

    @field_validator("answer_base")
    @classmethod
    def _check_base(cls, base: int) -> int:
        if base not in (0, 1):
            raise ConfigInvalid(f"answer_base {base}: options are counted from 0 or from 1")
        return base
