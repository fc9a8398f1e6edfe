"""Where an export is written: a new folder on this machine, or a place that fsspec knows (`s3://...`).

An export is made in a folder of its own and put in place when it is complete: renamed, or, elsewhere, sent file by
file with `export.json` last, so that a place without that file holds an unfinished export.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from curriculum_kit.errors import CkitError, ConfigInvalid, OutputOccupied, OutputUnwritable

LAST = "export.json"
"""The file that comes last: what an export is and the hashes of its files."""


class Place(NamedTuple):
    """Where to write now, and where that will lie; None where it is not on this machine."""

    folder: Path
    final: Path | None


@contextlib.contextmanager
def new_folder(output: str) -> Iterator[Place]:
    """Yield an empty folder that becomes `output` at the end; nothing stays of it after an error.

    Raises `OutputOccupied` where something is there already, and `OutputUnwritable` or `ConfigInvalid` in one line
    where the place cannot be reached.
    """
    if is_local(output):
        with _here(Path(output.removeprefix("file://")).absolute()) as place:
            yield place
    else:
        with _elsewhere(output) as place:
            yield place


def is_local(output: str) -> bool:
    """Say whether an output is a folder on this machine.

    >>> is_local("export"), is_local("file:///tmp/export"), is_local("s3://bucket/export")
    (True, True, False)
    """
    return "://" not in output or output.startswith("file://")


@contextlib.contextmanager
def _here(final: Path) -> Iterator[Place]:
    if final.is_dir() and (found := sorted(path.name for path in final.iterdir())):
        raise OutputOccupied(f"{final} is not empty ({', '.join(found[:3])}); choose another -o, or empty it")
    if final.exists() and not final.is_dir():
        raise OutputUnwritable(f"{final} is a file, not a folder; choose another -o")
    made = final.with_name(f".{final.name}.part")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    try:
        yield Place(made, final)
        made.replace(final)
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def _elsewhere(output: str) -> Iterator[Place]:
    with _explained(output):
        system, path = _file_system(output)
        if system.exists(path) and (system.isfile(path) or system.ls(path)):
            raise OutputOccupied(f"{output} is not empty; choose another -o, or empty it")
    with tempfile.TemporaryDirectory(prefix="ckit-export-") as name:
        made = Path(name)
        yield Place(made, None)
        files = sorted(file for file in made.rglob("*") if file.is_file())
        with _explained(output):
            for file in sorted(files, key=lambda file: file.name == LAST and file.parent == made):
                system.put_file(str(file), f"{path.rstrip('/')}/{file.relative_to(made).as_posix()}")


def _file_system(output: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    try:
        system, path = url_to_fs(output)
    except ImportError as error:
        raise ConfigInvalid(f"-o {output} needs a package that is not installed: {error}") from error
    except ValueError as error:
        raise ConfigInvalid(f"-o {output}: {error}; name a folder, or a URL that fsspec knows") from error
    return system, path


@contextlib.contextmanager
def _explained(output: str) -> Iterator[None]:
    """Raise `OutputUnwritable` in one line for what a file system elsewhere raises, whatever its library calls it."""
    try:
        yield
    except CkitError:
        raise
    except Exception as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]
        raise OutputUnwritable(f"{output} cannot be written: {reason}; check address and credentials") from error
