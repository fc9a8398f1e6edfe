"""The tables of an ingest, from the batches of a reader: streamed, completed, moved into place together."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.benchmarks.base import Batch, SourceFile
from curriculum_kit.errors import NothingLeft
from curriculum_kit.storage import OutputFolder, ParquetSink, connect, iter_table, write_table
from curriculum_kit.vocabulary import vocabulary

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done and how much there is."""

_SCENES_PER_GROUP = 5_000
"""A scene graph is as long as twenty questions: 8 MB, written while others are read, not all at the end."""


def digest_of(sources: Iterable[SourceFile]) -> str:
    """Return one hash for all files of a source, whatever their order."""
    listed = sorted(f"{entry.path}\0{entry.sha256}\n" for entry in sources)
    return hashlib.sha256("".join(listed).encode()).hexdigest()


def write_tables(
    batches: Iterable[Batch],
    folder: OutputFolder,
    *,
    source: Path,
    files: int,
    ids_are_unique: bool,
    image_root: Path | None = None,
    progress: Progress = lambda *_: None,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Write every table to scratch, then move all into place; return what was read, what was made, where images lie.

    `files` is how many there are, for `progress`; `source` is what a message calls them.
    """
    scratch = folder.scratch
    found = _stream(batches, scratch, lambda done: progress("files", done, files))
    if not found.questions:
        why = ", ".join(f"{count} {reason}" for reason, count in found.reasons.most_common(3)) or "there are no rows"
        raise NothingLeft(f"{source} gives no usable question ({why}); check the benchmark named and its files")
    if not ids_are_unique:
        _number_repeated_ids(scratch)
    images = _distinct_images(found.images)
    looked: dict[str, Any] = {}
    if image_root:
        from curriculum_kit.pipeline.ingest_images import look

        images, looked = look(images, image_root, lambda done: progress("images", done, images.num_rows))
    write_table(scratch / "images.parquet", images, "images")
    choices = vocabulary(found.answers, found.offers, found.surfaces)
    write_table(scratch / "choices.parquet", choices, "choices")
    names = ["questions", "images", "choices", "rejects"] + (["scenes"] if found.has_scenes else [])
    for name in names:
        folder.publish(scratch / f"{name}.parquet", f"{name}.parquet")
    status = {value or "not looked at": count for value, count in _counts(images["status"]).items()}
    made = {
        "files": len(found.sources),
        "bytes": sum(entry.size for entry in found.sources),
        "sha256": digest_of(found.sources),
    }
    rows = {
        "in": found.questions + found.reasons.total(),
        "questions": found.questions,
        "rejects": found.reasons.total(),
        "rejects_by_reason": dict(sorted(found.reasons.items())),
        "images": images.num_rows,
        "images_by_status": dict(sorted(status.items())),
        "choices": choices.num_rows,
        "tables": [f"{name}.parquet" for name in names],
    }
    return made, rows, looked


@dataclass
class _Found:
    """What is kept of the batches beside their rows: counts, the files read, and the images, which may repeat."""

    questions: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    offers: Counter[str] = field(default_factory=Counter)
    surfaces: set[tuple[str, str]] = field(default_factory=set)
    sources: list[SourceFile] = field(default_factory=list)
    images: list[pa.Table] = field(default_factory=list)
    has_scenes: bool = False

    def add(self, batch: Batch) -> None:
        """Count the rows of a batch."""
        self.questions += batch.questions.num_rows
        self.reasons += _counts(batch.rejects["reason"])
        self.answers += _counts(batch.questions["answer"])
        self.offers += _counts(pc.list_flatten(batch.questions["choices"]))
        self.surfaces |= batch.surfaces
        self.sources += batch.sources
        self.images.append(batch.images)
        self.has_scenes = self.has_scenes or batch.scenes is not None


def _counts(values: pa.ChunkedArray) -> Counter[str]:
    return Counter({entry["values"]: entry["counts"] for entry in pc.value_counts(values).to_pylist()})


def _stream(batches: Iterable[Batch], scratch: Path, on_files: Callable[[int], None]) -> _Found:
    """Write the batches of a reader as they come; writing runs in a thread beside the reader."""
    found = _Found()
    with (
        ParquetSink(scratch / "questions.parquet", "questions") as questions,
        ParquetSink(scratch / "rejects.parquet", "rejects") as rejects,
        ParquetSink(scratch / "scenes.parquet", "scenes", row_group=_SCENES_PER_GROUP) as scenes,
        ThreadPoolExecutor(1) as writer,
    ):

        def write(batch: Batch) -> None:
            questions.write(batch.questions)
            rejects.write(batch.rejects)
            if batch.scenes is not None:
                scenes.write(batch.scenes)

        writing: Future[None] | None = None
        for batch in batches:
            if writing:
                writing.result()
            writing = writer.submit(write, batch)
            found.add(batch)
            on_files(len(found.sources))
        if writing:
            writing.result()
    return found


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


def _distinct_images(found: list[pa.Table]) -> pa.Table:
    """Return one row per image, by image_id, however many questions ask about it."""
    images = pa.concat_tables(found)
    ordered = images.take(pc.sort_indices(images["image_id"]))
    keys = ordered["image_id"].combine_chunks()
    if len(keys) < 2:
        return ordered
    new = pc.not_equal(keys.slice(1), keys.slice(0, len(keys) - 1))
    return ordered.filter(pa.concat_arrays([pa.repeat(True, 1), new]))
