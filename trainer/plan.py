"""A run before its model is loaded: what is trained on, in what order and sizes. All that can be refused early is.

Reads a curriculum and a config; loads TRL for its config, and no model.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from curriculum_kit.enums import ImageStorage
from curriculum_kit.errors import ConfigInvalid, SourceNotFound
from curriculum_kit.schedule import Schedule
from curriculum_kit.storage import MANIFEST, read_json, sha256_of
from trainer.config import TrainConfig
from trainer.images import Found, look_for_images
from trainer.pacing import Pace
from trainer.rows import shard_files
from trainer.selection import COLUMNS, Selection, select
from trainer.sizes import Batching, Sizes, fit

_NAMED = 5
"""Missing images that are named; more are counted."""


@dataclass(frozen=True)
class Plan:
    """A run that has been thought through."""

    curriculum: Path
    config: TrainConfig
    arguments: Any
    """TRL's `GRPOConfig`, its steps fitted to whole chunks."""
    image_root: Path | None
    found: Found
    selection: Selection
    sizes: Sizes
    schedule: Schedule | Pace

    @property
    def identity(self) -> dict[str, Any]:
        """What order, groups and sizes follow from, as JSON: a run that is resumed has to agree in it."""
        sizes, schedule = self.sizes, self.schedule
        return {
            "curriculum": sha256_of(self.curriculum / MANIFEST),
            "model": self.config.model["model_name_or_path"],
            "groups": sizes.groups,
            "rollouts": self.selection.rollouts,
            "groups a chunk": sizes.groups_per_chunk,
            "micro-steps a chunk": sizes.repeats,
            "micro-steps a step": sizes.accumulation,
            "processes": self.arguments.world_size,
            "max_steps": sizes.max_steps,
            "wordings": self.config.curriculum.wordings,
            "seed": self.arguments.seed,
            "schedule": str(self.config.curriculum.schedule),
            "seed of the schedule": schedule.seed,
            "replay": self.config.curriculum.replay,
            "start": self.config.curriculum.start,
            "refill": self.config.curriculum.refill,
            "pacing": asdict(schedule.config) if isinstance(schedule, Pace) else None,
        }

    @property
    def order_in_words(self) -> str:
        """The name of the schedule, or by what the run is paced."""
        schedule = self.schedule
        return f"paced by {schedule.config.rule}" if isinstance(schedule, Pace) else str(schedule.kind)

    @property
    def remark(self) -> str:
        """How often groups are asked, where not all are equally often: a chunk is filled, or some are not reached."""
        if isinstance(self.schedule, Pace):
            return f"which groups are asked follows from the pass rates (pacing by {self.schedule.config.rule})"
        times = np.bincount(self.schedule.order.ravel(), minlength=self.sizes.groups)
        often, groups = np.unique(times, return_counts=True)
        if len(often) == 1:
            return ""
        named = {0: "never", 1: "once", 2: "twice"}
        counted = [f"{named.get(k, f'{k} times')} {n:,}" for k, n in zip(often.tolist(), groups.tolist(), strict=True)]
        return f"of {self.sizes.groups:,} groups are asked: {', '.join(counted)}"


def make_plan(curriculum: Path, config: TrainConfig) -> Plan:
    """Return the plan of a run; raise a `CkitError` in one line for whatever would not work."""
    files = shard_files(curriculum)
    asked = config.curriculum
    root = asked.image_root or _known_root(curriculum)
    arguments = _arguments(config)
    found = look_for_images(files, root, embedded=_built_with(curriculum).get("images") == ImageStorage.EMBED)
    rows = pa.concat_tables([pq.read_table(file, columns=list(COLUMNS)) for file in files])

    def selected(lacking: Any) -> Selection:
        return select(rows, arguments.num_generations, asked.splits, asked.tiers, asked.wordings, lacking)

    selection = selected(found.lacking if asked.skip_missing else None)
    if not asked.skip_missing and found.missing:
        _refuse_missing(found, selection, root)
    batching = Batching(
        arguments.num_generations,
        arguments.generation_batch_size,
        arguments.steps_per_generation,
        arguments.num_iterations,
        arguments.gradient_accumulation_steps,
    )
    sizes = fit(
        len(selection.starts),
        batching,
        arguments.num_train_epochs,
        arguments.max_steps if arguments.max_steps > 0 else None,
        arguments.save_steps if "save_steps" in config.asked else None,
    )
    arguments.max_steps, arguments.save_steps = sizes.max_steps, sizes.save_steps
    seed = arguments.seed if asked.seed is None else asked.seed
    shape = (selection.tier_sizes, sizes.chunks, sizes.groups_per_chunk)
    schedule: Schedule | Pace
    if asked.pacing:
        schedule = Pace(*shape, asked.pacing, seed)
    else:
        schedule = Schedule(*shape, asked.schedule, seed, asked.replay, asked.start)
    return Plan(curriculum, config, arguments, root, found, selection, sizes, schedule)


def _known_root(curriculum: Path) -> Path | None:
    """Return the folder of images that the curriculum was built with."""
    known = _built_with(curriculum).get("image_root")
    return Path(known) if known else None


def _built_with(curriculum: Path) -> dict[str, Any]:
    """Return the settings that the curriculum was built with."""
    known: dict[str, Any] = (read_json(curriculum / MANIFEST) or {}).get("config", {})
    return known


def _refuse_missing(found: Found, selection: Selection, root: Path | None) -> None:
    """Raise `SourceNotFound` where a group that is trained on lacks an image."""
    wanted = [start for start in selection.starts.tolist() if found.lacking[start]]
    if wanted:
        more = f" and {len(found.missing) - _NAMED:,} more" if len(found.missing) > _NAMED else ""
        where = f"below {root}" if root else "since no folder of images is known"
        raise SourceNotFound(
            f"{len(wanted):,} groups lack their image: {', '.join(found.missing[:_NAMED])}{more} not found {where}; "
            "set curriculum.image_root, or leave them out with --skip-missing"
        )


def _arguments(config: TrainConfig) -> Any:
    """Return TRL's `GRPOConfig`; raise `ConfigInvalid` with its own first line where it refuses."""
    import torch
    from trl.trainer.grpo_config import GRPOConfig

    settings = dict(config.training)
    _check_group(settings)
    if not torch.accelerator.is_available():
        settings = {"use_cpu": True, "bf16": False} | settings
    try:
        arguments = GRPOConfig(**settings)
    except (ValueError, TypeError, ImportError) as error:
        reason = " ".join(str(error).split())
        raise ConfigInvalid(f"TRL refuses the config: {reason}") from error
    options: Any = arguments.accelerator_config
    if options.split_batches or options.dispatch_batches:
        raise ConfigInvalid(
            "accelerator_config with split_batches or dispatch_batches tears groups apart; leave it out"
        )
    return arguments


def _check_group(settings: Mapping[str, Any]) -> None:
    """Raise `ConfigInvalid` where a batch cannot hold whole groups; TRL says so without a way out."""
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    micro = settings["per_device_train_batch_size"] * processes
    steps = settings.get("steps_per_generation") or settings["gradient_accumulation_steps"]
    size, rollouts = settings.get("generation_batch_size") or micro * steps, settings["num_generations"]
    if size % rollouts:
        raise ConfigInvalid(
            f"a batch of {size} completions holds no whole groups of {rollouts} rollouts; make "
            f"per_device_train_batch_size x {processes} processes x steps_per_generation a multiple of {rollouts}"
        )
