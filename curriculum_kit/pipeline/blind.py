"""How often each question is answered without its image, and leaving out those that are so too often.

Reads the selected `questions`, each with choices; writes `blind` and, of the questions, those that are kept.
The others go to `rejects` as `solvable_blind`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from curriculum_kit.audit.blind import blind_solvability, blind_table
from curriculum_kit.audit.enough import too_little
from curriculum_kit.config import BuildConfig
from curriculum_kit.errors import NothingLeft
from curriculum_kit.offers import COLUMNS, offers_of
from curriculum_kit.pipeline.rejects import Rejects
from curriculum_kit.pipeline.runner import Facts
from curriculum_kit.pipeline.sources import Selection
from curriculum_kit.pipeline.sql import from_tables
from curriculum_kit.schemas import Reason
from curriculum_kit.storage import ParquetSink, iter_table, read_table, write_table

BATCH_ROWS = 20_000

_MEANS = {"mean": "blind", "chance": "chance"}


def write_blind(config: BuildConfig, selected: Path, scratch: Path, progress: Callable[[str, int, int], None]) -> Facts:
    """Estimate the blind solvability of the selected questions; return its mean and that of chance.

    Raises `NothingLeft` where there is too little to estimate from.
    """
    offers = offers_of(iter_table(selected, "questions", columns=list(COLUMNS)))
    if why := too_little(offers):
        raise NothingLeft(
            f"blind solvability cannot be estimated: {why.rstrip('.')}; leave out --max-blind and --tie-break blind"
        )
    table = blind_table(blind_solvability(offers, seed=config.seed, on_progress=progress), offers)
    write_table(scratch / "blind.parquet", table, "blind")
    return {name: round(float(table[column].to_numpy().mean()), 6) for name, column in _MEANS.items()}


def keep_unsolved(
    config: BuildConfig,
    database: duckdb.DuckDBPyConnection,
    selection: Selection,
    selected: Path,
    turned_away: Path,
    blind: Path,
    scratch: Path,
) -> Facts:
    """Write who stays and who goes; return how many went and the mean of those that stayed.

    `selected` and `turned_away` are what the selection made: all its questions and rejects end in what is
    written here. Raises `NothingLeft` where no question stays.
    """
    table = read_table(blind, "blind")
    values = table["blind"].to_numpy()
    keep = _stays(config, values)
    if not keep.any():
        raise NothingLeft(
            f"every question is answered without its image more often than --max-blind {config.max_blind} "
            f"(the least is {values.min():.3f}); raise it"
        )
    with (
        ParquetSink(scratch / "questions.parquet", "questions") as kept,
        ParquetSink(scratch / "rejects.parquet", "rejects") as sink,
    ):
        for batch in iter_table(turned_away, "rejects"):
            sink.write(batch)
        done = 0
        for batch in iter_table(selected, "questions"):
            kept.write(batch.filter(pa.array(keep[done : done + batch.num_rows])))
            done += batch.num_rows
        _turn_away(database, selection, selected, table.filter(pa.array(~keep)), sink)
    mean_kept = round(float(values[keep].mean()), 6)
    return {"max_blind": config.max_blind, "left_out": int((~keep).sum()), "mean_kept": mean_kept}


def _turn_away(
    database: duckdb.DuckDBPyConnection, selection: Selection, selected: Path, lost: pa.Table, sink: ParquetSink
) -> None:
    """Write rejects for the questions that are lost, in the order of their sources."""
    details = [f"{value:.3f}" for value in lost["blind"].to_pylist()]
    cursor = database.cursor()
    cursor.register("lost", pa.table({"question_id": lost["question_id"], "detail": pa.array(details, pa.string())}))
    query = (
        f"SELECT chosen.*, place.filename, place.file_row_number, lost.detail FROM {from_tables([selected])} AS chosen "
        f"JOIN lost USING (question_id) JOIN {selection.positions} AS place USING (question_id) "
        "ORDER BY place.filename, place.file_row_number"
    )
    rejects = Rejects(sink, selection.shown)
    for batch in cursor.sql(query).to_arrow_reader(BATCH_ROWS):
        rows = pa.Table.from_batches([batch])
        rejects.turn_away(rows, np.zeros(rows.num_rows, bool), Reason.SOLVABLE_BLIND, stage="blind")


def blind_of_kept(config: BuildConfig, blind: Path) -> np.ndarray:
    """Return the blind solvability of the questions that were kept, in their order."""
    values = read_table(blind, "blind")["blind"].to_numpy()
    return np.asarray(values[_stays(config, values)])


def _stays(config: BuildConfig, values: np.ndarray) -> np.ndarray:
    return np.ones(len(values), bool) if config.max_blind is None else values <= config.max_blind
