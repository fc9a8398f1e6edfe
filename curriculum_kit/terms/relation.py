"""How two labels can be related, and which relations a table of terms may state."""

from __future__ import annotations

from enum import StrEnum


class Relation(StrEnum):
    """Why two labels cannot be told apart as answers, the strongest first. Each holds in either order."""

    SAME = "same"
    """Two names of one structure."""
    CONTAINS = "contains"
    """One label holds all the words of the other, or other names of them."""
    PART = "part"
    """One is a part of the other, or lies within it."""
    KIND = "kind"
    """One is a kind of the other."""


class Stated(StrEnum):
    """What a row of a table says of its term and the other."""

    SAME_AS = "same_as"
    PART_OF = "part_of"
    KIND_OF = "kind_of"
