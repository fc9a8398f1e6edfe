"""Question cards: a sample that is fair to tiers, types and answers, each question as a person would see it.

Reads the views `shards`, `choices` and `similarity`. Images are named by benchmark and path; `thumbnails` has them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from curriculum_kit.report.overview import CHANNELS

CARDS = 300
"""Cards of a page, at most."""

_COLUMNS = (
    *("question_id", "tier", "difficulty", "blind", "benchmark", "split"),
    *("question_type", "modality", "question", "choices", "answer_index"),
)
"""Columns of a shard that a card takes as they are."""


@dataclass(frozen=True)
class Sample:
    """Which questions the cards show."""

    shown: int
    of: int


@dataclass(frozen=True)
class Card:
    """One question."""

    question_id: str
    tier: int
    difficulty: float
    channels: dict[str, float]
    """S(q) of each channel that says anything."""
    blind: float | None
    benchmark: str
    split: str
    question_type: str | None
    modality: str | None
    question: str
    choices: list[str]
    answer_index: int
    pairs: list[float | None]
    """Fused similarity of the choices (0, 1), (0, 2), ..., (1, 2), ...; None where two were not compared."""
    wordings: int
    """Rows of its group."""
    pictures: list[int]
    """Its images, by their place among those of all cards."""


def draw(database: duckdb.DuckDBPyConnection, seed: int, most: int = CARDS) -> list[str]:
    """Return the ids of at most `most` questions, the same for the same seed.

    Tiers take turns; within a tier its types, within a type its answers, within an answer its questions in an order
    that the seed decides. So whatever there is of little is there, and no tier, type or answer crowds out another.
    """
    chance = "md5(? || question_id)"
    query = (
        f"WITH drawn AS (SELECT question_id, tier, coalesce(question_type, '') AS type, answer, {chance} AS chance "
        "FROM shards WHERE variant_id = 0), "
        "by_answer AS (SELECT *, row_number() OVER (PARTITION BY tier, type, answer ORDER BY chance) AS nth "
        "FROM drawn QUALIFY nth <= ?), "
        "by_type AS (SELECT *, row_number() OVER (PARTITION BY tier, type ORDER BY nth, md5(? || answer)) AS turn "
        "FROM by_answer QUALIFY turn <= ?), "
        "by_tier AS (SELECT *, row_number() OVER (PARTITION BY tier ORDER BY turn, md5(? || type)) AS place "
        "FROM by_type QUALIFY place <= ?) "
        "SELECT question_id FROM by_tier ORDER BY place, tier LIMIT ?"
    )
    key = str(seed)
    return [row[0] for row in _rows(database, query, key, most, key, most, key, most, most)]


def cards_of(
    database: duckdb.DuckDBPyConnection, question_ids: Sequence[str]
) -> tuple[list[Card], list[tuple[str, str]]]:
    """Return the cards of these questions, in this order, and the benchmark and path of each of their images."""
    channels = [name for name in CHANNELS if name != "difficulty"]
    query = (
        f"SELECT {', '.join((*_COLUMNS, *channels))}, list_transform(images, lambda image: image.path) AS paths "
        "FROM shards WHERE variant_id = 0 AND question_id IN (SELECT unnest(?))"
    )
    names = [*_COLUMNS, *channels, "paths"]
    place = {name: number for number, name in enumerate(question_ids)}
    rows = [dict(zip(names, row, strict=True)) for row in _rows(database, query, list(question_ids))]
    rows.sort(key=lambda row: place[row["question_id"]])
    sizes = dict(
        _rows(
            database,
            "SELECT question_id, count(*) OVER (PARTITION BY group_id) FROM shards WHERE group_id IN "
            "(SELECT group_id FROM shards WHERE variant_id = 0 AND question_id IN (SELECT unnest(?))) "
            "QUALIFY variant_id = 0",
            list(question_ids),
        )
    )
    fused = _fused(database, [row["choices"] for row in rows])
    images: dict[tuple[str, str], int] = {}
    cards = [
        Card(
            **{name: row[name] for name in _COLUMNS},
            channels={CHANNELS[name]: row[name] for name in channels if row[name] is not None},
            pairs=[fused.get(frozenset(pair)) for pair in itertools.combinations(row["choices"], 2)],
            wordings=sizes[row["question_id"]],
            pictures=[images.setdefault((row["benchmark"], path), len(images)) for path in row["paths"] or []],
        )
        for row in rows
    ]
    return cards, list(images)


def _fused(database: duckdb.DuckDBPyConnection, choices: Sequence[Sequence[str]]) -> dict[frozenset[str], float]:
    """Return the fused similarity of all labels that stand beside each other."""
    pairs = sorted({tuple(sorted(pair)) for labels in choices for pair in itertools.combinations(labels, 2)})
    query = (
        "WITH wanted AS (SELECT unnest(?::VARCHAR[]) AS one, unnest(?::VARCHAR[]) AS other), "
        "known AS (SELECT one, other, least(a.choice_id, b.choice_id) AS choice_a, "
        "greatest(a.choice_id, b.choice_id) AS choice_b FROM wanted JOIN choices AS a ON a.label = one "
        "JOIN choices AS b ON b.label = other) "
        "SELECT one, other, fused FROM known JOIN similarity USING (choice_a, choice_b)"
    )
    found = _rows(database, query, [one for one, _ in pairs], [other for _, other in pairs])
    return {frozenset((one, other)): value for one, other, value in found}


def _rows(database: duckdb.DuckDBPyConnection, query: str, *values: Any) -> list[Any]:
    return database.cursor().execute(query, list(values)).fetchall()
