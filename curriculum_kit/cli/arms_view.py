"""`ckit build-curriculum --arms`: what it prints while it builds, and at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from curriculum_kit.cli.console import console, print_json, progress_bar, say

if TYPE_CHECKING:
    from curriculum_kit.arms import Arm
    from curriculum_kit.config import BuildConfig
    from curriculum_kit.pipeline.arms import ArmsSummary

_NOT_MADE = {"taken": "taken from an arm before", "skipped": "skipped, nothing has changed"}


def show_arms(
    config: BuildConfig, output: Path, on_stage: Callable[[str, str], None], *, force: bool, as_json: bool
) -> None:
    """Build the arms and print them."""
    from curriculum_kit.pipeline.arms import build_arms

    with progress_bar(quiet=as_json) as progress:
        told = _Told(on_stage, as_json)
        summary = build_arms(config, output, force=force, on_arm=told.arm, on_stage=told.stage, progress=progress)
        told.end()
    if as_json:
        print_json(summary)
    else:
        print_arms(summary, config.where)


class _Told:
    """Says which arm is being built and what was made for it; of stages that were not made, how many."""

    def __init__(self, on_stage: Callable[[str, str], None], quiet: bool) -> None:
        self._on_stage, self._quiet = on_stage, quiet
        self._not_made: Counter[str] = Counter()

    def arm(self, arm: Arm) -> None:
        self.end()
        if not self._quiet:
            say(f"{arm.name}: choices {arm.choices}, {arm.order}")

    def stage(self, name: str, state: str) -> None:
        if state in _NOT_MADE:
            self._not_made[state] += 1
        else:
            self._on_stage(name, state)

    def end(self) -> None:
        """Say what the last arm did not need."""
        for state, count in self._not_made.items():
            if not self._quiet:
                say(f"  {count} stage{'s' if count > 1 else ''} {_NOT_MADE[state]}")
        self._not_made.clear()


def print_arms(summary: ArmsSummary, where: str | None) -> None:
    """Print the sum of the rows, a table of the arms and what was proved."""
    say(
        f"\n{summary.rows_read:,} questions read = {summary.rows:,} in every arm + {summary.turned_away:,} turned away"
        + (f" + {summary.left_out:,} left out by --where" if where else "")
    )
    table = Table(box=None, pad_edge=False)
    for name in ("arm", "choices", "order"):
        table.add_column(name)
    for name in ("S(q), first tenth", "last tenth", "blind gain"):
        table.add_column(name, justify="right")
    for name, arm in summary.arms.items():
        parts = arm["difficulty"]
        gain = "" if arm["blind_gain"] is None else f"{arm['blind_gain']:+.3f}"
        ends = (f"{parts[part]:.3f}" for part in ("first_tenth", "last_tenth"))
        table.add_row(name, arm["choices"], arm["order"], *ends, gain)
    console().print(table)
    if summary.without_choices:
        say(f"No arm keep: {summary.without_choices:,} of the questions have no choices in their source.")
    if summary.picture is None:
        say("No picture of S(q): matplotlib is not installed; pip install 'curriculum-kit[report]'")
    say("Nothing else differs between the arms: the hashes are in manifest.json.")
    say(f"Written to {summary.output}, see its README.md. Next: ckit inspect {summary.output}/ordered")
