"""Options of a wanted difficulty for every question: the design of each tier, and a seeded draw from it.

Reads questions as integers (`Asked`), similarities of labels, labels that must not stand together, and a `Goal` per
tier; gives the options of each question in order and what was reached (`Drawn`). Questions for which no set of two or
more labels is safe get none, and so do as many of a frequent answer as would break the bound on the blind gain.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from curriculum_kit.choice_design.asked import Asked, Goal, Pairs
from curriculum_kit.choice_design.assign import assigned_sets
from curriculum_kit.choice_design.guess import FOLDS, guessed_in_sample, guessed_out_of_fold, set_codes
from curriculum_kit.choice_design.letters import lettered
from curriculum_kit.choice_design.posing import TierProblem, barred_keys, labels_of_pools, tier_problem
from curriculum_kit.choice_design.problem import Design, Floats, Ints, member_scores
from curriculum_kit.choice_design.results import Drawn, TierDrawn
from curriculum_kit.choice_design.solve import best_design
from curriculum_kit.enums import DifficultyKind
from curriculum_kit.errors import ConfigInvalid

DECIMALS = 9
"""S(q) is rounded to this, as it is where it is computed for tables."""

ATTEMPTS = 6
"""Whole questions give away a little more than shares do; the bound is lowered by that so many times at most."""

ROUNDINGS = 3
"""Ways to make whole questions of a design, before the bound is lowered."""

LEAST_STEP = 0.001


def draw_choices(
    asked: Asked,
    goals: Sequence[Goal],
    pairs: Pairs,
    clashes: Ints,
    *,
    kind: DifficultyKind = DifficultyKind.PAIRWISE_MEAN,
    column: str = "fused",
    unit: Ints | None = None,
    seed: int = 0,
) -> Drawn:
    """Return options for each question, such that each tier meets its goal as nearly as its pools allow.

    `clashes` (c, 2) are pairs of labels that must not stand in one set (synonyms, a part and its whole). `unit` parts
    the questions into folds for the blind gain out of fold; without, each question is its own. The result
    depends on the questions, not on their order, and on `seed`. Raises `ConfigInvalid` for questions of a tier without
    a goal or more options than labels, and `NothingLeft` for a tier without questions or without two labels to offer.
    """
    if int(asked.tier.max(initial=-1)) >= len(goals):
        raise ConfigInvalid(f"there are goals for {len(goals)} tiers and questions in more; give one target per tier")
    ordered, order = asked.by_id()
    ordered, labels = labels_of_pools(ordered)
    fold = _folds(len(asked), None if unit is None else unit[order], seed)
    options = np.full((len(asked), max(goal.options for goal in goals)), -1)
    index, score = np.full(len(asked), -1), np.full(len(asked), np.nan)
    unsafe = np.zeros(len(asked), bool)
    tiers = []
    for tier, goal in enumerate(goals):
        rng = np.random.default_rng([seed, tier])
        posed = tier_problem(ordered, labels, tier, goal, pairs, clashes, kind=kind, column=column)
        design, sets, values = _draw_tier(ordered, posed, goal, rng)
        rows = posed.rows
        got = sets[:, 0] >= 0
        unsafe[posed.without] = True
        rows, sets = rows[got], sets[got]
        score[rows] = values[got]
        size = (sets >= 0).sum(axis=1)
        for width in np.unique(size):
            some = size == width
            sets[some, :width], index[rows[some]] = lettered(sets[some, :width], ordered.answer[rows[some]], rng)
        options[rows, : goal.options] = sets
        tiers.append(
            TierDrawn(
                tier=tier,
                target=goal.target,
                options=goal.options,
                questions=posed.questions + len(posed.without),
                drawn=len(rows),
                left_out=posed.questions - len(rows),
                fewer=int((size < goal.options).sum()),
                chance=float((1 / size).mean()),
                promised=design.mean,
                mean=float(score[rows].mean()),
                promised_gain=max(round(design.gain, DECIMALS), 0.0),
                gain=guessed_in_sample(sets, ordered.answer[rows]),
                gain_out_of_fold=guessed_out_of_fold(sets, ordered.answer[rows], fold[rows]),
                option_sets=int(set_codes(sets).max(initial=-1)) + 1,
                exact=design.exact,
            )
        )
    back = np.argsort(order)
    return Drawn(options[back], index[back], score[back], unsafe[back], tuple(tiers))


def _draw_tier(asked: Asked, posed: TierProblem, goal: Goal, rng: np.random.Generator) -> tuple[Design, Ints, Floats]:
    """Return the design of a tier, and the set and S(q) of each question of its pools, in their order.

    What was drawn keeps the bound on the blind gain.
    """
    seed, bound = int(rng.integers(2**31)), goal.max_gain
    rows = posed.rows
    for _ in range(ATTEMPTS):
        design = best_design(posed.problem.at(goal.target, bound), seed, posed.questions)
        for _ in range(ROUNDINGS):
            sets, score = _drawn_sets(asked, posed, design, goal.options, rng)
            got = sets[:, 0] >= 0
            over = guessed_in_sample(sets[got], asked.answer[rows[got]]) - goal.max_gain
            if over <= 0:
                break
        lower = bound - max(over, LEAST_STEP)
        if over <= 0 or lower < 0:
            break
        bound = lower
    return design, sets, score


def _drawn_sets(
    asked: Asked, posed: TierProblem, design: Design, width: int, rng: np.random.Generator
) -> tuple[Ints, Floats]:
    """Return a set of labels (questions, width) and S(q) of each question of the pools; -1 and NaN where none is."""
    rows = posed.rows
    sets, score = np.full((len(rows), width), -1), np.full(len(rows), np.nan)
    for place, (pool, members) in enumerate(zip(posed.problem.pools, posed.members, strict=True)):
        barred = None if pool.room is None else barred_keys(asked, members)
        weights = design.weights[place] * posed.questions
        drawn = assigned_sets(pool, design.columns[place], weights, members.own, barred, rng)
        got = np.flatnonzero(drawn[:, 0] >= 0)
        drawn, own = drawn[got], members.own[got]
        at = np.searchsorted(rows, members.rows[got])
        sets[at, : pool.options] = members.labels[drawn]
        scores = member_scores(pool, drawn, posed.problem.kind)
        score[at] = np.round(scores[drawn == own[:, None]], DECIMALS)
    return sets, score


def _folds(n: int, unit: Ints | None, seed: int) -> Ints:
    """Return a fold for each question: units at random, questions of one unit together."""
    distinct, place = np.unique(np.arange(n) if unit is None else unit, return_inverse=True)
    folds: Ints = (np.random.default_rng(seed).permutation(len(distinct)) % FOLDS)[place]
    return folds
