"""`ckit export`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from curriculum_kit.cli.console import print_json, progress_bar, say
from curriculum_kit.exports import NAMES


def export(
    curriculum: Annotated[Path, typer.Argument(help="Curriculum of ckit build-curriculum.", show_default=False)],
    to: Annotated[str, typer.Option("--to", help=f"{', '.join(NAMES)}.", show_default=False)],
    output: Annotated[
        str, typer.Option("--output", "-o", help="New folder, or a URL of fsspec: s3://...", show_default=False)
    ],
    images: Annotated[
        str | None,
        typer.Option("--images", help="copy, link, embed or paths.", show_default="what suits the target"),
    ] = None,
    image_root: Annotated[
        Path | None,
        typer.Option("--image-root", help="Folder that the image paths start from.", show_default="as at the build"),
    ] = None,
    push: Annotated[
        str | None, typer.Option("--push", help="Also send it to this data set repository of the Hugging Face hub.")
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="Make a new repository public.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as JSON.")] = False,
) -> None:
    """Write a curriculum in the schema of another trainer.

    Rows stand in curriculum order, a file for each split. README.md beside them
    names the settings that keep the order, and what the trainer cannot express.

    Examples:

      ckit export curriculum --to ms-swift -o swift

      ckit export curriculum --to verl --images embed -o s3://bucket/curriculum

      ckit export curriculum --to trl -o trl --push me/my-curriculum
    """
    from curriculum_kit.errors import ConfigInvalid, did_you_mean
    from curriculum_kit.exports.base import ImageMode
    from curriculum_kit.pipeline.export import ExportPlan, export_curriculum

    modes = [mode.value for mode in ImageMode]
    if images is not None and images not in modes:
        raise ConfigInvalid(f"--images {images!r}{did_you_mean(images, modes)}; known are {', '.join(modes)}")
    plan = ExportPlan(to, ImageMode(images) if images else None, image_root, push, public)
    start = time.perf_counter()
    with progress_bar(quiet=as_json) as progress:
        done = export_curriculum(curriculum, output, plan, progress)
    if as_json:
        print_json(done)
        return
    for split, files in done["splits"].items():
        for name in files:
            say(f"{done['files'][name]['rows']:>9,} rows  {split:<10}  {name}")
    seconds = time.perf_counter() - start
    say(f"\n{done['rows']:,} rows in {done['groups']:,} groups written to {output} in {seconds:.1f} s")
    if "pushed" in done:
        say(f"Pushed to {done['pushed']}")
    say(f"Next: the settings that keep the order are in {output.rstrip('/')}/README.md")
