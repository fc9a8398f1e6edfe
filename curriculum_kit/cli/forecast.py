"""`ckit forecast`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curriculum_kit.cli.console import print_json
from curriculum_kit.errors import ConfigInvalid


def forecast(
    curriculum: Annotated[Path, typer.Argument(help="Curriculum of ckit build-curriculum.", show_default=False)],
    rollouts: Annotated[
        int, typer.Option("--rollouts", help="Rollouts of a group, shared evenly by its wordings.")
    ] = 8,
    pass_rates: Annotated[
        Path | None,
        typer.Option(
            "--pass-rates",
            help="Parquet, CSV or JSON lines: question_id and pass_rate (0 to 1); rollouts says how many are behind "
            "a rate, variant_id whose wording it is.",
            show_default=False,
        ),
    ] = None,
    variants: Annotated[
        int | None,
        typer.Option(
            "--variants", help="Wordings of each question, where the shards hold no groups yet.", show_default="4"
        ),
    ] = None,
    spread: Annotated[
        float | None,
        typer.Option(
            "--spread",
            help="Standard deviation of the pass rates of a question's wordings, where they are not in the file; "
            "0 for equal ones.",
            show_default="0.15",
        ),
    ] = None,
    prior: Annotated[
        str | None,
        typer.Option(
            "--prior",
            help="MEAN:SD of the pass rates, where there is no file of them.",
            show_default="evenly from 0 to 1",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures as JSON.")] = False,
) -> None:
    """Forecast the share of dead groups, with groups of wordings and without.

    A group whose rollouts are all right, or all wrong, has no gradient. Shown is
    how many groups can be expected to end so, by tier and answer, where all
    rollouts answer the original wording and where several wordings share them.

    Nothing is written.

    Examples:

      ckit forecast curriculum --pass-rates qwen.csv

      ckit forecast curriculum --rollouts 16 --variants 8 --prior 0.4:0.25
    """
    from curriculum_kit.cli.forecast_view import print_forecast
    from curriculum_kit.pipeline.forecast import SPREAD, forecast_curriculum

    done = forecast_curriculum(
        curriculum,
        pass_rates,
        rollouts=rollouts,
        variants=variants,
        spread=SPREAD if spread is None else spread,
        prior=None if prior is None else _mean_and_deviation(prior),
    )
    if as_json:
        print_json(done.as_json())
    else:
        print_forecast(done)


def _mean_and_deviation(text: str) -> tuple[float, float]:
    """Return the two numbers of MEAN:SD.

    >>> _mean_and_deviation("0.4:0.25")
    (0.4, 0.25)
    """
    try:
        mean, deviation = map(float, text.split(":"))
    except ValueError:
        raise ConfigInvalid(f"--prior {text!r} is no MEAN:SD; write it as 0.4:0.25") from None
    return mean, deviation
