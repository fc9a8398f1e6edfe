"""What `ckit evaluate` prints: accuracies and what seeing adds, and one model beside another."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from curriculum_kit.cli.console import console, say

if TYPE_CHECKING:
    from trainer.compare import Comparison
    from trainer.evaluate import Evaluated
    from trainer.figures import Part
    from trainer.intervals import Interval

MOST = 10
"""Answers and question types that are shown; --json has all."""
_SMALL = 0.01
"""A p-value that a test should be able to reach."""
_SEEN = "image"
_WITHOUT = {"blank": "with a blank image", "no-image": "without any image"}


def print_evaluation(done: Evaluated) -> None:
    """Print the accuracies of all questions, tiers, benchmarks, types and answers, then what they mean."""
    everything, asked = done.parts[0], done.asked
    how = "greedy" if asked.heat == 0 else f"temperature {asked.heat:g}"
    times = f"{asked.samples} samples each" if asked.samples > 1 else "one completion each"
    say(
        f"{_count(everything.questions, 'question')} of split {asked.split}, {_count(everything.units, 'unit')}, "
        f"{times}, {how}\n"
    )
    beside = next(iter(everything.gain), None)
    for title, parts in _tables(done.parts):
        console().print(_table(title, parts[:MOST] if title else parts, beside))
        if title and len(parts) > MOST:
            say(f"... {len(parts) - MOST:,} more; --json prints all")
        say("")
    meaning = Table(box=None, show_header=False, pad_edge=False)
    for sentence in sentences(everything):
        meaning.add_row("-", escape(sentence))
    console().print(meaning)
    say(f"\nWritten to {done.folder}: results.parquet, pass_rates.parquet. Next: ckit validate {asked.curriculum} "
        f"--pass-rates {done.folder}/pass_rates.parquet")  # fmt: skip


def sentences(part: Part) -> list[str]:
    """Return what the figures of all questions mean."""
    said = []
    for condition, gain in part.gain.items():
        where = _WITHOUT[condition]
        bare = part.accuracy[condition].value
        if gain.low > 0:
            said.append(f"Seeing adds {_points(gain)} points: {where}, {bare:.1%} are right.")
        elif gain.high < 0:
            said.append(f"Seeing takes {_points(gain)} points: {where}, {bare:.1%} are right.")
        else:
            said.append(
                f"Whether seeing adds anything cannot be told: {_points(gain)} points; {where}, {bare:.1%} are right."
            )
    unreadable = part.unreadable[_SEEN]
    if unreadable:
        said.append(
            f"{unreadable:.1%} of the answers name no option, or several, between answer tags; they count as wrong."
        )
    return said


def print_comparison(found: Comparison, first: Path, second: Path) -> None:
    """Print two accuracies, their difference and how sure it is."""
    table = Table(box=None, pad_edge=False)
    for name in ("", "accuracy"):
        table.add_column(name, no_wrap=True, overflow="ellipsis")
    table.add_row(escape(str(first)), str(found.first))
    table.add_row(escape(str(second)), str(found.second))
    table.add_row("difference", f"{_points(found.difference)} points")
    console().print(table)
    least = 2 / 2**found.units
    few = f"; so few units allow none below {least:.2g}" if least > _SMALL else ""
    say(f"\n{_count(found.questions, 'question')} in both, {_count(found.units, 'unit')}; p = {found.p_value:.2g} "
        f"(units swapped as a whole{few})")  # fmt: skip
    if found.p_mcnemar is not None:
        say(
            f"Right in one alone: {found.only_first:,} and {found.only_second:,}; McNemar's exact test, which takes "
            f"questions for independent: p = {found.p_mcnemar:.2g}"
        )
    if any(found.left_out):
        say(f"Left out, as only one has them: {found.left_out[0]:,} of {first}, {found.left_out[1]:,} of {second}")


def _tables(parts: Iterable[Part]) -> Iterable[tuple[str, list[Part]]]:
    """Yield all questions and tiers as one table, then the other parts where there is more than one of a kind."""
    kinds: dict[str, list[Part]] = {}
    for part in parts:
        kinds.setdefault("" if part.part in {"all", "tier"} else part.part.replace("_", " "), []).append(part)
    yield from ((title, kind) for title, kind in kinds.items() if not title or len(kind) > 1)


def _table(title: str, parts: list[Part], beside: str | None) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(title, overflow="ellipsis", no_wrap=True, width=15)
    for name in ("n", "chance", "right %", *([beside, "image gain"] if beside else [])):
        table.add_column(name, justify="right", no_wrap=True)
    for part in parts:
        name = {"all": "all", "tier": f"tier {part.of}"}.get(part.part, part.of or "")
        seen = part.accuracy[_SEEN]
        cells = [f"{part.questions:,}", f"{100 * part.chance:.1f}", _share(seen)]
        if beside:
            has_both = beside in part.gain
            cells += [f"{100 * part.accuracy[beside].value:.1f}", _points(part.gain[beside])] if has_both else ["", ""]
        table.add_row(escape(name), *cells)
    return table


def _share(share: Interval) -> str:
    return f"{100 * share.value:.1f} ({100 * share.low:.1f}-{100 * share.high:.1f})"


def _points(gain: Interval) -> str:
    return f"{100 * gain.value:+.1f} ({100 * gain.low:+.1f} to {100 * gain.high:+.1f})"


def _count(number: int, what: str) -> str:
    """Return a number with its noun.

    >>> _count(1, "unit"), _count(2000, "question")
    ('1 unit', '2,000 questions')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"
