"""`ckit build-curriculum --plan-choices`: what drawn options can have; nothing is written but the picture asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from curriculum_kit.cli.console import print_json, progress_bar, say
from curriculum_kit.config import BuildConfig


def show_plan(config: BuildConfig, on_stage: Callable[[str, str], None], *, plot: Path | None, as_json: bool) -> None:
    """Make the plan, print it, and draw it where a file is named for that."""
    from curriculum_kit.pipeline.plan import plan

    if plot:
        from curriculum_kit.charts import check_picture

        check_picture(plot)  # a wrong name should fail before any work is done
    with progress_bar(quiet=as_json) as progress:
        planned = plan(config, on_stage=on_stage, progress=progress)
    if plot:
        from curriculum_kit.charts import plan_chart

        plan_chart(planned.rows(), planned.max_gain, plot)
    if as_json:
        print_json(planned.as_json())
        return
    from curriculum_kit.cli.plan_view import print_plan

    print_plan(planned)
    if plot:
        say(f"Drawn to {plot}")
