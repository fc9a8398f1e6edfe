"""A training run over the curriculum: the paper's two figures, reward and S(q) over steps and dead groups by answer.

Reads the view `completions` of a DuckDB connection (the table of that name, as a run of the trainer leaves it).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

POINTS = 600
"""Steps are averaged where a run has more."""
COMMONEST = 20

_GROUPS = (
    "CREATE OR REPLACE TABLE trained AS SELECT any_value(step) AS step, any_value(tier) AS tier, "
    "any_value(difficulty) AS difficulty, any_value(answer) AS answer, avg(reward) AS reward, "
    "avg(rewards['accuracy']) AS accuracy, bool_and(dead) AS dead, avg(length) AS length "
    "FROM completions GROUP BY chunk, group_id"
)


@dataclass(frozen=True)
class Steps:
    """Means over the groups of each step, or of several steps where there are many."""

    step: list[float]
    reward: list[float]
    difficulty: list[float]
    tier: list[float]
    dead: list[float]


@dataclass(frozen=True)
class Share:
    """What became of the groups of a tier, or of an answer."""

    of: str
    groups: int
    difficulty: float
    reward: float
    accuracy: float | None
    """None where the run has no reward of that name."""
    dead: float
    """Share of groups whose rollouts all earned the same."""
    length: float
    """Mean tokens of a completion."""


@dataclass(frozen=True)
class Training:
    """A run."""

    groups: int
    steps: int
    curve: Steps
    tiers: list[Share]
    answers: list[Share]
    """The commonest, by number of groups."""
    answers_left_out: int


def training_of(database: duckdb.DuckDBPyConnection) -> Training:
    """Return the figures of a run that has at least one group."""
    database.execute(_GROUPS)
    groups, steps = _rows(database, "SELECT count(*), max(step) + 1 FROM trained")[0]
    width = -(-steps // POINTS)
    curve = _rows(
        database,
        "SELECT avg(step), avg(reward), avg(difficulty), avg(tier), avg(dead::INT) FROM trained "
        "GROUP BY step // ? ORDER BY 1",
        width,
    )
    answers = _shares(database, "answer", "count(*) DESC, answer")
    return Training(
        groups,
        steps,
        Steps(*(list(column) for column in zip(*curve, strict=True))),
        _shares(database, "tier", "tier"),
        answers[:COMMONEST],
        max(len(answers) - COMMONEST, 0),
    )


def _shares(database: duckdb.DuckDBPyConnection, column: str, order: str) -> list[Share]:
    query = (
        f"SELECT {column}::VARCHAR, count(*), avg(difficulty), avg(reward), avg(accuracy), avg(dead::INT), avg(length) "
        f"FROM trained GROUP BY {column} ORDER BY {order}"
    )
    return [Share(*row) for row in _rows(database, query)]


def _rows(database: duckdb.DuckDBPyConnection, query: str, *values: Any) -> list[Any]:
    return database.cursor().execute(query, list(values)).fetchall()
