"""The embedded sample: the phantom, generated in its release layout and read back like any benchmark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from curriculum_kit.benchmarks import reader_of
from curriculum_kit.benchmarks.phantom import write_release
from curriculum_kit.errors import OutputOccupied
from curriculum_kit.pipeline.ingest import ingest
from curriculum_kit.storage import read_json, write_json

Progress = Callable[[str, int, int], None]

_MARK = "phantom.json"


def generate(source: Path, scenes: int, seed: int, frames: bool, progress: Progress) -> dict[str, Any]:
    """Write the phantom's release to `source`, unless the same one lies there already; return what decides it.

    Raises `OutputOccupied` where the folder holds something else, a phantom of other size or seed too.
    """
    request = {"scenes": scenes, "seed": seed, "frames": frames}
    there = read_json(source / _MARK)
    if there is not None and there != request:
        shown = ", ".join(f"{key} {value}" for key, value in there.items())
        raise OutputOccupied(f"{source} holds another phantom ({shown}); name another folder, or ask for that one")
    if there is None:
        write_release(source, scenes, seed, frames=frames, on_progress=lambda done: progress("scenes", done, scenes))
        write_json(source / _MARK, request)
    return request


def ingest_sample(folder: Path, scenes: int, seed: int, progress: Progress) -> None:
    """Generate the sample below `folder` and ingest it: `release/` as published, `tables/` as ingested."""
    release = folder / "release"
    request = generate(release, scenes, seed, frames=True, progress=progress)
    ingest(
        reader_of("phantom"),
        release,
        folder / "tables",
        request=request,
        image_root=release,
        source_name=f"phantom, {scenes} scenes, seed {seed}",
        progress=progress,
    )
