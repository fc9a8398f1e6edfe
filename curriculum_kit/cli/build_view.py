"""What `ckit build-curriculum` prints at its end: the sum of the rows, the tiers, and what the audit warns of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from curriculum_kit.cli.console import console, say
from curriculum_kit.enums import Severity

if TYPE_CHECKING:
    from curriculum_kit.pipeline.build import BuildSummary


def print_built(summary: BuildSummary, where: str | None) -> None:
    """Print the sum of the rows, a table of the tiers, and warnings."""
    say(
        f"\n{summary.rows_read:,} questions read = {summary.rows:,} in shards + {summary.rejected:,} rejects"
        + (f" + {summary.left_out:,} left out by --where" if where else "")
    )
    table = Table(box=None, pad_edge=False)
    for name in ("tier", "questions", "S(q) from", "to", "mean"):
        table.add_column(name, justify="right")
    for number, tier in enumerate(summary.tiers):
        table.add_row(
            str(number), f"{tier['questions']:,}", f"{tier['low']:.3f}", f"{tier['high']:.3f}", f"{tier['mean']:.3f}"
        )
    console().print(table)
    _warn(summary)
    say(f"{summary.labels:,} labels, {summary.distinct_difficulties:,} distinct S(q), {summary.files:,} shard files.")
    say(f"Written to {summary.output}. Next: ckit inspect {summary.output}")


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
