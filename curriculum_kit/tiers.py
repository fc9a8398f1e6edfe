"""Questions into tiers of rising difficulty, as equal in size as ties allow.

Reads S(q) of each question and, where wanted, further keys that tell questions of equal S(q) apart.
Gives the tier of each question, 0 the easiest. Questions with the same keys are never torn apart; fewer
distinct keys than tiers is an error that says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.errors import ConfigInvalid, NothingLeft

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Tiers:
    """The tier of each question (int32), and per tier its lowest and highest S(q) and its number of questions.

    `n_distinct` counts the distinct keys, that is S(q) and tie-break together, and
    `n_distinct_difficulties` the distinct S(q) alone.
    """

    tier: NDArray[np.int32]
    bounds: list[tuple[float, float]]
    sizes: list[int]
    n_distinct: int
    n_distinct_difficulties: int


def assign_tiers(difficulty: NDArray[np.floating], n_tiers: int, tie_break: NDArray[np.number] | None = None) -> Tiers:
    """Cut the questions, ordered by difficulty and then by `tie_break`, into `n_tiers` tiers.

    `tie_break` has shape (n,), or (n, keys) with the more important key first; higher means harder.
    Of all ways to cut between distinct keys, the one with the least sum of (size - n / n_tiers)^2 is
    taken; of several equally good ones the one whose last cut lies lowest, then the one before it, and
    so on, so that the harder tiers get what is over. Raises `ConfigInvalid` for fewer than one tier and
    `NothingLeft` for fewer distinct keys than tiers.
    """
    if n_tiers < 1:
        raise ConfigInvalid(f"{n_tiers} tiers were asked for; ask for 1 or more with --tiers")
    assert not np.isnan(difficulty).any(), "a question has no difficulty"
    keys = [np.asarray(difficulty)]
    if tie_break is not None:
        assert len(tie_break) == len(difficulty), "one tie-break per question"
        assert not np.isnan(tie_break).any(), "a question has no tie-break"
        keys += list(np.asarray(tie_break).reshape(len(difficulty), -1).T)
    order = np.lexsort(keys[::-1])
    changes = [_changes(key[order]) for key in keys]
    n_difficulties = int(changes[0].sum())
    ends = np.append(np.flatnonzero(np.logical_or.reduce(changes))[1:], len(order))[: len(order)]
    if len(ends) < n_tiers:
        raise NothingLeft(
            f"{len(order)} questions have {len(ends)} distinct S(q)"
            f"{' even with the tie-break' if tie_break is not None else ''}, too few for {n_tiers} tiers; "
            f"ask for fewer with --tiers{'' if tie_break is not None else ', or tell ties apart with a tie-break'}"
        )
    cuts = np.concatenate([[0], best_cuts(ends, n_tiers), [len(order)]])
    sizes = np.diff(cuts)
    tier = np.empty(len(order), dtype=np.int32)
    tier[order] = np.repeat(np.arange(n_tiers, dtype=np.int32), sizes)
    low, high = keys[0][order[cuts[:-1]]], keys[0][order[cuts[1:] - 1]]
    bounds = list(zip(low.tolist(), high.tolist(), strict=True))
    return Tiers(tier, bounds, sizes.tolist(), len(ends), n_difficulties)


def _changes(ordered: NDArray[np.number]) -> NDArray[np.bool_]:
    """Mark the values that differ from the one before; the first always does."""
    marks = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=marks[1:])
    return marks


def best_cuts(ends: Ints, n_tiers: int) -> Ints:
    """Return the n_tiers - 1 best cuts among `ends`, the ascending ends of the groups of equal questions.

    A dynamic programme over the tiers: the least sum of squared sizes up to a cut is the least over the
    cut before it. The sum of (size - mean)^2 differs by a constant, and whole numbers keep ties exact.
    """
    windows = _windows(ends, n_tiers)
    best, cuts_at = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    layers: list[tuple[Ints, Ints]] = []
    for first, last in windows:
        here = ends[first : last + 1]
        chosen = _best_before(here, cuts_at, best)
        best = best[chosen] + (here - cuts_at[chosen]) ** 2
        layers.append((here, chosen))
        cuts_at = here
    cuts, at = np.empty(n_tiers, dtype=np.int64), 0  # the last layer has one cut only: the end of all
    for tier in range(n_tiers - 1, -1, -1):
        here, chosen = layers[tier]
        cuts[tier] = here[at]
        at = int(chosen[at])
    return cuts[:-1]


def _windows(ends: Ints, n_tiers: int) -> list[tuple[int, int]]:
    """Return, per tier, the first and last place in `ends` where its end can lie in any best solution.

    Let U be the sum of squared deviations of some solution. In a better one the deviations up to cut k
    add up to e, the distance of the cut from its quantile, and those after it to -e; by Cauchy-Schwarz
    e^2 / k + e^2 / (n - k) <= U. So nothing outside |e| <= sqrt(U k (n - k) / n) can be part of it.
    """
    total, k = int(ends[-1]), np.arange(1, n_tiers + 1)
    least, most = k - 1, len(ends) - 1 - (n_tiers - k)  # a group for each tier before, and for each after
    quantile = k * total / n_tiers
    right = np.clip(np.searchsorted(ends, quantile), 0, len(ends) - 1)
    left = np.maximum(right - 1, 0)
    guess = np.where(quantile - ends[left] < ends[right] - quantile, left, right)
    guess = np.clip(np.maximum.accumulate(guess - k) + k, least, most)
    sizes = np.diff(ends[guess], prepend=0)
    reach = np.sqrt(((sizes - total / n_tiers) ** 2).sum() * k * (n_tiers - k) / n_tiers) + 1.0  # 1 for rounding
    first = np.maximum(np.searchsorted(ends, quantile - reach), least)
    last = np.minimum(np.searchsorted(ends, quantile + reach, side="right") - 1, most)
    first[-1] = last[-1] = len(ends) - 1
    first = np.maximum.accumulate(first - k) + k  # each cut lies above the lowest one before it,
    last = np.minimum.accumulate((last - k)[::-1])[::-1] + k  # and below the highest one after it
    return list(zip(first.tolist(), last.tolist(), strict=True))


def _best_before(here: Ints, before: Ints, cost: Ints) -> Ints:
    """Return, for each cut in `here`, the place of the best cut in `before`, the lowest of equally good ones.

    The best place never falls as the cut rises (squared sizes satisfy the quadrangle inequality), so a
    cut is searched only between the places found for its neighbours. Each round does twice as many
    cuts, and compares no more pairs than the two lists have entries together.
    """
    chosen = np.zeros(len(here), dtype=np.int64)
    top = np.searchsorted(before, here) - 1  # the cut before lies strictly below
    stride = 1 << max(len(here) - 1, 0).bit_length()
    while stride:
        rows = np.arange(stride - 1, len(here), 2 * stride)
        if len(rows):
            low = np.where(rows - stride >= 0, chosen[np.maximum(rows - stride, 0)], 0)
            beyond = rows + stride < len(here)
            high = np.where(beyond, chosen[np.minimum(rows + stride, len(here) - 1)], len(before) - 1)
            chosen[rows] = _lowest(here[rows], before, cost, low, np.minimum(high, top[rows]))
        stride //= 2
    return chosen


def _lowest(here: Ints, before: Ints, cost: Ints, low: Ints, high: Ints) -> Ints:
    """Return the place of the least cost within [low, high] for each cut."""
    widths = high - low + 1
    starts = np.cumsum(widths) - widths
    place = np.arange(int(widths.sum())) + np.repeat(low - starts, widths)
    value = np.repeat(here, widths)
    value -= before[place]
    value *= value
    value += cost[place]
    least = np.repeat(np.minimum.reduceat(value, starts), widths)
    hits = np.flatnonzero(value == least)
    first: Ints = place[hits[np.searchsorted(hits, starts)]]
    return first
