"""What `ckit build-curriculum --plan-choices` prints: what drawn options can have, and what to type next."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from curriculum_kit.cli.console import console, say

if TYPE_CHECKING:
    from curriculum_kit.pipeline.plan import PlanResult

_BAR = 30


def print_plan(planned: PlanResult) -> None:
    """Print a table per channel and number of options, then what it means for what was asked."""
    rows = planned.rows()
    first = rows[0]
    say(f"\n{first['questions'] + first['without'] + planned.turned_away:,} questions, {planned.labels:,} labels.")
    if planned.turned_away:
        say(f"{planned.turned_away:,} cannot get options of their own (yes or no, or no image).")
    if first["without"]:
        say(f"{first['without']:,} have no other label that may stand beside their answer.")
    say("Mean S(q) that the options of a tier can have, by the bound on their blind gain:\n")
    for channel, own in groupby(rows, key=lambda row: row["channel"]):
        same = planned.same_as_fused if channel == "fused" else ()
        say(f"Similarity: {' = '.join((channel, *same))}")
        for size, some in groupby(own, key=lambda row: row["options"]):
            _print_span(size, list(some), planned.max_gain)
    for channel in planned.incomplete:
        say(f"{channel} lacks a label, and cannot be planned for alone.")
    console().print()
    for sentence in _sentences(planned):
        console().print(escape(sentence))


def _print_span(size: int, rows: list[dict[str, Any]], bound: float) -> None:
    """Print what one number of options can have, a line per bound."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("bound", width=8, no_wrap=True)
    for name in ("lowest", "highest"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column(f"{'0':<{_BAR // 2 - 1}}0.5{'1':>{_BAR // 2 - 2}}", no_wrap=True)
    table.add_column("blind gain", no_wrap=True)
    table.add_column("left out", justify="right", no_wrap=True)
    for row in rows:
        alone, asked = row["max_gain"] is None, row["max_gain"] == bound
        table.add_row(
            "alone*" if alone else "none" if row["max_gain"] == 1 else f"{row['max_gain']:g}" + (" <" if asked else ""),
            f"{row['lowest']:.3f}",
            f"{row['highest']:.3f}",
            _bar(row["lowest"], row["highest"]),
            " ".join(f"{_gain(row[name]):.2f}" for name in ("gain_at_lowest", "gain_at_highest")),
            "" if alone else f"{row['left_out']:,}",
            style="bold" if asked else "dim" if alone else None,
        )
    say(f"{size} options, chance {rows[0]['chance']:.1%}")
    console().print(table)


def _bar(low: float, high: float) -> str:
    """Return the axis from 0 to 1 with what lies between two values filled, one character of it at least.

    >>> _bar(0.2, 0.4)
    '······██████··················'
    """
    start = min(round(low * _BAR), _BAR - 1)
    end = max(round(high * _BAR), start + 1)
    return "·" * start + "█" * (end - start) + "·" * (_BAR - end)


def _gain(value: float) -> float:
    """Return a gain without the sign that zero may have."""
    return value if value > 0 else 0.0


def _sentences(planned: PlanResult) -> Iterator[str]:
    """Yield what the plan means for the options and the bound that were asked for."""
    bound, sizes = planned.max_gain, planned.options
    spans = {size: planned.span(size) for size in sizes}
    easiest, hardest = spans[sizes[0]], spans[sizes[-1]]
    asked = f"{sizes[0]}" if len(spans) == 1 else f"{sizes[0]}:{sizes[-1]}"
    yield (
        "* Each question on its own, with the distractors nearest what is wanted. A label that resembles nothing is "
        "then no distractor where questions are hard, and right wherever it is offered."
    )
    under = f"With {asked} options and a blind gain of at most {bound:g}"
    if len(spans) == 1:
        yield (
            f"{under}, a tier can have any mean S(q) from {easiest['lowest']:.3f} to {hardest['highest']:.3f}. Tiers "
            "have the same answers, so this holds for each of them."
        )
    else:
        yield (
            f"{under}, the first tier can go down to a mean S(q) of {easiest['lowest']:.3f} and the last up to "
            f"{hardest['highest']:.3f}."
        )
    chance = f"{easiest['chance']:.0%}" if len(spans) == 1 else f"{easiest['chance']:.0%} to {hardest['chance']:.0%}"
    alone = max(
        row[name]
        for row in planned.rows("fused")
        for name in ("gain_at_lowest", "gain_at_highest")
        if row["max_gain"] is None and row["options"] in spans
    )
    yield (
        "Who knows the option sets is then right without looking "
        f"{f'at most {100 * bound:g} points more often than' if bound else 'no more often than'} by chance ({chance}); "
        f"with each question on its own it would be up to {100 * alone:.0f} points."
    )
    yield from _unmet(planned)
    if left_out := max(span["left_out"] for span in spans.values()):
        yield (
            f"Up to {left_out:,} questions would be left out: their answer is right too often for other labels to "
            "stand beside it as often. Fewer options or a higher bound leave fewer out."
        )
    if not all(span["exact"] for span in spans.values()):
        yield "There are too many option sets to list; these were searched for, and a little more may be had."
    yield f"Next: the same with --choices similar --options {asked} --max-blind-gain {bound:g} -o CURRICULUM"


def _unmet(planned: PlanResult) -> Iterator[str]:
    """Yield a sentence for each target that cannot be met."""
    for tier, (target, size) in enumerate(zip(planned.targets or (), planned.options, strict=False)):
        span = planned.span(size)
        nearest = min(max(target, span["lowest"]), span["highest"])
        if abs(nearest - target) >= 0.0005:
            yield f"The target {target:g} of tier {tier} cannot be met; the nearest is {nearest:.3f}."
