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
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.benchmarks.base import Batch, BenchmarkCard, Rejected, SourceFile
from curriculum_kit.benchmarks.normalise import image_id, question_id, rejects_table
from curriculum_kit.benchmarks.ssg_vqa_lines import read_lines
from curriculum_kit.benchmarks.ssg_vqa_scenes import read_scenes
from curriculum_kit.errors import SourceNotFound
from curriculum_kit.labels import fold_label
from curriculum_kit.schemas import Reason, Split, schema_of

FILES_PER_BATCH = 2_000
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
        root = _root(source)
        files = sorted(_frames(root), key=lambda p: (p.parent.name, int(p.stem)))
        if not files:
            raise SourceNotFound(
                f"{source} holds no {self.card.layout}; unpack ssg-qa.zip there, or name the folder above"
            )
        return files

    def read(self, source: Path, files: list[Path]) -> Iterator[Batch]:
        """Yield the questions of `FILES_PER_BATCH` frames at a time."""
        root = files[0].parents[2]
        chunks = [files[start : start + FILES_PER_BATCH] for start in range(0, len(files), FILES_PER_BATCH)]
        with ThreadPoolExecutor(1) as ahead:  # the next files are read while these are parsed
            waiting = ahead.submit(_contents, chunks[0])
            for chunk, following in zip(chunks, [*chunks[1:], []], strict=True):
                contents = waiting.result()
                waiting = ahead.submit(_contents, following)
                yield _read_frames(self.card.name, root, chunk, contents)


def _root(source: Path) -> Path:
    """Return the folder that holds `qa_txt`, which may be the source, one level deeper, or the source's parent."""
    if source.name == "qa_txt":
        return source.parent
    return next((p.parent for p in (source / "qa_txt", *sorted(source.glob("*/qa_txt"))) if p.is_dir()), source)


def _frames(root: Path) -> Iterator[Path]:
    """Yield the question files; `scandir` because a glob over 25,000 files takes longer than reading them."""
    try:
        videos = sorted(entry.path for entry in os.scandir(root / "qa_txt") if entry.is_dir())
    except OSError:
        return
    for video in videos:
        for entry in os.scandir(video):
            if entry.name.endswith(".txt") and entry.name[:-4].isdecimal():
                yield Path(entry.path)


@dataclass(frozen=True)
class _Frames:
    """One batch of frames: parallel lists, a value per file."""

    names: list[str]
    ids: pa.Array
    splits: pa.Array
    units: pa.Array
    image_ids: pa.Array


def _contents(files: list[Path]) -> list[bytes]:
    """Read whole files in three system calls each; `Path.read_bytes` makes seven, and there are 25,000."""
    found = []
    for file in files:
        descriptor = os.open(file, os.O_RDONLY)
        try:
            found.append(os.read(descriptor, os.fstat(descriptor).st_size))
        finally:
            os.close(descriptor)
    return found


def _read_frames(benchmark: str, root: Path, files: list[Path], contents: list[bytes]) -> Batch:
    videos = [file.parent.name for file in files]
    numbers = [int(file.stem) for file in files]
    paths = [f"CholecT45/data/{video}/{number:06d}.png" for video, number in zip(videos, numbers, strict=True)]
    frames = _Frames(
        names=[f"qa_txt/{video}/{file.name}" for video, file in zip(videos, files, strict=True)],
        ids=pa.array([question_id(benchmark, f"{v}/{n}") for v, n in zip(videos, numbers, strict=True)]),
        splits=pa.array([SPLITS.get(video, Split.UNASSIGNED).value for video in videos]),
        # Frames of the phantom are not frames of the real videos whose numbers they bear.
        units=pa.array(videos if benchmark == SSGVQA.card.name else [f"{benchmark}-{video}" for video in videos]),
        image_ids=pa.array([image_id(benchmark, path) for path in paths]),
    )
    lines, rejected = read_lines(frames.names, contents)
    bad = lines.filter(pl.col("reason").is_not_null())
    for frame, number, reason in (
        bad.filter(pl.col("reason") != Reason.SCENE_LEVEL.value).select("frame", "number", "reason").iter_rows()
    ):
        raw = contents[frame].split(b"\n")[number - 1].decode()
        rejected.append(Rejected(frames.names[frame], number, Reason(reason), raw))
    scene_level = _scene_level(bad.filter(pl.col("reason") == Reason.SCENE_LEVEL.value), frames, benchmark)
    questions, surfaces = _questions(lines.filter(pl.col("reason").is_null()), frames, benchmark)
    images, scenes = read_scenes(root, benchmark, videos, numbers, paths)
    hashed = zip(frames.names, contents, strict=True)
    return Batch(
        questions=questions,
        images=images,
        rejects=pa.concat_tables([scene_level, rejects_table(rejected, benchmark)]),
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
        pa.array(frames.names).take(lines["frame"].to_arrow()),
        lines["number"].cast(pl.Int64).to_arrow(),
        pa.repeat(Reason.SCENE_LEVEL.value, rows),
        pa.nulls(rows, pa.string()),
        (lines["question"] + "|" + lines["answer"]).to_arrow().cast(pa.string()),
    ]
    return pa.Table.from_arrays(columns, schema=schema_of("rejects"))


