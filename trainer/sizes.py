"""How many steps a run has, how many groups each takes, when it may be saved: fitted to each other, or refused.

TRL generates completions for several groups at once, a chunk, and learns from it in several micro-steps. A step of the
optimizer may take several chunks, a chunk may last for several steps. What is learnt from whole chunks alone loses
nothing; so a run ends, is saved and begins another epoch only where a chunk and a step end together: at a *stop*.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from curriculum_kit.errors import ConfigInvalid


@dataclass(frozen=True)
class Batching:
    """What TRL's config says about batches, for all processes together; names are TRL's where it has one."""

    num_generations: int
    """Completions of a group."""
    generation_batch_size: int
    """Completions of a chunk."""
    steps_per_generation: int
    """Micro-steps that walk once through a chunk."""
    num_iterations: int
    """How often a chunk is walked through."""
    gradient_accumulation_steps: int
    """Micro-steps of a step."""


@dataclass(frozen=True)
class Sizes:
    """The sizes of a run. A step is one of the optimizer, as in TRL's logs."""

    groups: int
    """Groups that are trained on."""
    groups_per_chunk: int
    repeats: int
    """Micro-steps of a chunk."""
    accumulation: int
    """Micro-steps of a step."""
    max_steps: int
    steps_per_epoch: int
    """The steps in which every group can come once."""
    save_steps: int
    """Steps between checkpoints; each is a stop."""

    @property
    def chunks(self) -> int:
        """Chunks of the run."""
        return self.max_steps * self.accumulation // self.repeats

    @property
    def chunks_per_epoch(self) -> int:
        """Chunks of an epoch; the last epoch may be shorter."""
        return self.steps_per_epoch * self.accumulation // self.repeats

    @property
    def places(self) -> int:
        """How many groups are asked in the whole run, those counted again that come again."""
        return self.chunks * self.groups_per_chunk


def fit(groups: int, batching: Batching, epochs: float, max_steps: int | None, save_steps: float | None) -> Sizes:
    """Return the sizes of a run over `groups` groups.

    `max_steps` and `save_steps` are what the user asked for, None where nothing was: the steps are then those in
    which every group comes `epochs` times, rounded up to the next stop, and checkpoints are about 500 steps apart. As
    with transformers a `save_steps` below 1 is a share of the run. Raises `ConfigInvalid` where a chunk holds no whole
    groups, or a number that was asked for is no stop.
    """
    size, rollouts = batching.generation_batch_size, batching.num_generations
    if size % rollouts:
        raise ConfigInvalid(
            f"a batch of {size} completions holds no whole groups of {rollouts} rollouts; make "
            f"per_device_train_batch_size x processes x steps_per_generation a multiple of {rollouts}"
        )
    repeats = batching.steps_per_generation * batching.num_iterations
    accumulation = batching.gradient_accumulation_steps
    per_chunk = size // rollouts
    stop = math.lcm(repeats, accumulation)
    stop_steps, stop_groups = stop // accumulation, stop // repeats * per_chunk
    steps_per_epoch = math.ceil(groups / stop_groups) * stop_steps
    if max_steps is None:
        max_steps = max(math.ceil(round(groups * epochs, 6) / stop_groups), 1) * stop_steps
    else:
        _check_stop("max_steps", max_steps, stop_steps)
    if save_steps is None:
        saved = max(round(500 / stop_steps), 1) * stop_steps
    elif save_steps < 1:
        saved = max(math.ceil(save_steps * max_steps / stop_steps), 1) * stop_steps
    else:
        saved = int(save_steps)
        _check_stop("save_steps", saved, stop_steps)
    return Sizes(groups, per_chunk, repeats, accumulation, max_steps, steps_per_epoch, saved)


def _check_stop(name: str, steps: int, stop: int) -> None:
    if steps % stop:
        near = sorted({max(steps // stop, 1) * stop, (steps // stop + 1) * stop})
        raise ConfigInvalid(
            f"{name} {steps} ends amid completions that are learnt from for {stop} steps; "
            f"take {' or '.join(map(str, near))}"
        )
