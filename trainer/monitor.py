"""What a run is told of while it goes: figures for the logger, completions on disk, and where the run stands.

An observer of `trainer.grpo.CurriculumTrainer`. Its figures go to TensorBoard or W&B by TRL's `report_to`, beside TRL's
own; its completions lie in `completions/` of the output folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from trainer.records import Records, rows_of
from trainer.tally import figures, groups_of

if TYPE_CHECKING:
    from trainer.generation import Generation


class Monitor:
    """Watches one run. `weights` are those of the rewards by name, `size` is the rollouts of a group.

    `forecast` has the share of dead groups that is expected of each tier, 0 to 1.
    """

    def __init__(
        self, output: Path, weights: Mapping[str, float], size: int, forecast: Mapping[int, float] | None = None
    ) -> None:
        self._weights, self._size, self._forecast = weights, size, forecast
        self._records = Records(output)
        self.standing = ""
        """Where the run stands, in a few words: tier, S(q), reward, dead groups of the latest chunk."""

    def begin(self, step: int) -> None:
        """Start at a step, 0 unless the run is resumed."""
        self._records.begin(step)

    def generated(self, batch: Generation) -> Mapping[str, float]:
        """Take note of a chunk; return its figures by name."""
        groups = groups_of(batch, self._weights, self._size)
        self._records.add(rows_of(batch, self._weights, groups))
        found = figures(groups, self._forecast)
        tiers = sorted({group.tier for group in groups})
        named = str(tiers[0]) if len(tiers) == 1 else f"{tiers[0]} to {tiers[-1]}"
        reward = fmean(reward for group in groups for reward in group.rewards)
        dead = sum(group.dead for group in groups)
        self.standing = (
            f"tier {named}  S(q) {found['curriculum/difficulty']:.2f}  reward {reward:.2f}  dead {dead}/{len(groups)}"
        )
        return found

    def flush(self) -> None:
        """Write what was noted."""
        self._records.flush()
