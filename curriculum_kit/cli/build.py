"""`ckit build-curriculum`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from curriculum_kit.cli.console import print_json, progress_bar, say
from curriculum_kit.cli.lists import numbers
from curriculum_kit.enums import ChoiceSource, DifficultyKind, ImageStorage, Order, TieBreak

SAMPLE_DEFAULTS = {"where": "question_type = 'query_component'", "images": ImageStorage.EMBED}
"""The sample asks about structures unless told otherwise, and its frames are small enough to store."""


def build_curriculum(
    sources: Annotated[
        list[Path] | None, typer.Argument(help="Folders that ckit ingest wrote.", show_default=False)
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder to write the curriculum to.", show_default=False)
    ] = ...,  # type: ignore[assignment]
    sample: Annotated[bool, typer.Option("--sample", help="Use the embedded sample instead of folders.")] = False,
    scenes: Annotated[
        int | None, typer.Option("--scenes", help="Frames of the embedded sample.", show_default="200")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="TOML file with any of these options; options given here win.")
    ] = None,
    where: Annotated[str | None, typer.Option("--where", help="DuckDB condition on the columns of questions.")] = None,
    tiers: Annotated[int | None, typer.Option("--tiers", help="Number of tiers.", show_default="3")] = None,
    difficulty: Annotated[
        DifficultyKind | None, typer.Option("--difficulty", help="Form of S(q).", show_default="pairwise_mean")
    ] = None,
    tie_break: Annotated[
        TieBreak | None, typer.Option("--tie-break", help="What may tell equal S(q) apart.", show_default="none")
    ] = None,
    choices: Annotated[
        ChoiceSource | None,
        typer.Option(
            "--choices",
            help="keep the options of the source, draw them at random, or such that S(q) rises from tier to tier.",
            show_default="keep",
        ),
    ] = None,
    options: Annotated[
        str | None,
        typer.Option(
            "--options",
            help="Options per question where they are drawn; 2:4 grows with the tiers (--choices similar).",
            show_default="4",
        ),
    ] = None,
    targets: Annotated[
        str | None,
        typer.Option(
            "--targets",
            help="Mean S(q) wanted of each tier, such as 0.3,0.5,0.7 (--choices similar).",
            show_default="even steps over what can be had",
        ),
    ] = None,
    max_blind_gain: Annotated[
        float | None,
        typer.Option(
            "--max-blind-gain",
            help="What a guesser who knows the option sets may gain over chance (--choices similar).",
            show_default="0.03",
        ),
    ] = None,
    ramp: Annotated[
        bool, typer.Option("--ramp", help="Let S(q) rise within the tiers too (--choices similar).")
    ] = False,
    synonyms: Annotated[
        Path | None,
        typer.Option("--synonyms", help="Table of terms beside the built-in one: what must not stand together."),
    ] = None,
    order: Annotated[
        Order | None, typer.Option("--order", help="Order of the shards.", show_default="easy-to-hard")
    ] = None,
    max_blind: Annotated[
        float | None,
        typer.Option(
            "--max-blind",
            help="Leave out questions that models which never see the image get right more often than this, 0 to 1.",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", help="Decides drawn options and the order of equal questions.", show_default="0"),
    ] = None,
    text_model: Annotated[
        str | None,
        typer.Option("--text-model", help="sentence-transformers name or folder.", show_default="the embedded MiniLM"),
    ] = None,
    embeddings: Annotated[
        Path | None,
        typer.Option(
            "--embeddings", help="Precomputed label vectors: .npz (labels, vectors) or .parquet (label, vector)."
        ),
    ] = None,
    prompt: Annotated[
        str | None, typer.Option("--prompt", help="Prompt template: think or answer.", show_default="think")
    ] = None,
    images: Annotated[
        ImageStorage | None,
        typer.Option("--images", help="Store image paths, or embed the bytes.", show_default="paths"),
    ] = None,
    image_root: Annotated[
        Path | None,
        typer.Option("--image-root", help="Folder of the images.", show_default="the one given to ckit ingest"),
    ] = None,
    rows_per_shard: Annotated[
        int | None, typer.Option("--rows-per-shard", help="Rows of one shard file.", show_default="50000")
    ] = None,
    full_matrix_up_to: Annotated[
        int | None,
        typer.Option("--full-matrix-up-to", help="Labels up to which every pair is kept.", show_default="2000"),
    ] = None,
    neighbours: Annotated[
        int | None,
        typer.Option("--neighbours", help="Nearest neighbours kept per label beyond that.", show_default="50"),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option("--memory", help="DuckDB's share of memory; it spills to disk beyond.", show_default="800MB"),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Rebuild a curriculum made otherwise; write to a folder that holds something else."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Order questions by the similarity of their choices and write tiered shards.

    Stages whose input and options are unchanged are skipped; a run that was killed goes on where it stopped.

    Examples:

      ckit build-curriculum --sample -o demo

      ckit build-curriculum tables -o ct --where "modality = 'CT'" --tiers 4

      ckit build-curriculum tables -o drawn --choices similar --options 2:4

      ckit build-curriculum --config curriculum.toml -o curriculum
    """
    flags: dict[str, Any] = {
        "sources": tuple(sources) if sources else None,
        "sample": sample or None,
        "scenes": scenes,
        "where": where,
        "tiers": tiers,
        "difficulty": difficulty,
        "tie_break": tie_break,
        "choices": choices,
        "options": options,
        "targets": numbers(targets, "--targets"),
        "max_blind_gain": max_blind_gain,
        "ramp": ramp or None,
        "synonyms": synonyms,
        "order": order,
        "max_blind": max_blind,
        "seed": seed,
        "text_model": text_model,
        "embeddings": embeddings,
        "prompt": prompt,
        "images": images,
        "image_root": image_root,
        "rows_per_shard": rows_per_shard,
        "full_matrix_up_to": full_matrix_up_to,
        "neighbours": neighbours,
        "memory": memory,
    }
    from curriculum_kit.config import load_build_config
    from curriculum_kit.pipeline.build import build

    resolved = load_build_config(config, flags, SAMPLE_DEFAULTS)

    started = time.monotonic()

    def report(stage: str, state: str) -> None:
        nonlocal started
        if state == "started":
            started = time.monotonic()
        elif not as_json:
            taken = (
                "skipped, nothing it depends on has changed"
                if state == "skipped"
                else f"{time.monotonic() - started:.1f} s"
            )
            say(f"  {stage:<10} {taken}")

    with progress_bar(quiet=as_json) as progress:
        summary = build(resolved, output, force=force, on_stage=report, progress=progress)
    if as_json:
        print_json(summary)
    else:
        from curriculum_kit.cli.build_view import print_built

        print_built(summary, resolved.where)
