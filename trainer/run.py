"""Training from a plan: the model is loaded, TRL trains, the result is saved.

Writes checkpoints, the trained model and `ckit.json`, which says what run it is, to `output_dir`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curriculum_kit.enums import Arm
from curriculum_kit.errors import CkitError, ConfigInvalid, OutputUnwritable
from curriculum_kit.storage import explain_os_error, read_json, write_json
from trainer.checkpoints import MARK, resumable
from trainer.loading import (
    adapters,
    load_processor,
    model_settings,
    quantization,
    refusals,
    rows_and_images,
    without_image_tokens,
)
from trainer.pacing import PACE, Pace
from trainer.plan import Plan
from trainer.rewards import reward_functions


class OutOfMemory(CkitError):
    """The model, its completions or its images do not fit into memory."""


@dataclass(frozen=True)
class Trained:
    """What a run came to."""

    output: Path
    steps: int
    resumed_from: int | None
    """Steps that had been done before."""
    seconds: float
    images_decoded: int


def quieten() -> None:
    """Keep from the terminal what says nothing about a run: bars of small files, what TRL has yet to rename."""
    import warnings

    import datasets
    from transformers.utils import logging as transformers_logging

    warnings.filterwarnings("ignore", category=FutureWarning, module=r"(transformers|trl|peft)\b")
    datasets.disable_progress_bars()
    bars: Any = transformers_logging
    bars.disable_progress_bar()


def train(
    plan: Plan, resume: bool = False, observer: Any = None, callbacks: Sequence[Any] = (), arm: Arm = Arm.GRPO
) -> Trained:
    """Train as planned and save the model in `output_dir`; raise a `CkitError` in one line for whatever goes wrong.

    With `resume` the run goes on from its last checkpoint, and ends as if it had not been interrupted. `observer` is a
    `trainer.grpo.Observer`, which is told of every chunk of completions; `callbacks` are transformers' own kind. The
    supervised `arm` makes no completions, so nobody is told of any.
    """
    output = Path(plan.arguments.output_dir)
    _check_writable(output)
    identity = plan.identity | {"arm": arm.value}
    checkpoint = resumable(output, identity, resume)
    if isinstance(plan.schedule, Pace):
        if arm is Arm.SFT:
            raise ConfigInvalid("supervised training has no pass rates to be paced by; leave curriculum.pacing out")
        plan.schedule.rates[:] = (read_json(checkpoint / PACE) or {})["rates"] if checkpoint else []
    processor = load_processor(plan)
    try:
        with refusals(plan):
            if arm is Arm.SFT:
                trainer = make_supervised_trainer(plan, processor, callbacks)
            else:
                trainer = make_trainer(plan, processor, observer, callbacks)
        if trainer.accelerator.is_main_process:
            write_json(output / MARK, identity)
        result = trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        trainer.save_model()
        if trainer.accelerator.is_main_process:
            processor.save_pretrained(output)
    except (RuntimeError, MemoryError) as error:
        if not _is_out_of_memory(error):
            raise
        raise OutOfMemory(
            "out of memory; lower per_device_train_batch_size (and raise gradient_accumulation_steps), "
            "max_completion_length or curriculum.max_pixels"
        ) from error
    return Trained(
        output,
        result.global_step,
        int(checkpoint.name.split("-")[-1]) if checkpoint else None,
        round(result.metrics.get("train_runtime", 0.0), 3),
        trainer.images_decoded,
    )


def make_trainer(plan: Plan, processor: Any, observer: Any = None, callbacks: Sequence[Any] = ()) -> Any:
    """Return the `CurriculumTrainer` of a plan, with its model loaded."""
    from transformers import ProgressCallback

    from trainer.grpo import Course, CurriculumTrainer

    config, arguments = plan.config, plan.arguments
    functions, weights = reward_functions(config.curriculum.rewards, completion_tokens=arguments.max_completion_length)
    arguments.reward_weights = weights
    arguments.model_init_kwargs = model_settings(plan)
    if not arguments.use_vllm:
        arguments.generation_kwargs = without_image_tokens(plan) | (arguments.generation_kwargs or {})
    rows, images = rows_and_images(plan)
    course = Course(rows, images, plan.selection, plan.schedule, plan.sizes, config.curriculum.refill)
    trainer = CurriculumTrainer(
        course=course,
        observer=observer,
        callbacks=list(callbacks),
        model=config.model["model_name_or_path"],
        reward_funcs=functions,
        args=arguments,
        processing_class=processor,
        peft_config=adapters(config),
        quantization_config=quantization(config),
    )
    if any(isinstance(callback, ProgressCallback) for callback in callbacks):
        for known in [one for one in trainer.callback_handler.callbacks if type(one) is ProgressCallback]:
            trainer.remove_callback(known)  # transformers adds its own bar, whatever it is given
    return trainer


def make_supervised_trainer(plan: Plan, processor: Any, callbacks: Sequence[Any] = ()) -> Any:
    """Return the `SupervisedTrainer` of a plan, with its model loaded."""
    from trainer.sft import SupervisedTrainer

    rows, images = rows_and_images(plan)
    return SupervisedTrainer(
        plan=plan,
        rows=rows,
        images=images,
        model_init=model_settings(plan),
        callbacks=list(callbacks),
        model=plan.config.model["model_name_or_path"],
        processing_class=processor,
        peft_config=adapters(plan.config),
        quantization_config=quantization(plan.config),
    )


def _check_writable(output: Path) -> None:
    probe = output / f".{os.getpid()}.{MARK}"  # each process its own: they all come here at once
    try:
        output.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink(missing_ok=True)
    except FileExistsError:
        raise OutputUnwritable(f"{output} is a file, not a folder; set another output_dir") from None
    except OSError as error:
        raise explain_os_error(error, output) from error


def _is_out_of_memory(error: BaseException) -> bool:
    import torch

    return isinstance(error, torch.OutOfMemoryError | MemoryError) or "can't allocate memory" in str(error)
