"""`ckit evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curriculum_kit.cli.console import print_json, progress_bar
from curriculum_kit.enums import Split
from curriculum_kit.errors import ConfigInvalid

if TYPE_CHECKING:
    from trainer.compare import Comparison
    from trainer.evaluate import Evaluated


def evaluate(
    model: Annotated[
        str,
        typer.Argument(
            help="Folder or hub name of an image-text-to-text model, or a LoRA adapter's folder; the results.parquet "
            "of an earlier run to compare alone.",
            show_default=False,
        ),
    ],
    curriculum: Annotated[
        Path | None, typer.Argument(help="Curriculum of ckit build-curriculum.", show_default=False)
    ] = None,
    split: Annotated[Split, typer.Option("--split", help="Whose questions are asked.")] = Split.TEST,
    tiers: Annotated[str | None, typer.Option("--tiers", help="Tiers to ask, such as 0,2.", show_default="all")] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", help="Questions at most, spread evenly from easy to hard.", min=1, show_default="all"),
    ] = None,
    wordings: Annotated[
        bool, typer.Option("--wordings", help="Ask every wording of a question, not the original alone.")
    ] = False,
    samples: Annotated[int, typer.Option("--samples", min=1, help="Completions of each question.")] = 1,
    temperature: Annotated[
        float | None,
        typer.Option("--temperature", help="0 is greedy.", show_default="0 for one sample, 1 for several"),
    ] = None,
    blank: Annotated[
        bool, typer.Option("--blank/--no-blank", help="Ask again with a grey image of the same size.")
    ] = True,
    no_image: Annotated[bool, typer.Option("--no-image", help="Ask again without any image.")] = False,
    max_tokens: Annotated[int, typer.Option("--max-tokens", min=1, help="Tokens of a completion at most.")] = 512,
    max_pixels: Annotated[
        int | None,
        typer.Option("--max-pixels", min=1, help="Pixels of an image at most.", show_default="as in training"),
    ] = None,
    batch_size: Annotated[int, typer.Option("--batch-size", min=1, help="Questions answered together.")] = 8,
    image_root: Annotated[
        Path | None,
        typer.Option("--image-root", help="Folder that image paths start from.", show_default="as built"),
    ] = None,
    device: Annotated[str, typer.Option("--device", help="cpu, or auto: an accelerator if there is one.")] = "auto",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides what is sampled.")] = 0,
    other: Annotated[
        Path | None,
        typer.Option("--compare", help="results.parquet of another model on the same questions.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder to write to.", show_default="evaluation-MODEL-SPLIT"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write to a folder that holds something else.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures as JSON.")] = False,
) -> None:
    """Measure how often a model is right, with the image and without.

    The model answers the questions of a split, then again with a blank image.
    Shown are accuracies by tier, benchmark, question type and answer, and the
    image gain: what seeing adds. Intervals are 95%, clustered by unit.

    Written are results.parquet, a row per answer, and pass_rates.parquet, which
    ckit validate and ckit forecast read. A run that was killed goes on.

    Examples:

      ckit evaluate Qwen/Qwen2.5-VL-7B-Instruct curriculum -o before

      ckit evaluate runs/final curriculum --compare before/results.parquet

      ckit evaluate after/results.parquet --compare before/results.parquet
    """
    from curriculum_kit.cli.evaluate_view import print_comparison, print_evaluation

    evaluated: Evaluated | None = None
    if curriculum is None:
        if not model.endswith(".parquet") or other is None:
            raise ConfigInvalid(
                f"{model} is asked nothing: name a curriculum too, or compare two files of results with --compare"
            )
        results = Path(model)
    else:
        from trainer.compare import check_file
        from trainer.evaluate import Evaluation
        from trainer.evaluate import evaluate as ask
        from trainer.images import MAX_PIXELS
        from trainer.results import Condition

        asked = Evaluation(
            model=model,
            curriculum=curriculum,
            split=split,
            tiers=None if tiers is None else _numbers(tiers),
            limit=limit,
            wordings=wordings,
            samples=samples,
            temperature=temperature,
            conditions=(
                Condition.IMAGE,
                *([Condition.BLANK] if blank else []),
                *([Condition.NO_IMAGE] if no_image else []),
            ),
            max_tokens=max_tokens,
            max_pixels=MAX_PIXELS if max_pixels is None else max_pixels,
            batch_size=batch_size,
            image_root=image_root,
            device=device,
            seed=seed,
        )
        if other is not None:
            check_file(other, curriculum)
        place = output or Path(f"evaluation-{Path(model).name}-{split}")
        with progress_bar(quiet=as_json) as progress:
            evaluated = ask(asked, place, force=force, progress=progress)
        results = evaluated.results
    comparison: Comparison | None = None
    if other is not None:
        from trainer.compare import compare_files

        comparison = compare_files(results, other, seed)
    if as_json:
        print_json({"evaluation": evaluated and evaluated.as_json(), "comparison": comparison})
        return
    if evaluated is not None:
        print_evaluation(evaluated)
    if comparison is not None and other is not None:
        print_comparison(comparison, results, other)


def _numbers(text: str) -> tuple[int, ...]:
    """Return the tiers of a list.

    >>> _numbers("0, 2")
    (0, 2)
    """
    try:
        return tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        raise ConfigInvalid(f"--tiers {text!r} is no list of tiers; write it as 0,2") from None
