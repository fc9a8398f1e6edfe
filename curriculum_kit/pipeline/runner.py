"""Stages that are skipped when nothing they depend on has changed.

A stage is known by a key: its name, the hashes of its inputs, its part of the config and the code.
Its outputs are written to scratch and moved into place; then a record with the key and the hashes of
the outputs is written. A run killed in between leaves no record, and the stage runs again.
"""

from __future__ import annotations

import functools
import hashlib
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import curriculum_kit
from curriculum_kit.schemas import SCHEMA_VERSION
from curriculum_kit.storage import OutputFolder, hash_of, read_json, write_json

Facts = dict[str, Any]
"""What a stage found out, as JSON: counts, ranges, names of models."""


class StageRunner:
    """Runs the stages of one output folder, or skips them."""

    def __init__(self, folder: OutputFolder, on_stage: Callable[[str, str], None]) -> None:
        self._folder = folder
        self._on_stage = on_stage
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
        self._on_stage(name, "started")
        record_file.unlink(missing_ok=True)
        scratch = self._folder.scratch / name
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        facts = make(scratch)
        for made, place in outputs.items():
            self._folder.publish(scratch / made, place)
        shutil.rmtree(scratch, ignore_errors=True)
        written = self._folder.hashes(outputs.values())
        assert written is not None, f"stage {name} wrote nothing"
        write_json(record_file, {"key": key, "outputs": written, "facts": facts})
        self.hashes.update(written)
        self._on_stage(name, "done")
        return facts


@functools.cache
def _code_hash() -> str:
    """Hash the package's own code: another version of ckit must not trust what an older one left."""
    total = hashlib.sha256()
    root = Path(curriculum_kit.__file__).parent
    for file in sorted(root.rglob("*.py")):
        total.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return total.hexdigest()
