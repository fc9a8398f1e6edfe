"""`ckit ingest`."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Iterator
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curriculum_kit.benchmarks import NAMES, reader_of
from curriculum_kit.cli.console import print_json, progress_bar, say
from curriculum_kit.errors import ConfigInvalid, did_you_mean

if TYPE_CHECKING:
    from curriculum_kit.benchmarks.base import Benchmark
    from curriculum_kit.pipeline.ingest import IngestSummary


def ingest(
    benchmark: Annotated[str, typer.Argument(help=f"One of {', '.join(NAMES)}.", show_default=False)],
    source: Annotated[Path, typer.Argument(help="File or folder of the benchmark, as released.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write the tables to.", show_default=False)],
    images: Annotated[
        Path | None, typer.Option("--images", help="Folder of the images; every image is then looked at.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 where any row was rejected.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write to a folder that holds something else.")] = False,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            rich_help_panel="Options of mcq",
            help="FIELD=COLUMN; FIELD==TEXT is the same for all rows. Repeatable.",
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", rich_help_panel="Options of mcq", help="name of the benchmark in the tables."),
    ] = None,
    answer_kind: Annotated[
        str | None,
        typer.Option(
            "--answer-kind", rich_help_panel="Options of mcq", help="text, letter or index, where it could be several."
        ),
    ] = None,
    answer_base: Annotated[
        int | None,
        typer.Option("--answer-base", rich_help_panel="Options of mcq", help="number of the first option, 0 or 1."),
    ] = None,
    scenes: Annotated[
        int | None,
        typer.Option(
            "--scenes",
            rich_help_panel="Options of phantom",
            min=1,
            help="frames to generate into SOURCE.",
            show_default="200",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed", rich_help_panel="Options of phantom", min=0, help="seed of the generator.", show_default="0"
        ),
    ] = None,
    frames: Annotated[
        bool | None,
        typer.Option(
            "--frames/--no-frames",
            rich_help_panel="Options of phantom",
            help="draw the frames too.",
            show_default="frames",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Read a benchmark's own files into Parquet tables.

    Rows that cannot be used go to rejects.parquet with a reason: rows in = questions + rejects.

    Examples:

      ckit ingest omnimedvqa OmniMedVQA -o omnimedvqa-tables

      ckit ingest ssg-vqa ssg-qa --images CholecT45-parent -o ssg-vqa-tables

      ckit ingest mcq train.jsonl --map question=problem -o tables

      ckit ingest phantom scenes/ --scenes 500 -o phantom-tables
    """
    from curriculum_kit.pipeline.ingest import ingest as run_ingest

    mcq = {"map": mapping, "name": name, "answer-kind": answer_kind, "answer-base": answer_base}
    phantom = {"scenes": scenes, "seed": seed, "frames": frames}
    _refuse_foreign(benchmark, {"mcq": mcq, "phantom": phantom})
    with _no_detours(), progress_bar(quiet=as_json) as progress:
        if benchmark == "mcq":
            reader, request = _multiple_choice(mcq, images)
        else:
            reader, request = reader_of(benchmark), {}
        if benchmark == "phantom":
            from curriculum_kit.pipeline.sample import generate

            images = images or (source if frames is not False else None)
            request = generate(source, scenes or 200, seed or 0, frames is not False, progress)
        summary = run_ingest(reader, source, output, request=request, image_root=images, force=force, progress=progress)
    if as_json:
        print_json(summary)
    else:
        _print(summary)
    if strict and summary.rejects:
        raise typer.Exit(1)


class _NoPandas(MetaPathFinder):
    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("pandas is kept out", name=fullname)


@contextlib.contextmanager
def _no_detours() -> Iterator[None]:
    """Spare what takes long beside reading the largest benchmark and gains nothing there.

    That is looking for garbage in cycles, of which there is none to speak of; pandas, which pyarrow imports
    when it converts its first value, to know a `Series` when it sees one (0.4 s); and the threads that numpy
    starts for linear algebra, which keep a core busy while they wait for work (0.1 s).
    """
    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        sys.meta_path.remove(finder)


def _refuse_foreign(benchmark: str, flags: dict[str, dict[str, Any]]) -> None:
    """Raise `ConfigInvalid` for a flag that the benchmark does not know."""
    for owner, values in flags.items():
        given = [f"--{flag}" for flag, value in values.items() if value is not None]
        if given and owner != benchmark:
            raise ConfigInvalid(f"{', '.join(given)} goes with {owner}, not with {benchmark}; leave it out")


def _multiple_choice(flags: dict[str, Any], images: Path | None) -> tuple[Benchmark, dict[str, Any]]:
    """Return the reader of the user's own files, and what decides its result."""
    from curriculum_kit.benchmarks.mcq import AnswerKind, McqOptions, MultipleChoice, parse_mapping

    kind = flags["answer-kind"]
    if kind is not None and kind not in set(AnswerKind):
        known = [one.value for one in AnswerKind]
        raise ConfigInvalid(f"--answer-kind {kind!r}{did_you_mean(kind, known)}: use {', '.join(known)}")
    values = {"name": flags["name"], "answer_kind": kind, "answer_base": flags["answer-base"], "image_root": images}
    given = {name: value for name, value in values.items() if value is not None}
    options = McqOptions(mapping=parse_mapping(flags["map"] or []), **given)
    return MultipleChoice(options), options.model_dump(mode="json", exclude_none=True)


def _print(summary: IngestSummary) -> None:
    if summary.up_to_date:
        say(f"{summary.output} is up to date: the source and the options are the same.")
    say(f"{summary.rows_in:,} rows in = {summary.questions:,} questions + {summary.rejects:,} rejects")
    for reason, count in summary.rejects_by_reason.items():
        say(f"  {count:>9,} {reason}")
    looked = ", ".join(f"{count:,} {status}" for status, count in summary.images_by_status.items())
    say(f"{summary.images:,} images ({looked or 'none'}), {summary.choices:,} labels")
    for note in summary.image_notes:
        say(f"  {note}")
    written = "" if summary.up_to_date else f"Written to {summary.output}. "
    say(f"{written}Next: ckit build-curriculum {summary.output} -o CURRICULUM")
