"""The disk: tables written whole or not at all, folders that are never overwritten by accident.

Every file is written under `.ckit/` in the output folder and renamed into place when it is complete,
so that a run killed at any point leaves no half-written table. Only `pipeline` and `cli` come here.
What reads and writes tables is loaded when it is asked for: pyarrow takes longer than many a command.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from curriculum_kit.storage.files import (
    connect,
    explain_os_error,
    hash_of,
    read_json,
    sha256_of,
    write_json,
    write_text,
)
from curriculum_kit.storage.folder import MANIFEST, OutputFolder

if TYPE_CHECKING:
    from curriculum_kit.storage.tables import (
        ParquetSink,
        iter_table,
        open_table,
        read_table,
        rows_in,
        write_table,
    )

__all__ = [
    "MANIFEST",
    "OutputFolder",
    "ParquetSink",
    "connect",
    "explain_os_error",
    "hash_of",
    "iter_table",
    "open_table",
    "read_json",
    "read_table",
    "rows_in",
    "sha256_of",
    "write_json",
    "write_table",
    "write_text",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("curriculum_kit.storage.tables"), name)
