"""The tables of an ingest, from the batches of a reader: streamed, completed, moved into place together."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.benchmarks.base import Batch, Benchmark, SourceFile
from curriculum_kit.errors import NothingLeft
from curriculum_kit.images import look_at_images
from curriculum_kit.pipeline.labels import count_labels
from curriculum_kit.storage import OutputFolder, ParquetSink, connect, iter_table, read_table, write_table
from curriculum_kit.vocabulary import vocabulary

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done and how much there is."""


def digest_of(sources: Iterable[SourceFile]) -> str:
    """Return one hash for all files of a source, whatever their order."""
    total = hashlib.sha256()
    for entry in sorted(sources, key=lambda s: s.path):
        total.update(f"{entry.path}\0{entry.sha256}\n".encode())
    return total.hexdigest()


def write_tables(
    reader: Benchmark,
    source: Path,
    files: list[Path],
    folder: OutputFolder,
    image_root: Path | None,
    progress: Progress,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write every table to scratch, then move all into place; return what was read and what was made."""
    scratch = folder.scratch
    sources, surfaces, has_scenes = _stream(reader, source, files, scratch, progress)
    if not reader.ids_are_unique:
        _number_repeated_ids(scratch)
    images = _distinct_images(scratch)
    if image_root:
        images = look_at_images(images, image_root, on_progress=lambda n: progress("images", n, images.num_rows))
    write_table(scratch / "images.parquet", images, "images")
    choices = vocabulary(*count_labels(connect(scratch / "duckdb"), [scratch / "questions.parquet"]), surfaces)
    write_table(scratch / "choices.parquet", choices, "choices")
    questions = sum(
        batch.num_rows for batch in iter_table(scratch / "questions.parquet", "questions", columns=["split"])
    )
    reasons: Counter[str] = Counter()
    for batch in iter_table(scratch / "rejects.parquet", "rejects", columns=["reason"]):
        reasons.update({entry["values"]: entry["counts"] for entry in pc.value_counts(batch["reason"]).to_pylist()})
    if not questions:
        why = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common(3)) or "there are no rows"
        raise NothingLeft(f"{source} gives no usable question ({why}); check the benchmark named and its files")
    names = ["questions", "images", "choices", "rejects"] + (["scenes"] if has_scenes else [])
    for name in names:
        folder.publish(scratch / f"{name}.parquet", f"{name}.parquet")
    status = Counter(value or "not looked at" for value in images["status"].to_pylist())
    made = {"files": len(sources), "bytes": sum(entry.size for entry in sources), "sha256": digest_of(sources)}
    rows = {
        "in": questions + reasons.total(),
        "questions": questions,
        "rejects": reasons.total(),
        "rejects_by_reason": dict(sorted(reasons.items())),
        "images": images.num_rows,
        "images_by_status": dict(sorted(status.items())),
        "choices": choices.num_rows,
        "tables": [f"{name}.parquet" for name in names],
    }
    return made, rows


def _stream(
    reader: Benchmark, source: Path, files: list[Path], scratch: Path, progress: Progress
) -> tuple[list[SourceFile], set[tuple[str, str]], bool]:
    """Write the batches of a reader as they come; writing runs in a thread beside the reader."""
    sources: list[SourceFile] = []
    surfaces: set[tuple[str, str]] = set()
    has_scenes = False
    with (
        ParquetSink(scratch / "questions.parquet", "questions") as questions,
        ParquetSink(scratch / "found-images.parquet", "images") as images,
        ParquetSink(scratch / "rejects.parquet", "rejects") as rejects,
        ParquetSink(scratch / "scenes.parquet", "scenes") as scenes,
        ThreadPoolExecutor(1) as writer,
    ):

        def write(batch: Batch) -> None:
            questions.write(batch.questions)
            images.write(batch.images)
            rejects.write(batch.rejects)
            if batch.scenes is not None:
                scenes.write(batch.scenes)

        writing: Future[None] | None = None
        for batch in reader.read(source, files):
            if writing:
                writing.result()
            writing = writer.submit(write, batch)
            surfaces |= batch.surfaces
            sources += batch.sources
            has_scenes = has_scenes or batch.scenes is not None
            progress("files", len(sources), len(files))
        if writing:
            writing.result()
    return sources, surfaces, has_scenes


def _number_repeated_ids(scratch: Path) -> None:
    """Give the second and later copies of one record the suffix -2, -3, ... in order of the source."""
    database = connect(scratch / "duckdb")
    path = str(scratch / "questions.parquet")
    repeated = "SELECT question_id FROM read_parquet(?) GROUP BY question_id HAVING count(*) > 1"
    ids = {row[0] for row in database.execute(repeated, [path]).fetchall()}
    if not ids:
        return
    seen: Counter[str] = Counter()
    with ParquetSink(scratch / "renumbered.parquet", "questions") as sink:
        for batch in iter_table(scratch / "questions.parquet", "questions"):
            renamed = []
            for name in batch["question_id"].to_pylist():
                if name in ids:
                    seen[name] += 1
                renamed.append(f"{name}-{seen[name]}" if seen[name] > 1 else name)
            sink.write(batch.set_column(0, batch.schema.field(0), pa.array(renamed)))
    (scratch / "renumbered.parquet").replace(scratch / "questions.parquet")


def _distinct_images(scratch: Path) -> pa.Table:
    """Return one row per image, by image_id, however many questions ask about it."""
    found = read_table(scratch / "found-images.parquet", "images")
    order = pc.sort_indices(found["image_id"])
    ordered = found.take(order)
    keys = ordered["image_id"].combine_chunks()
    if len(keys) < 2:
        return ordered
    first = pc.not_equal(keys.slice(1), keys.slice(0, len(keys) - 1))
    return ordered.filter(pa.concat_arrays([pa.array([True]), first]))
