"""`ckit forecast`: how many groups will come back dead, with one wording of a question and with several?

Reads a curriculum and, where there is one, a file of pass rates; writes nothing.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.errors import ConfigInvalid, NothingLeft, SourceUnreadable
from curriculum_kit.forecast import LARGEST, UNIFORM, Asked, Beta, Expected, Rated, beta_of, forecast, sentences
from curriculum_kit.pipeline.open import open_views, reading
from curriculum_kit.pipeline.pass_rates import load_pass_rates

VARIANTS = 4
"""Wordings of a question, where the curriculum holds no groups and nobody says how many there would be."""
SPREAD = 0.15
"""Standard deviation of the pass rates of a question's wordings, where half of the rollouts are right. Careful: if the
falls in the figure of Anatomy-R1 (0.39 to 0.17, 0.32 to 0.10, 0.15 to 0.02) were the work of 4 wordings in 8 rollouts
alone, it would have to be 0.25 to 0.30."""
MOST_ROLLOUTS = 1024


@dataclass(frozen=True)
class Forecast:
    """The expected share of dead groups of a curriculum."""

    folder: Path
    pass_rates: Path | None
    questions: int
    without_rate: int
    """Questions of which the file has no pass rate in their original wording; they are left out."""
    grouped: int | None
    """Questions that stand in the shards in several wordings; None where none does, and the groups are assumed."""
    found: Expected

    def sentences(self) -> list[str]:
        """Return what it means in words, the most important first."""
        first, *others = sentences(self.found)
        return [first, *self._about_groups(), *others, *self._about_questions()]

    def as_json(self) -> dict[str, Any]:
        """Return all figures, and what they mean in words."""
        found = self.found
        parts = [
            asdict(part) | {name: asdict(dead) | {"dead": dead.share} for name, dead in part.both.items()}
            for part in found.parts
        ]
        return {
            "pass_rates": self.pass_rates.name if self.pass_rates else None,
            "questions": self.questions,
            "without_rate": self.without_rate,
            "grouped": self.grouped,
            "rollouts": found.rollouts,
            "spread": found.spread,
            "prior": asdict(found.prior) if found.prior else None,
            "estimators": asdict(found.estimators),
            "fewest": found.fewest,
            "capped": found.capped,
            "sentences": self.sentences(),
            "parts": parts,
        }

    def _about_groups(self) -> list[str]:
        sizes = [k for k in self.found.parts[0].wordings if k > 1]
        if not sizes:
            return []
        if self.grouped is None:
            return [f"There are no groups yet: with them is what {sizes[0]} wordings of every question would do."]
        held = f"{self.grouped:,} of {self.questions:,} questions stand in several wordings, up to {sizes[-1]}."
        return [
            held if self.grouped < self.questions else f"Every question stands in several wordings, up to {sizes[-1]}."
        ]

    def _about_questions(self) -> list[str]:
        if not self.without_rate:
            return []
        return [f"{self.without_rate:,} of {self.questions:,} questions have no pass rate and are left out."]


def forecast_curriculum(
    folder: Path,
    pass_rates: Path | None = None,
    *,
    rollouts: int = 8,
    variants: int | None = None,
    spread: float = SPREAD,
    prior: tuple[float, float] | None = None,
) -> Forecast:
    """Return the expected share of dead groups of a curriculum, by tier and by answer.

    `pass_rates` are read as `pass_rates.load_pass_rates` says; without them, those of every tier are held for Beta-
    distributed by `prior` (mean and standard deviation), evenly from 0 to 1 where there is none. `rollouts` are those
    of one group, shared evenly by its wordings: those of the shards, or `variants` (4) where these hold no groups.
    `spread` is the standard deviation of the pass rates of a question's wordings, where these are not in the file.

    Nothing is written. Raises a `CkitError` in one line for a folder that is no curriculum, a file that holds no pass
    rates of its questions or rates of others, and numbers that cannot be.
    """
    beta = _checked(rollouts, spread, prior, pass_rates)
    kind, _, database = open_views(folder)
    if kind != "curriculum":
        raise ConfigInvalid(f"{folder} holds ingested questions, no curriculum; name one of ckit build-curriculum")
    with reading(folder):
        questions, held = _sizes(database)
    grouped = sum(count for size, count in held.items() if size > 1) or None
    if grouped and variants is not None:
        raise ConfigInvalid(f"{folder} holds groups already, so their size is known; leave --variants out")
    assumed = None if grouped else VARIANTS if variants is None else variants
    _check_division(folder, rollouts, list(held) if assumed is None else [assumed], grouped is not None)
    rated: Rated | None = None
    answers: list[str] = []
    if pass_rates is None:
        with reading(folder):
            asked = _unrated(database, assumed)
    else:
        load_pass_rates(database, pass_rates, per_wording=True)
        with reading(folder):
            _check_ids(database, folder, pass_rates, grouped is not None)
            asked, rated, answers = _with_rates(database, assumed)
        if not len(asked.tier):
            raise NothingLeft(f"{pass_rates} holds no pass rate of an original wording, variant_id 0; add these")
    found = forecast(asked, answers, rated, rollouts, spread, beta)
    return Forecast(folder, pass_rates, questions, questions - found.parts[0].questions, grouped, found)


def _checked(rollouts: int, spread: float, prior: tuple[float, float] | None, file: Path | None) -> Beta:
    """Return the prior; raise `ConfigInvalid` for numbers that cannot be."""
    if not 2 <= rollouts <= MOST_ROLLOUTS:
        raise ConfigInvalid(f"--rollouts {rollouts} of a group cannot be; take 2 to {MOST_ROLLOUTS:,}")
    if not 0 <= spread < LARGEST:
        raise ConfigInvalid(f"--spread {spread:g} is no standard deviation of pass rates; take 0 to below {LARGEST}")
    if prior is None:
        return UNIFORM
    if file is not None:
        raise ConfigInvalid("--prior is for where there are no pass rates; leave it or --pass-rates out")
    mean, deviation = prior
    if not 0 < mean < 1:
        raise ConfigInvalid(f"--prior has a mean of {mean:g}; pass rates have one between 0 and 1, such as 0.5:0.3")
    largest = math.sqrt(mean * (1 - mean))
    if not 0.01 <= deviation < largest:
        raise ConfigInvalid(
            f"--prior has a standard deviation of {deviation:g}; with a mean of {mean:g} it can be 0.01 to below "
            f"{math.floor(largest * 1000) / 1000:g}"
        )
    return beta_of(mean, deviation**2 / (mean * (1 - mean)))


def _check_division(folder: Path, rollouts: int, sizes: list[int], are_held: bool) -> None:
    """Raise `ConfigInvalid` where wordings cannot share the rollouts evenly."""
    for size in sizes:
        if size < 1 or rollouts % size:
            able = ", ".join(str(k) for k in range(1, rollouts + 1) if rollouts % k == 0)
            if are_held:
                multiple = math.lcm(*sizes)
                raise ConfigInvalid(
                    f"{folder} holds groups of {size} wordings, which cannot share --rollouts {rollouts} evenly: "
                    f"{able} could; take a multiple of {multiple}"
                )
            raise ConfigInvalid(
                f"--variants {size} cannot share --rollouts {rollouts} evenly; take one of {able}, or other rollouts"
            )


def _sizes(database: duckdb.DuckDBPyConnection) -> tuple[int, dict[int, int]]:
    """Make the table `sized`, a row per question; return the number of questions and how many are in n wordings."""
    database.execute(
        "CREATE TEMP TABLE sized AS SELECT question_id, tier, answer, CAST(1 AS BIGINT) AS wordings "
        "FROM shards WHERE variant_id = 0"
    )
    if database.execute("SELECT count(*) FROM shards WHERE variant_id > 0").fetchall()[0][0]:
        database.execute(
            "CREATE OR REPLACE TEMP TABLE sized AS SELECT question_id, any_value(tier) AS tier, "
            "any_value(answer) AS answer, count(*) AS wordings FROM shards GROUP BY question_id"
        )
    held = dict(database.execute("SELECT wordings, count(*) FROM sized GROUP BY 1 ORDER BY 1").fetchall())
    return sum(held.values()), held


def _unrated(database: duckdb.DuckDBPyConnection, assumed: int | None) -> Asked:
    size = assumed or "wordings"
    rows = database.execute(f"SELECT tier, {size} AS k, count(*) FROM sized GROUP BY 1, 2 ORDER BY 1, 2").fetchall()
    tier, wordings, count = np.array(rows, dtype=np.int64).T
    return Asked(tier, np.zeros(len(rows), dtype=np.int64), wordings, count)


def _with_rates(database: duckdb.DuckDBPyConnection, assumed: int | None) -> tuple[Asked, Rated, list[str]]:
    """Return the questions whose original wording is rated, and every wording of theirs that is."""
    database.execute(
        f"CREATE TEMP TABLE asked AS SELECT row_number() OVER (ORDER BY question_id) - 1 AS question, question_id, "
        f"CAST(tier AS BIGINT) AS tier, answer, CAST({assumed or 'wordings'} AS BIGINT) AS wordings "
        "FROM sized WHERE question_id IN (SELECT question_id FROM rates WHERE variant_id = 0)"
    )
    asked = database.sql("SELECT tier, answer, wordings FROM asked ORDER BY question").to_arrow_table()
    rated = database.sql(
        "SELECT question, variant_id = 0 AS original, pass_rate, CAST(rollouts AS DOUBLE) AS rollouts "
        "FROM rates JOIN asked USING (question_id) ORDER BY question, variant_id"
    ).to_arrow_table()
    answers = asked["answer"].combine_chunks().dictionary_encode()
    ones = np.ones(asked.num_rows, dtype=np.int64)
    codes = answers.indices.to_numpy().astype(np.int64)
    rollouts = pc.fill_null(rated["rollouts"], float("nan")).to_numpy()
    return (
        Asked(asked["tier"].to_numpy(), codes, asked["wordings"].to_numpy(), ones),
        Rated(rated["question"].to_numpy(), _booleans(rated["original"]), rated["pass_rate"].to_numpy(), rollouts),
        answers.dictionary.to_pylist(),
    )


def _booleans(column: pa.ChunkedArray) -> np.ndarray[Any, np.dtype[np.bool_]]:
    found: np.ndarray[Any, np.dtype[np.bool_]] = column.combine_chunks().to_numpy(zero_copy_only=False)
    return found


def _check_ids(database: duckdb.DuckDBPyConnection, folder: Path, file: Path, has_groups: bool) -> None:
    """Raise `SourceUnreadable` for pass rates of questions, or wordings, that the curriculum does not hold."""
    unknown = database.execute(
        "SELECT count(*), min(question_id) FROM rates WHERE question_id NOT IN (SELECT question_id FROM sized)"
    ).fetchall()[0]
    if unknown[0]:
        raise SourceUnreadable(
            f"{file}: question_ids unknown to {folder}: {unknown[0]:,}, the first is {unknown[1]!r}; "
            "leave these rows out, or name the curriculum they belong to"
        )
    others = database.execute(
        "SELECT count(*), min((question_id, variant_id)) FROM (SELECT question_id, variant_id FROM rates "
        "WHERE variant_id > 0) AS others ANTI JOIN shards USING (question_id, variant_id)"
    ).fetchall()[0]
    if others[0]:
        first, variant = others[1] if isinstance(others[1], tuple) else tuple(others[1].values())
        holds = "other wordings" if has_groups else "no groups"
        raise SourceUnreadable(
            f"{file}: wordings unknown to {folder}: {others[0]:,}, the first is variant_id {variant} of question "
            f"{first!r}; the curriculum holds {holds}: name the one that they belong to"
        )
