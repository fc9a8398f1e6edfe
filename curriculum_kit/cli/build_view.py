"""What `ckit build-curriculum` prints at its end: the sum of the rows, the tiers, what was drawn, and warnings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from curriculum_kit.card.drawn import DrawnTier, drawn_tiers
from curriculum_kit.cli.console import console, say
from curriculum_kit.enums import Channel, Severity
from curriculum_kit.storage import MANIFEST, read_json

if TYPE_CHECKING:
    from curriculum_kit.pipeline.build import BuildSummary

_NAMED = 5
"""Labels with too few images that are named; the data card names more."""


def print_built(summary: BuildSummary, where: str | None) -> None:
    """Print the sum of the rows, a table of the tiers, and warnings."""
    say(
        f"\n{summary.rows_read:,} questions read = {summary.rows:,} in shards + {summary.rejected:,} rejects"
        + (f" + {summary.left_out:,} left out by --where" if where else "")
    )
    manifest = read_json(Path(summary.output) / MANIFEST) or {}
    stages = manifest.get("stages", {})
    # What was reached in each tier where options were drawn for a wanted S(q).
    drawn = drawn_tiers(stages["draw"], manifest["config"]) if stages.get("draw") else []
    # Shuffled into one tier, what was drawn for several is told by the data card.
    shown = drawn if len(drawn) == len(summary.tiers) else []
    table = Table(box=None, pad_edge=False)
    wanted = ("target", "options", "blind gain") if shown else ()
    for name in ("tier", "questions", "S(q) from", "to", "mean", *wanted):
        table.add_column(name, justify="right")
    for number, (tier, one) in enumerate(zip_longest(summary.tiers, shown)):
        figures = [f"{tier[name]:.3f}" for name in ("low", "high", "mean")]
        if one:
            figures += [f"{one.target:.3f}", str(one.options), f"{one.gain:.3f}"]
        table.add_row(str(number), f"{tier['questions']:,}", *figures)
    console().print(table)
    for line in _reached(drawn) if drawn else ():
        say(line)
    if "looks" in stages:
        say(_seen(stages["looks"], stages["similarity"]["weights"]))
    _warn(summary)
    if summary.near_equal:
        say(f"{summary.near_equal:,} pairs of labels may name one structure; the card lists them, see --synonyms.")
    say(f"{summary.labels:,} labels, {summary.distinct_difficulties:,} distinct S(q), {summary.files:,} shard files.")
    say(f"Written to {summary.output}. Next: ckit inspect {summary.output}")


def _reached(tiers: Sequence[DrawnTier]) -> Iterator[str]:
    """Yield how nearly targets were met, and which questions got no options."""
    yield f"The mean is off its target by {max(abs(tier.shortfall) for tier in tiers):.3f} at most."
    counts = (
        (sum(tier.left_out for tier in tiers), "answers too frequent to hide"),
        (sum(tier.unsafe for tier in tiers), "without a safe distractor"),
    )
    if lost := [f"{count:,} {why}" for count, why in counts if count]:
        yield f"Left out: {', '.join(lost)}."


def _seen(looks: dict[str, Any], channels: Iterable[str]) -> str:
    """Say what CLIP's image tower saw, and which labels are left to the other channels."""
    status = looks["by_status"]
    lost = ", ".join(f"{count:,} {name}" for name, count in status.items() if name != "ok")
    if not status.get("ok"):
        left = " and ".join(channel for channel in Channel if channel in set(channels))
        return f"No image was found{f' ({lost})' if lost else ''}: similarity goes by {left}."
    few = [f"{label} ({count})" for label, count in looks["too_few"].items()]
    names = ", ".join(few[:_NAMED]) + (", ..." if len(few) > _NAMED else "")
    return (
        f"The image tower saw {status['ok']:,} {'regions' if looks['regions'] else 'images'}"
        f"{f' ({lost})' if lost else ''}, enough for {looks['prototypes']:,} of {looks['labels_shown']:,} labels shown"
        + (f"; fewer than {looks['min_images']} images show {names}." if few else ".")
    )


def _warn(summary: BuildSummary) -> None:
    """Print a line for each finding that matters; what it means stands in the data card."""
    rows = [row for row in summary.findings if row["severity"] in (Severity.SERIOUS, Severity.WARNING)]
    if not rows:
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    for row in rows:
        beside = "" if row["expected"] is None else f"expected {row['expected']:.3f}"
        figure = "" if row["figure"] is None else f"{row['figure']:.3f}"
        table.add_row(row["severity"], escape(row["name"]), figure, beside, f"{row['rows']:,} of {row['of']:,}")
    console().print(table)
    say(f"What this means: {summary.output}/README.md, or ckit audit {summary.output}")
