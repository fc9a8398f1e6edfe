"""What `ckit groups` and `ckit inspect --groups` print: sizes, writers, refusals, diversity, examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from curriculum_kit.card.groups import DIVERSITY
from curriculum_kit.cli.console import console, say

if TYPE_CHECKING:
    from curriculum_kit.inspection import GroupExample
    from curriculum_kit.pipeline.group_writers import Cost

_MOST_REASONS = 8


def print_groups(facts: Mapping[str, Any], curriculum: Path, seconds: float) -> None:
    """Print what a run made, and what to type next."""
    print_facts(facts)
    if "calls" in facts:
        say(f"{facts['calls']:,} calls, {facts['tokens_in'] + facts['tokens_out']:,} tokens; all else was known.")
    for remark in facts.get("remarks", ()):
        say(remark)
    say(f"{facts['rows_added']:,} rows added in {seconds:.1f} s. wordings.parquet holds every proposal.")
    say(f"Next: ckit inspect {curriculum} --groups, ckit forecast {curriculum} --rollouts {facts['rollouts']}")


def print_facts(facts: Mapping[str, Any]) -> None:
    """Print sizes, writers, refusals and diversity."""
    tiers = ", ".join(map(str, facts["tiers"]))
    say(f"Tier {tiers}: {facts['groups']:,} questions in {facts['texts']:,} different texts\n")
    sizes = _table("wordings in a group", "groups", "share")
    for size, count in facts["by_size"].items():
        sizes.add_row(size, f"{count:,}", f"{count / facts['groups']:.1%}")
    console().print(sizes)
    writers = _table("written by", "proposed", "accepted", "nothing", "rows")
    writers.columns[0].justify = "left"
    for name, counts in facts["by_writer"].items():
        writers.add_row(escape(name), *(f"{counts[key]:,}" for key in ("proposed", "accepted", "nothing", "rows")))
    say("")
    console().print(writers)
    if facts["refused"]:
        shown = list(facts["refused"].items())
        listed = ", ".join(f"{reason} {count:,}" for reason, count in shown[:_MOST_REASONS])
        more = f" and {len(shown) - _MOST_REASONS} more reasons" if len(shown) > _MOST_REASONS else ""
        say(f"\nRefused or not given: {listed}{more}")
    if facts["blind_unchecked"]:
        say(f"Whether a wording gives the answer away could not be checked: {facts['blind_unchecked']}")
    say("")
    for name, value in facts["diversity"].items():
        say(f"{value:6.3f}  {DIVERSITY[name]}")
    say("")


def print_group_examples(examples: Sequence[GroupExample]) -> None:
    """Print groups with their wordings, who wrote each, and the options."""
    for example in examples:
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
        table.add_column(justify="right", no_wrap=True)
        table.add_column()
        table.add_column(no_wrap=True, style="dim")
        for variant, (text, writer) in enumerate(example.wordings):
            table.add_row(str(variant), escape(text), escape(writer or "original"))
        options = "  ".join(
            f"[green]\\[{escape(label)}][/]" if label == example.answer else escape(label) for label in example.choices
        )
        table.add_row("", options, "")
        console().print(table)


def print_estimate(cost: Cost, limit: int | None) -> None:
    """Print what a run would cost."""
    say(f"{cost.groups:,} questions in {cost.texts:,} different texts, to be worded by {cost.writer}")
    if not cost.calls:
        say("No calls: the rules need none, and what was asked before is known.")
        return
    say(
        f"{cost.calls:,} calls at the first attempt, about {cost.tokens_in:,} tokens in and at most "
        f"{cost.tokens_out_at_most:,} out; what is refused is asked again, up to --retries times."
    )
    total = cost.tokens_in + cost.tokens_out_at_most
    if limit is None:
        say(f"--max-tokens-total {total} would be enough for the first attempt.")
    elif total > limit:
        say(f"--max-tokens-total {limit:,} may be reached on the way; what is then left is worded by the rules.")


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in names:
        table.add_column(name, justify="right")
    return table
