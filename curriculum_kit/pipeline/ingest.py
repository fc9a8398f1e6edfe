"""`ckit ingest`: a benchmark's own files to questions, images, choices and rejects.

Reads whatever the benchmark's reader reads. Writes `questions`, `images`, `choices`, `rejects` and,
where the benchmark has scene graphs, `scenes`, then `manifest.json`. Rows in = questions + rejects.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit import __version__
from curriculum_kit.benchmarks import guess_benchmark
from curriculum_kit.benchmarks.base import Batch, Benchmark, SourceFile, source_file
from curriculum_kit.errors import NothingLeft, OutputOccupied, SourceNotFound, WrongBenchmark
from curriculum_kit.images import look_at_images
from curriculum_kit.schemas import SCHEMA_VERSION
from curriculum_kit.storage import (
    MANIFEST,
    OutputFolder,
    ParquetSink,
    connect,
    iter_table,
    read_table,
    sha256_of,
    write_json,
    write_table,
)
from curriculum_kit.vocabulary import vocabulary

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done and how much there is."""


@dataclass(frozen=True)
class IngestSummary:
    """What an ingest did, for people and for `--json`."""

    benchmark: str
    output: str
    rows_in: int
    questions: int
    rejects: int
    rejects_by_reason: Mapping[str, int]
    images: int
    images_by_status: Mapping[str, int]
    choices: int
    up_to_date: bool


def ingest(
    reader: Benchmark,
    source: Path,
    output: Path,
    *,
    request: Mapping[str, Any] | None = None,
    image_root: Path | None = None,
    force: bool = False,
    progress: Progress = lambda *_: None,
) -> IngestSummary:
    """Read a benchmark and write its tables to `output`.

    `request` is what else decides the result (a column mapping); with it, the source's bytes and the
    image root an earlier ingest is recognised, and not repeated. Raises a `CkitError` in one line for
    a source that is absent, holds another benchmark or cannot be read, and for an output in use.
    """
    if not source.exists():
        raise SourceNotFound(f"{source} does not exist; check the path")
    if image_root and not image_root.is_dir():
        raise SourceNotFound(f"{image_root} is no folder; name the folder that the image paths start from")
    _check_benchmark(reader, source)
    files = reader.files(source)
    asked = {
        "benchmark": reader.card.name,
        "image_root": str(image_root) if image_root else None,
        "options": dict(request or {}),
    }
    with OutputFolder.claim(output, "questions", force) as folder:
        known = folder.manifest
        if (
            known
            and known.get("request") == asked
            and _digest(source_file(f, source) for f in files) == known["source"]["sha256"]
        ):
            hashes = {name: entry["sha256"] for name, entry in known["files"].items()}
            if folder.hashes(hashes) == hashes:
                return _summary(known, output, up_to_date=True)
        if known and known.get("request") != asked and not force:
            raise OutputOccupied(
                f"{output} holds an ingest of {known['request']['benchmark']} with other options; "
                "choose another -o, or --force to replace it"
            )
        folder.forget_manifest()
        made, rows = _write_tables(reader, source, files, folder, image_root, progress)
        manifest = {
            "kind": "questions",
            "ckit": __version__,
            "schema_version": SCHEMA_VERSION,
            "request": asked,
            "benchmark": vars(reader.card),
            "source": {"path": str(source), **made},
            "rows": rows,
            "files": {name: {"sha256": sha256_of(folder.root / name)} for name in rows["tables"]},
        }
        write_json(folder.root / MANIFEST, manifest)
        return _summary(manifest, output, up_to_date=False)


def _check_benchmark(reader: Benchmark, source: Path) -> None:
    """Raise `WrongBenchmark` where the source is plainly another one; what is merely broken is for the reader to say."""
    if reader.recognises(source):
        return
    other = guess_benchmark(source)
    if other and other != reader.card.name:
        raise WrongBenchmark(
            f"{source} does not look like {reader.card.name} (no {reader.card.layout}); it looks like {other}: "
            f"ckit ingest {other} {source} -o DIR"
        )


def _digest(sources: Iterable[SourceFile]) -> str:
    total = hashlib.sha256()
    for entry in sorted(sources, key=lambda s: s.path):
        total.update(f"{entry.path}\0{entry.sha256}\n".encode())
    return total.hexdigest()


def _write_tables(
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
    choices = vocabulary(*count_labels([scratch / "questions.parquet"], scratch), surfaces)
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
    made = {"files": len(sources), "bytes": sum(entry.size for entry in sources), "sha256": _digest(sources)}
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


def count_labels(questions: list[Path], scratch: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many questions have each label as the answer, and how many offer it."""
    database = connect(scratch / "duckdb")
    paths = [str(path) for path in questions]
    answers = "SELECT answer, count(*) FROM read_parquet(?) GROUP BY 1"
    offers = "SELECT label, count(*) FROM (SELECT unnest(choices) AS label FROM read_parquet(?)) GROUP BY 1"
    return dict(database.execute(answers, [paths]).fetchall()), dict(database.execute(offers, [paths]).fetchall())


def _summary(manifest: dict[str, Any], output: Path, up_to_date: bool) -> IngestSummary:
    rows = manifest["rows"]
    return IngestSummary(
        benchmark=manifest["request"]["benchmark"],
        output=str(output),
        rows_in=rows["in"],
        questions=rows["questions"],
        rejects=rows["rejects"],
        rejects_by_reason=rows["rejects_by_reason"],
        images=rows["images"],
        images_by_status=rows["images_by_status"],
        choices=rows["choices"],
        up_to_date=up_to_date,
    )
