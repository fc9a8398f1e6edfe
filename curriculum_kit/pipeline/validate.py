"""`ckit validate`: do the pass rates of a model fall as S(q) rises?

Reads a curriculum and a file of pass rates; writes `validation.json` there and a section of its data card.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit import __version__
from curriculum_kit.errors import ConfigInvalid, NothingLeft, SourceUnreadable
from curriculum_kit.offers import Coded
from curriculum_kit.pipeline.open import open_views, reading
from curriculum_kit.pipeline.pass_rates import load_pass_rates
from curriculum_kit.storage import MANIFEST, explain_os_error, hash_of, read_json, sha256_of, write_json, write_text
from curriculum_kit.validation import CARD_TITLE, FEWEST, Rated, Validation, card_of, card_section, sentences, validate

VALIDATION = "validation.json"
COMPONENTS = (
    *("difficulty", "difficulty_text", "difficulty_clip_text", "difficulty_clip_image"),
    *("tier", "hops", "blind"),
)


@dataclass(frozen=True)
class Validated:
    """What the pass rates of one model say about a curriculum."""

    folder: Path
    model: str
    file: Path
    found: Validation
    without_rate: int
    """Questions of the curriculum that the file has no pass rate of."""
    blind_from: str | None
    """Where blind solvability was read: `shards`, `audit`, or nowhere."""

    def as_json(self) -> dict[str, Any]:
        """Return all figures, and what they mean in words."""
        return {
            "model": self.model,
            "pass_rates": self.file.name,
            "without_rate": self.without_rate,
            "blind_from": self.blind_from,
            "sentences": sentences(self.found),
            **asdict(self.found),
        }


def validate_curriculum(folder: Path, pass_rates: Path, *, model: str | None = None, seed: int = 0) -> Validated:
    """Compare a curriculum with the pass rates of a model, which is called as the file where it has no name.

    Nothing is written. Raises a `CkitError` in one line for a folder that is no curriculum, a file that holds no pass
    rates of its questions, or of fewer than 20 of them, and for pass rates that are all the same.
    """
    kind, _, database = open_views(folder)
    if kind != "curriculum":
        raise ConfigInvalid(f"{folder} holds ingested questions, no curriculum; name one of ckit build-curriculum")
    rows = load_pass_rates(database, pass_rates)
    with reading(folder):
        blind_from = _where_blind(database)
        _check_ids(database, folder, pass_rates)
        table = _rated_rows(database, blind_from)
        questions = database.execute("SELECT count(*) FROM shards WHERE variant_id = 0").fetchall()[0][0]
    assert table.num_rows == rows, "every pass rate has its question"
    if rows < FEWEST:
        raise NothingLeft(f"{pass_rates} holds {rows} pass rates; it takes {FEWEST} or more to correlate anything")
    rated = _rated(table)
    if np.ptp(rated.pass_rate) == 0:
        raise SourceUnreadable(
            f"{pass_rates}: every pass rate is {rated.pass_rate[0]:g}, and what does not vary cannot be correlated; "
            "take a model that passes some questions and fails others"
        )
    found = validate(rated, seed)
    return Validated(folder, model or pass_rates.stem, pass_rates, found, questions - rows, blind_from)


def save_validation(done: Validated) -> None:
    """Add what was found with a model to `validation.json` and to the data card; the model's former place is taken."""
    manifest = read_json(done.folder / MANIFEST) or {}
    entry = {
        "shards": _shards_of(manifest),
        "pass_rates_sha256": sha256_of(done.file),
        "card": card_of(done.model, done.found),
        **done.as_json(),
    }
    models = _models(done.folder) | {done.model: entry}
    card = done.folder / "README.md"
    try:
        write_json(done.folder / VALIDATION, {"kind": "validation", "ckit": __version__, "models": models})
        text = card.read_text(encoding="utf-8") if card.is_file() else ""
        write_text(card, with_validation(text, done.folder, manifest))
    except OSError as error:
        raise explain_os_error(error, done.folder) from error


def with_validation(card: str, folder: Path, manifest: Mapping[str, Any]) -> str:
    """Return a data card with what `validation.json` in the folder says of these very shards, as its last section.

    What was found with the shards of an earlier build is left out: it may not hold any more.
    """
    shards = _shards_of(manifest)
    current = [entry["card"] for _, entry in sorted(_models(folder).items()) if entry["shards"] == shards]
    card = card.partition(f"\n{CARD_TITLE}\n")[0]
    return f"{card}\n{card_section(current)}" if current else card


def _models(folder: Path) -> dict[str, Any]:
    """Return what `validation.json` holds of each model; nothing where the file is absent or not ours."""
    known = read_json(folder / VALIDATION) or {}
    models: dict[str, Any] = known.get("models", {}) if known.get("kind") == "validation" else {}
    return models


def _shards_of(manifest: Mapping[str, Any]) -> str:
    """Return a hash over the hashes of all shards."""
    files = manifest.get("files", {})
    return hash_of({name: entry["sha256"] for name, entry in files.items() if name.startswith("shards/")})


def _where_blind(database: duckdb.DuckDBPyConnection) -> str | None:
    """Return where blind solvability is known from: the shards, or an audit, whose view there is while it holds."""
    if database.execute("SELECT count(blind) FROM shards").fetchall()[0][0]:
        return "shards"
    return "audit" if ("blind",) in database.execute("SHOW TABLES").fetchall() else None


def _check_ids(database: duckdb.DuckDBPyConnection, folder: Path, file: Path) -> None:
    """Raise `SourceUnreadable` for pass rates of questions that the curriculum does not hold."""
    unknown = database.execute(
        "SELECT count(*), min(question_id) FROM rates WHERE question_id NOT IN (SELECT question_id FROM shards)"
    ).fetchall()[0]
    if unknown[0]:
        raise SourceUnreadable(
            f"{file}: question_ids unknown to {folder}: {unknown[0]:,}, the first is {unknown[1]!r}; "
            "leave these rows out, or name the curriculum they belong to"
        )


def _rated_rows(database: duckdb.DuckDBPyConnection, blind_from: str | None) -> pa.Table:
    """Return the components of every question that has a pass rate, by question_id."""
    columns = ", ".join(f"CAST(shards.{name} AS DOUBLE) AS {name}" for name in COMPONENTS if name != "blind")
    source = "audited" if blind_from == "audit" else "shards"
    joined = "LEFT JOIN blind AS audited USING (question_id)" if blind_from == "audit" else ""
    return database.sql(
        f"SELECT pass_rate, {columns}, {source}.blind AS blind, benchmark, answer, unit_id "
        f"FROM shards JOIN rates USING (question_id) {joined} WHERE variant_id = 0 ORDER BY question_id"
    ).to_arrow_table()


def _rated(table: pa.Table) -> Rated:
    # Units of one name in two benchmarks are two units.
    units = pc.binary_join_element_wise(table["benchmark"], table["unit_id"], "\n")
    return Rated(
        pass_rate=table["pass_rate"].to_numpy(),
        components={name: pc.fill_null(table[name], float("nan")).to_numpy() for name in COMPONENTS},
        benchmark=_coded(table["benchmark"]),
        answer=_coded(table["answer"]),
        unit=_coded(units).codes,
    )


def _coded(column: pa.ChunkedArray) -> Coded:
    encoded = column.combine_chunks().dictionary_encode()
    return Coded(encoded.indices.to_numpy(), encoded.dictionary.to_pylist())
