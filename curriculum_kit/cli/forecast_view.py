"""What `ckit forecast` prints: expected shares of dead groups, without groups of wordings and with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from curriculum_kit.cli.console import console, say
from curriculum_kit.forecast import Part

if TYPE_CHECKING:
    from curriculum_kit.pipeline.forecast import Forecast


def print_forecast(done: Forecast) -> None:
    """Print the shares of all questions, of tiers and of the commonest answers, then what they mean."""
    found = done.found
    rates = f", pass rates of {done.pass_rates}" if done.pass_rates else ""
    count = found.parts[0].questions
    say(f"{count:,} question{'' if count == 1 else 's'} of {done.folder}, {found.rollouts} rollouts each{rates}\n")
    console().print(_table("", [part for part in found.parts if part.part != "answer"]))
    answers = [part for part in found.parts if part.part == "answer"]
    if answers:
        console().print()
        console().print(_table("answer", answers))
    console().print()
    meaning = Table(box=None, show_header=False, pad_edge=False)
    for sentence in done.sentences():
        meaning.add_row("-", escape(sentence))
    console().print(meaning)


def _table(title: str, parts: list[Part]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(f"\n{title}", overflow="ellipsis", no_wrap=True, width=17)
    table.add_column("\nquestions", justify="right", no_wrap=True)
    table.add_column("\nK", justify="right", no_wrap=True)
    for name in ("\nright", "without\nwrong", "\ndead", "\nright", "with\nwrong", "\ndead"):
        table.add_column(name, justify="right", no_wrap=True)
    for part in parts:
        name = {"all": "all", "tier": f"tier {part.of}"}.get(part.part, part.of or "")
        shares = [f"{share:.1%}" for dead in part.both.values() for share in (dead.right, dead.wrong, dead.share)]
        table.add_row(escape(name), f"{part.questions:,}", _sizes(part.wordings), *shares)
    return table


def _sizes(wordings: tuple[int, ...]) -> str:
    """Return from how few to how many wordings.

    >>> _sizes((4,)), _sizes((1, 2, 4))
    ('4', '1-4')
    """
    return str(wordings[0]) if len(wordings) == 1 else f"{wordings[0]}-{wordings[-1]}"
