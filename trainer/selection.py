"""Which groups of a curriculum are trained on, and in how many wordings each.

Reads the columns of the shards that say what a row is; gives the groups by the place of their first row. What is left
out is counted by reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curriculum_kit.errors import ConfigInvalid, NothingLeft, SchemaMismatch

COLUMNS = ("question_id", "group_id", "variant_id", "tier", "split", "solution")
"""What `select` reads of the shards."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Selection:
    """Groups in curriculum order; the arrays have an entry for each."""

    starts: Ints
    """Row of the original wording; the further wordings follow it."""
    wordings: Ints
    """How many of them are used, the original included; each divides the rollouts of a group."""
    tier: Ints
    rollouts: int
    """Completions of a group, shared evenly by its wordings."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Groups left out, by reason; `wordings` counts groups that use fewer of them than they have."""

    @property
    def tiers(self) -> tuple[int, ...]:
        """The tiers that have groups, easiest first."""
        return tuple(np.unique(self.tier).tolist())

    @property
    def tier_sizes(self) -> tuple[int, ...]:
        """Groups of each of `tiers`."""
        return tuple(np.unique(self.tier, return_counts=True)[1].tolist())

    @property
    def run_length(self) -> int:
        """How many completions in a row answer the same prompt, at least, wherever in the order one looks."""
        return int(np.gcd.reduce(self.rollouts // self.wordings))

    def rows_of(self, groups: Ints) -> Ints:
        """Return the rows of groups, each wording as often as it is answered: `rollouts` rows for each group."""
        each = self.rollouts // self.wordings[groups]
        within = np.arange(self.rollouts)[None, :] // each[:, None]
        rows: Ints = (self.starts[groups][:, None] + within).ravel()
        return rows


def select(
    rows: pa.Table,
    rollouts: int,
    splits: Sequence[str],
    tiers: Sequence[int] | None = None,
    wordings: int | None = None,
    missing: NDArray[np.bool_] | None = None,
) -> Selection:
    """Return the groups of `rows` (with `COLUMNS`, in curriculum order) that are trained on.

    `splits` and `tiers` name what is used (None: every tier), `wordings` the most wordings of a group (None: all that
    it has), `missing` the rows whose image is not there: their whole group is left out. Raises `ConfigInvalid` where
    wordings do not divide `rollouts`, `SchemaMismatch` where rows of a group do not stand together or have no
    solution, `NothingLeft` where no group remains.
    """
    starts, sizes = _groups(rows)
    _check_solutions(rows)
    tier = np.asarray(rows["tier"].combine_chunks())[starts].astype(np.int64)
    if tiers is not None and (unknown := sorted(set(tiers) - set(tier.tolist()))):
        raise ConfigInvalid(f"curriculum.tiers {unknown} are not there; the curriculum has {np.unique(tier).tolist()}")
    split = rows["split"].combine_chunks().take(pa.array(starts))
    in_split = np.asarray(pc.is_in(split, value_set=pa.array(list(splits), pa.string())))
    in_tier = np.ones(len(starts), bool) if tiers is None else np.isin(tier, list(tiers))
    no_image = np.zeros(len(starts), bool)
    if missing is not None:
        no_image = np.add.reduceat(missing.astype(np.int64), starts) > 0
    left_out = {
        "of other splits": int((~in_split).sum()),
        "of other tiers": int((in_split & ~in_tier).sum()),
        "without their image": int((in_split & in_tier & no_image).sum()),
    }
    kept = in_split & in_tier & ~no_image
    if not kept.any():
        seen = ", ".join(pc.unique(split).to_pylist())
        raise NothingLeft(f"no group is left to train on; the splits are {seen}: name some in curriculum.splits")
    used = _wordings_used(rows, starts[kept], sizes[kept], rollouts, wordings)
    left_out["fewer wordings than there are"] = int((used < sizes[kept]).sum())
    counted = {reason: count for reason, count in left_out.items() if count}
    return Selection(starts[kept], used, tier[kept], rollouts, counted)


def _groups(rows: pa.Table) -> tuple[Ints, Ints]:
    """Return the first row and the number of rows of every group."""
    codes = rows["group_id"].combine_chunks().dictionary_encode()
    numbers = np.asarray(codes.indices).astype(np.int64)
    if not len(numbers):
        raise NothingLeft("the curriculum has no rows; build it again")
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    if len(starts) != len(codes.dictionary):
        again = codes.dictionary[int(numbers[starts][np.flatnonzero(np.diff(numbers[starts]) < 0)[0] + 1])]
        raise SchemaMismatch(f"the rows of group {again} do not stand together; write the curriculum again")
    return starts, np.diff(starts, append=len(numbers))


def _check_solutions(rows: pa.Table) -> None:
    empty = pc.fill_null(pc.equal(rows["solution"], ""), True)
    if count := pc.sum(empty).as_py():
        first = rows["question_id"].filter(empty)[0]
        raise SchemaMismatch(
            f"{count} rows have no solution, {first} first; build the curriculum from answered questions"
        )


def _wordings_used(rows: pa.Table, starts: Ints, sizes: Ints, rollouts: int, wordings: int | None) -> Ints:
    if wordings is not None and rollouts % wordings:
        raise ConfigInvalid(
            f"curriculum.wordings {wordings} does not divide {rollouts} rollouts; take {_divisors(rollouts)}"
        )
    if wordings is None and (rollouts % sizes).any():
        place = int(np.flatnonzero(rollouts % sizes)[0])
        group = rows["group_id"][int(starts[place])]
        raise ConfigInvalid(
            f"group {group} has {sizes[place]} wordings, which do not divide {rollouts} rollouts; set other "
            f"curriculum.rollouts, or curriculum.wordings to {_divisors(rollouts)}: groups then use as many as fit"
        )
    allowed = np.array([k for k in range(1, rollouts + 1) if rollouts % k == 0 and k <= (wordings or rollouts)])
    used: Ints = allowed[np.searchsorted(allowed, sizes, side="right") - 1]
    return used


def _divisors(rollouts: int) -> str:
    return f"one of {', '.join(str(k) for k in range(1, rollouts + 1) if rollouts % k == 0)}"
