"""Every completion of a run on disk, beside the question it answers: `completions/part-NNNNNN.parquet`.

Reads chunks as an observer is told of them; writes the table `completions`. A part is written whole, or not at all,
whenever a checkpoint is saved and at the end; what a resumed run does again is taken out first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.schemas import schema_of
from curriculum_kit.storage import read_table, write_table
from trainer.tally import Group, total_rewards

if TYPE_CHECKING:
    from trainer.generation import Generation

FOLDER = "completions"
_TABLE = "completions"


def rows_of(batch: Generation, weights: Mapping[str, float], groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Return the rows of a chunk, in the order of its rollouts."""
    dead = [group.dead for group in groups for _ in group.rewards]
    totals = total_rewards(batch, weights)
    return [
        {
            "step": batch.step,
            "chunk": batch.chunk,
            **{name: row[name] for name in ("question_id", "group_id", "variant_id", "tier", "difficulty")},
            "answer": row["answer"],
            "solution": row["solution"],
            "completion": batch.completions[place],
            "length": batch.lengths[place],
            "rewards": [(name, values[place]) for name, values in batch.rewards.items()],
            "reward": totals[place],
            "advantage": batch.advantages[place],
            "dead": dead[place],
        }
        for place, row in enumerate(batch.rows)
    ]


class Records:
    """The completions of one run below its output folder."""

    def __init__(self, output: Path) -> None:
        self.folder = output / FOLDER
        self._waiting: list[dict[str, Any]] = []

    def begin(self, step: int) -> None:
        """Take out what was recorded from `step` on: a run that is resumed there does it again."""
        for part in self.parts():
            table = read_table(part, _TABLE)
            kept = table.filter(pc.less(table["step"], step))
            if kept.num_rows == table.num_rows:
                continue
            if kept.num_rows:
                self._write(part, kept)
            else:
                part.unlink()

    def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """Note rows; they are written by `flush`."""
        self._waiting += rows

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            first = self._waiting[0]["chunk"]
            table = pa.Table.from_pylist(self._waiting, schema=schema_of(_TABLE))
            self._write(self.folder / f"part-{first:06d}.parquet", table)
            self._waiting = []

    def parts(self) -> list[Path]:
        """Return the files, in the order in which they were written."""
        return sorted(self.folder.glob("part-*.parquet"))

    def _write(self, part: Path, table: pa.Table) -> None:
        temporary = part.with_name(f".{part.name}.part")
        write_table(temporary, table, _TABLE)
        temporary.replace(part)
