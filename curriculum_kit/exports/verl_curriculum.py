"""The schedules of ckit inside verl's own process, over the rows of `ckit export --to verl`.

verl loads this module by its name and the classes by theirs. Up to verl 0.7 a curriculum is a sampler
(`data.sampler.class_path`), which must derive from its `AbstractCurriculumSampler`; verl 0.8 took that out, and a
curriculum is a data set there (`data.custom_cls.path`) whose rows stand in the order of the schedule. Both read
`data.curriculum`: kind, seed, replay, start and total_steps. Nothing else of ckit imports this module, so that torch
and verl stand at its top; without verl the classes are of no use, but can be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from torch.utils.data import Dataset, Sampler

from curriculum_kit.enums import ScheduleKind
from curriculum_kit.errors import ConfigInvalid, did_you_mean
from curriculum_kit.schedule import Schedule

try:
    from verl.experimental.dataset.sampler import AbstractCurriculumSampler
except ImportError:
    AbstractCurriculumSampler = Sampler
try:
    from verl.utils.dataset.rl_dataset import RLHFDataset
except ImportError:
    RLHFDataset = Dataset

_KEYS = ("kind", "seed", "replay", "start", "total_steps")


def rows_in_order(tiers: Sequence[int], data_config: Mapping[str, Any]) -> list[int]:
    """Return the places of rows in the order of training: `total_steps` steps of a batch each.

    `tiers` has the tier of each row, which must not fall. `data_config` is verl's `data`: the batch is
    `gen_batch_size` or `train_batch_size`, the schedule is `curriculum` there; without `total_steps` every row comes
    about once. Raises `ConfigInvalid` in one line for an unknown key or kind, too few rows for a batch, and rows out of
    order.
    """
    asked = dict(data_config.get("curriculum") or {})
    for key in asked:
        if key not in _KEYS:
            raise ConfigInvalid(
                f"unknown data.curriculum.{key}{did_you_mean(key, _KEYS)}; known are {', '.join(_KEYS)}"
            )
    kind = str(asked.pop("kind", ScheduleKind.STEPS))
    kinds = [each.value for each in ScheduleKind]
    if kind not in kinds:
        raise ConfigInvalid(
            f"unknown data.curriculum.kind {kind!r}{did_you_mean(kind, kinds)}; known are {', '.join(kinds)}"
        )
    runs = [(tier, len(list(rows))) for tier, rows in groupby(tiers)]
    if [tier for tier, _ in runs] != sorted({tier for tier, _ in runs}):
        raise ConfigInvalid("the rows are not in curriculum order; pass the files of one export, in order")
    batch = int(data_config.get("gen_batch_size") or data_config["train_batch_size"])
    steps = asked.pop("total_steps", None) or len(tiers) // batch
    if not steps:
        raise ConfigInvalid(f"{len(tiers)} rows do not fill a batch of {batch}; lower data.train_batch_size")
    schedule = Schedule(tuple(rows for _, rows in runs), int(steps), batch, ScheduleKind(kind), **asked)
    return [int(row) for row in schedule.order.ravel()]


def tiers_of(rows: Any) -> list[int]:
    """Return the tier of each row of a data set of verl's that was read from an export."""
    return [info["tier"] for info in rows.dataframe["extra_info"]]


class CurriculumSampler(AbstractCurriculumSampler):  # type: ignore[misc]  # verl is not there when types are checked
    """Deals the rows of a data set by a schedule; it walks the same way every epoch, so that a run can be resumed."""

    def __init__(self, data_source: Any, data_config: Mapping[str, Any]) -> None:
        self._order = rows_in_order(tiers_of(data_source), data_config)

    def __iter__(self) -> Iterator[int]:
        """Yield the rows by their place."""
        return iter(self._order)

    def __len__(self) -> int:
        """Return how many rows an epoch has."""
        return len(self._order)

    def update(self, batch: Any) -> None:
        """Heed nothing: the order depends on the schedule alone, not on what was learned."""


class CurriculumDataset(RLHFDataset):  # type: ignore[misc]  # verl is not there when types are checked
    """verl's data set with the training rows in the order of a schedule; a validation set stays as it is."""

    def __init__(self, data_files: Any, tokenizer: Any, config: Any, **more: Any) -> None:
        super().__init__(data_files=data_files, tokenizer=tokenizer, config=config, **more)
        self._order = (
            rows_in_order(tiers_of(self), config) if _listed(data_files) == _listed(config.train_files) else None
        )

    def __len__(self) -> int:
        """Return how many rows an epoch has."""
        return super().__len__() if self._order is None else len(self._order)

    def __getitem__(self, item: int) -> Any:
        """Return the row at a place of the order."""
        return super().__getitem__(item if self._order is None else self._order[item])


def _listed(files: Any) -> list[str]:
    return [files] if isinstance(files, str) else [str(file) for file in files]
