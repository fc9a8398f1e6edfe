"""SSG-VQA (which Anatomy-R1 prints as SGG-VQA): a text file of questions and a scene graph per frame.

Reads `qa_txt/VIDxx/<frame>.txt` and `scene_graph/VIDxx_<frame>.json`. Lines are `|`-separated:

    question|answer                                                  action, tool, target; scene level
    question|answer|[x, y]                                           what is at a place of the frame
    question|answer|template.json|query type|NA or relate_spatial    the rest

There are no choices. Turned away are the two scene-level lines of each file, which list everything
that is present (the benchmark's own loader skips them too), lines with several answers, with another
number of fields, without question or answer, with NUL bytes or bytes that are not UTF-8.

The release has 25,000 files and 960,000 lines, so lines are treated as columns, not one by one.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.benchmarks.base import Batch, BenchmarkCard, Rejected, SourceFile
from curriculum_kit.benchmarks.normalise import image_id, question_id, rejects_table
from curriculum_kit.benchmarks.ssg_vqa_lines import as_arrow, read_lines
from curriculum_kit.benchmarks.ssg_vqa_scenes import scene_tables
from curriculum_kit.errors import SourceNotFound
from curriculum_kit.labels import fold_label
from curriculum_kit.schemas import Reason, Split, schema_of

FILES_PER_BATCH = 1_000
"""Batches of 500 to 1,000 files are fastest: the memory of smaller ones is used again, that of larger ones is not."""

_WORKERS = 2
"""Batches read at the same time. Most of the work is done without the interpreter's lock."""

_BUFFER = 1 << 16
"""Bytes to read at once; a question file has 4,000 to 8,000. From 128 KiB on, every read maps memory of its own."""

_VALIDATION = ("VID18", "VID48", "VID01", "VID35", "VID31")
_TEST = ("VID22", "VID74", "VID60", "VID02", "VID43")
_TRAIN = tuple(
    f"VID{number:02d}"
    for number in (
        *(4, 5, 6, 8, 10, 12, 13, 14, 15, 23, 25, 26, 27, 29, 32, 36, 40, 42, 47, 49, 50, 51, 52, 56, 57, 62, 65, 66),
        *(68, 70, 73, 75, 78, 79, 80),
    )
)
SPLITS = {
    **dict.fromkeys(_TRAIN, Split.TRAIN),
    **dict.fromkeys(_VALIDATION, Split.VALIDATION),
    **dict.fromkeys(_TEST, Split.TEST),
}
"""The split that the benchmark publishes, by video."""

_HOPS = {"zero_hop": "0", "one_hop": "1", "single_and": "2"}
"""Relations that a question of the template walks along; `single_and` joins two."""


class SSGVQA:
    """Reader of the SSG-VQA release; `name` is another benchmark's where that is written in the same layout."""

    card: ClassVar[BenchmarkCard] = BenchmarkCard(
        name="ssg-vqa",
        title="SSG-VQA: surgical scene graph VQA",
        licence="CC BY-NC-SA 4.0",
        homepage="https://github.com/CAMMA-public/SSG-VQA",
        layout="qa_txt/VIDxx/<frame>.txt",
    )
    ids_are_unique: ClassVar[bool] = True

    def recognises(self, source: Path) -> bool:
        """Look for one `qa_txt/<video>/<frame>.txt`."""
        return source.is_dir() and any(True for _ in _frames(_root(source)))

    def files(self, source: Path) -> list[Path]:
        """Return the question files by video and frame number."""
        files = [Path(path) for _, _, path in sorted(_frames(_root(source)))]
        if not files:
            raise SourceNotFound(
                f"{source} holds no {self.card.layout}; unpack ssg-qa.zip there, or name the folder above"
            )
        return files

    def read(self, source: Path, files: list[Path]) -> Iterator[Batch]:
        """Yield the questions of `FILES_PER_BATCH` frames at a time."""
        graphs = files[0].parents[2] / "scene_graph"
        known = os.fspath(graphs) if graphs.is_dir() else None
        reading: deque[Future[Batch]] = deque()
        with ThreadPoolExecutor(_WORKERS) as workers:
            for start in range(0, len(files), FILES_PER_BATCH):
                chunk = files[start : start + FILES_PER_BATCH]
                reading.append(workers.submit(lambda chunk=chunk: _batch(self.card.name, _load(chunk, known))))
                if len(reading) > _WORKERS:
                    yield reading.popleft().result()
            while reading:
                yield reading.popleft().result()


