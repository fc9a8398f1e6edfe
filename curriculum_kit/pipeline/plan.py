"""`ckit build-curriculum --plan-choices`: what drawn options can have, before anything is written.

Runs the stages of a build up to the similarity of labels in a temporary folder, and asks for the span of mean S(q)
against the blind gain, for each number of options and each channel.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.choice_design.plan import BOUNDS, plan_choices
from curriculum_kit.choice_design.posing import labels_of_pools
from curriculum_kit.config import BuildConfig
from curriculum_kit.enums import ChoiceSource
from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.pipeline.runner import StageRunner
from curriculum_kit.pipeline.similar import Posed, posed
from curriculum_kit.pipeline.stages import Stages, among
from curriculum_kit.similarity import PairTable
from curriculum_kit.storage import OutputFolder, explain_os_error, read_table

OnStage = Callable[[str, str], None]
Progress = Callable[[str, int, int], None]

SIZES = (2, 3, 4, 5)
"""Numbers of options that are planned where none is asked for, as far as the pools allow."""


@dataclass(frozen=True)
class PlanResult:
    """What drawn options can have, for people, pictures and `--json`."""

    table: pa.Table
    """The columns of `choice_design.plan.PLAN` but the tier: a row holds for every tier."""
    options: tuple[int, ...]
    """Wanted in each tier, the easiest first"""
    targets: tuple[float, ...] | None
    """Wanted mean S(q) of each tier, where it was given"""
    max_gain: float
    """The bound on the blind gain that was asked for"""
    same_as_fused: tuple[str, ...]
    """Channels whose similarity is the fused one, as there is no other: their rows are the same"""
    incomplete: tuple[str, ...]
    """Channels that lack a label, and have no rows"""
    labels: int
    turned_away: int
    """Questions that are turned away before any draw"""

    def rows(self, channel: str | None = None) -> list[dict[str, Any]]:
        """Return the rows of one channel, or of each that differs from fused: numbers of options, then bounds."""
        return [
            row
            for row in self.table.to_pylist()
            if (row["channel"] not in self.same_as_fused if channel is None else row["channel"] == channel)
        ]

    def span(self, options: int, channel: str = "fused") -> dict[str, Any]:
        """Return the row of a number of options under the bound that was asked for."""
        (row,) = [row for row in self.rows(channel) if row["options"] == options and row["max_gain"] == self.max_gain]
        return row

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "options": list(self.options),
            "targets": None if self.targets is None else list(self.targets),
            "max_blind_gain": self.max_gain,
            "labels": self.labels,
            "turned_away": self.turned_away,
            "same_as_fused": list(self.same_as_fused),
            "incomplete": list(self.incomplete),
            "plan": self.table.to_pylist(),
        }


def plan(
    config: BuildConfig, *, on_stage: OnStage = lambda *_: None, progress: Progress = lambda *_: None
) -> PlanResult:
    """Return what drawn options of a wanted difficulty can have; nothing is left on the disk.

    `config.choices` does not matter. The numbers of options are those of `config.options` where it was given, else
    `SIZES`. Tiers are dealt such that all have the same answers, so that one plan holds for each of them, but for what
    does not divide evenly. Raises a `CkitError` in one line for what a build of the same config would refuse.
    """
    config = config.model_copy(update={"choices": ChoiceSource.SIMILAR})
    try:
        with (
            tempfile.TemporaryDirectory(prefix="ckit-plan-") as scratch,
            OutputFolder.claim(Path(scratch) / "plan", "curriculum", force=False) as folder,
        ):
            work = Stages(config, folder, StageRunner(folder, on_stage), progress)
            work.select()
            work.compare_drawable()
            tables = among(folder.root)
            made = posed(work.terms, tables.asked, tables.labels, work.also_right)
            similarity = read_table(folder.root / "similarity.parquet", "similarity")
            work.database.close()
        on_stage("plan", "started")
        result = _planned(config, made, PairTable.from_arrow(similarity, len(made.labels)), progress)
        on_stage("plan", "done")
    except OSError as error:
        raise explain_os_error(error, Path(tempfile.gettempdir())) from error
    return PlanResult(**result, labels=len(made.labels), turned_away=work.facts["select"]["rejected"])


def _planned(config: BuildConfig, made: Posed, pairs: PairTable, progress: Progress) -> dict[str, Any]:
    """Return the parts of the result that the program finds."""
    columns, same, incomplete = _columns(made, pairs)
    given = "options" in config.model_fields_set
    sizes = range(config.option_counts[0], config.most_options + 1) if given else SIZES
    of_size = partial(
        plan_choices,
        made.asked,
        pairs,
        made.clashes,
        bounds=sorted({*BOUNDS, config.max_blind_gain}),
        columns=columns,
        kind=config.difficulty,
        seed=config.seed,
    )
    found = pa.concat_tables(_by_size(of_size, sizes, given, progress))
    channels = {column.removesuffix("_calibrated"): column.removesuffix("_calibrated") for column in columns}
    channels |= dict.fromkeys(same, "fused")
    table = pa.concat_tables(_of_channel(found, own, name) for name, own in channels.items())
    most = max(table["options"].to_pylist())
    return {
        "table": table.drop_columns("tier"),
        "options": config.option_counts if given else (min(config.most_options, most),) * config.tiers,
        "targets": config.targets,
        "max_gain": config.max_blind_gain,
        "same_as_fused": same,
        "incomplete": incomplete,
    }


def _of_channel(table: pa.Table, channel: str, name: str) -> pa.Table:
    """Return the rows of a channel under a name."""
    rows = table.filter(pc.equal(table["channel"], channel))
    place = table.schema.get_field_index("channel")
    return rows.set_column(place, table.schema.field(place), pa.array([name] * len(rows), pa.string()))


def _by_size(
    of_size: Callable[..., pa.Table], sizes: Sequence[int], given: bool, progress: Progress
) -> Iterator[pa.Table]:
    """Yield the plan of each number of options, up to the most that the pools allow where none was asked for."""
    for number, size in enumerate(sizes):
        progress("plans", number, len(sizes))
        try:
            yield of_size(options=[size])
        except ConfigInvalid:
            # With two options there was a plan, so what is refused is their number.
            if given or not number:
                raise
            return
    progress("plans", len(sizes), len(sizes))


def _columns(made: Posed, pairs: PairTable) -> tuple[list[str], tuple[str, ...], tuple[str, ...]]:
    """Return the columns to plan for, the channels that are the fused one again, and those that lack a label."""
    pools = labels_of_pools(made.asked.by_id()[0])[1]
    columns, same, incomplete = ["fused"], [], []
    fused = _values(pairs, pools, "fused")
    for channel in pairs.channels:
        values = _values(pairs, pools, f"{channel}_calibrated")
        if np.isnan(values).any():
            incomplete.append(channel)
        elif np.allclose(values, fused, rtol=0, atol=1e-12):
            same.append(channel)
        else:
            columns.append(f"{channel}_calibrated")
    return columns, tuple(same), tuple(incomplete)


def _values(pairs: PairTable, pools: Sequence[np.ndarray], column: str) -> np.ndarray:
    """Return the similarity of all labels that may be drawn together."""
    return np.concatenate([pairs.lookup(ids[:, None], ids[None, :], column).ravel() for ids in pools])
