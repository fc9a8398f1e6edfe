"""What a training run was asked for: TRL's own settings by their own names, and a section `curriculum`.

Reads YAML. The top level takes every name of TRL's `GRPOConfig` and `ModelConfig`; the section `peft` every name of
peft's `LoraConfig`; the section `curriculum` those of `CurriculumConfig`. All mistakes of a file are reported at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from curriculum_kit.enums import ScheduleKind, Split
from curriculum_kit.errors import ConfigInvalid, SourceNotFound, did_you_mean
from trainer.images import MAX_PIXELS
from trainer.pacing import PaceConfig, parse_pace
from trainer.tally import ACCURACY
from trainer.typed import as_type, types_of

MODEL = "Qwen/Qwen2.5-VL-7B-Instruct"
"""The model of the paper."""

DEFAULTS: Mapping[str, Any] = {
    "model_name_or_path": MODEL,
    "dtype": "bfloat16",
    "output_dir": "trained",
    "num_train_epochs": 1.0,
    "per_device_train_batch_size": 8,
    "gradient_accumulation_steps": 4,
    "num_generations": 8,
    "max_completion_length": 512,
    "logging_steps": 1,
    "save_total_limit": 2,
    # TRL turns it on; what is shuffled is for the schedule to say.
    "shuffle_dataset": False,
}
"""Where these differ from TRL's: one epoch, since a curriculum is walked once."""


_UNDOES: Mapping[str, str] = {
    "log_completions": "has no place here; every completion stands in completions/ beside its question",
    "shuffle_dataset": "would undo the curriculum; for a random order set curriculum.schedule to shuffled",
    "reward_weights": "has no place here; give weights in curriculum.rewards, such as {accuracy: 1.0}",
    "remove_unused_columns": "would take away what tells groups and solutions; leave it out",
    "ignore_data_skip": "would begin the curriculum again at a resume; leave it out",
    "resume_from_checkpoint": "has no place here; pass --resume",
    "save_only_model": 'leaves checkpoints that no run can go on from; for none of them set save_strategy to "no"',
    "eval_strategy": "has no place here; score checkpoints with ckit evaluate",
}
"""Settings of TRL that a curriculum cannot be trained with."""


@dataclass(frozen=True)
class CurriculumConfig:
    """The section `curriculum`: what is trained on, in which order, and what is rewarded."""

    schedule: ScheduleKind = ScheduleKind.STEPS
    tiers: tuple[int, ...] | None = None
    """Tiers that are trained on; None is all."""
    splits: tuple[Split, ...] = (Split.TRAIN, Split.UNASSIGNED)
    """Splits that are trained on."""
    pacing: PaceConfig | None = None
    """When to go on to harder groups, by pass rates; None is by the schedule alone."""
    refill: int = 0
    """How often dead groups of a chunk may give way to others of their tier; each time the chunk is generated again."""
    replay: float | None = None
    """Share of groups of earlier tiers, 0 to 1; of the schedule `mixed`."""
    start: float | None = None
    """Share of the curriculum that is reachable at first, 0 to 1; of the schedules `linear` and `competence`."""
    seed: int | None = None
    """Of the schedule; None is the run's `seed`."""
    rollouts: int | None = None
    """Completions of a group; TRL's `num_generations` by another name."""
    wordings: int | None = None
    """Wordings of a group at most; None is all that it has."""
    image_root: Path | None = None
    """Folder below which the image paths of the shards lie; None is the one that the curriculum was built with."""
    max_pixels: int = MAX_PIXELS
    """Pixels of an image at most; larger ones are scaled down."""
    skip_missing: bool = False
    """Leave out groups whose image is missing, instead of stopping."""
    rewards: Mapping[str, float] = field(default_factory=lambda: {"accuracy": 1.0, "format": 1.0})
    """Weight of each reward, by name or dotted path."""


@dataclass(frozen=True)
class TrainConfig:
    """A whole run. The mappings hold what was asked for, and `DEFAULTS` of `training` and `model` where it was not."""

    curriculum: CurriculumConfig
    training: Mapping[str, Any]
    """Settings of TRL's `GRPOConfig`."""
    model: Mapping[str, Any]
    """Settings of TRL's `ModelConfig`."""
    peft: Mapping[str, Any] | None
    """Settings of peft's `LoraConfig`; None where it was not named."""
    asked: frozenset[str]
    """Names at the top level that were asked for."""


def load_config(file: Path | None, **overrides: Any) -> TrainConfig:
    """Return the config of a YAML file, or all defaults where there is none; `overrides` go into `curriculum`.

    Raises `SourceNotFound` where the file is not there and `ConfigInvalid`, in one line with all mistakes, else.
    """
    values = {} if file is None else _read_yaml(file)
    return parse_config(values, str(file or "the config"), **overrides)


