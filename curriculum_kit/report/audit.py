"""What the audit found, with questions that show it.

Reads the views `findings` and `evidence` where `ckit audit` has written them, else the quick checks in the manifest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

EXAMPLES = 3
"""Of each finding."""
_FIELDS = ("check", "name", "severity", "figure", "expected", "low", "high", "rows", "of", "sentence")


@dataclass(frozen=True)
class Example:
    """A question, or an image, that shows a finding."""

    detail: str | None
    question: str | None
    choices: list[str] | None
    answer: str | None
    image: str | None


@dataclass(frozen=True)
class Finding:
    """One finding; what the figures are of, the sentence says."""

    check: str
    name: str
    severity: str
    figure: float | None
    expected: float | None
    low: float | None
    high: float | None
    rows: int
    of: int
    sentence: str
    examples: list[Example] = field(default_factory=list)


@dataclass(frozen=True)
class Audit:
    """All findings, the gravest first."""

    is_full: bool
    """Whether `ckit audit` has looked at this curriculum as it is now; else these are the quick checks of the build."""
    findings: list[Finding]


def audit_of(database: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any]) -> Audit:
    """Return the findings."""
    if "findings" not in {row[0] for row in _rows(database, "SHOW TABLES")}:
        quick = manifest["stages"].get("audit", {}).get("findings", [])
        return Audit(False, [Finding(**{name: found.get(name) for name in _FIELDS}) for found in quick])
    columns = ", ".join(f'"{name}"' for name in _FIELDS)
    examples = _examples(database)
    rows = _rows(database, f"SELECT {columns} FROM findings")
    return Audit(
        True, [Finding(**dict(zip(_FIELDS, row, strict=True)), examples=examples.get(row[1], [])) for row in rows]
    )


def _examples(database: duckdb.DuckDBPyConnection) -> dict[str, list[Example]]:
    """Return examples by finding, of as many different details as there are."""
    query = (
        "WITH drawn AS (SELECT *, md5(name || coalesce(question_id, image_id, '')) AS chance FROM evidence), "
        "told AS (SELECT *, row_number() OVER (PARTITION BY name, detail ORDER BY chance) AS nth FROM drawn), "
        "picked AS (SELECT *, row_number() OVER (PARTITION BY name ORDER BY nth, chance) AS place FROM told "
        "QUALIFY place <= ?) "
        "SELECT name, detail, question, choices, answer, picked.image_id FROM picked LEFT JOIN "
        "(SELECT question_id, question, choices, answer FROM shards WHERE variant_id = 0 "
        "AND question_id IN (SELECT question_id FROM picked)) AS asked USING (question_id) ORDER BY name, place"
    )
    found: dict[str, list[Example]] = {}
    for name, *rest in _rows(database, query, EXAMPLES):
        found.setdefault(name, []).append(Example(*rest))
    return found


def _rows(database: duckdb.DuckDBPyConnection, query: str, *values: Any) -> list[Any]:
    return database.cursor().execute(query, list(values)).fetchall()
