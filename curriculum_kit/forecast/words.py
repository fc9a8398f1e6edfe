"""What a forecast means, in sentences."""

from __future__ import annotations

from curriculum_kit.forecast.beta import UNIFORM
from curriculum_kit.forecast.tables import FEWEST, Dead, Expected, Part

_EQUAL = 5e-4
"""Shares that differ by less are printed alike, or one apart in the last digit."""


def sentences(found: Expected) -> list[str]:
    """Return what was expected, how it was estimated and what was assumed, the most important first."""
    overall = found.parts[0]
    return [_expected(found), *_known(found), *_assumed(found, overall)]


def _expected(found: Expected) -> str:
    overall = found.parts[0]
    without, with_groups = _percent(overall.without), _percent(overall.with_groups)
    if overall.wordings == (1,):
        return f"Expected share of dead groups: {without}, of {overall.questions:,} groups."
    saved = (overall.without.share - overall.with_groups.share) * overall.questions
    if _is_unchanged(overall):
        if _is_measured(found):
            why = "By the pass rates of the wordings"
        else:
            why = "With equal pass rates of the wordings (--spread 0)" if found.spread == 0 else "Here,"
        return f"{why} groups change nothing: {without} dead with and without."
    if saved < 0:
        return (
            f"Expected share of dead groups: {without} without groups, {with_groups} with: these wordings make more "
            f"groups dead, {-saved:,.0f} of {overall.questions:,}; leave the groups out."
        )
    return (
        f"Expected share of dead groups: {without} without groups, {with_groups} with: {saved:,.0f} more of "
        f"{overall.questions:,} groups have a gradient."
    )


def _known(found: Expected) -> list[str]:
    by, rollouts = found.estimators, found.rollouts
    told = []
    if found.prior is not None:
        what = (
            "every pass rate from 0 to 1 is held for equally likely"
            if found.prior == UNIFORM
            else f"a Beta distribution of pass rates of mean {found.prior.mean:.2g} and standard deviation "
            f"{found.prior.deviation:.2g} is assumed"
        )
        told.append(f"No pass rates were given: {what}, in every tier alike. --pass-rates FILE tells tiers apart.")
    if by.unbiased:
        told.append(
            f"{_questions(by.unbiased)} tried {rollouts} times or more: estimated without bias, by the share of all "
            f"ways to take {rollouts} of the rollouts seen (hypergeometric)."
        )
    if by.posterior:
        enough = found.parts[0].questions >= FEWEST
        prior = "fitted to the tier" if enough else f"even, since there are fewer than {FEWEST}"
        told.append(
            f"{_questions(by.posterior)} tried fewer than {rollouts} times: estimated by a beta-binomial posterior, "
            f"its prior {prior}."
        )
    if by.as_given:
        told.append(
            f"{_questions(by.as_given)} with a pass rate that does not say how many rollouts are behind it: taken as "
            "exact, so that a rate of 0 or 1 is dead for certain, which overstates the share. A column rollouts in "
            "the file mends that."
        )
    return told


def _assumed(found: Expected, overall: Part) -> list[str]:
    by = found.estimators
    if overall.wordings == (1,):
        return []
    told = []
    if by.measured:
        told.append(f"{_questions(by.measured)} with a pass rate of every wording: the product over them.")
    if _is_measured(found):
        return told
    if found.spread > 0:
        told.append(
            f"How the pass rates of a question's wordings differ is not known: a standard deviation of "
            f"{found.spread:g} is assumed (--spread), for a question passed half of the time."
        )
        if found.fewest is not None:
            told.append(f"What other wordings do to them is forecast as if {found.fewest} rollouts were behind each.")
        if found.capped:
            tiers = ", ".join(f"{taken:.2f} in tier {tier}" for tier, taken in found.capped.items())
            told.append(
                f"Pass rates that vary too little for that allow {tiers}: taken there, as if the questions of a tier "
                "were all alike but for their wording."
            )
        if not by.measured and not _is_unchanged(overall):
            told.append(
                "With equal pass rates of the wordings groups change nothing: "
                f"{_percent(overall.without)} dead with and without."
            )
    return told


def _is_unchanged(part: Part) -> bool:
    return abs(part.without.share - part.with_groups.share) < _EQUAL


def _is_measured(found: Expected) -> bool:
    """Say whether no wording of any group had to be forecast."""
    return found.estimators.measured > 0 and not found.estimators.assumed


def _questions(count: int) -> str:
    return f"{count:,} question{'' if count == 1 else 's'}"


def _percent(dead: Dead) -> str:
    return f"{dead.share:.1%}"
