"""`ckit ingest`: a benchmark's own files to questions, images, choices and rejects.

Reads whatever the benchmark's reader reads. Writes `questions`, `images`, `choices`, `rejects` and,
where the benchmark has scene graphs, `scenes`, then `manifest.json`. Rows in = questions + rejects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curriculum_kit import __version__
from curriculum_kit.benchmarks import ANY_FORMAT, guess_benchmark
from curriculum_kit.benchmarks.base import Benchmark, source_file
from curriculum_kit.errors import OutputOccupied, SourceNotFound, WrongBenchmark
from curriculum_kit.storage import MANIFEST, OutputFolder, explain_os_error, sha256_of, write_json

if TYPE_CHECKING:
    from curriculum_kit.pipeline.ingest_tables import Progress


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
    image_layout: Mapping[str, str] = field(default_factory=dict)
    """What is done to the paths of the benchmark where its images lie elsewhere: the folders to `drop` and to `add`"""
    image_notes: Sequence[str] = ()
    """Where images lie that are not where the benchmark says, and where missing ones were looked for"""


def ingest(
    reader: Benchmark,
    source: Path,
    output: Path,
    *,
    request: Mapping[str, Any] | None = None,
    image_root: Path | None = None,
    source_name: str | None = None,
    force: bool = False,
    progress: Progress = lambda *_: None,
) -> IngestSummary:
    """Read a benchmark and write its tables to `output`.

    `source_name` is what the manifest calls the source, its path unless given. `request` is what else
    decides the result (a column mapping); with it, the source's bytes and the image root an earlier ingest
    is recognised, and not repeated. Raises a `CkitError` in one line for a source that is absent, holds
    another benchmark or cannot be read, and for an output in use.
    """
    if not source.exists():
        raise SourceNotFound(f"{source} does not exist; check the path")
    if image_root and not image_root.is_dir():
        raise SourceNotFound(f"{image_root} is no folder; name the folder that the image paths start from")
    _check_benchmark(reader, source)
    files = reader.files(source)
    asked = {
        "benchmark": reader.card.name,
        "image_root": str(image_root.resolve()) if image_root else None,
        "options": dict(request or {}),
    }
    try:
        with OutputFolder.claim(output, "questions", force) as folder:
            known = folder.manifest
            if known and _is_up_to_date(known, asked, folder, source, files):
                return _summary(known, output, up_to_date=True)
            if known and known.get("request") != asked and not force:
                raise OutputOccupied(
                    f"{output} holds an ingest of {known['request']['benchmark']} with other options; "
                    "choose another -o, or --force to replace it"
                )
            folder.forget_manifest()
            batches = reader.read(source, files)  # some begin to read at once, while what makes tables is loaded
            from curriculum_kit.pipeline.ingest_tables import write_tables
            from curriculum_kit.schemas import SCHEMA_VERSION
            from curriculum_kit.storage import rows_in

            made, rows, looked = write_tables(
                batches,
                folder,
                source=source,
                files=len(files),
                ids_are_unique=reader.ids_are_unique,
                image_root=image_root,
                progress=progress,
            )
            manifest = {
                "kind": "questions",
                "ckit": __version__,
                "schema_version": SCHEMA_VERSION,
                "request": asked,
                "benchmark": vars(reader.card),
                "source": {"path": source_name or str(source), **made},
                "rows": rows,
                **({"image_layout": looked["layout"]} if looked.get("layout") else {}),
                "files": {
                    name: {"rows": rows_in(folder.root / name), "sha256": sha256_of(folder.root / name)}
                    for name in rows["tables"]
                },
            }
            write_json(folder.root / MANIFEST, manifest)
            return _summary(manifest, output, up_to_date=False, notes=looked.get("notes", ()))
    except OSError as error:
        raise explain_os_error(error, output) from error


def _is_up_to_date(
    known: dict[str, Any], asked: dict[str, Any], folder: OutputFolder, source: Path, files: list[Any]
) -> bool:
    """Say whether this ingest was made already; where images are looked at it never was, for they may have changed."""
    if known.get("request") != asked or known.get("ckit") != __version__ or asked["image_root"]:
        return False
    hashes = {name: entry["sha256"] for name, entry in known["files"].items()}
    if folder.hashes(hashes) != hashes:
        return False
    from curriculum_kit.pipeline.ingest_tables import digest_of

    return bool(digest_of(source_file(Path(file), source) for file in files) == known["source"]["sha256"])


def _check_benchmark(reader: Benchmark, source: Path) -> None:
    """Raise `WrongBenchmark` where the source is another; what is merely broken is the reader's to say."""
    if reader.card.name == ANY_FORMAT or reader.recognises(source):
        return
    other = guess_benchmark(source)
    if other and other != reader.card.name:
        raise WrongBenchmark(
            f"{source} does not look like {reader.card.name} (no {reader.card.layout}); it looks like {other}: "
            f"ckit ingest {other} {source} -o DIR"
        )


def _summary(manifest: dict[str, Any], output: Path, up_to_date: bool, notes: Sequence[str] = ()) -> IngestSummary:
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
        image_layout=manifest.get("image_layout", {}),
        image_notes=notes,
    )
