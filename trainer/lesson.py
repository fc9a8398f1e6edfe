"""What supervised training learns from: the rows of a GRPO run in their order, and what is to be said to each.

Reads a plan; loads nothing heavy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from curriculum_kit.errors import ConfigInvalid
from trainer.plan import Plan
from trainer.sampler import CurriculumSampler
from trainer.selection import Ints


def target(prompt: Sequence[Mapping[str, Any]], label: str, letter: str) -> str:
    """Return the right completion of a prompt, in the form that its template asks for.

    Where thoughts are asked for, the label is all that a row knows of them. It is no reasoning, but not idle either: a
    model that names what it sees before it looks for its letter learns what one that gives the letter alone does not.

    >>> target([{"role": "user", "content": "... between <think> and </think> ..."}], "liver", "B")
    '<think>liver</think> <answer>B</answer>'
    >>> target([{"role": "user", "content": "Give the letter."}], "liver", "B")
    '<answer>B</answer>'
    """
    thoughts = f"<think>{label}</think> " if any("<think>" in message["content"] for message in prompt) else ""
    return f"{thoughts}<answer>{letter}</answer>"


@dataclass(frozen=True)
class Lesson:
    """What is learnt from, step by step."""

    rows: Ints
    """Rows of the curriculum in the order of training."""
    steps: int
    per_step: int
    """Rows of a step, of all processes together."""
    per_device: int
    """Rows of a micro-step of one process."""
    accumulation: int
    """Micro-steps of a step."""
    save_steps: int


def lesson_of(plan: Plan) -> Lesson:
    """Return the lesson that has the rows of a GRPO run.

    A step takes the groups that a step of GRPO takes, or those of a chunk that GRPO learns from for several steps.
    Every group has the same number of rows, shared evenly by its wordings: one of each where all groups have as many.
    `per_device_train_batch_size` is the limit of rows of a micro-step. Raises `ConfigInvalid` where the processes
    cannot share the rows of a step.
    """
    sizes, arguments = plan.sizes, plan.arguments
    sampler = CurriculumSampler(plan.selection, plan.schedule, sizes, lambda: 0)
    every = plan.selection.run_length
    rows = np.concatenate([sampler.rows_at(chunk)[::every] for chunk in range(sizes.chunks)])
    steps = math.gcd(sizes.chunks, sizes.max_steps)
    per_step = len(rows) // steps
    if per_step % arguments.world_size:
        raise ConfigInvalid(
            f"a step of {per_step} rows cannot be shared by {arguments.world_size} processes; make "
            "gradient_accumulation_steps larger, or take fewer processes"
        )
    mine = per_step // arguments.world_size
    limit = arguments.per_device_train_batch_size
    per_device = max(size for size in range(1, min(mine, limit) + 1) if mine % size == 0)
    saved = max(round(sizes.save_steps * steps / sizes.max_steps), 1)
    return Lesson(rows, steps, per_step, per_device, mine // per_device, saved)
