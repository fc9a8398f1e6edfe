"""`ckit doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from curriculum_kit.cli.console import console, print_json

_COLOURS = {"ok": "green", "absent": "yellow", "broken": "red"}


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print the checks as JSON.")] = False) -> None:
    """Say what is installed, which models are at hand and what would fail.

    Exits with 1 where something that ckit needs is broken; an extra that is not installed is no failure.

    Example:

      ckit doctor
    """
    from rich.markup import escape
    from rich.table import Table

    from curriculum_kit.doctor import Health, examine

    checks = list(examine())
    if as_json:
        print_json([vars(check) for check in checks])
    else:
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for check in checks:
            table.add_row(check.name, f"[{_COLOURS[check.health.value]}]{check.health.value}[/]", escape(check.detail))
        console().print(table)
    if any(check.health is Health.BROKEN for check in checks):
        raise typer.Exit(1)
