"""The tables of SSG-VQA: from the files of some frames to a batch of questions, images, scenes and rejects."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.benchmarks.base import MAX_RAW, Batch, raw_text
from curriculum_kit.benchmarks.normalise import image_id, question_id, rejects_table
from curriculum_kit.benchmarks.ssg_vqa.fields import look_up, questions_and_rejects
from curriculum_kit.benchmarks.ssg_vqa.files import NAME, Frames
from curriculum_kit.benchmarks.ssg_vqa.lines import read_lines
from curriculum_kit.benchmarks.ssg_vqa.scenes import scene_tables
from curriculum_kit.labels import fold_label
from curriculum_kit.schemas import Split, schema_of

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


def batch_of(benchmark: str, frames: Frames) -> Batch:
    """Return the rows of all tables that the files of these frames give."""
    paths = [f"CholecT45/data/{v}/{n:06d}.png" for v, n in zip(frames.videos, frames.numbers, strict=True)]
    image_ids = pa.array([image_id(benchmark, path) for path in paths])
    lines, not_text = read_lines(frames.names, frames.questions)
    usable, unusable = questions_and_rejects(lines)
    rejects = _rejects(unusable, frames, benchmark)
    questions, surfaces = _questions(usable, frames, image_ids, benchmark)
    images, scenes = scene_tables(image_ids, paths, frames.graphs, frames.names)
    return Batch(
        questions=questions,
        images=images,
        rejects=pa.concat_tables([rejects, rejects_table(not_text, benchmark)]) if not_text else rejects,
        surfaces=surfaces,
        scenes=scenes,
        sources=frames.sources,
    )


def _rejects(lines: pa.Table, frames: Frames, benchmark: str) -> pa.Table:
    """Return lines as rejects, column by column: two in each of 25,000 files are scene-level."""
    rows = lines.num_rows
    record = lines["record"]
    if (pc.max(pc.binary_length(record)).as_py() or 0) > MAX_RAW:
        record = pa.chunked_array([[raw_text(text) for text in record.to_pylist()]], pa.string())
    columns = {
        "stage": pa.repeat("ingest", rows),
        "benchmark": pa.repeat(benchmark, rows),
        "source": pa.array(frames.names).take(lines["frame"]),
        "position": lines["number"].cast(pa.int64()),
        "reason": lines["reason"].cast(pa.string()),
        "detail": pa.nulls(rows, pa.string()),
        "record": record,
    }
    return pa.Table.from_pydict(columns, schema=schema_of("rejects"))


def _questions(
    lines: pa.Table, frames: Frames, image_ids: pa.Array, benchmark: str
) -> tuple[pa.Table, set[tuple[str, str]]]:
    """Return the rows of `questions`, and the labels with their spellings.

    What repeats is a dictionary: 900,000 labels are then 4 bytes each here and are not hashed when written.
    """
    rows = lines.num_rows
    # Frames of the phantom are not frames of the real videos whose numbers they bear.
    prefix = "" if benchmark == NAME else f"{benchmark}-"
    videos = pa.array(frames.videos).dictionary_encode()
    known = videos.dictionary.to_pylist()
    # By the name of the file, not its number: 1.txt and 01.txt are two files, and ids must differ.
    places = [name.removeprefix("qa_txt/").removesuffix(".txt") for name in frames.names]
    ids = pa.array([question_id(benchmark, place) for place in places])
    frame, number, answers = (lines[name].combine_chunks() for name in ("frame", "number", "answer"))
    numerals = pa.array([f"{n:04d}" for n in range((pc.max(number).as_py() or 0) + 1)])
    video = videos.indices.take(frame)
    spellings = [spelling.strip() for spelling in answers.dictionary.to_pylist()]
    labels = [fold_label(spelling) for spelling in spellings]
    ends = pa.array(np.arange(rows + 1, dtype=np.int32))
    arrays = {
        "question_id": pc.binary_join_element_wise(ids.take(frame), numerals.take(number), "-"),
        "benchmark": look_up(pa.array(np.zeros(rows, np.int32)), [benchmark]),
        "split": look_up(video, [SPLITS.get(name, Split.UNASSIGNED).value for name in known]),
        "unit_id": look_up(video, [f"{prefix}{name}" for name in known]),
        "image_ids": pa.ListArray.from_arrays(ends, pa.DictionaryArray.from_arrays(frame, image_ids)),
        "question": lines["question"].combine_chunks(),
        "answer": look_up(answers.indices, labels),
        "choices": pa.ListArray.from_arrays(pa.array(np.zeros(rows + 1, np.int32)), pa.array([], pa.string())),
        "answer_index": pa.nulls(rows, pa.int32()),
        "question_type": lines["question_type"].combine_chunks(),
        "modality": pa.nulls(rows, pa.string()),
        "metadata": lines["metadata"].combine_chunks(),
        "choices_as_given": pa.nulls(rows, pa.list_(pa.string())),
    }
    fields = [schema_of("questions").field(name).with_type(array.type) for name, array in arrays.items()]
    return pa.Table.from_arrays(list(arrays.values()), schema=pa.schema(fields)), set(
        zip(labels, spellings, strict=True)
    )
