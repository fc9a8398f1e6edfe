"""The order in which rows reach the trainer: that of the schedule, whole groups at a time.

TRL makes a group of whatever rows follow each other: order is all that holds a group together. So what TRL's own
sampler would shuffle is laid out here, and is the same after a resume and in every process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.schedule import Schedule
from trainer.pacing import Pace
from trainer.selection import Ints, Selection
from trainer.sizes import Sizes


class CurriculumSampler:
    """Yields the rows of one epoch, every chunk as often as TRL walks through it.

    A chunk is laid out as TRL's `RepeatSampler` lays it out, with one difference: the completions of a group are shared
    by its wordings, K wordings x G/K completions, the original first. `epoch` is asked whenever an epoch begins: what
    tells a sampler its epoch (`set_epoch`) does not reach one that accelerate has wrapped twice, as after a resume.
    """

    def __init__(self, selection: Selection, schedule: Schedule | Pace, sizes: Sizes, epoch: Callable[[], int]) -> None:
        if schedule.groups_per_step != sizes.groups_per_chunk or schedule.total_steps != sizes.chunks:
            raise ConfigInvalid(
                f"a schedule of {schedule.total_steps} x {schedule.groups_per_step} groups is none for "
                f"{sizes.chunks} x {sizes.groups_per_chunk}; make it from the sizes of the run"
            )
        self._selection, self._schedule, self._sizes, self._epoch = selection, schedule, sizes, epoch

    def __len__(self) -> int:
        """Return the rows of an epoch; the last one may be shorter."""
        return (
            self._sizes.chunks_per_epoch * self._sizes.groups_per_chunk * self._selection.rollouts * self._sizes.repeats
        )

    def __iter__(self) -> Iterator[int]:
        """Yield the rows of the epoch that begins."""
        first = self._epoch() * self._sizes.chunks_per_epoch
        for chunk in range(first, min(first + self._sizes.chunks_per_epoch, self._sizes.chunks)):
            rows = self.rows_at(chunk).tolist()
            for _ in range(self._sizes.repeats):
                yield from rows

    def rows_at(self, chunk: int) -> Ints:
        """Return the rows of a chunk (from 0) in the order of their completions."""
        return self._selection.rows_of(self._schedule.groups_at(chunk))
