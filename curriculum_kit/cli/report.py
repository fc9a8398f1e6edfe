"""`ckit report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curriculum_kit.cli.console import print_json, say


def report(
    curriculum: Annotated[Path, typer.Argument(help="Curriculum of ckit build-curriculum.", show_default=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="File of the page.")] = Path("report.html"),
    image_root: Annotated[
        Path | None,
        typer.Option(
            "--image-root",
            help="Folder that the image paths start from.",
            show_default="the one given to build-curriculum or ingest",
        ),
    ] = None,
    training: Annotated[
        Path | None,
        typer.Option(
            "--training", help="Output folder of ckit train: adds the figures of that run.", show_default=False
        ),
    ] = None,
    cards: Annotated[int, typer.Option("--cards", min=0, max=1000, help="Questions that are shown as cards.")] = 300,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides which questions these are.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as JSON.")] = False,
) -> None:
    """Write a curriculum as one page that a browser opens without a network.

    It shows tiers, S(q) along the curriculum and by channel, the similarity of
    labels, answers by tier, what the audit found, question cards that can be
    filtered, question groups, a training run, and what went in and came out.

    Filters stand in the page's address: report.html#tier=2&answer=liver.

    Examples:

      ckit report demo -o report.html

      ckit report curriculum --image-root data/CholecT45 --training trained
    """
    from curriculum_kit.pipeline.report import write_report

    done = write_report(curriculum, output, image_root=image_root, training=training, cards=cards, seed=seed)
    if done.missing:
        where = f"such as {done.looked_at}" if done.looked_at else "for nobody said where they lie"
        typer.echo(
            f"{done.missing:,} of the {done.pictures:,} images on the cards were not found or do not decode, {where}; "
            "name the folder that their paths start from with --image-root",
            err=True,
        )
    if as_json:
        print_json(done)
    else:
        size = f"{done.bytes / 1e6:.1f} MB"
        say(f"{done.file} shows {done.questions:,} questions, {done.cards:,} of them as cards; {size}.")
