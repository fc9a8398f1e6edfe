"""Question groups: how many, how diverse, what was refused, and examples with their wordings.

Reads the facts that `ckit groups` left in the manifest, and the examples that it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Example:
    """One group: its wordings, the original first, each with who wrote it (None for the original)."""

    wordings: list[tuple[str, str | None]]
    choices: list[str]
    answer: str


@dataclass(frozen=True)
class Groups:
    """All groups of a curriculum."""

    groups: int
    texts: int
    """Different texts; each is worded once, whoever asks it."""
    rows_added: int
    tiers: list[int]
    rollouts: int
    by_size: dict[str, int]
    """Groups by number of wordings."""
    writers: dict[str, dict[str, int]]
    """Proposals by writer: proposed, accepted, nothing, rows."""
    refused: dict[str, int]
    """Refusals by reason."""
    diversity: dict[str, float]
    examples: list[Example]


def groups_of(manifest: Mapping[str, Any], examples: list[Example]) -> Groups | None:
    """Return the groups; None where the curriculum holds none."""
    facts = manifest.get("groups")
    if facts is None:
        return None
    return Groups(
        groups=facts["groups"],
        texts=facts["texts"],
        rows_added=facts["rows_added"],
        tiers=facts["tiers"],
        rollouts=facts["rollouts"],
        by_size=facts["by_size"],
        writers=facts["by_writer"],
        refused=facts["refused"],
        diversity=facts.get("diversity") or {},
        examples=examples,
    )
