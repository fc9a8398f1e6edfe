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
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.benchmarks.base import Batch, BenchmarkCard, Rejected, SourceFile
from curriculum_kit.benchmarks.normalise import image_id, question_id, rejects_table
from curriculum_kit.benchmarks.ssg_vqa_files import Frames, list_frames, load, root_of
from curriculum_kit.benchmarks.ssg_vqa_lines import read_lines
from curriculum_kit.benchmarks.ssg_vqa_scenes import scene_tables
from curriculum_kit.errors import SourceNotFound
from curriculum_kit.labels import fold_label
from curriculum_kit.schemas import Reason, Split, schema_of

FILES_PER_BATCH = 1_000
"""Larger batches take fresh memory instead of using their own again, smaller ones more calls."""

_WORKERS = 2
"""Batches read at the same time. Most of the work is done without the interpreter's lock."""

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
        return source.is_dir() and any(True for _ in list_frames(root_of(source)))

    def files(self, source: Path) -> list[Path]:
        """Return the question files by video and frame number."""
        files = [Path(path) for _, _, path in sorted(list_frames(root_of(source)))]
        if not files:
            raise SourceNotFound(
                f"{source} holds no {self.card.layout}; unpack ssg-qa.zip there, or name the folder above"
            )
        return files

    def read(self, source: Path, files: list[Path]) -> Iterator[Batch]:
        """Yield the questions of `FILES_PER_BATCH` frames at a time."""
        graphs = files[0].parents[2] / "scene_graph"
        known = str(graphs) if graphs.is_dir() else None
        reading: deque[Future[Batch]] = deque()
        with ThreadPoolExecutor(_WORKERS) as workers:
            for start in range(0, len(files), FILES_PER_BATCH):
                chunk = files[start : start + FILES_PER_BATCH]
                reading.append(workers.submit(_batch, self.card.name, chunk, known))
                if len(reading) > _WORKERS:
                    yield reading.popleft().result()
            while reading:
                yield reading.popleft().result()


def _batch(benchmark: str, files: list[Path], graphs: str | None) -> Batch:
    """Read some of the question files, and their scene graphs where there is a folder of them."""
    frames = load(files, graphs)
    paths = [f"CholecT45/data/{v}/{n:06d}.png" for v, n in zip(frames.videos, frames.numbers, strict=True)]
    image_ids = pa.array([image_id(benchmark, path) for path in paths])
    lines, rejected = read_lines(frames.names, frames.questions)
    bad = lines.filter(pl.col("reason").is_not_null())
    scene_level = bad["reason"] == Reason.SCENE_LEVEL.value
    for frame, number, reason in bad.filter(~scene_level).select("frame", "number", "reason").iter_rows():
        raw = frames.questions[frame].split(b"\n")[number - 1].decode()
        rejected.append(Rejected(frames.names[frame], number, Reason(reason), raw))
    rejects = [_scene_level(bad.filter(scene_level), frames, benchmark), rejects_table(rejected, benchmark)]
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


def _scene_level(lines: pl.DataFrame, frames: Frames, benchmark: str) -> pa.Table:
    """Return the scene-level lines as rejects, column by column: there are two in each of 25,000 files."""
    rows = len(lines)
    columns = [
        pa.repeat("ingest", rows),
        pa.repeat(benchmark, rows),
        pa.array(frames.names).take(lines["frame"].to_arrow()),
        lines["number"].cast(pl.Int64).to_arrow(),
        pa.repeat(Reason.SCENE_LEVEL.value, rows),
        pa.nulls(rows, pa.string()),
        (lines["question"] + "|" + lines["answer"].cast(pl.String)).to_arrow().cast(pa.string()),
    ]
    return pa.Table.from_arrays(columns, schema=schema_of("rejects"))


