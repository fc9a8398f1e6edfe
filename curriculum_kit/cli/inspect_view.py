"""What `ckit inspect` prints: tiers at a glance, counts of questions, rows of a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from curriculum_kit.cli.console import console

if TYPE_CHECKING:
    from curriculum_kit.inspection import TierSummary

_BARS = " ▁▂▃▄▅▆▇█"
MAX_ROWS, MAX_COLUMNS = 50, 7
MAX_ROWS_BELOW = 10


def print_questions(rows: dict[str, Any], counts: list[dict[str, Any]]) -> None:
    """Print what an ingest holds, by question type and split."""
    console().print(f"{rows['in']:,} rows in = {rows['questions']:,} questions + {rows['rejects']:,} rejects\n")
    print_rows(list(counts[0]), [tuple(entry.values()) for entry in counts])


def print_rows(names: list[str], rows: list[tuple[Any, ...]]) -> None:
    """Print rows as a table, or one below the other where there are more columns than a terminal has room for."""
    shown = rows[: MAX_ROWS if len(names) <= MAX_COLUMNS else MAX_ROWS_BELOW]
    if len(names) <= MAX_COLUMNS:
        console().print(_across(names, shown))
    else:
        for row in shown:
            console().print(_down(names, row))
    if len(rows) > len(shown):
        console().print(f"... {len(rows) - len(shown):,} more rows; --json prints all")


def _across(names: list[str], rows: list[tuple[Any, ...]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for place, name in enumerate(names):
        numeric = all(isinstance(row[place], int | float) for row in rows) and bool(rows)
        table.add_column(escape(name), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(escape(_cell(value)) for value in row))
    return table


def _down(names: list[str], row: tuple[Any, ...]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in zip(names, row, strict=True):
        table.add_row(escape(name), escape(_cell(value)))
    table.add_row("", "")
    return table


def _cell(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def print_tiers(tiers: list[TierSummary]) -> None:
    """Print a line and a histogram per tier, then answers and examples of each."""
    peak = max(max(tier.histogram) for tier in tiers)
    table = Table(box=None, pad_edge=False)
    for name in ("tier", "questions", "S(q) from", "to", "mean"):
        table.add_column(name, justify="right")
    table.add_column("S(q) from 0 to 1")
    for tier in tiers:
        figures = [f"{value:.3f}" for value in (tier.low, tier.high, tier.mean)]
        table.add_row(str(tier.tier), f"{tier.questions:,}", *figures, _bars(tier.histogram, peak))
    console().print(table)
    for tier in tiers:
        answers = ", ".join(f"{label} {count / tier.questions:.0%}" for label, count in tier.answers)
        console().print(f"\n[bold]Tier {tier.tier}[/]  answers: {escape(answers)}")
        examples = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
        examples.add_column(justify="right", no_wrap=True)
        examples.add_column()
        for example in tier.examples:
            examples.add_row(f"{example.difficulty:.3f}", escape(example.question))
            examples.add_row("", "  ".join(_option(label, label == example.answer) for label in example.choices))
        console().print(examples)


def _option(label: str, right: bool) -> str:
    return f"[green]\\[{escape(label)}][/]" if right else escape(label)


def _bars(histogram: list[int], peak: int) -> str:
    """Return a line of bars; whatever is not zero is seen.

    >>> _bars([0, 1, 50, 100], 100)
    ' ▁▄█'
    """
    steps = len(_BARS) - 1
    return "".join(_BARS[max(count * steps // peak, 1 if count else 0)] for count in histogram)
