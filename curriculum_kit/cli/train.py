"""`ckit train`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from curriculum_kit.cli.console import print_json, say
from curriculum_kit.enums import Arm


def train(
    curriculum: Annotated[Path, typer.Argument(help="Curriculum of ckit build-curriculum.", show_default=False)],
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            help="YAML: names of TRL's GRPOConfig and ModelConfig, a section peft, a section curriculum.",
            show_default="all defaults",
        ),
    ] = None,
    arm: Annotated[
        Arm, typer.Option("--arm", help="sft: the supervised baseline on the same rows, in the same order.")
    ] = Arm.GRPO,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show tiers, steps, memory and the first prompts; train nothing.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
    skip_missing: Annotated[
        bool, typer.Option("--skip-missing", help="Leave out groups whose image is missing, and count them.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print figures as JSON.")] = False,
) -> None:
    """Train a vision-language model on a curriculum with TRL's GRPO.

    Groups come in the order of the schedule, each with all its wordings. A run that
    was interrupted goes on with --resume and ends as if it had not been.

    The model and its checkpoints are written to output_dir of the config.

    Several GPUs: accelerate launch -m trainer CURRICULUM --config train.yaml

    Examples:

      ckit train curriculum --config train.yaml --dry-run

      ckit train curriculum --config train.yaml --resume

      ckit train curriculum --config train.yaml --arm sft
    """
    from trainer.command import Asked, run

    expected = {} if dry_run else _expected(curriculum, config)
    result, lines = run(Asked(curriculum, config, dry_run, resume, skip_missing, arm, expected))
    forecast, reason = _forecast(curriculum, result["rollouts_per_group"]) if dry_run else (None, "")
    if as_json:
        print_json(result | ({"forecast": forecast.as_json()} if forecast else {}))
        return
    for line in lines:
        say(line)
    if reason:
        say(f"\nno forecast of dead groups: {reason}")
    if forecast:
        from curriculum_kit.cli.forecast_view import print_forecast

        say("\nexpected share of dead groups, whatever the pass rates (ckit forecast --pass-rates tells more):")
        print_forecast(forecast)


def _expected(curriculum: Path, config: Path | None) -> dict[int, float]:
    """Return the expected share of dead groups per tier, as the rows of the curriculum stand; nothing where unknown."""
    from trainer.config import load_config

    forecast, _ = _forecast(curriculum, load_config(config).training["num_generations"])
    if forecast is None:
        return {}
    # As the rows stand: groups that have further wordings are asked in them.
    return {int(part.of): part.with_groups.share for part in forecast.found.parts if part.part == "tier"}


def _forecast(curriculum: Path, rollouts: int) -> tuple[Any, str]:
    """Return the forecast of dead groups where nothing is known of pass rates, or why there is none."""
    from curriculum_kit.errors import CkitError
    from curriculum_kit.pipeline.forecast import SPREAD, forecast_curriculum

    try:
        return forecast_curriculum(curriculum, None, rollouts=rollouts, variants=None, spread=SPREAD, prior=None), ""
    except CkitError as error:
        return None, str(error)