def _questions(
    lines: pl.DataFrame, frames: Frames, image_ids: pa.Array, benchmark: str
) -> tuple[pa.Table, set[tuple[str, str]]]:
    """Return the rows of `questions`, and the labels with their spellings.

    What repeats is a dictionary: 900,000 labels are then 4 bytes each here and are not hashed when written.
    """
    rows = len(lines)
    # Frames of the phantom are not frames of the real videos whose numbers they bear.
    prefix = "" if benchmark == SSGVQA.card.name else f"{benchmark}-"
    videos = pa.array(frames.videos).dictionary_encode()
    known = videos.dictionary.to_pylist()
    # By the name of the file, not its number: 1.txt and 01.txt are two files, and ids must differ.
    places = [name.removeprefix("qa_txt/").removesuffix(".txt") for name in frames.names]
    ids = pa.array([question_id(benchmark, place) for place in places])
    frame, number = lines["frame"].to_arrow(), lines["number"].to_arrow()
    numerals = pa.array([f"{n:04d}" for n in range(int(lines["number"].to_numpy().max(initial=0)) + 1)])
    video = videos.indices.take(frame)
    answers = _encoded(lines["answer"])
    spellings = [spelling.strip() for spelling in answers.dictionary.to_pylist()]
    labels = [fold_label(spelling) for spelling in spellings]
    ends = pa.array(np.arange(rows + 1, dtype=np.int32))
    arrays = {
        "question_id": pc.binary_join_element_wise(ids.take(frame), numerals.take(number), "-"),
        "benchmark": _looked_up(pa.array(np.zeros(rows, np.int32)), [benchmark]),
        "split": _looked_up(video, [SPLITS.get(name, Split.UNASSIGNED).value for name in known]),
        "unit_id": _looked_up(video, [f"{prefix}{name}" for name in known]),
        "image_ids": pa.ListArray.from_arrays(ends, pa.DictionaryArray.from_arrays(frame, image_ids)),
        "question": lines["question"].to_arrow().cast(pa.string()),
        "answer": _looked_up(answers.indices, labels),
        "choices": pa.ListArray.from_arrays(pa.array(np.zeros(rows + 1, np.int32)), pa.array([], pa.string())),
        "answer_index": pa.nulls(rows, pa.int32()),
        "question_type": _encoded(lines["question_type"]),
        "modality": pa.nulls(rows, pa.string()),
        "metadata": _metadata(lines),
        "choices_as_given": pa.nulls(rows, pa.list_(pa.string())),
    }
    fields = [schema_of("questions").field(name).with_type(array.type) for name, array in arrays.items()]
    return pa.Table.from_arrays(list(arrays.values()), schema=pa.schema(fields)), set(
        zip(labels, spellings, strict=True)
    )


def _encoded(texts: pl.Series) -> pa.DictionaryArray:
    """Return categories as a dictionary of those that occur, sorted: the reader numbers them in no fixed order."""
    given = texts.to_arrow()
    missing = len(given.dictionary)
    codes = given.indices.fill_null(missing).to_numpy()
    used = np.flatnonzero(np.bincount(codes, minlength=missing + 1)[:missing])
    known = given.dictionary.take(pa.array(used)).cast(pa.string())
    order = pc.sort_indices(known)
    places = np.full(missing + 1, -1, np.int32)
    places[used[order.to_numpy()]] = np.arange(len(used), dtype=np.int32)
    indices = pa.array(places[codes], mask=codes == missing) if given.null_count else pa.array(places[codes])
    return pa.DictionaryArray.from_arrays(indices, known.take(order))


def _looked_up(positions: pa.Array, values: list[str]) -> pa.DictionaryArray:
    """Return `values` at `positions`, as a dictionary of the distinct ones."""
    distinct = pa.array(values, pa.string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(distinct.indices.take(positions), distinct.dictionary)


def _metadata(lines: pl.DataFrame) -> pa.Array:
    """Return template, hops and relation, or the centre, as a map.

    The distinct maps are few beside the lines: one per centre, an empty one, one per template and relation.
    """
    third, fifth = _encoded(lines["third"]), _encoded(lines["fifth"])
    thirds, fifths = third.dictionary.to_pylist(), fifth.dictionary.to_pylist()
    centre, relation = (encoded.indices.fill_null(-1).to_numpy() for encoded in (third, fifth))
    centres, empty = len(thirds), len(thirds)
    kinds = (centre + 1) * max(len(fifths), 1) + relation
    long = relation >= 0
    used = np.flatnonzero(np.bincount(kinds[long]))
    made = [_of_template([None, *thirds][kind // len(fifths)], fifths[kind % len(fifths)]) for kind in used.tolist()]
    place = np.zeros(kinds.max(initial=0) + 1, np.int32)
    place[used] = empty + 1 + np.arange(len(used), dtype=np.int32)
    rows = np.where(long, place[kinds], np.where(centre >= 0, centre, empty))
    pairs = [pair for entry in made for pair in entry.items()]
    keys = pa.array(["centre"] * centres + [key for key, _ in pairs], pa.string())
    values = pa.concat_arrays([third.dictionary, pa.array([value for _, value in pairs], pa.string())])
    lengths = [1] * centres + [0] + [len(entry) for entry in made]
    ends = pa.array(np.concatenate(([0], np.cumsum(lengths))).astype(np.int32))
    distinct = pa.MapArray.from_arrays(ends, keys.dictionary_encode(), values.dictionary_encode())
    return distinct.take(pa.array(rows))


def _of_template(third: str | None, relation: str) -> dict[str, str]:
    template = (third or "").strip().removesuffix(".json")
    said = {"template": template if third is not None else None, "hops": _HOPS.get(template)}
    said["relation"] = None if relation == "NA" else relation
    return {key: value for key, value in said.items() if value is not None}
