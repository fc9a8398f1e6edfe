"""A curriculum at a glance: tiers with their range of S(q), commonest answers and examples; groups with theirs.

Reads the view `shards` of a DuckDB connection (the `shard` table); gives dataclasses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

EXAMPLES = 3
COMMONEST = 5
BINS = 20


@dataclass(frozen=True)
class Example:
    """One question as a person would see it."""

    question_id: str
    question: str
    choices: list[str]
    answer: str
    difficulty: float


@dataclass(frozen=True)
class TierSummary:
    """One tier: its size, S(q), answers by frequency, and examples from its easiest to its hardest."""

    tier: int
    questions: int
    groups: int
    low: float
    high: float
    mean: float
    answers: list[tuple[str, int]]
    examples: list[Example]
    histogram: list[int]
    """Questions in each of `BINS` equal bins of S(q) from 0 to 1."""


def summarise_tiers(database: duckdb.DuckDBPyConnection) -> list[TierSummary]:
    """Return a summary per tier, easiest first."""
    rows = _rows(
        database,
        "SELECT tier, count(*), count(DISTINCT group_id), min(difficulty), max(difficulty), avg(difficulty) "
        "FROM shards GROUP BY tier ORDER BY tier",
    )
    return [
        TierSummary(
            tier=tier,
            questions=questions,
            groups=groups,
            low=low,
            high=high,
            mean=mean,
            answers=_answers(database, tier),
            examples=_examples(database, tier),
            histogram=_bins(database, tier),
        )
        for tier, questions, groups, low, high, mean in rows
    ]


@dataclass(frozen=True)
class GroupExample:
    """One group: its wordings, the original first, each with who wrote it (None for the original)."""

    group_id: str
    wordings: list[tuple[str, str | None]]
    choices: list[str]
    answer: str


def example_groups(database: duckdb.DuckDBPyConnection, count: int = 6) -> list[GroupExample]:
    """Return groups with further wordings, of different texts, at evenly spaced places of the curriculum."""
    query = (
        "WITH groups AS (SELECT group_id, min(tier) AS tier, min(difficulty) AS difficulty, "
        "min_by(question, variant_id) AS original, count(*) AS size FROM shards GROUP BY 1 HAVING size > 1), "
        "texts AS (SELECT min(group_id) AS group_id, min_by(tier, group_id) AS tier, "
        "min_by(difficulty, group_id) AS difficulty FROM groups GROUP BY original), "
        "ranked AS (SELECT group_id, row_number() OVER (ORDER BY tier, difficulty, group_id) - 1 AS place, "
        "count(*) OVER () AS size FROM texts), "
        "picked AS (SELECT group_id FROM ranked WHERE place IN "
        "(SELECT round(i * (size - 1) / greatest(? - 1, 1)) FROM range(?) AS steps(i))) "
        "SELECT group_id, "
        "list([question, list_filter(metadata, lambda pair: pair.key = 'writer')[1].value] ORDER BY variant_id), "
        "any_value(choices), any_value(answer) FROM shards WHERE group_id IN (SELECT group_id FROM picked) "
        "GROUP BY group_id ORDER BY min(tier), min(difficulty), group_id"
    )
    return [
        GroupExample(group, [(text, writer) for text, writer in wordings], choices, answer)
        for group, wordings, choices, answer in _rows(database, query, count, count)
    ]


def _answers(database: duckdb.DuckDBPyConnection, tier: int) -> list[tuple[str, int]]:
    query = "SELECT answer, count(*) FROM shards WHERE tier = ? GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?"
    return _rows(database, query, tier, COMMONEST)


def _examples(database: duckdb.DuckDBPyConnection, tier: int) -> list[Example]:
    """Return the questions at evenly spaced places of the tier: its easiest, its middle, its hardest."""
    query = (
        "WITH ranked AS (SELECT question_id, row_number() OVER (ORDER BY difficulty, question_id) - 1 AS place, "
        "count(*) OVER () AS size FROM shards WHERE tier = ? AND variant_id = 0), "
        "picked AS (SELECT question_id FROM ranked WHERE place IN "
        "(SELECT round(i * (size - 1) / greatest(? - 1, 1)) FROM range(?) AS steps(i))) "
        "SELECT question_id, question, choices, answer, difficulty FROM shards "
        "WHERE variant_id = 0 AND question_id IN (SELECT question_id FROM picked) ORDER BY difficulty, question_id"
    )
    return [Example(*row) for row in _rows(database, query, tier, EXAMPLES, EXAMPLES)]


def _bins(database: duckdb.DuckDBPyConnection, tier: int) -> list[int]:
    query = "SELECT least(floor(difficulty * ?), ? - 1)::INT, count(*) FROM shards WHERE tier = ? GROUP BY 1"
    counts = dict(_rows(database, query, BINS, BINS, tier))
    return [counts.get(place, 0) for place in range(BINS)]


def _rows(database: duckdb.DuckDBPyConnection, query: str, *values: Any) -> list[Any]:
    return database.cursor().execute(query, list(values)).fetchall()
