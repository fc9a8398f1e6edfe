"""The README beside exported rows: what they are, the settings that keep their order, what does not come along."""

from __future__ import annotations

from collections.abc import Sequence

from curriculum_kit.exports.base import ImageMode, Made, Target

_IMAGES = {
    ImageMode.COPY: "The images lie in `images/`",
    ImageMode.LINK: "`images/` holds links to the images where they were found",
    ImageMode.EMBED: "The images are in the rows",
    ImageMode.PATHS: "The images are not here: rows name the files where they lie; what does not begin with `/` starts "
    "from your image root",
}


def readme(target: Target, made: Made, curriculum: str, version: str) -> str:
    """Return the README of an export; `curriculum` is the name of the folder that it came from.

    Its head tells the Hugging Face hub which files are which split.
    """
    card = target.card
    parts = [
        _head(made),
        f"# A curriculum for {card.title}\n",
        f"{made.rows:,} rows in {made.groups:,} groups and {_many(made.tiers, 'tier')}, exported from `{curriculum}` "
        f"by ckit {version} for {card.title} ({card.checked}). Rows stand in curriculum order. "
        f"{_images(target, made)}. Sources, licences and tiers: `CURRICULUM.md`; hashes: `export.json`.\n",
        _files(made),
        f"## Settings\n\n`DIR` is this folder.\n\n{target.settings(made).strip()}\n",
        f"## What {card.title} does not express\n\n{bullets(*target.lost(made), *_every(made)).strip()}\n",
    ]
    return "\n".join(parts)


def code(language: str, text: str) -> str:
    """Return a fenced block."""
    return f"```{language}\n{text.strip()}\n```\n\n"


def bullets(*lines: str) -> str:
    """Return a list."""
    return "".join(f"- {line}\n" for line in lines)


def one_group_a_row(made: Made, trainer: str) -> Sequence[str]:
    """Return the sentence on groups for a trainer that compares the rollouts of one row with each other only."""
    if made.rows_in_largest_group == 1:
        return (
            f"{trainer} makes a group of the rollouts of each row. Here every group has one row, so nothing is lost.",
        )
    return (
        f"{trainer} makes a group of the rollouts of each row: the wordings of a question (up to "
        f"{made.rows_in_largest_group} rows of one `group_id`, side by side) become groups of their own, and their "
        "rewards are not compared with each other.",
    )


def tier_after_tier(made: Made, trainer: str) -> str:
    """Return the sentence for a trainer that always shuffles."""
    files = ", ".join(f"`{name}`" for name in made.train)
    return (
        f"{trainer} shuffles the rows and has no setting against it. The order within a tier is lost; that of the "
        f"tiers is kept by training on one file after the other ({files}), each run beginning with the model of the "
        "last."
    )


def _every(made: Made) -> list[str]:
    return ["A second epoch walks through the curriculum again from its first tier."]


def _head(made: Made) -> str:
    lines = ["---", "configs:", "- config_name: default", "  data_files:"]
    for split, files in made.files.items():
        lines += [f"  - split: {split}", "    path:", *(f"    - {name}" for name in files)]
    return "\n".join([*lines, "---"])


def _files(made: Made) -> str:
    lines = ["| file | split | rows |", "|---|---|--:|"]
    lines += [
        f"| `{name}` | {split} | {rows:,} |" for split, files in made.files.items() for name, rows in files.items()
    ]
    return "\n".join([*lines, ""])


def _images(target: Target, made: Made) -> str:
    said = _IMAGES[made.mode]
    if made.mode is not ImageMode.EMBED and not target.card.finds_images:
        return f"{said}, which rows name by absolute path: export again where the folder has moved"
    return said


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