def _root(source: Path) -> Path:
    """Return the folder that holds `qa_txt`, which may be the source, one level deeper, or the source's parent."""
    if source.name == "qa_txt":
        return source.parent
    return next((p.parent for p in (source / "qa_txt", *sorted(source.glob("*/qa_txt"))) if p.is_dir()), source)


def _frames(root: Path) -> Iterator[tuple[str, int, str]]:
    """Yield video, frame and path of the question files; a glob over 25,000 files takes longer than reading them."""
    try:
        videos = [entry for entry in os.scandir(root / "qa_txt") if entry.is_dir()]
    except OSError:
        return
    for video in videos:
        for entry in os.scandir(video.path):
            if entry.name.endswith(".txt") and entry.name[:-4].isdecimal():
                yield video.name, int(entry.name[:-4]), entry.path


@dataclass(frozen=True)
class _Frames:
    """One batch of frames with the bytes of their files: parallel lists, a value per frame."""

    videos: list[str]
    numbers: list[int]
    names: list[str]
    questions: list[bytes]
    graphs: list[bytes | None]


def _load(files: list[Path], graphs: str | None) -> _Frames:
    """Read the question file of every frame, and its scene graph where the folder of `graphs` has one."""
    paths = [os.fspath(file) for file in files]
    parts = [path.rsplit(os.sep, 2)[1:] for path in paths]
    return _Frames(
        videos=[video for video, _ in parts],
        numbers=[int(name[:-4]) for _, name in parts],
        names=[f"qa_txt/{video}/{name}" for video, name in parts],
        questions=[_contents(path) for path in paths],
        graphs=[_contents_if_there(f"{graphs}{os.sep}{v}_{int(n[:-4])}.json") if graphs else None for v, n in parts],
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


def _batch(benchmark: str, frames: _Frames) -> Batch:
    paths = [f"CholecT45/data/{v}/{n:06d}.png" for v, n in zip(frames.videos, frames.numbers, strict=True)]
    image_ids = as_arrow([image_id(benchmark, path) for path in paths])
    lines, rejected = read_lines(frames.names, frames.questions)
    bad = lines.filter(pl.col("reason").is_not_null())
    scene_level = bad["reason"] == Reason.SCENE_LEVEL.value
    for frame, number, reason in bad.filter(~scene_level).select("frame", "number", "reason").iter_rows():
        raw = frames.questions[frame].split(b"\n")[number - 1].decode()
        rejected.append(Rejected(frames.names[frame], number, Reason(reason), raw))
    rejects = [_scene_level(bad.filter(scene_level), frames, benchmark)]
    if rejected:
        rejects.append(rejects_table(rejected, benchmark))
    questions, surfaces = _questions(lines.filter(pl.col("reason").is_null()), frames, image_ids, benchmark)
    images, scenes = scene_tables(image_ids, paths, frames.graphs, frames.names)
    hashed = zip(frames.names, frames.questions, strict=True)
    return Batch(
        questions=questions,
        images=images,
        rejects=pa.concat_tables(rejects),
        surfaces=surfaces,
        scenes=scenes,
        sources=tuple(SourceFile(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in hashed),
    )


def _scene_level(lines: pl.DataFrame, frames: _Frames, benchmark: str) -> pa.Table:
    """Return the scene-level lines as rejects, column by column: there are two in each of 25,000 files."""
    rows = len(lines)
    columns = [
        pa.repeat("ingest", rows),
        pa.repeat(benchmark, rows),
        as_arrow(frames.names).take(as_arrow(lines["frame"])),
        as_arrow(lines["number"].cast(pl.Int64)),
        pa.repeat(Reason.SCENE_LEVEL.value, rows),
        pa.nulls(rows, pa.string()),
        as_arrow(lines["question"] + "|" + lines["answer"]),
    ]
    return pa.Table.from_arrays(columns, schema=schema_of("rejects"))


def _questions(
    lines: pl.DataFrame, frames: _Frames, image_ids: pa.Array, benchmark: str
) -> tuple[pa.Table, set[tuple[str, str]]]:
    rows = len(lines)
    # Frames of the phantom are not frames of the real videos whose numbers they bear.
    prefix = "" if benchmark == SSGVQA.card.name else f"{benchmark}-"
    videos = as_arrow(frames.videos).dictionary_encode()
    known = videos.dictionary.to_pylist()
    units = as_arrow([f"{prefix}{video}" for video in known]).take(videos.indices)
    splits = as_arrow([SPLITS.get(video, Split.UNASSIGNED).value for video in known]).take(videos.indices)
    places = zip(frames.videos, frames.numbers, strict=True)
    ids = as_arrow([question_id(benchmark, f"{video}/{number}") for video, number in places])
    frame, number = as_arrow(lines["frame"]), as_arrow(lines["number"])
    answers = as_arrow(lines["answer"]).dictionary_encode()
    spellings = [spelling.strip() for spelling in answers.dictionary.to_pylist()]
    labels = [fold_label(spelling) for spelling in spellings]
    numerals = as_arrow([f"{n:04d}" for n in range(int(lines["number"].max() or 0) + 1)])
    ends = as_arrow(np.arange(rows + 1, dtype=np.int32))
    arrays = {
        "question_id": pc.binary_join_element_wise(ids.take(frame), numerals.take(number), "-"),
        "benchmark": pa.repeat(benchmark, rows),
        "split": splits.take(frame),
        "unit_id": units.take(frame),
        "image_ids": pa.ListArray.from_arrays(ends, image_ids.take(frame)),
        "question": as_arrow(lines["question"]),
        "answer": as_arrow(labels).take(answers.indices),
        "choices": pa.ListArray.from_arrays(as_arrow(np.zeros(rows + 1, np.int32)), pa.nulls(0, pa.string())),
        "answer_index": pa.nulls(rows, pa.int32()),
        "question_type": as_arrow(lines["question_type"]),
        "modality": pa.nulls(rows, pa.string()),
        "metadata": _metadata(lines),
    }
    schema = schema_of("questions")
    table = pa.Table.from_arrays([arrays[name] for name in schema.names], schema=schema)
    return table, set(zip(labels, spellings, strict=True))


def _metadata(lines: pl.DataFrame) -> pa.Array:
    """Return template, hops and relation, or the centre, and what kind of thing is asked for, as a map."""
    third, fifth, asks_for = (as_arrow(lines[name]) for name in ("third", "fifth", "asks_for"))
    long = pc.is_valid(fifth)
    template = as_arrow(lines["third"].str.strip_chars().str.strip_suffix(".json"))
    hops = as_arrow(list(_HOPS.values())).take(pc.index_in(template, as_arrow(list(_HOPS))))
    nothing = pa.scalar(None, pa.string())
    columns = {
        "template": pc.if_else(long, template, nothing),
        "hops": pc.if_else(long, hops, nothing),
        "relation": pc.if_else(pc.equal(fifth, "NA"), nothing, fifth),
        "centre": pc.if_else(long, nothing, third),
        "asks_for": asks_for,
    }
    present = np.stack([column.is_valid().to_numpy(zero_copy_only=False) for column in columns.values()], axis=1)
    row, column = np.nonzero(present)
    offsets = np.concatenate(([0], np.cumsum(present.sum(axis=1)))).astype(np.int32)
    values = pa.concat_arrays(list(columns.values())).take(as_arrow(column * len(lines) + row))
    return pa.MapArray.from_arrays(as_arrow(offsets), as_arrow(list(columns)).take(as_arrow(column)), values)
