"""The options of `ckit build-curriculum`, each a type that carries its name and its help.

Those on encoders and similarity are in `similarity_options`.
"""

from pathlib import Path
from typing import Annotated

import typer

from curriculum_kit.enums import ChoiceSource, DifficultyKind, ImageStorage, Order, TieBreak

QUESTIONS_AND_TIERS = "Questions and tiers"
CHOICES = "Choices"
SHARDS = "Shards"


def _needed(context: typer.Context, output: Path | None) -> Path | None:
    if output is None and not context.params["plan_choices"]:
        raise typer.BadParameter("name a folder, or ask for a plan alone with --plan-choices")
    return output


Sources = Annotated[list[Path] | None, typer.Argument(help="Folders that ckit ingest wrote.", show_default=False)]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="Folder to write the curriculum to; only --plan-choices does without.",
        show_default=False,
        callback=_needed,
    ),
]
Sample = Annotated[bool, typer.Option("--sample", help="Use the embedded sample instead of folders.")]
Scenes = Annotated[int | None, typer.Option("--scenes", help="Frames of the embedded sample.", show_default="200")]
Config = Annotated[
    Path | None, typer.Option("--config", help="TOML file with any of these options; options given here win.")
]
Where = Annotated[
    str | None,
    typer.Option("--where", help="DuckDB condition on the columns of questions.", rich_help_panel=QUESTIONS_AND_TIERS),
]
Tiers = Annotated[
    int | None, typer.Option("--tiers", help="Number of tiers.", show_default="3", rich_help_panel=QUESTIONS_AND_TIERS)
]
Difficulty = Annotated[
    DifficultyKind | None,
    typer.Option(
        "--difficulty", help="Form of S(q).", show_default="pairwise_mean", rich_help_panel=QUESTIONS_AND_TIERS
    ),
]
TieBreakBy = Annotated[
    TieBreak | None,
    typer.Option(
        "--tie-break", help="What may tell equal S(q) apart.", show_default="none", rich_help_panel=QUESTIONS_AND_TIERS
    ),
]
Choices = Annotated[
    ChoiceSource | None,
    typer.Option(
        "--choices",
        help="Keep the options of the source, draw them at random, or such that S(q) rises from tier to tier.",
        show_default="keep",
        rich_help_panel=CHOICES,
    ),
]
Options = Annotated[
    str | None,
    typer.Option(
        "--options",
        help="Options per question where they are drawn; 2:4 grows with the tiers (--choices similar).",
        show_default="4",
        rich_help_panel=CHOICES,
    ),
]
Targets = Annotated[
    str | None,
    typer.Option(
        "--targets",
        help="Mean S(q) wanted of each tier, such as 0.3,0.5,0.7 (--choices similar).",
        show_default="even steps over what can be had",
        rich_help_panel=CHOICES,
    ),
]
MaxBlindGain = Annotated[
    float | None,
    typer.Option(
        "--max-blind-gain",
        help="What a guesser who knows the option sets may gain over chance (--choices similar).",
        show_default="0.03",
        rich_help_panel=CHOICES,
    ),
]
Ramp = Annotated[
    bool,
    typer.Option("--ramp", help="Let S(q) rise within the tiers too (--choices similar).", rich_help_panel=CHOICES),
]
PlanChoices = Annotated[
    bool,
    typer.Option(
        "--plan-choices",
        help="Show what --choices similar could reach, for 2 to 5 options or those asked for, and write nothing.",
        is_eager=True,
        rich_help_panel=CHOICES,
    ),
]
"""Eager, for whether -o is needed depends on it."""
Plot = Annotated[
    Path | None,
    typer.Option(
        "--plot", help="Draw that plan to a picture, .png, .svg or .pdf.", show_default=False, rich_help_panel=CHOICES
    ),
]
Arms = Annotated[
    bool,
    typer.Option(
        "--arms",
        help="Build the curricula of a fair comparison, each in a folder below -o: other choices, another order, "
        "nothing else.",
        rich_help_panel=CHOICES,
    ),
]
Synonyms = Annotated[
    Path | None,
    typer.Option(
        "--synonyms",
        help="Table of terms beside the built-in one: what must not stand together.",
        rich_help_panel=CHOICES,
    ),
]
OrderBy = Annotated[
    Order | None,
    typer.Option(
        "--order", help="Order of the shards.", show_default="easy-to-hard", rich_help_panel=QUESTIONS_AND_TIERS
    ),
]
MaxBlind = Annotated[
    float | None,
    typer.Option(
        "--max-blind",
        help="Leave out questions that models which never see the image get right more often than this, 0 to 1.",
        rich_help_panel=QUESTIONS_AND_TIERS,
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        help="Decides drawn options and the order of equal questions.",
        show_default="0",
        rich_help_panel=QUESTIONS_AND_TIERS,
    ),
]
Prompt = Annotated[
    str | None,
    typer.Option("--prompt", help="Prompt template: think or answer.", show_default="think", rich_help_panel=SHARDS),
]
Images = Annotated[
    ImageStorage | None,
    typer.Option(
        "--images", help="Store image paths, or embed the bytes.", show_default="paths", rich_help_panel=SHARDS
    ),
]
ImageRoot = Annotated[
    Path | None,
    typer.Option(
        "--image-root",
        help="Folder of the images.",
        show_default="the one given to ckit ingest",
        rich_help_panel=SHARDS,
    ),
]
RowsPerShard = Annotated[
    int | None,
    typer.Option("--rows-per-shard", help="Rows of one shard file.", show_default="50000", rich_help_panel=SHARDS),
]
Memory = Annotated[
    str | None,
    typer.Option("--memory", help="DuckDB's share of memory; it spills to disk beyond.", show_default="800MB"),
]
Force = Annotated[
    bool,
    typer.Option("--force", help="Rebuild a curriculum made otherwise; write to a folder that holds something else."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]
