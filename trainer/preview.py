"""What `--dry-run` shows: the plan in figures, the memory it takes, the first prompts as the model will see them.

Loads the model's processor and the shapes of its config, no weights. Where the model is not at hand, what can be said
without it is said.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from curriculum_kit.errors import CkitError
from trainer.loading import adapters, load_processor, refusals, rows_and_images, weight_type
from trainer.memory import FORMULA, GIB, estimate_memory
from trainer.pacing import Pace
from trainer.plan import Plan

SHOWN = 3
"""Prompts that are shown."""

_MEASURED = 32
"""Prompts that are measured for the longest."""


@dataclass(frozen=True)
class Tier:
    """What a run does with a tier."""

    tier: int
    groups: int
    """Groups that it has."""
    asked: int
    """Groups that are asked, those again that come again."""
    rollouts: int
    first_step: int | None
    last_step: int | None
    """Steps from 1, between which its groups come; None where none does."""


@dataclass(frozen=True)
class Preview:
    """A run before it begins."""

    schedule: str
    steps: int
    save_steps: int
    groups: int
    groups_per_step: float
    rollouts_per_group: int
    rollouts: int
    wordings: dict[int, int]
    """Groups by how many wordings of them are used."""
    images: int
    """Images of the groups, each counted once a group."""
    left_out: dict[str, int]
    remark: str
    rewards: dict[str, float]
    tiers: tuple[Tier, ...]
    """In the order in which they come; none where pass rates decide it."""
    prompts: tuple[str, ...]
    prompt_tokens: int | None
    """Of the longest of some prompts, images included; None where the tokenizer is not at hand."""
    memory: dict[str, float] | None
    """GiB on each device; None where the model's config is not at hand."""
    memory_formula: str
    not_at_hand: str
    """Why what needs the model is missing; empty where it is there."""

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def preview(plan: Plan) -> Preview:
    """Return what a plan comes to; raises what reading the curriculum raises."""
    selection, sizes = plan.selection, plan.sizes
    starts = _first_rows(plan)
    spread = np.unique(np.linspace(0, len(selection.starts) - 1, _MEASURED).astype(int))
    measured = sorted({*starts, *selection.starts[spread].tolist()})
    prompts, longest, memory, reason = _of_model(plan, starts, measured)
    used, count = np.unique(selection.wordings, return_counts=True)
    return Preview(
        schedule=plan.order_in_words,
        steps=sizes.max_steps,
        save_steps=sizes.save_steps,
        groups=sizes.groups,
        groups_per_step=round(sizes.places / sizes.max_steps, 3),
        rollouts_per_group=selection.rollouts,
        rollouts=sizes.places * selection.rollouts,
        wordings=dict(zip(used.tolist(), count.tolist(), strict=True)),
        images=int(plan.found.images[selection.starts].sum()),
        left_out=dict(selection.left_out),
        remark=plan.remark,
        rewards=dict(plan.config.curriculum.rewards),
        tiers=tuple(_tiers(plan)),
        prompts=prompts,
        prompt_tokens=longest,
        memory=memory,
        memory_formula=FORMULA,
        not_at_hand=reason,
    )


def _first_rows(plan: Plan) -> list[int]:
    """Return the first rows that are asked, each once."""
    # What comes after the first chunk of a paced run is not decided yet.
    chunks = range(min(plan.sizes.chunks, 1 if isinstance(plan.schedule, Pace) else SHOWN))
    rows = (row for chunk in chunks for row in plan.selection.rows_of(plan.schedule.groups_at(chunk)).tolist())
    return list(dict.fromkeys(rows))[:SHOWN]


def _tiers(plan: Plan) -> list[Tier]:
    """Return the tiers as they come."""
    selection, sizes = plan.selection, plan.sizes
    if isinstance(plan.schedule, Pace):
        return []
    of_place = selection.tier[plan.schedule.order]
    tiers = []
    for tier, groups in zip(selection.tiers, selection.tier_sizes, strict=True):
        asked = of_place == tier
        chunks = np.flatnonzero(asked.any(axis=1))
        first, last = None, None
        if len(chunks):
            first = int(chunks[0]) * sizes.repeats // sizes.accumulation + 1
            last = -(-(int(chunks[-1]) + 1) * sizes.repeats // sizes.accumulation)
        count = int(asked.sum())
        tiers.append(Tier(tier, groups, count, count * selection.rollouts, first, last))
    return sorted(tiers, key=lambda each: (each.first_step is None, each.first_step))


def _of_model(
    plan: Plan, shown: list[int], measured: list[int]
) -> tuple[tuple[str, ...], int | None, dict[str, float] | None, str]:
    """Return the prompts shown, the tokens of the longest measured, the memory, and why some of it is missing."""
    from trl.data_utils import prepare_multimodal_messages

    texts, images = rows_and_images(plan)
    try:
        processor = load_processor(plan)
    except CkitError as error:
        said = ["\n".join(f"{turn['role']}: {turn['content']}" for turn in texts[row]["prompt"]) for row in shown]
        return tuple(said), None, None, str(error)
    conversations = {row: prepare_multimodal_messages(texts[row]["prompt"], images.of_row(row)) for row in measured}
    options = {"add_generation_prompt": True, **(plan.arguments.chat_template_kwargs or {})}
    prompts = tuple(processor.apply_chat_template(conversations[row], tokenize=False, **options) for row in shown)
    longest, of_images = 0, 0
    mark = getattr(processor, "image_token_id", None)
    for conversation in conversations.values():
        tokens = processor.apply_chat_template([conversation], tokenize=True, return_dict=True, **options)["input_ids"][
            0
        ]
        if len(tokens) > longest:
            longest, of_images = len(tokens), sum(token == mark for token in tokens)
    return prompts, longest, _memory(plan, longest, of_images), ""


def _memory(plan: Plan, prompt_tokens: int, image_tokens: int) -> dict[str, float]:
    """Return the estimate in GiB."""
    import torch
    from peft import get_peft_model
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText

    model = plan.config.model
    config = AutoConfig.from_pretrained(
        model["model_name_or_path"],
        revision=model.get("model_revision", "main"),
        trust_remote_code=plan.arguments.trust_remote_code,
    )
    untyped: Any = AutoModelForImageTextToText
    known = type(config) in untyped._model_mapping
    with refusals(plan), torch.device("meta"):
        made = (untyped if known else AutoModelForCausalLM).from_config(config)
        if (lora := adapters(plan.config)) is not None:
            made = get_peft_model(made, lora)
    width = getattr(torch, weight_type(plan)).itemsize
    memory = estimate_memory(made, plan.arguments, width, prompt_tokens, image_tokens)
    return {name: round(value / GIB, 3) for name, value in {**asdict(memory), "total": memory.total}.items()}
