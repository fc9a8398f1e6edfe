"""`ckit report`: a curriculum as one HTML page.

Reads the folder of a curriculum, the image files of the cards and, where asked for, the completions of a training run;
writes the page whole or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from curriculum_kit.errors import ConfigInvalid, OutputOccupied, SourceNotFound
from curriculum_kit.inspection import example_groups
from curriculum_kit.pipeline.open import open_views, reading
from curriculum_kit.pipeline.report_images import pictures_of
from curriculum_kit.pipeline.sql import from_tables
from curriculum_kit.report import Report, render
from curriculum_kit.report.audit import audit_of
from curriculum_kit.report.cards import CARDS, Sample, cards_of, draw
from curriculum_kit.report.groups import Example, groups_of
from curriculum_kit.report.matrix import matrix_of
from curriculum_kit.report.overview import answers_of, channels_of, curve_of, histograms_of, tiers_of
from curriculum_kit.report.provenance import provenance_of
from curriculum_kit.report.training import Training, training_of
from curriculum_kit.schemas import check_schema
from curriculum_kit.storage import write_text

GROUP_EXAMPLES = 24

_OURS = b'<meta name="generator" content="ckit">'
_HEAD = 1_000
"""Bytes of a page in which it says who made it."""


@dataclass(frozen=True)
class Written:
    """A page that was written."""

    file: Path
    bytes: int
    questions: int
    cards: int
    pictures: int
    """Images that the cards show, or would show."""
    missing: int
    """Images of these that were not found, or did not decode."""
    looked_at: str | None
    """Where the first missing image was looked for; None where nobody knows."""


def write_report(
    folder: Path,
    output: Path,
    *,
    image_root: Path | None = None,
    training: Path | None = None,
    cards: int = CARDS,
    seed: int = 0,
) -> Written:
    """Write the page of a curriculum to the file `output`; an earlier page is replaced, any other file is not.

    `image_root` is where the image files lie, unless the curriculum holds or knows them; `training` is the output
    folder of a run; `seed` decides which questions the cards show. Raises a `CkitError` in one line where the folder is
    no curriculum, none of the images lies below a root that was named, the run left no completions, or the file cannot
    be written.
    """
    _check_output(output)
    kind, manifest, database = open_views(folder)
    if kind != "curriculum":
        raise ConfigInvalid(f"{folder} holds ingested questions, no curriculum; name one of ckit build-curriculum")
    with reading(folder):
        ids = draw(database, seed, cards)
        shown, images = cards_of(database, ids)
        pictures = pictures_of(database, manifest, images, ids, image_root)
        tiers = tiers_of(database)
        channels = channels_of(database)
        questions = sum(tier.questions for tier in tiers)
        examples = example_groups(database, GROUP_EXAMPLES) if "groups" in manifest else []
        report = Report(
            name=folder.resolve().name,
            tiers=tiers,
            curve=curve_of(database, tiers, channels),
            histograms=histograms_of(database, tiers, channels),
            matrix=matrix_of(database),
            answers=answers_of(database, tiers),
            audit=audit_of(database, manifest),
            sample=Sample(len(shown), questions),
            cards=shown,
            pictures=pictures.pictures,
            groups=groups_of(manifest, [Example(one.wordings, one.choices, one.answer) for one in examples]),
            training=_trained(training) if training else None,
            provenance=provenance_of(manifest),
        )
    page = render(report)
    write_text(output, page)
    missing = sum(picture.uri is None for picture in pictures.pictures)
    return Written(output, len(page.encode()), questions, len(shown), len(images), missing, pictures.looked_at)


def _check_output(output: Path) -> None:
    if output.is_dir():
        raise OutputOccupied(f"{output} is a folder; name a file for the page, such as {output / 'report.html'}")
    if output.exists():
        with output.open("rb") as stream:
            is_ours = _OURS in stream.read(_HEAD)
        if not is_ours:
            raise OutputOccupied(f"{output} exists and is no page of ckit report; name another file, or remove it")


def _trained(output: Path) -> Training:
    """Return the figures of a run from the completions below its output folder."""
    parts = sorted((output / "completions").glob("part-*.parquet"))
    if not parts:
        raise SourceNotFound(f"{output} holds no completions of a run; name the output folder of ckit train")
    with reading(output):
        database = duckdb.connect()
        for part in parts:
            check_schema(_schema(part), "completions", str(part))
        database.execute(f"CREATE VIEW completions AS SELECT * FROM {from_tables(parts)}")
        return training_of(database)


def _schema(part: Path) -> Any:
    try:
        return pq.read_schema(part)
    except (OSError, ValueError) as error:
        raise SourceNotFound(f"{part} is no Parquet file that can be read; run ckit train again from there") from error
