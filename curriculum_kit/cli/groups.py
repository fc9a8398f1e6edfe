"""`ckit groups`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from curriculum_kit.cli.console import print_json, progress_bar, say
from curriculum_kit.cli.lists import whole_numbers
from curriculum_kit.enums import WriterKind

_LLM, _RUN = "A server or a model", "How it runs"


def groups(
    curriculum: Annotated[Path, typer.Argument(help="Curriculum of ckit build-curriculum.", show_default=False)],
    writer: Annotated[
        WriterKind, typer.Option("--writer", help="Who words: rules (no model), llm (a server), local (a chat model).")
    ] = WriterKind.RULES,
    variants: Annotated[
        int,
        typer.Option("--variants", min=2, help="Wordings of a question, with the original; must divide --rollouts."),
    ] = 4,
    rollouts: Annotated[int, typer.Option("--rollouts", min=2, help="Rollouts that a group has in training.")] = 8,
    tiers: Annotated[
        str | None, typer.Option("--tiers", help="Tiers to word, such as 1,2.", show_default="the hardest")
    ] = None,
    retries: Annotated[
        int, typer.Option("--retries", min=0, help="How often a writer is asked again for what was refused.")
    ] = 2,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides which rules are taken, and sampling.")] = 0,
    llm: Annotated[
        str | None,
        typer.Option("--llm", help="URL of a server that speaks the OpenAI protocol.", rich_help_panel=_LLM),
    ] = None,
    llm_model: Annotated[
        str | None, typer.Option("--llm-model", help="Model of that server.", rich_help_panel=_LLM)
    ] = None,
    local_model: Annotated[
        str | None,
        typer.Option("--local-model", help="Folder or hub name of a transformers chat model.", rich_help_panel=_LLM),
    ] = None,
    temperature: Annotated[
        float, typer.Option("--temperature", min=0, max=2, help="Of sampling.", rich_help_panel=_LLM)
    ] = 0.8,
    max_tokens_total: Annotated[
        int | None,
        typer.Option("--max-tokens-total", min=1, help="Limit on tokens spent, in and out.", rich_help_panel=_LLM),
    ] = None,
    concurrency: Annotated[
        int, typer.Option("--concurrency", min=1, max=256, help="Requests at a time.", rich_help_panel=_LLM)
    ] = 16,
    timeout: Annotated[
        float, typer.Option("--timeout", min=1, help="Seconds for a reply.", rich_help_panel=_LLM)
    ] = 120.0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many calls and tokens it takes; write nothing.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take the groups out of the curriculum again.")] = False,
    cache: Annotated[
        Path | None,
        typer.Option("--cache", help="Folder of replies.", show_default="the user's cache", rich_help_panel=_RUN),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print figures as JSON.", rich_help_panel=_RUN)] = False,
) -> None:
    """Ask hard questions in several wordings within one GRPO group.

    Every wording passes a gate: it must say the same, keep every structure,
    colour, place, relation and number, name no further answer, and give nothing
    away. What is refused stands in wordings.parquet with its reason.

    The key of a server is read from CKIT_LLM_KEY or OPENAI_API_KEY. Replies are
    kept, so that a second run makes no call.

    Examples:

      ckit groups curriculum

      ckit groups curriculum --tiers 1,2 --variants 2

      ckit groups demo --writer llm --llm http://localhost:8000/v1 --llm-model m
    """
    from curriculum_kit.cli.groups_view import print_estimate, print_groups
    from curriculum_kit.pipeline.group_writers import WriterChoice, estimate_groups, group_curriculum
    from curriculum_kit.pipeline.groups import GroupPlan, undo_groups

    if undo:
        with progress_bar(quiet=as_json) as progress:
            rows = undo_groups(curriculum, progress)
        if as_json:
            print_json({"curriculum": str(curriculum), "rows_removed": rows})
        else:
            say(f"{rows:,} rows of further wordings taken out of {curriculum}")
        return
    plan = GroupPlan(variants, rollouts, whole_numbers(tiers, "--tiers"), retries, seed)
    choice = WriterChoice(
        writer, llm, llm_model, local_model, temperature, max_tokens_total, concurrency, timeout, cache
    )
    if dry_run:
        estimate = estimate_groups(curriculum, plan, choice)
        if as_json:
            print_json(estimate)
        else:
            print_estimate(estimate, max_tokens_total)
        return
    start = time.perf_counter()
    with progress_bar(quiet=as_json) as progress:
        done = group_curriculum(curriculum, plan, choice, progress)
    if as_json:
        print_json(done)
    else:
        print_groups(done, curriculum, time.perf_counter() - start)
