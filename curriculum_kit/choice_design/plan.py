"""What can be had before anything is drawn: the span of mean S(q) against the blind gain of the options.

Reads the questions and similarities as `draw` does; gives a table with a row per tier, channel, number of options and
bound, and goals that divide the span that is left evenly among the tiers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from curriculum_kit.choice_design.asked import Asked, Goal, Pairs
from curriculum_kit.choice_design.naive import naive_design
from curriculum_kit.choice_design.posing import labels_of_pools, tier_problem
from curriculum_kit.choice_design.problem import Ints
from curriculum_kit.choice_design.solve import best_design
from curriculum_kit.enums import DifficultyKind
from curriculum_kit.errors import ConfigInvalid

BOUNDS = (0.0, 0.01, 0.03, 0.05, 0.1, 1.0)
"""Bounds on the blind gain; the last one is none."""

PLAN = pa.schema(
    [
        pa.field("tier", pa.int32(), nullable=False),
        pa.field("channel", pa.string(), nullable=False),
        pa.field("options", pa.int32(), nullable=False),
        pa.field("max_gain", pa.float64()),  # null: each question on its own
        pa.field("lowest", pa.float64(), nullable=False),
        pa.field("highest", pa.float64(), nullable=False),
        pa.field("gain_at_lowest", pa.float64(), nullable=False),
        pa.field("gain_at_highest", pa.float64(), nullable=False),
        pa.field("chance", pa.float64(), nullable=False),
        pa.field("questions", pa.int64(), nullable=False),
        pa.field("without", pa.int64(), nullable=False),
        pa.field("left_out", pa.int64(), nullable=False),
        pa.field("exact", pa.bool_(), nullable=False),
    ]
)


def plan_choices(
    asked: Asked,
    pairs: Pairs,
    clashes: Ints,
    *,
    options: Sequence[int] = (2, 3, 4, 5),
    bounds: Sequence[float] = BOUNDS,
    columns: Sequence[str] = ("fused",),
    kind: DifficultyKind = DifficultyKind.PAIRWISE_MEAN,
    seed: int = 0,
) -> pa.Table:
    """Return the attainable mean S(q) of each tier, for each column of similarities, number of options and bound.

    The columns of the result are those of `PLAN`: `lowest` and `highest` are the mean S(q) that the tier can have,
    beside them the blind gain there, `chance`, how many questions have a pool and how many none (`without`), how many
    of the former get no options for the sake of the bound (`left_out`), and whether every set was looked at. Rows whose
    `max_gain` is null are for the draw of each question on its own. Where all tiers have the same answers
    (`deal_tiers`), a plan with every question in tier 0 holds for each of them.
    """
    ordered, labels = labels_of_pools(asked.by_id()[0])
    rows = []
    for tier in np.unique(ordered.tier).tolist():
        for column in columns:
            for size in options:
                goal = Goal(0.0, size)
                posed = tier_problem(ordered, labels, tier, goal, pairs, clashes, kind=kind, column=column)
                for bound in (*bounds, None):
                    lowest, highest = (
                        naive_design(posed.problem.at(target), seed)
                        if bound is None
                        else best_design(posed.problem.at(target, bound), seed)
                        for target in (0.0, 1.0)
                    )
                    rows.append(
                        {
                            "tier": tier,
                            "channel": column.removesuffix("_calibrated"),
                            "options": size,
                            "max_gain": bound,
                            "lowest": lowest.mean,
                            "highest": highest.mean,
                            "gain_at_lowest": max(round(lowest.gain, 9), 0.0) + 0.0,
                            "gain_at_highest": max(round(highest.gain, 9), 0.0) + 0.0,
                            "chance": posed.problem.chance,
                            "questions": posed.questions,
                            "without": len(posed.without),
                            "left_out": round(max(lowest.left_out, highest.left_out) * posed.questions),
                            "exact": lowest.exact and highest.exact,
                        }
                    )
    return pa.Table.from_pylist(rows, schema=PLAN)


def even_goals(
    asked: Asked,
    pairs: Pairs,
    clashes: Ints,
    options: Sequence[int],
    *,
    max_gain: float = 0.03,
    kind: DifficultyKind = DifficultyKind.PAIRWISE_MEAN,
    column: str = "fused",
    seed: int = 0,
) -> list[Goal]:
    """Return a goal for each tier: from the lowest mean S(q) of the first to the highest of the last, in even steps.

    `options` has the number of options of each tier. Raises `ConfigInvalid` where no tier is asked for.
    """
    if not options:
        raise ConfigInvalid("0 tiers were asked for; ask for 1 or more with --tiers")
    ordered, labels = labels_of_pools(asked.by_id()[0])
    ends = []
    for tier, target in ((0, 0.0), (len(options) - 1, 1.0)):
        goal = Goal(target, options[tier], max_gain)
        posed = tier_problem(ordered, labels, tier, goal, pairs, clashes, kind=kind, column=column)
        ends.append(best_design(posed.problem, seed).mean)
    targets = np.linspace(ends[0], ends[1], len(options))
    return [Goal(float(target), size, max_gain) for target, size in zip(targets, options, strict=True)]
