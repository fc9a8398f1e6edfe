"""`ckit validate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curriculum_kit.cli.console import print_json


def validate(
    curriculum: Annotated[Path, typer.Argument(help="Curriculum of ckit build-curriculum.", show_default=False)],
    pass_rates: Annotated[
        Path,
        typer.Option(
            "--pass-rates", help="Parquet, CSV or JSON lines: question_id and pass_rate (0 to 1).", show_default=False
        ),
    ],
    model: Annotated[
        str | None, typer.Option("--model", help="Whose pass rates these are.", show_default="the name of the file")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides the folds of the channel weights.")] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all figures as JSON, those of every answer too.")
    ] = False,
) -> None:
    """Ask whether S(q) predicts which questions a model fails.

    Shown are the rank correlations of S(q), its channels, tier, hops and blind
    solvability with the pass rates of any model, overall, by benchmark and by
    answer, what is left of them given blind solvability, and the channel
    weights that would predict best.

    All of it goes to CURRICULUM/validation.json and to the data card, beside
    what was found with other models.

    Examples:

      ckit validate curriculum --pass-rates qwen.csv

      ckit validate curriculum --pass-rates rates.csv --model "Qwen, 16 rollouts"
    """
    from curriculum_kit.cli.validate_view import print_validation
    from curriculum_kit.pipeline.validate import save_validation, validate_curriculum

    done = validate_curriculum(curriculum, pass_rates, model=model, seed=seed)
    save_validation(done)
    if as_json:
        print_json(done.as_json())
    else:
        print_validation(done)
