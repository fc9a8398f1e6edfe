"""Stages that are skipped when nothing they depend on has changed.

A stage is known by a key: its name, the hashes of its inputs, its part of the config and the code.
Its outputs are written to scratch and moved into place; then a record with the key and the hashes of
the outputs is written. A run killed in between leaves no record, and the stage runs again.
"""

from __future__ import annotations

import functools
import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import curriculum_kit
from curriculum_kit.schemas import SCHEMA_VERSION
from curriculum_kit.storage import OutputFolder, hash_of, read_json, write_json

Facts = dict[str, Any]
"""What a stage found out, as JSON: counts, ranges, names of models."""


class StageRunner:
    """Runs the stages of one output folder, or skips them.

    What a stage of the same key has made in one of `siblings`, other output folders, is copied from there.
    """

    def __init__(
        self, folder: OutputFolder, on_stage: Callable[[str, str], None], siblings: Sequence[Path] = ()
    ) -> None:
        self._folder = folder
        self._on_stage = on_stage
        self._siblings = siblings
        self.hashes: dict[str, str] = {}
        """SHA-256 of every file that a stage has written, by its path in the folder."""

    def run(
        self,
        name: str,
        *,
        inputs: Mapping[str, str],
        config: Mapping[str, Any],
        outputs: Mapping[str, str],
        make: Callable[[Path], Facts],
    ) -> Facts:
        """Return the facts of a stage, from its record where its key and its outputs are as they were.

        `make` writes below the folder it is given and returns the facts; `outputs` says which of what
        it wrote goes where in the output folder.
        """
        key = hash_of(
            {
                "stage": name,
                "inputs": dict(inputs),
                "config": dict(config),
                "code": _code_hash(),
                "schema": SCHEMA_VERSION,
            }
        )
        record_file = self._folder.hidden / "stages" / f"{name}.json"
        record = read_json(record_file)
        if record and record.get("key") == key and self._folder.hashes(outputs.values()) == record["outputs"]:
            self._on_stage(name, "skipped")
            self.hashes.update(record["outputs"])
            facts: Facts = record["facts"]
            return facts
        record_file.unlink(missing_ok=True)
        scratch = self._folder.scratch / name
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        taken = self._taken(name, key, outputs, scratch)
        if taken is None:
            self._on_stage(name, "started")
            facts = make(scratch)
        else:
            facts = taken
        for made, place in outputs.items():
            self._folder.publish(scratch / made, place)
        shutil.rmtree(scratch, ignore_errors=True)
        written = self._folder.hashes(outputs.values())
        assert written is not None, f"stage {name} wrote nothing"
        write_json(record_file, {"key": key, "outputs": written, "facts": facts})
        self.hashes.update(written)
        self._on_stage(name, "done" if taken is None else "taken")
        return facts

    def _taken(self, name: str, key: str, outputs: Mapping[str, str], scratch: Path) -> Facts | None:
        """Copy to scratch what a stage of that key has made for a sibling; return its facts, or None if none has."""
        for root in self._siblings:
            other = OutputFolder(root, self._folder.kind)
            record = read_json(other.hidden / "stages" / f"{name}.json")
            if not record or record.get("key") != key or other.hashes(outputs.values()) != record["outputs"]:
                continue
            for made, place in outputs.items():
                copy = shutil.copytree if (root / place).is_dir() else shutil.copyfile
                (scratch / made).parent.mkdir(parents=True, exist_ok=True)
                copy(root / place, scratch / made)
            facts: Facts = record["facts"]
            return facts
        return None


@functools.cache
def _code_hash() -> str:
    """Hash the package's own code: another version of ckit must not trust what an older one left."""
    total = hashlib.sha256()
    root = Path(curriculum_kit.__file__).parent
    for file in sorted(root.rglob("*.py")):
        total.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return total.hexdigest()
