"""Small files and hashes, DuckDB with a place to spill, and what a failing disk is called."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curriculum_kit.errors import OutputUnwritable

if TYPE_CHECKING:
    import duckdb


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_of(value: Any) -> str:
    """Return the SHA-256 of a JSON value, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def write_json(path: Path, value: Any) -> None:
    """Write JSON with sorted keys, whole or not at all."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def read_json(path: Path) -> dict[str, Any] | None:
    """Return a JSON object of ours, or None where it is absent or not ours."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def connect(scratch: Path, memory_limit: str = "800MB") -> duckdb.DuckDBPyConnection:
    """Return a DuckDB that spills to `scratch` beyond `memory_limit` and keeps the order of rows."""
    import duckdb

    scratch.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.execute("SET memory_limit = ?", [memory_limit])
    connection.execute("SET temp_directory = ?", [str(scratch)])
    connection.execute("SET enable_progress_bar = false")
    return connection


def explain_os_error(error: OSError, root: Path | None = None) -> OutputUnwritable:
    """Return the one line for a full disk, a missing permission or another failure of the file system."""
    where = error.filename or root or "the output"
    if error.errno == errno.ENOSPC or "No space left" in str(error):
        return OutputUnwritable(
            f"the disk is full while writing {where}; free some room and run the same command again"
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputUnwritable(f"no permission for {where}; choose another folder or change its permissions")
    reason = os.strerror(error.errno) if error.errno else str(error)
    return OutputUnwritable(f"{where}: {reason}; check the path and run the same command again")
