"""The files of SSG-VQA: where they lie, and a batch of them read at once.

Reads `qa_txt/VIDxx/<frame>.txt` and `scene_graph/VIDxx_<frame>.json`, gives their bytes as they are.
There are 50,000 files, so what a file costs beside its bytes counts: no globs, few system calls.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from curriculum_kit.benchmarks.base import SourceFile

NAME = "ssg-vqa"
"""What the benchmark is called; others may be written in its layout."""

_BUFFER = 1 << 16
"""Bytes to read at once; a question file has 4,000 to 8,000. From 128 KiB on, every read maps memory of its own."""


def root_of(source: Path) -> Path:
    """Return the folder that holds `qa_txt`, which may be the source, one level deeper, or the source's parent."""
    if source.name == "qa_txt":
        return source.parent
    return next((p.parent for p in (source / "qa_txt", *sorted(source.glob("*/qa_txt"))) if p.is_dir()), source)


def list_frames(root: Path) -> Iterator[tuple[str, int, str]]:
    """Yield video, frame and path of the question files; a glob over 25,000 files takes longer than reading them."""
    try:
        videos = [entry for entry in os.scandir(root / "qa_txt") if entry.is_dir()]
    except OSError:
        return
    for video in videos:
        for entry in os.scandir(video.path):
            if entry.name.endswith(".txt") and entry.name[:-4].isdecimal() and entry.is_file():
                yield video.name, int(entry.name[:-4]), entry.path


@dataclass(frozen=True)
class Frames:
    """One batch of frames with the bytes of their files: parallel lists, a value per frame.

    `sources` are the question files, whose hashes tell whether a source has changed.
    """

    videos: list[str]
    numbers: list[int]
    names: list[str]
    questions: list[bytes]
    graphs: list[bytes | None]
    sources: tuple[SourceFile, ...]


def load(paths: list[str], graphs: str | None) -> Frames:
    """Read the question file of every frame, and its scene graph where the folder of `graphs` has one."""
    parts = [path.rsplit(os.sep, 2)[1:] for path in paths]
    videos, numbers = [video for video, _ in parts], [int(name[:-4]) for _, name in parts]
    names = [f"qa_txt/{video}/{name}" for video, name in parts]
    questions = [_contents(path) for path in paths]
    places = [f"{graphs}{os.sep}{video}_{number}.json" for video, number in zip(videos, numbers, strict=True)]
    return Frames(
        videos=videos,
        numbers=numbers,
        names=names,
        questions=questions,
        graphs=[_contents_if_there(place) for place in places] if graphs else [None] * len(paths),
        sources=tuple(
            SourceFile(name, len(data), hashlib.sha256(data).hexdigest())
            for name, data in zip(names, questions, strict=True)
        ),
    )


def _contents_if_there(path: str) -> bytes | None:
    try:
        return _contents(path)
    except FileNotFoundError:
        return None


def _contents(path: str) -> bytes:
    """Read a whole file in three system calls; `Path.read_bytes` makes twice as many, and there are 50,000 files."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        data = os.read(descriptor, _BUFFER)
        while len(data) % _BUFFER == 0 and (more := os.read(descriptor, _BUFFER)):
            data += more
        return data
    finally:
        os.close(descriptor)