def _questions(lines: pl.DataFrame, frames: _Frames, benchmark: str) -> tuple[pa.Table, set[tuple[str, str]]]:
    rows = len(lines)
    frame, number = lines["frame"].to_arrow(), lines["number"].to_numpy()
    answers = lines["answer"].to_arrow().cast(pa.string()).dictionary_encode()
    spellings = [spelling.strip() for spelling in answers.dictionary.to_pylist()]
    labels = [fold_label(spelling) for spelling in spellings]
    in_file = pa.array([f"{n:04d}" for n in range(int(number.max(initial=0)) + 1)]).take(pa.array(number))
    ends = pa.array(np.arange(rows + 1, dtype=np.int32))
    arrays = {
        "question_id": pc.binary_join_element_wise(frames.ids.take(frame), in_file, "-"),
        "benchmark": pa.repeat(benchmark, rows),
        "split": frames.splits.take(frame),
        "unit_id": frames.units.take(frame),
        "image_ids": pa.ListArray.from_arrays(ends, frames.image_ids.take(frame)),
        "question": lines["question"].to_arrow().cast(pa.string()),
        "answer": pa.array(labels, pa.string()).take(answers.indices),
        "choices": pa.ListArray.from_arrays(pa.array(np.zeros(rows + 1, np.int32)), pa.array([], pa.string())),
        "answer_index": pa.nulls(rows, pa.int32()),
        "question_type": lines["question_type"].to_arrow().cast(pa.string()),
        "modality": pa.nulls(rows, pa.string()),
        "metadata": _metadata(lines),
    }
    schema = schema_of("questions")
    table = pa.Table.from_arrays([arrays[name] for name in schema.names], schema=schema)
    return table, set(zip(labels, spellings, strict=True))


def _metadata(lines: pl.DataFrame) -> pa.Array:
    """Return template, hops and relation, or the centre, as a map; each distinct one is built once."""
    columns = [lines[name].to_arrow().cast(pa.string()).dictionary_encode() for name in ("third", "fifth", "asks_for")]
    values = [[*column.dictionary.to_pylist(), None] for column in columns]
    shape = [len(known) for known in values]
    # One number per combination; the last place of each dictionary stands for null.
    places = [column.indices.fill_null(size - 1).to_numpy() for column, size in zip(columns, shape, strict=True)]
    code = np.ravel_multi_index(places, shape)
    distinct, row = np.unique(code, return_inverse=True)
    combinations = zip(*np.unravel_index(distinct, shape), strict=True)
    maps = [list(_pairs(values[0][a], values[1][b], values[2][c]).items()) for a, b, c in combinations]
    return pa.array(maps, schema_of("questions").field("metadata").type).take(pa.array(row))


def _pairs(third: str | None, fifth: str | None, asks_for: str | None) -> dict[str, str]:
    """Return the metadata of a line from its third and fifth field and the kind of thing it asks for."""
    pairs = {}
    if third is not None and fifth is None:
        pairs["centre"] = third.strip()
    elif third is not None and fifth is not None:
        template = third.strip().removesuffix(".json")
        pairs = {"template": template} | ({"hops": _HOPS[template]} if template in _HOPS else {})
        pairs |= {"relation": fifth.strip()} if fifth.strip() != "NA" else {}
    return pairs | ({"asks_for": asks_for} if asks_for else {})
