"""Tiers at a glance, S(q) along the curriculum and as histograms, answers by tier.

Reads the view `shards` of a DuckDB connection (the `shard` table); every question counts once, by its original wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

CHANNELS = {
    "difficulty": "S(q)",
    "difficulty_text": "text encoder",
    "difficulty_clip_text": "CLIP, text tower",
    "difficulty_clip_image": "CLIP, image tower",
    "difficulty_image": "the question's own image",
}
"""The columns of a shard that hold an S(q), and what each comes from."""

BINS = 40
POINTS = 60
"""Slices of the curriculum that a line has; the means of more are restless where a channel knows few questions."""
COMMONEST = 40


@dataclass(frozen=True)
class Tier:
    """One tier: its size and S(q)."""

    tier: int
    questions: int
    rows: int
    """With the further wordings of groups."""
    low: float
    high: float
    mean: float
    answers: int
    """Different answers."""
    chance: float
    """Mean of one over the number of options."""
    blind: float | None
    """Mean probability of the answer without the image; None where it was not estimated."""


@dataclass(frozen=True)
class Curve:
    """S(q) over equal slices of each tier, in curriculum order."""

    at: list[float]
    """The middle of each slice, as a share of the questions."""
    low: list[float]
    """The tenth percentile of S(q) in each slice."""
    high: list[float]
    """The ninetieth."""
    means: dict[str, list[float | None]]
    """By channel."""


@dataclass(frozen=True)
class Histogram:
    """How often a channel's S(q) falls into each of `BINS` equal bins from 0 to 1."""

    channel: str
    counts: list[list[int]]
    """By tier, then by bin."""
    unknown: int
    """Questions that the channel says nothing of."""


@dataclass(frozen=True)
class Answers:
    """How many questions of each tier have each answer, the commonest first."""

    labels: list[str]
    counts: list[list[int]]
    """By label, then by tier."""
    others: list[int]
    """Questions of each tier with an answer beyond the `COMMONEST`."""
    left_out: int
    """Answers beyond these."""


def tiers_of(database: duckdb.DuckDBPyConnection) -> list[Tier]:
    """Return the tiers in their order."""
    query = (
        "SELECT tier, count(*) FILTER (variant_id = 0), count(*), min(difficulty), max(difficulty), "
        "avg(difficulty) FILTER (variant_id = 0), count(DISTINCT answer), avg(1 / len(choices)), avg(blind) "
        "FROM shards GROUP BY tier ORDER BY tier"
    )
    return [Tier(*row) for row in _rows(database, query)]


def channels_of(database: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the columns of S(q) that hold anything, the fused one first."""
    counts = ", ".join(f"count({name})" for name in CHANNELS)
    (found,) = _rows(database, f"SELECT {counts} FROM shards")
    known = [name for name, count in zip(CHANNELS, found, strict=True) if count]
    # The S(q) of one channel is that of all: it would be drawn twice.
    single = [name for name in known if name not in {"difficulty", "difficulty_image"}]
    return [name for name in known if len(single) > 1 or name not in single]


def curve_of(database: duckdb.DuckDBPyConnection, tiers: list[Tier], channels: list[str]) -> Curve:
    """Return S(q) along the curriculum: the tiers are cut into slices of about equal size, `POINTS` over all."""
    total = sum(tier.questions for tier in tiers)
    means = ", ".join(f"avg({name})" for name in channels)
    curve = Curve([], [], [], {CHANNELS[name]: [] for name in channels})
    before = 0
    for tier in tiers:
        slices = min(max(round(POINTS * tier.questions / total), 1), tier.questions)
        # Rows are numbered as the files hold them: tier by tier, for the folders' names do not sort as numbers do.
        query = (
            f"WITH placed AS (SELECT {', '.join(channels)}, row_number() OVER () - 1 AS place "
            "FROM shards WHERE tier = ? AND variant_id = 0) "
            "SELECT place * ? // ? AS slice, avg(place) + 0.5, quantile_cont(difficulty, 0.1), "
            f"quantile_cont(difficulty, 0.9), {means} FROM placed GROUP BY 1 ORDER BY 1"
        )
        for _, middle, low, high, *each in _rows(database, query, tier.tier, slices, tier.questions):
            curve.at.append((before + middle) / total)
            curve.low.append(low)
            curve.high.append(high)
            for name, mean in zip(channels, each, strict=True):
                curve.means[CHANNELS[name]].append(mean)
        before += tier.questions
    return curve


def histograms_of(database: duckdb.DuckDBPyConnection, tiers: list[Tier], channels: list[str]) -> list[Histogram]:
    """Return a histogram per channel."""
    place = {tier.tier: number for number, tier in enumerate(tiers)}
    found = []
    for name in channels:
        query = (
            # `least` would put a null into the last bin.
            f"SELECT tier, CASE WHEN {name} IS NOT NULL THEN least(floor({name} * ?), ? - 1) END::INT, count(*) "
            "FROM shards WHERE variant_id = 0 GROUP BY ALL"
        )
        counts = [[0] * BINS for _ in tiers]
        unknown = 0
        for tier, where, count in _rows(database, query, BINS, BINS):
            if where is None:
                unknown += count
            else:
                counts[place[tier]][max(where, 0)] = count
        found.append(Histogram(CHANNELS[name], counts, unknown))
    return found


def answers_of(database: duckdb.DuckDBPyConnection, tiers: list[Tier]) -> Answers:
    """Return the answers by tier."""
    query = "SELECT answer, tier, count(*) FROM shards WHERE variant_id = 0 GROUP BY ALL ORDER BY ALL"
    place = {tier.tier: number for number, tier in enumerate(tiers)}
    counts: dict[str, list[int]] = {}
    for answer, tier, count in _rows(database, query):
        counts.setdefault(answer, [0] * len(tiers))[place[tier]] = count
    ranked = sorted(counts, key=lambda label: (-sum(counts[label]), label))
    shown, rest = ranked[:COMMONEST], ranked[COMMONEST:]
    others = [sum(counts[label][number] for label in rest) for number in range(len(tiers))]
    return Answers(shown, [counts[label] for label in shown], others, len(rest))


def _rows(database: duckdb.DuckDBPyConnection, query: str, *values: Any) -> list[Any]:
    return database.cursor().execute(query, list(values)).fetchall()
