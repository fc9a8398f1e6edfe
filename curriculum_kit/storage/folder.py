"""The folder a command writes to: never taken over by accident, never half-written."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import filelock

from curriculum_kit.errors import CkitError, OutputOccupied, OutputUnwritable
from curriculum_kit.storage.files import read_json, sha256_of, write_json

MANIFEST = "manifest.json"
HIDDEN = ".ckit"


class OutputFolder:
    """A folder that ckit writes: its tables, a manifest that comes last, and `.ckit/` for work in progress."""

    def __init__(self, root: Path, kind: str) -> None:
        self.root, self.kind = root, kind
        self.hidden = root / HIDDEN
        self.scratch = self.hidden / "scratch"

    @classmethod
    @contextlib.contextmanager
    def claim(cls, root: Path, kind: str, force: bool) -> Iterator[OutputFolder]:
        """Take the folder for one run; raise `OutputOccupied` where it holds something that is not ours.

        With `force` a folder with other contents is used too: ckit's own files are replaced there and
        nothing else is touched.
        """
        folder = cls(root, kind)
        if root.exists() and not root.is_dir():
            raise OutputUnwritable(f"{root} is a file, not a folder; choose another -o")
        owner = (read_json(folder.hidden / "owner.json") or {}).get("kind")
        if root.is_dir() and owner != kind and not force:
            others = sorted(p.name for p in root.iterdir() if p.name != HIDDEN)
            if others or owner:
                what = f"a ckit {owner} folder" if owner else f"something else ({', '.join(others[:3])})"
                raise OutputOccupied(f"{root} holds {what}; choose another -o, or --force to write there all the same")
        new = not root.exists()
        folder.hidden.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(folder.hidden / "lock")
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout as error:
            raise OutputOccupied(
                f"{root} is being written by another ckit; wait for it, or choose another -o"
            ) from error
        try:
            write_json(folder.hidden / "owner.json", {"kind": kind})
            folder.clear_scratch()
            yield folder
            folder.clear_scratch()
        except CkitError:
            if new:
                folder._leave_no_empty_folder()
            raise
        finally:
            lock.release()

    def _leave_no_empty_folder(self) -> None:
        """Remove a folder that was made for a run which then had nothing to put there."""
        self.clear_scratch()
        ours = {self.hidden, self.hidden / "lock", self.hidden / "owner.json"}
        if set(self.root.rglob("*")) <= ours:
            shutil.rmtree(self.root, ignore_errors=True)

    @property
    def manifest(self) -> dict[str, Any] | None:
        """The manifest of a finished run, or None."""
        return read_json(self.root / MANIFEST)

    def forget_manifest(self) -> None:
        """Remove the manifest: from now until the run ends the folder does not count as finished."""
        (self.root / MANIFEST).unlink(missing_ok=True)

    def clear_scratch(self) -> None:
        """Remove what an earlier run left half-done."""
        shutil.rmtree(self.scratch, ignore_errors=True)

    def publish(self, made: Path, name: str) -> None:
        """Move a finished file or folder from scratch to its name in the output."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            old = self.scratch / "replaced" / name
            old.parent.mkdir(parents=True, exist_ok=True)
            target.rename(old)
            shutil.rmtree(old, ignore_errors=True)
        elif made.is_dir():
            target.unlink(missing_ok=True)
        made.replace(target)

    def hashes(self, names: Iterable[str]) -> dict[str, str] | None:
        """Return the SHA-256 of each file named, folders file by file; None where one is absent."""
        found: dict[str, str] = {}
        for name in names:
            path = self.root / name
            files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
            if not files or not all(file.is_file() for file in files):
                return None
            found.update({file.relative_to(self.root).as_posix(): sha256_of(file) for file in files})
        return found
