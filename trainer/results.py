"""What a model answered, on disk: a row per question, sample and condition, and the pass rates that follow from them.

Rows stand on their own: they hold what figures are made by, so that two files can be compared without the curriculum.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curriculum_kit.errors import SourceNotFound, SourceUnreadable


class Condition(StrEnum):
    """What a model is shown."""

    IMAGE = "image"
    """The question with its image, or without where it has none."""
    BLANK = "blank"
    """An image of one grey of the same size."""
    NO_IMAGE = "no-image"
    """The question alone."""


SCHEMA = pa.schema(
    [
        pa.field("question_id", pa.string(), nullable=False),
        pa.field("variant_id", pa.int32(), nullable=False),  # the wording; 0 is the original
        pa.field("condition", pa.string(), nullable=False),  # image, blank or no-image
        pa.field("sample", pa.int32(), nullable=False),  # from 0
        pa.field("completion", pa.string(), nullable=False),
        pa.field("chosen", pa.int32()),  # position of the option that it names; null where it names none
        pa.field("right", pa.bool_(), nullable=False),
        # As in the shards:
        pa.field("tier", pa.int32(), nullable=False),
        pa.field("answer", pa.string(), nullable=False),
        pa.field("question_type", pa.string()),
        pa.field("benchmark", pa.string(), nullable=False),
        pa.field("unit_id", pa.string(), nullable=False),
        pa.field("n_choices", pa.int32(), nullable=False),
    ]
)
_PASS_RATES = pa.schema(
    [("question_id", pa.string()), ("pass_rate", pa.float64()), ("rollouts", pa.int32()), ("variant_id", pa.int32())]
)
_BY_NOW = 1_000
"""Rows after which a row group is written."""


def write_results(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows of `SCHEMA` to a Parquet file, a part of them in memory at a time."""
    waiting: list[dict[str, Any]] = []
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for row in rows:
            waiting.append(row)
            if len(waiting) == _BY_NOW:
                writer.write_table(pa.Table.from_pylist(waiting, SCHEMA))
                waiting = []
        writer.write_table(pa.Table.from_pylist(waiting, SCHEMA))


def read_results(path: Path) -> pa.Table:
    """Return the rows of a result file without their completions.

    Raises `SourceNotFound` or `SourceUnreadable` in one line where it is none.
    """
    if not path.is_file():
        raise SourceNotFound(f"{path} is no file; name a results.parquet that ckit evaluate wrote")
    names = [name for name in SCHEMA.names if name != "completion"]
    try:
        found = pq.read_schema(path)
        if missing := [name for name in SCHEMA.names if name not in found.names]:
            raise SourceUnreadable(
                f"{path} lacks {', '.join(missing)}; name a results.parquet that ckit evaluate wrote"
            )
        table = pq.read_table(path, columns=names)
        return table.cast(pa.schema([SCHEMA.field(name) for name in names]))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise SourceUnreadable(f"{path} cannot be read as results ({_first_line(error)}); evaluate again") from error


def by_question(results: pa.Table) -> pa.Table:
    """Return a row per question, wording and condition: `pass_rate`, `unreadable` (0 to 1), `rollouts` and the columns
    of the shards. The order is that of the first rows."""
    keys = ["question_id", "variant_id", "condition"]
    about = ["tier", "answer", "question_type", "benchmark", "unit_id", "n_choices"]
    counted = results.append_column("pass_rate", pc.cast(results["right"], pa.float64()))
    counted = counted.append_column("unreadable", pc.cast(pc.is_null(results["chosen"]), pa.float64()))
    grouped = counted.group_by(keys, use_threads=False).aggregate(
        [("pass_rate", "mean"), ("unreadable", "mean"), ("right", "count"), *((name, "first") for name in about)]
    )
    names = {"pass_rate_mean": "pass_rate", "unreadable_mean": "unreadable", "right_count": "rollouts"}
    renamed = [names.get(name, name.removesuffix("_first")) for name in grouped.column_names]
    return grouped.rename_columns(renamed)


def write_pass_rates(path: Path, results: pa.Table) -> None:
    """Write the pass rates with the image to a Parquet file that `ckit validate` and `ckit forecast` read.

    Columns: question_id, pass_rate (share of samples that were right), rollouts (samples), variant_id.
    """
    seen = by_question(results).filter(pc.field("condition") == Condition.IMAGE.value)
    columns = [pc.cast(seen[name], _PASS_RATES.field(name).type) for name in _PASS_RATES.names]
    pq.write_table(pa.table(columns, schema=_PASS_RATES), path)


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:150]
