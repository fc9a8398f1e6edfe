"""What `ckit validate` prints: how each component goes with the pass rate, and what that means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from curriculum_kit.cli.console import console, say
from curriculum_kit.validation import HOPED, Correlation, sentences, shown_name

if TYPE_CHECKING:
    from curriculum_kit.pipeline.validate import Validated

_SIDE = 6
"""Half of a bar, in characters: a correlation of 1."""
MOST = 10
"""Answers that are shown; --json has all."""


def print_validation(done: Validated) -> None:
    """Print the correlations of all questions, then those of S(q) by part, then what they mean."""
    found = done.found
    missing = f"; {done.without_rate:,} have none" if done.without_rate else ""
    say(
        f"{found.questions:,} questions of {done.folder} have a pass rate, "
        f"{found.mean_pass_rate:.2f} on average{missing}."
    )
    console().print(escape(HOPED))
    console().print()
    parts: dict[str, list[Correlation]] = {}
    for one in found.correlations:
        parts.setdefault(one.part, []).append(one)
    console().print(_table("all questions", ((shown_name(one.component), one) for one in parts["all"])))
    by_part = [one for part in ("within answers", "benchmark") for one in parts.get(part, ())]
    answers = [one for one in parts.get("answer", ()) if one.component == "difficulty"]
    rows = [(one.of or one.part, one) for one in [*by_part, *answers[:MOST]] if one.component == "difficulty"]
    if rows:
        console().print()
        console().print(_table("S(q) by part", rows))
    if len(answers) > MOST:
        say(f"... {len(answers) - MOST:,} more answers; --json prints all")
    console().print()
    meaning = Table(box=None, show_header=False, pad_edge=False)
    for sentence in sentences(found):
        meaning.add_row("-", escape(sentence))
    console().print(meaning)
    say(f"\nWritten to {done.folder}/validation.json and the data card, under {done.model!r}.")


def _table(title: str, rows: Iterable[tuple[str, Correlation]]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(title, overflow="ellipsis", no_wrap=True, width=17)
    table.add_column("n", justify="right", no_wrap=True)
    table.add_column("with the pass rate", no_wrap=True)
    table.add_column(f"{'-1':<{_SIDE - 1}} 0 {'1':>{_SIDE - 1}}", no_wrap=True)
    table.add_column("given blind", justify="right", no_wrap=True)
    for name, one in rows:
        if one.with_pass_rate is None:
            table.add_row(escape(name), f"{one.questions:,}", one.why_not)
            continue
        given = "" if one.given_blind is None else f"{one.given_blind.value:+.2f}"
        bar = _bar(one.with_pass_rate.value)
        table.add_row(escape(name), f"{one.questions:,}", str(one.with_pass_rate), bar, given)
    return table


def _bar(value: float) -> str:
    """Return a bar from the middle to the left or right.

    >>> _bar(-0.5), _bar(1.0), _bar(0.0)
    ('   ███│      ', '      │██████', '      │      ')
    """
    filled = "█" * round(abs(value) * _SIDE)
    return f"{filled if value < 0 else '':>{_SIDE}}│{filled if value > 0 else '':<{_SIDE}}"
