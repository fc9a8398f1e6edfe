"""The baseline: supervised training on the rows of a GRPO run, in their order, through TRL's `SFTTrainer`.

Reads the plan of a GRPO run. Each group comes when it would have come, with the same images and the same wordings, and
instead of a reward for what the model says, the model is shown what to say. So arms of a comparison differ in nothing
but how they learn. Heavy libraries load with this module: import it where training begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
from datasets import Dataset
from transformers import ProcessorMixin
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from curriculum_kit.errors import ConfigInvalid
from trainer.images import Images
from trainer.lesson import Lesson, lesson_of, target
from trainer.plan import Plan
from trainer.saving import WholeCheckpoints

_Untyped: Any = SFTTrainer

_OTHERWISE = frozenset(("loss_type", "max_steps", "save_steps", "gradient_accumulation_steps", "reward_weights"))
"""Settings that both of TRL's configs have, but that mean something else here."""


def sft_arguments(plan: Plan, lesson: Lesson) -> SFTConfig:
    """Return TRL's `SFTConfig`: the settings of the run that supervised training has too, and its own defaults else.

    What is about completions (temperature, beta, vLLM, ...) has no meaning here and is left aside. The learning rate
    is the run's where one was set, and TRL's for supervised training otherwise.
    """
    own = {each.name for each in fields(SFTConfig)} - _OTHERWISE
    given = {name: value for name, value in plan.config.training.items() if name in own}
    # As the plan settled it: on a machine without an accelerator these differ from what was asked for.
    given |= {name: getattr(plan.arguments, name) for name in ("use_cpu", "bf16")}
    try:
        return SFTConfig(
            **given
            | {
                "max_steps": lesson.steps,
                "save_steps": lesson.save_steps,
                "per_device_train_batch_size": lesson.per_device,
                "gradient_accumulation_steps": lesson.accumulation,
                "train_sampling_strategy": "sequential",
                "completion_only_loss": True,
                # A row that was cut off would have image tokens without their image, or no answer.
                "max_length": None,
                # What tells rows and groups apart is needed until their images are there.
                "remove_unused_columns": False,
            }
        )
    except (ValueError, TypeError, ImportError) as error:
        raise ConfigInvalid(f"TRL refuses the config: {' '.join(str(error).split())}") from error


def lesson_rows(rows: Dataset, lesson: Lesson, images: Images | None) -> Dataset:
    """Return prompt, completion and images in the order of the lesson, all made when a batch is fetched.

    `rows` are those of the curriculum without their images; no `images`, for a model that takes none, leaves them out.
    """
    wanted = rows.select_columns(["prompt", "answer", "solution", "group_id"]).add_column("row", np.arange(len(rows)))

    def as_lesson(batch: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        said = map(target, batch["prompt"], batch["answer"], batch["solution"])
        made = {"prompt": batch["prompt"], "completion": [[{"role": "assistant", "content": text}] for text in said]}
        return made if images is None else made | {"images": images.of_batch(batch["row"], batch["group_id"])}

    ordered = wanted.select(lesson.rows)
    if images is None:  # TRL tokenizes text beforehand, and does not take what is made later
        return ordered.map(as_lesson, batched=True, remove_columns=["answer", "solution", "group_id", "row"])
    return ordered.with_transform(as_lesson)


class SupervisedTrainer(WholeCheckpoints, _Untyped):  # type: ignore[misc]
    """`SFTTrainer` over the rows of a plan. Takes what `SFTTrainer` takes, but arguments and train dataset."""

    def __init__(
        self, *, plan: Plan, rows: Dataset, images: Images, processing_class: Any, model_init: Any, **others: Any
    ) -> None:
        lesson = lesson_of(plan)
        arguments = sft_arguments(plan, lesson)
        arguments.model_init_kwargs = model_init
        self._images = images
        takes_images = isinstance(processing_class, ProcessorMixin)
        super().__init__(
            args=arguments,
            train_dataset=lesson_rows(rows, lesson, images if takes_images else None),
            processing_class=processing_class,
            **others,
        )

    @property
    def images_decoded(self) -> int:
        """How many images this process has decoded."""
        return self._images.decoded
