"""`ckit audit --fix`: a cleaned copy of what `ckit ingest` wrote, in the same layout. No question is lost.

Reads `questions`, `images`, `choices`; writes them anew, the other tables as they are, and a manifest that says
what was changed and where the copy comes from.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit import __version__
from curriculum_kit.audit.schemes import SCHEMES, scheme_sql
from curriculum_kit.distractors import POLAR
from curriculum_kit.enums import Fix
from curriculum_kit.errors import OutputOccupied
from curriculum_kit.labels import near_key
from curriculum_kit.offers import offers_of
from curriculum_kit.pipeline.labels import count_labels
from curriculum_kit.pipeline.sources import Source, open_source
from curriculum_kit.repair.formats import fold_formats
from curriculum_kit.repair.redraw import redraw_distractors
from curriculum_kit.repair.splits import redraw_splits
from curriculum_kit.schemas import SCHEMA_VERSION
from curriculum_kit.storage import (
    MANIFEST,
    OutputFolder,
    connect,
    explain_os_error,
    read_table,
    rows_in,
    sha256_of,
    write_json,
    write_table,
)
from curriculum_kit.terms import Terms
from curriculum_kit.vocabulary import vocabulary

if TYPE_CHECKING:
    from curriculum_kit.pipeline.alike import Alike

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Done:
    """What one fix did, in plain words."""

    fix: str
    sentences: list[str]


@dataclass(frozen=True)
class FixSummary:
    """What was written, and what each fix did."""

    output: str
    questions: int
    done: list[Done]


def fix(
    folder: Path,
    output: Path,
    *,
    fixes: Collection[Fix] = tuple(Fix),
    seed: int = 0,
    force: bool = False,
    clip_model: str | None = None,
    alike: Alike | None = None,
    progress: Progress = lambda *_: None,
) -> FixSummary:
    """Write a copy of an ingest with `fixes` made, in their order; every question is in it.

    `alike` are images that are nearly the same to `clip_model`, as `find_alike` gives them: splits are drawn such that
    they stand on one side. Raises a `CkitError` in one line for a folder that is no ingest, and for an output in use.
    """
    source, asked = _asked(folder, output, fixes, seed, clip_model)
    makes = _FIXES | {Fix.LEAKS: partial(_split, alike=alike)}
    try:
        with _claimed(output, source, asked, force) as place:
            questions = read_table(source.questions, "questions")
            before = questions.num_rows
            done = []
            for number, name in enumerate(fixes):
                progress("fixes", number, len(fixes))
                questions, sentences = makes[name](questions, source, seed)
                done.append(Done(name.value, sentences))
            progress("fixes", len(fixes), len(fixes))
            assert questions.num_rows == before, "no question is lost"
            place.forget_manifest()
            names = _write(questions, source, place)
            write_json(place.root / MANIFEST, _manifest(source, asked, done, questions, place, names))
    except OSError as error:
        raise explain_os_error(error, output) from error
    return FixSummary(str(output), questions.num_rows, done)


def check_fix(
    folder: Path, output: Path, *, fixes: Collection[Fix], seed: int, force: bool, clip_model: str | None = None
) -> None:
    """Raise what `fix` would raise before it does any work."""
    source, asked = _asked(folder, output, fixes, seed, clip_model)
    # A folder that does not exist yet is free, and is not made before there is something to put there.
    if output.exists():
        try:
            with _claimed(output, source, asked, force):
                return
        except OSError as error:
            raise explain_os_error(error, output) from error


def _asked(
    folder: Path, output: Path, fixes: Collection[Fix], seed: int, clip_model: str | None
) -> tuple[Source, dict[str, Any]]:
    """Return the source and what the manifest of its copy calls the request."""
    source = open_source(folder)
    if output.resolve() == folder.resolve():
        raise OutputOccupied(f"{output} is the folder to be cleaned; choose another -o for the copy")
    asked = source.manifest["request"] | {"fixes": [fix.value for fix in fixes], "seed": seed}
    return source, asked | ({"clip_model": clip_model} if clip_model and Fix.LEAKS in fixes else {})


@contextlib.contextmanager
def _claimed(output: Path, source: Source, asked: dict[str, Any], force: bool) -> Iterator[OutputFolder]:
    """Take the output; raise `OutputOccupied` where it holds other tables than an earlier run of the same."""
    with OutputFolder.claim(output, "questions", force) as place:
        known = place.manifest
        same = known and known.get("request") == asked and known.get("cleaned_from", {}).get("folder") == source.shown
        if known and not same and not force:
            raise OutputOccupied(
                f"{output} holds tables that were made otherwise; choose another -o, or --force to replace them"
            )
        yield place


def _fold(questions: pa.Table, source: Source, seed: int) -> tuple[pa.Table, list[str]]:
    table, folded = fold_formats(questions)
    return table, folded.sentences()


def _split(questions: pa.Table, source: Source, seed: int, alike: Alike | None = None) -> tuple[pa.Table, list[str]]:
    import duckdb

    database = duckdb.connect()
    database.register("questions", questions.select(["benchmark", "metadata"]))
    schemes = [row[0] for row in database.execute(f"SELECT {scheme_sql(SCHEMES)} FROM questions").fetchall()]
    images, pairs = read_table(source.images, "images"), alike and alike.pairs
    table, resplits = redraw_splits(questions, images, alike=pairs, scheme=schemes, seed=seed)
    said = [finding.sentence for finding in alike.findings] if alike else []
    return table, [*said, *(sentence for resplit in resplits for sentence in resplit.sentences())]


def _redraw(questions: pa.Table, source: Source, seed: int) -> tuple[pa.Table, list[str]]:
    offers = offers_of([questions])
    if not len(offers):
        return questions, ["No question has choices, so that none were drawn anew."]
    terms = Terms.load()
    drawn = redraw_distractors(offers, polar=POLAR, clashing=lambda labels: terms.clashes(labels).mask(), seed=seed)
    offered = pc.greater(pc.list_value_length(questions["choices"]), 0).to_numpy()
    sizes = np.zeros(questions.num_rows, np.int64)
    sizes[offered] = np.diff(drawn.start)
    index = np.zeros(questions.num_rows, np.int32)
    index[offered] = np.flatnonzero(drawn.is_right) - drawn.start[:-1]
    labels = pa.array(offers.option.texts, pa.string()).take(pa.array(drawn.option))
    choices = pa.ListArray.from_arrays(pa.array(np.concatenate(([0], np.cumsum(sizes))), pa.int32()), labels)
    changed = np.zeros(questions.num_rows, bool)
    changed[offered] = drawn.changed
    given = pc.if_else(pa.array(changed), choices, questions["choices_as_given"].combine_chunks())
    columns = {
        "choices": choices,
        "answer_index": pc.if_else(pa.array(offered), pa.array(index), pa.scalar(None, pa.int32())),
        # What was drawn has no spelling of the source's.
        "choices_as_given": given,
    }
    for name, column in columns.items():
        at = questions.schema.get_field_index(name)
        questions = questions.set_column(at, questions.schema.field(name), column)
    return questions, drawn.sentences()


_FIXES: dict[Fix, Callable[[pa.Table, Source, int], tuple[pa.Table, list[str]]]] = {
    Fix.FORMATS: _fold,
    Fix.LEAKS: _split,
    Fix.PRIOR: _redraw,
}


def _write(questions: pa.Table, source: Source, place: OutputFolder) -> list[str]:
    """Write all tables to scratch and move them into place together; return their names."""
    scratch = place.scratch
    scratch.mkdir(parents=True, exist_ok=True)
    write_table(scratch / "questions.parquet", questions, "questions")
    answers, offered = count_labels(connect(scratch / "duckdb"), [scratch / "questions.parquet"])
    kept = {near_key(label): label for label in answers.keys() | offered.keys()}
    known = read_table(source.root / "choices.parquet", "choices")
    spellings = [
        (label if label in answers or label in offered else kept.get(near_key(label), label), spelling)
        for label, forms in zip(known["label"].to_pylist(), known["surface_forms"].to_pylist(), strict=True)
        for spelling in forms
    ]
    write_table(scratch / "choices.parquet", vocabulary(answers, offered, spellings), "choices")
    names = [name.removesuffix(".parquet") for name in source.manifest["files"]]
    for name in names:
        if name not in ("questions", "choices"):
            shutil.copyfile(source.root / f"{name}.parquet", scratch / f"{name}.parquet")
        place.publish(scratch / f"{name}.parquet", f"{name}.parquet")
    return names


def _manifest(
    source: Source, asked: dict[str, Any], done: list[Done], questions: pa.Table, place: OutputFolder, names: list[str]
) -> dict[str, Any]:
    files = {f"{name}.parquet": place.root / f"{name}.parquet" for name in names}
    rows = source.manifest["rows"] | {"choices": rows_in(files["choices.parquet"])}
    return {
        "kind": "questions",
        "ckit": __version__,
        "schema_version": SCHEMA_VERSION,
        "request": asked,
        "benchmark": source.manifest["benchmark"],
        "source": source.manifest["source"],
        "cleaned_from": {"folder": source.shown, "tables": source.hashes},
        "fixes": {entry.fix: entry.sentences for entry in done},
        "rows": rows,
        **{key: source.manifest[key] for key in ("image_layout",) if key in source.manifest},
        "files": {name: {"rows": rows_in(at), "sha256": sha256_of(at)} for name, at in files.items()},
    }
