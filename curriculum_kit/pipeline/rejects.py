"""Questions that a stage of the curriculum turns away, as rows of `rejects`."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from curriculum_kit.benchmarks.base import Rejected
from curriculum_kit.benchmarks.normalise import rejects_table
from curriculum_kit.pipeline.sources import Selection
from curriculum_kit.pipeline.sql import from_tables
from curriculum_kit.schemas import Reason
from curriculum_kit.storage import ParquetSink

_BATCH_ROWS = 20_000


class Rejects:
    """Writes the questions that are turned away, each with its place in its source."""

    def __init__(self, sink: ParquetSink, shown: Mapping[str, str]) -> None:
        self._sink, self._shown = sink, shown
        self.reasons: Counter[str] = Counter()

    def turn_away(self, table: pa.Table, keep: np.ndarray, reason: Reason, stage: str = "choices") -> pa.Table:
        """Write the rows that are not kept to the rejects, and return the others.

        The table has the columns of `questions` and `filename`, `file_row_number` and, where there is more to
        say than the answer, `detail`.
        """
        if keep.all():
            return table
        lost = table.filter(pa.array(~keep)).to_pylist()
        self.reasons[reason.value] += len(lost)
        for benchmark, rows in itertools.groupby(lost, key=itemgetter("benchmark")):
            self._sink.write(rejects_table([self._rejected(row, reason) for row in rows], benchmark, stage=stage))
        return table.filter(pa.array(keep))

    def _rejected(self, row: dict[str, Any], reason: Reason) -> Rejected:
        source, position = self._shown[row.pop("filename")], row.pop("file_row_number")
        answer = ", ".join(row["image_ids"]) if reason is Reason.IMAGE_MISSING else row["answer"]
        detail = row.pop("detail", answer)
        return Rejected(source, position, reason, row | {"metadata": dict(row["metadata"])}, detail)


def turn_away_later(
    selection: Selection,
    questions: Path,
    lost: pa.Table,
    reason: Reason,
    sink: ParquetSink,
    stage: str = "choices",
) -> None:
    """Write rejects for some of the questions that were selected before, in the order of their sources.

    `lost` has their `question_id` and, where there is more to say than the answer, `detail`.
    """
    cursor = selection.cursor()
    cursor.register("lost", lost)
    query = (
        f"SELECT chosen.*, place.filename, place.file_row_number, lost.* EXCLUDE (question_id) "
        f"FROM {from_tables([questions])} AS chosen "
        f"JOIN lost USING (question_id) JOIN {selection.positions} AS place USING (question_id) "
        "ORDER BY place.filename, place.file_row_number"
    )
    rejects = Rejects(sink, selection.shown)
    for batch in cursor.sql(query).to_arrow_reader(_BATCH_ROWS):
        rows = pa.Table.from_batches([batch])
        rejects.turn_away(rows, np.zeros(rows.num_rows, bool), reason, stage=stage)
