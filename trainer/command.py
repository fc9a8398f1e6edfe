"""What `ckit train` and `python -m trainer` share: from a config file to a run, and what they say."""

from __future__ import annotations

import contextlib
import os
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from curriculum_kit import torchvision_repair
from curriculum_kit.enums import Arm
from trainer.preview import Preview


@dataclass(frozen=True)
class Asked:
    """The options of the command."""

    curriculum: Path
    config: Path | None
    dry_run: bool
    resume: bool
    skip_missing: bool
    arm: Arm = Arm.GRPO
    forecast: Mapping[int, float] = field(default_factory=dict)
    """Expected share of dead groups per tier, 0 to 1, to stand beside what is seen."""


def run(asked: Asked) -> tuple[dict[str, Any], list[str]]:
    """Train, or with `dry_run` look ahead; return what came of it, as JSON and as lines to print.

    Raises a `CkitError` in one line for whatever goes wrong.
    """
    torchvision_repair.install()
    from trainer.config import load_config
    from trainer.plan import make_plan
    from trainer.preview import preview
    from trainer.run import quieten

    quieten()
    overrides = {"skip_missing": True} if asked.skip_missing else {}
    plan = make_plan(asked.curriculum, load_config(asked.config, **overrides))
    if asked.dry_run:
        seen = preview(plan)
        shown, lines = seen.as_json(), list(lines_of(seen))
        return with_lesson(plan, shown, lines) if asked.arm is Arm.SFT else (shown, lines)
    # What TRL and transformers print while training goes beside the progress bar: standard output is for the result.
    with contextlib.redirect_stdout(sys.stderr):
        done, page = _trained(plan, asked)
    from_step = "" if done.resumed_from is None else f", from step {done.resumed_from:,}"
    said = [f"{done.output}: {done.steps:,} steps{from_step}, {sizes_in_words(plan, asked.arm)}"]
    said += [plan.remark] if plan.remark else []
    said += [f"left out: {count:,} groups {reason}" for reason, count in plan.selection.left_out.items()]
    said += [f"its figures: {page}"] if page else []
    result = {
        "output": str(done.output),
        "arm": asked.arm.value,
        "steps": done.steps,
        "resumed_from": done.resumed_from,
        "seconds": done.seconds,
        "left_out": dict(plan.selection.left_out),
        "remark": plan.remark,
        "page": str(page) if page else None,
    }
    return result, said


def _trained(plan: Any, asked: Asked) -> tuple[Any, Path | None]:
    """Train; return what came of it, and the page of the run, which the first process writes."""
    from trainer.run import train

    if asked.arm is Arm.SFT:
        return train(plan, resume=asked.resume, arm=asked.arm), None
    from trainer.page import write_page
    from trainer.watch import watch

    monitor, callbacks = watch(plan, asked.forecast)
    done = train(plan, resume=asked.resume, observer=monitor, callbacks=callbacks)
    return done, write_page(done.output, asked.forecast) if is_first_process() else None


def with_lesson(plan: Any, shown: dict[str, Any], lines: list[str]) -> tuple[dict[str, Any], list[str]]:
    """Add to a preview in what supervised training differs."""
    from trainer.lesson import lesson_of

    lesson = lesson_of(plan)
    told = {"steps": lesson.steps, "rows_per_step": lesson.per_step, "rows_per_micro_step": lesson.per_device}
    said = (
        f"arm sft: {lesson.steps:,} steps of {lesson.per_step:,} rows, at most {lesson.per_device:,} at a time; "
        "rollouts, rewards and their memory are those of grpo, beside which it stands"
    )
    return shown | {"sft": told}, [said, *lines]


def sizes_in_words(plan: Any, arm: Arm) -> str:
    """Return the groups and rollouts of a plan in words."""
    if arm is Arm.SFT:
        return f"{plan.sizes.places:,} groups, supervised"
    rollouts = plan.selection.rollouts
    return f"{plan.sizes.places:,} groups of {rollouts} rollouts"


def is_first_process() -> bool:
    """Say whether this process speaks for all that were launched together."""
    return os.environ.get("RANK", "0") == "0"


def lines_of(seen: Preview) -> Iterator[str]:
    """Yield the lines of a preview."""
    named = ", ".join(f"{count:,} in {k} wording{'s' * (k > 1)}" for k, count in seen.wordings.items())
    saved = f"every {seen.save_steps:,} steps" if seen.save_steps < seen.steps else "at the end"
    yield f"{seen.steps:,} steps of {seen.groups_per_step:g} groups, schedule {seen.schedule}, saved {saved}"
    yield (
        f"{seen.groups:,} groups of {seen.rollouts_per_group} rollouts ({named}), {seen.images:,} images; "
        f"{seen.rollouts:,} rollouts in all"
    )
    yield "rewards " + ", ".join(f"{weight:g} x {name}" for name, weight in seen.rewards.items())
    yield ""
    if seen.tiers:
        yield "tier  groups   asked  rollouts  steps"
    for tier in seen.tiers:
        steps = "-" if tier.first_step is None else f"{tier.first_step:,} to {tier.last_step:,}"
        yield f"{tier.tier:>4}  {tier.groups:>6,}  {tier.asked:>6,}  {tier.rollouts:>8,}  {steps}"
    if seen.remark:
        yield seen.remark
    yield from (f"left out: {count:,} groups {reason}" for reason, count in seen.left_out.items())
    yield ""
    if seen.memory is not None:
        parts = ", ".join(f"{name} {size:g}" for name, size in seen.memory.items() if name != "total" and size)
        yield f"memory of a device, estimated: {seen.memory['total']:g} GiB"
        yield f"  {parts}"
        yield from textwrap.wrap(f"= {seen.memory_formula}", 78, initial_indent="  ", subsequent_indent="    ")
        yield f"longest of some prompts: {seen.prompt_tokens:,} tokens with its image"
    if seen.not_at_hand:
        yield f"not known: memory and chat template, since {seen.not_at_hand}"
    for number, prompt in enumerate(seen.prompts, 1):
        yield ""
        yield f"--- prompt {number} ---"
        yield prompt.rstrip("\n")
