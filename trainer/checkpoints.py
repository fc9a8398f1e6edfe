"""Which checkpoint a run goes on from: the last one that was written to its end, of the same run.

A run that is killed while it saves leaves a checkpoint that lacks files, and transformers would take it for the last
one. So a checkpoint counts only with a mark that is written when every process has written its part.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from curriculum_kit.errors import ConfigInvalid, OutputOccupied
from curriculum_kit.storage import read_json, write_json

MARK = "ckit.json"
"""In a checkpoint: that it is complete. Beside the checkpoints: which run they are of."""


def mark_complete(checkpoint: Path, step: int) -> None:
    """Write the mark into a checkpoint."""
    write_json(checkpoint / MARK, {"complete": True, "step": step})


def checkpoints(output: Path) -> list[Path]:
    """Return the complete checkpoints of a run, the earliest first."""
    steps = [
        (int(folder.name.removeprefix("checkpoint-")), folder)
        for folder in output.glob("checkpoint-*")
        if folder.name.removeprefix("checkpoint-").isdigit() and (read_json(folder / MARK) or {}).get("complete")
    ]
    return [folder for _, folder in sorted(steps)]


def resumable(output: Path, run: Mapping[str, Any], resume: bool) -> Path | None:
    """Return the checkpoint to go on from; None where the run begins.

    `run` is what the order and the sizes follow from, as JSON. Raises `OutputOccupied` where there are
    checkpoints and `resume` was not asked for, and `ConfigInvalid` where they are of a run that differs in `run`.
    """
    known = checkpoints(output)
    if known and not resume:
        raise OutputOccupied(f"{output} holds checkpoints of an earlier run; pass --resume, or set another output_dir")
    if not known:
        return None
    before = read_json(output / MARK) or {}
    for name, value in run.items():
        if before.get(name) != value:
            raise ConfigInvalid(
                f"the run in {output} had {name} {before.get(name)}, now it is {value}; resume it as it was, "
                "or set another output_dir"
            )
    return known[-1]
