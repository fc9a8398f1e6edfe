"""Expected shares of dead groups, by tier and answer, without groups of wordings and with them.

With pass rates p_j of the wordings j and n rollouts of each, P(dead) = prod p_j^n + prod (1 - p_j)^n. What stands for
p^n depends on what is known: p^n itself for a rate whose rollouts are not known; C(k, n) / C(r, n), which is unbiased,
for k right of r >= n rollouts; the moment of a beta-binomial posterior for fewer. Wordings that nobody has tried are
forecast from the original (`wordings`).
"""

from __future__ import annotations

import numpy as np

from curriculum_kit.forecast.beta import UNIFORM, Beta, Floats, fit_beta
from curriculum_kit.forecast.cells import Cells, all_of
from curriculum_kit.forecast.chances import dead_chances, distinct, fewest_rollouts
from curriculum_kit.forecast.tables import FEWEST, Asked, Estimators, Expected, Ints, Rated
from curriculum_kit.forecast.wordings import all_right, spread_within

ANSWERS = 10


def forecast(
    asked: Asked, answers: list[str], rated: Rated | None, rollouts: int, spread: float, prior: Beta
) -> Expected:
    """Return the expected shares of dead groups of all rated questions, or of all where nothing is `rated`.

    `rollouts` of a group, 2 or more, are shared evenly by its wordings. `spread` is the standard deviation of the pass
    rates of a question's wordings (see `wordings`), 0 to below 0.5. `prior` is taken where there are no pass rates.
    """
    size = len(asked.tier)
    rate, tried, has_rate = np.zeros(size), np.zeros(size), np.full(size, rated is None)
    if rated is not None:
        first = rated.question[rated.original]
        rate[first], tried[first], has_rate[first] = rated.rate[rated.original], rated.rollouts[rated.original], True
    unknown = np.isnan(tried)
    fewest = fewest_rollouts(rate[unknown]) if unknown.any() else None
    behind = tried if fewest is None else np.where(unknown, float(fewest), tried)
    tiers = {int(tier): np.flatnonzero(has_rate & (asked.tier == tier)) for tier in np.unique(asked.tier[has_rate])}
    seen = dict.fromkeys(tiers, prior) if rated is None else _fitted(tiers, rate, behind)
    measured = _measured(asked, rated, seen, rollouts)
    modelled = has_rate & (asked.wordings > 1) & np.isnan(measured[:, 0]) & (spread > 0)
    without, one, few = np.zeros((3, size, 2))
    capped = {}
    for tier, here in tiers.items():
        without[here] = dead_chances(seen[tier], rate[here], tried[here], rollouts)
        taken = spread_within(seen[tier], spread)
        if modelled[here].any() and taken < spread:
            capped[tier] = taken
        for k in np.unique(asked.wordings[here[modelled[here]]]):
            of = here[modelled[here] & (asked.wordings[here] == k)]
            one[of], few[of] = _by_the_model(seen[tier], taken, rate[of], behind[of], rollouts, int(k))
    cells = Cells(asked, without, measured, modelled, one, few)
    by_tier = [cells.part("tier", str(tier), here) for tier, here in tiers.items()]
    by_answer = []
    if rated is not None:
        counts = np.bincount(asked.answer[has_rate], minlength=len(answers))
        common = sorted(np.flatnonzero(counts), key=lambda code: (-counts[code], answers[code]))[:ANSWERS]
        by_answer = [cells.part("answer", answers[c], np.flatnonzero(has_rate & (asked.answer == c))) for c in common]
    rows = Asked(*(column[has_rate] for column in (asked.tier, asked.answer, asked.wordings, asked.count)))
    served = _estimators(rows, tried[has_rate], measured[has_rate], rollouts, rated is None)
    parts = (all_of(by_tier), *by_tier, *by_answer)
    return Expected(rollouts, spread, prior if rated is None else None, parts, served, fewest, capped)


def _fitted(tiers: dict[int, Ints], rate: Floats, behind: Floats) -> dict[int, Beta]:
    """Return the distribution of the original wordings' pass rates in each tier, an even one where they are too few."""

    def fit(here: Ints) -> Beta:
        right, known, _, times = distinct(rate[here], behind[here])
        return fit_beta(right, known, times.astype(np.float64))

    every = np.concatenate(list(tiers.values()))
    overall = fit(every) if len(every) >= FEWEST else UNIFORM
    return {tier: fit(here) if len(here) >= FEWEST else overall for tier, here in tiers.items()}


def _measured(asked: Asked, rated: Rated | None, seen: dict[int, Beta], rollouts: int) -> Floats:
    """Return the chances of questions of whose wordings each was rated, the product over them; NaN of all others."""
    found = np.full((len(asked.tier), 2), np.nan)
    if rated is None:
        return found
    times = np.bincount(rated.question, minlength=len(found))
    complete = (times == asked.wordings) & (times > 1)
    logs = np.zeros_like(found)
    tier, size = asked.tier[rated.question], np.where(complete, asked.wordings, 0)[rated.question]
    for one, beta in seen.items():
        for k in np.unique(size[(tier == one) & (size > 0)]):
            of = np.flatnonzero((tier == one) & (size == k))
            with np.errstate(divide="ignore"):
                chances = np.log(dead_chances(beta, rated.rate[of], rated.rollouts[of], rollouts // int(k)))
            for side in (0, 1):
                logs[:, side] += np.bincount(rated.question[of], chances[:, side], len(found))
    found[complete] = np.exp(logs[complete])
    return found


def _by_the_model(
    seen: Beta, spread: float, rate: Floats, behind: Floats, rollouts: int, wordings: int
) -> tuple[Floats, Floats]:
    """Return the model's chances of each question in one wording and in several, of shape (len(rate), 2) each."""
    right, known, place, _ = distinct(rate, behind)
    alone, grouped = all_right(seen, spread, right, known, rollouts, wordings)
    alone_wrong, grouped_wrong = all_right(seen.flipped, spread, known - right, known, rollouts, wordings)
    return np.stack([alone, alone_wrong], axis=1)[place], np.stack([grouped, grouped_wrong], axis=1)[place]


def _estimators(asked: Asked, tried: Floats, measured: Floats, rollouts: int, is_prior: bool) -> Estimators:
    """Return how many questions each estimator served; all arguments are of rated questions."""
    found, unknown, enough = ~np.isnan(measured[:, 0]), np.isnan(tried), tried >= rollouts
    assumed = (asked.wordings > 1) & ~found
    if is_prior:
        return Estimators(prior=int(asked.count.sum()), assumed=int(asked.count[assumed].sum()))
    kinds = (enough, ~unknown & ~enough, unknown, found, assumed)
    unbiased, posterior, as_given, of_all, of_some = (int(asked.count[kind].sum()) for kind in kinds)
    return Estimators(unbiased, posterior, as_given, 0, of_all, of_some)