def parse_config(values: Mapping[str, Any], where: str = "the config", **overrides: Any) -> TrainConfig:
    """Return the config that `values` describe; `where` names them in messages. Raises as `load_config` does."""
    from curriculum_kit import torchvision_repair

    torchvision_repair.install()
    from peft import LoraConfig
    from trl.trainer.grpo_config import GRPOConfig
    from trl.trainer.model_config import ModelConfig

    mistakes: list[str] = []
    # TRL takes true and false for scale_rewards too, and does not say so.
    training, model = types_of(GRPOConfig) | {"scale_rewards": Any}, types_of(ModelConfig)
    sections = {name: _section(values, name, mistakes) for name in ("curriculum", "peft")}
    top = {name: _as_meant(name, value) for name, value in values.items() if name not in sections}
    checked = _checked(top, training | model | dict.fromkeys(sections, Any), "", mistakes)
    peft = _checked(sections["peft"], types_of(LoraConfig), "peft.", mistakes)
    own = types_of(CurriculumConfig) | {"pacing": Any}
    section = _checked(sections["curriculum"] | overrides, own, "curriculum.", mistakes)
    _check_rollouts(section, checked, mistakes)
    _check_pacing(section, checked, mistakes)
    mistakes += [f"{name} {why}" for name, why in _UNDOES.items() if checked.get(name, "no") not in ("no", None, False)]
    if mistakes:
        raise ConfigInvalid(f"{where}: {'; '.join(mistakes)}")
    settings = {**DEFAULTS, **checked}
    if section.get("rollouts"):
        settings["num_generations"] = section["rollouts"]
    return TrainConfig(
        CurriculumConfig(**section),
        {name: value for name, value in settings.items() if name in training},
        {name: value for name, value in settings.items() if name in model and name not in training},
        peft if "peft" in values else None,
        frozenset(checked),
    )


def _as_meant(name: str, value: Any) -> Any:
    """Return `no` of `save_strategy: no`, in which YAML 1.1 sees `false`."""
    return "no" if value is False and name.endswith("_strategy") else value


def _read_yaml(file: Path) -> dict[str, Any]:
    import yaml  # type: ignore[import-untyped]

    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SourceNotFound(f"config {file} does not exist; name a YAML file with --config") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        place = getattr(error, "problem_mark", None)
        line = f" in line {place.line + 1}" if place else ""
        raise ConfigInvalid(f"config {file} is not YAML{line}; write it as name: value") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ConfigInvalid(f"config {file} holds no settings; write it as name: value")
    return {str(name): value for name, value in values.items()}


def _section(values: Mapping[str, Any], name: str, mistakes: list[str]) -> dict[str, Any]:
    section = values.get(name) or {}
    if isinstance(section, Mapping):
        return {str(key): value for key, value in section.items()}
    mistakes.append(f"{name} is {section!r}, must be a section of name: value")
    return {}


def _checked(values: Mapping[str, Any], known: Mapping[str, Any], prefix: str, mistakes: list[str]) -> dict[str, Any]:
    """Return the values in the types of `known`; add to `mistakes` what is unknown or cannot be."""
    checked = {}
    for name, value in values.items():
        if name not in known:
            mistakes.append(f"{prefix}{name} is unknown{did_you_mean(name, known)}")
            continue
        try:
            checked[name] = as_type(value, known[name])
        except ValueError as error:
            mistakes.append(f"{prefix}{name} is {value!r}, {error}")
    return checked


def _check_pacing(section: dict[str, Any], top: Mapping[str, Any], mistakes: list[str]) -> None:
    """Put what the section `pacing` says in its place; add to `mistakes` what does not go with it."""
    if section.get("pacing") is None:
        return
    if not isinstance(section["pacing"], Mapping):
        mistakes.append(f"curriculum.pacing is {section['pacing']!r}, must be a section such as {{rule: threshold}}")
        return
    try:
        section["pacing"] = parse_pace(section["pacing"])
    except ConfigInvalid as error:
        mistakes.append(str(error))
    if section.get("schedule", ScheduleKind.STEPS) is not ScheduleKind.STEPS:
        mistakes.append(f"curriculum.schedule {section['schedule']} and curriculum.pacing do not go together")
    if ACCURACY not in section.get("rewards", {ACCURACY: 1.0}):
        mistakes.append("curriculum.pacing needs the reward accuracy, which is the pass rate; give it a weight")
    if top.get("dataloader_num_workers"):
        mistakes.append("dataloader_num_workers would fetch groups before pass rates decide them; leave it out")


def _check_rollouts(section: Mapping[str, Any], top: Mapping[str, Any], mistakes: list[str]) -> None:
    rollouts, generations = section.get("rollouts"), top.get("num_generations")
    if None not in (rollouts, generations) and rollouts != generations:
        mistakes.append(f"curriculum.rollouts is {rollouts} and num_generations {generations}; give one of them")
    for name, least in (("rollouts", 2), ("wordings", 1), ("refill", 0), ("max_pixels", 28 * 28)):
        value = section.get(name)
        if value is not None and value < least:
            mistakes.append(f"curriculum.{name} is {value}, must be at least {least}")
