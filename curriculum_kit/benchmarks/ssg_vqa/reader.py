"""SSG-VQA (which Anatomy-R1 prints as SGG-VQA): a text file of questions and a scene graph per frame.

Reads `qa_txt/VIDxx/<frame>.txt` and `scene_graph/VIDxx_<frame>.json`. Lines are `|`-separated:

    question|answer                                                  action, tool, target; scene level
    question|answer|[x, y]                                           what is at a place of the frame
    question|answer|template.json|query type|NA or relate_spatial    the rest

There are no choices. Turned away are the two scene-level lines of each file, which list everything
that is present (the benchmark's own loader skips them too), lines with several answers, with another
number of fields, without question or answer, with NUL bytes or bytes that are not UTF-8.

The release has 25,000 files and 960,000 lines, so lines are treated as columns, not one by one, and files
are read while the libraries that make tables of them are still being loaded: nothing here needs them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar

from curriculum_kit.benchmarks.ahead import map_ahead
from curriculum_kit.benchmarks.base import Batch, BenchmarkCard
from curriculum_kit.benchmarks.ssg_vqa.files import NAME, Frames, list_frames, load, root_of
from curriculum_kit.errors import SourceNotFound

FILES_PER_BATCH = 1_000
"""Larger batches take fresh memory instead of using their own again, smaller ones more calls."""

_READ_AHEAD, _MADE_AHEAD = 8, 2
"""Batches that are read, and made, before they are asked for; 6 MB and 20 MB each."""


class SSGVQA:
    """Reader of the SSG-VQA release; `name` is another benchmark's where that is written in the same layout."""

    card: ClassVar[BenchmarkCard] = BenchmarkCard(
        name=NAME,
        title="SSG-VQA: surgical scene graph VQA",
        licence="CC BY-NC-SA 4.0",
        homepage="https://github.com/CAMMA-public/SSG-VQA",
        layout="qa_txt/VIDxx/<frame>.txt",
    )
    ids_are_unique: ClassVar[bool] = True

    def recognises(self, source: Path) -> bool:
        """Look for one `qa_txt/<video>/<frame>.txt`."""
        return source.is_dir() and any(True for _ in list_frames(root_of(source)))

    def files(self, source: Path) -> list[str]:
        """Return the question files by video and frame number."""
        files = [path for _, _, path in sorted(list_frames(root_of(source)))]
        if not files:
            raise SourceNotFound(
                f"{source} holds no {self.card.layout}; unpack ssg-qa.zip there, or name the folder above"
            )
        return files

    def read(self, source: Path, files: list[str]) -> Iterator[Batch]:
        """Begin to read, and return the questions of `FILES_PER_BATCH` frames at a time.

        One thread reads files, which is the interpreter's work, another makes tables, which is done without
        its lock: two that do both would wait for each other at every file.
        """
        graphs = Path(files[0]).parents[2] / "scene_graph"
        chunks = [files[start : start + FILES_PER_BATCH] for start in range(0, len(files), FILES_PER_BATCH)]
        read = partial(load, graphs=os.fspath(graphs) if graphs.is_dir() else None)
        return self._batches(map_ahead(read, chunks, _READ_AHEAD))

    def _batches(self, frames: Iterator[Frames]) -> Iterator[Batch]:
        from curriculum_kit.benchmarks.ssg_vqa.tables import batch_of

        yield from map_ahead(partial(batch_of, self.card.name), frames, _MADE_AHEAD)
