"""How often each question is answered without its image, and leaving out those that are so too often.

Reads the selected `questions`, each with choices; writes `blind` and, of the questions, those that are kept.
The others go to `rejects` as `solvable_blind`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from curriculum_kit.audit.blind import blind_solvability, blind_table
from curriculum_kit.audit.enough import too_little
from curriculum_kit.config import BuildConfig
from curriculum_kit.errors import NothingLeft
from curriculum_kit.offers import COLUMNS, offers_of
from curriculum_kit.pipeline.rejects import turn_away_later
from curriculum_kit.pipeline.runner import Facts
from curriculum_kit.pipeline.sources import Selection
from curriculum_kit.schemas import Reason
from curriculum_kit.storage import ParquetSink, iter_table, read_table, write_table

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
        lost = table.filter(pa.array(~keep))
        details = pa.array([f"{value:.3f}" for value in lost["blind"].to_pylist()], pa.string())
        lost = pa.table({"question_id": lost["question_id"], "detail": details})
        turn_away_later(selection, selected, lost, Reason.SOLVABLE_BLIND, sink, stage="blind")
    mean_kept = round(float(values[keep].mean()), 6)
    return {"max_blind": config.max_blind, "left_out": int((~keep).sum()), "mean_kept": mean_kept}


def stay(config: BuildConfig, blind: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return which of the questions were kept, a mask, and the blind solvability of these, in their order."""
    values = read_table(blind, "blind")["blind"].to_numpy()
    kept = _stays(config, values)
    return kept, np.asarray(values[kept])


def _stays(config: BuildConfig, values: np.ndarray) -> np.ndarray:
    return np.ones(len(values), bool) if config.max_blind is None else values <= config.max_blind
