"""How DuckDB is told of our tables: these files and no others, with these columns and no others."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path


def from_tables(paths: Iterable[Path], positions: bool = False) -> str:
    """Return what stands behind FROM to read Parquet files as one table, in the order given.

    DuckDB takes `*`, `?` and `[` in a folder's name for a pattern, which may match other folders too, and
    makes a column of a folder that is called `split=train`, in place of the one in the file. Neither is wanted.
    With `positions` there are also the columns `filename` and `file_row_number`, from 0.

    >>> print(from_tables([Path("runs/seed=1/it's/questions.parquet")]))
    read_parquet(['runs/seed=1/it''s/questions.parquet'], hive_partitioning = false)
    """
    names = ", ".join("'" + glob.escape(str(path)).replace("'", "''") + "'" for path in paths)
    extra = ", filename = true, file_row_number = true" if positions else ""
    return f"read_parquet([{names}], hive_partitioning = false{extra})"
