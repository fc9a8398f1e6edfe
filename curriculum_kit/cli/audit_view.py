"""What `ckit audit` prints: the findings, the gravest first, and what a cleaned copy changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from curriculum_kit.cli.console import console, say
from curriculum_kit.enums import Severity

if TYPE_CHECKING:
    from curriculum_kit.pipeline.audit import Audit
    from curriculum_kit.pipeline.fix import FixSummary

_COLOURS = {
    Severity.SERIOUS: "bold red",
    Severity.WARNING: "yellow",
    Severity.NOTE: "cyan",
    Severity.CLEAR: "green",
    Severity.UNCHECKED: "magenta",
}
_GUESSERS = {
    "prior/accuracy": "which labels are right",
    "blind/prior-and-words": "and the question's words",
    "blind/accuracy": "all but the image",
}
_BAR = 40
_INDENT = 11


def print_audit(found: Audit) -> None:
    """Print every finding as its severity, its name and its sentence, below a picture of the blind guessers."""
    which = f" that meet {found.where}" if found.where else ""
    say(f"{found.questions:,} questions of {found.folder}{which}\n")
    rows = found.findings.to_pylist()
    _print_guessers(rows)
    # What several checks say in the same words is said once.
    alike: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        alike.setdefault((row["severity"], row["sentence"]), []).append(row["name"])
    for (severity, sentence), same in alike.items():
        names = ", ".join(same)
        title = Text.assemble((f"{severity:<{_INDENT - 1}} ", _COLOURS[Severity(severity)]), (names, "bold"))
        console().print(title)
        console().print(Padding(escape(sentence), (0, 0, 0, _INDENT)))
    if found.evidence.num_rows:
        say(
            f"\n{found.evidence.num_rows:,} rows of evidence in {found.folder}/audit; to look at them:\n"
            f'ckit inspect {found.folder} --sql "SELECT name, count(*) AS n FROM evidence GROUP BY 1"'
        )


def _print_guessers(rows: list[dict[str, Any]]) -> None:
    """Draw how often who does not see the image is right, beside chance."""
    named = {row["name"]: row for row in rows}
    bars = [(who, named[name]["figure"]) for name, who in _GUESSERS.items() if name in named]
    if not bars or any(share is None for _, share in bars):
        return
    chance = next(named[name]["expected"] for name in _GUESSERS if name in named)
    table = Table(box=None, show_header=False, pad_edge=False)
    for who, share in [("chance", chance), *bars]:
        table.add_row(who, "█" * round(share * _BAR) + "░" * (_BAR - round(share * _BAR)), f"{share:.1%}")
    console().print("Right without seeing the image, by who knows of other units:")
    console().print(table)
    console().print()


def print_fixed(done: FixSummary, before: Audit, after: Audit) -> None:
    """Print what each fix did, and every figure that it changed."""
    console().print()
    for entry in done.done:
        console().print(f"[bold]{escape(entry.fix)}[/]")
        for sentence in entry.sentences:
            console().print(Padding(escape(sentence), (0, 0, 0, _INDENT)))
    old = {row["name"]: row for row in before.findings.to_pylist()}
    new = {row["name"]: row for row in after.findings.to_pylist()}
    console().print("\n[bold]before → after[/]")
    for name in old | new:
        states = [_state(rows.get(name)) for rows in (old, new)]
        if states[0] != states[1]:
            console().print(f"{escape(name)}\n{' ' * _INDENT}{states[0]} → {states[1]}")
    say(f"\n{done.questions:,} questions, none lost, written to {done.output}.")
    say(f"Next: ckit build-curriculum {done.output} -o CURRICULUM")


def _state(row: dict[str, Any] | None) -> str:
    """Return severity and figure of a finding, coloured, for a cell."""
    if row is None:
        return "[dim]no such finding[/]"
    figure = "" if row["figure"] is None else f" {row['figure']:.3f}"
    rows = f" ({row['rows']:,} rows)" if row["rows"] else ""
    return f"[{_COLOURS[Severity(row['severity'])]}]{row['severity']}[/]{figure}{rows}"
