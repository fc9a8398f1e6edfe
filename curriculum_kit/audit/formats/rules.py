"""Does the form of an option give the right one away? Case, marks, length, digits, articles: the odd one out.

Reads `Offers`, as the source spells the options or as canonical labels; gives findings of the check `formats`.
Rules are searched for (`features`, `search`), and those that only know which labels are often right
are told apart (`proof`). Of rules that take the same options the simplest is reported, then what picks
right where the first is silent.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from curriculum_kit.audit.findings import Finding, evidence, unchecked
from curriculum_kit.audit.formats.chosen import MOST_COUNTED, Hit, Search, taken_by
from curriculum_kit.audit.formats.proof import Evidence
from curriculum_kit.audit.formats.search import Tally, tally
from curriculum_kit.audit.samples import affordable
from curriculum_kit.enums import Check, Severity
from curriculum_kit.offers import Offers

AS_GIVEN = "As the source spells them"
AS_SHOWN = "As ckit shows them"
_SLUGS = {AS_GIVEN: "source", AS_SHOWN: "label"}

MIN_QUESTIONS = 20
"""Questions of three or more options below which nothing can be said."""
_SERIOUS = 0.05
"""Right answers that a rule adds to chance, as a share of all questions, for it to be serious."""
_MOST_RULES = 10
"""Rules that are reported; more are counted."""
_MOST_CHARACTERS = 2_000_000
"""Of the distinct options. Benchmarks with more, whose options are sentences, are looked at in part."""
_OF_PRIOR = 0.5
"""Share of a rule's gain over chance that the option prior must give alone, for the rule to be put down to it."""


def format_findings(offers: Offers, where: str) -> list[Finding]:
    """Return the rules on the form of options that pick the right one, strongest first.

    A rule takes, in questions of three or more options, the single option that has a feature, lacks it, or is
    highest or lowest in it. It is reported if it is right at least 0.05 more often than chance, adds at least 0.002
    of all questions to chance, is beyond chance at p < 0.001 after Bonferroni's correction for all rules that were
    tried, and tells more than which labels are often right. The figure is its precision with Wilson's interval,
    `rows` the questions where it takes an option, and the evidence names the option. It is serious from 0.05 of
    all questions on. `where` is `AS_GIVEN` or `AS_SHOWN`, and part of the name.
    """
    slug = _SLUGS[where]
    if not len(offers):
        why = "the source's spelling is not kept" if where == AS_GIVEN else "no question has options"
        return [unchecked(Check.FORMATS, f"{slug}/all", f"The form of the options could not be checked: {why}.")]
    asked = offers.subset(offers.sizes >= 3)
    if len(asked) < MIN_QUESTIONS:
        sentence = (
            f"{where}: the form of the options could not be checked: {len(asked):,} questions have three or more, "
            f"at least {MIN_QUESTIONS} are needed."
        )
        return [unchecked(Check.FORMATS, f"{slug}/all", sentence)]
    part = affordable(asked, _MOST_CHARACTERS, MIN_QUESTIONS)
    search = Search.over(part)
    found = list(search.rules())
    sample = "" if len(part) == len(asked) else f", looked for in {len(part):,} of {len(asked):,}"
    findings = [_finding(hit, part, search, slug, where, sample) for hit in found[:_MOST_RULES]]
    if len(found) > _MOST_RULES:
        more = f"{'at least ' if len(found) == MOST_COUNTED else ''}{len(found) - _MOST_RULES}"
        sentence = (
            f"{where}: {more} more rules on the form of the options pick the right one; those above are the strongest."
        )
        findings.append(Finding(Check.FORMATS, f"{slug}/more", Severity.NOTE, sentence, of=len(part)))
    else:
        findings += _explained(search, found, part, slug, where)
    if not found:
        sentence = (
            f"{where}: the form of the options does not give the right one away: none of {search.tried:,} rules picks "
            f"it more often than can be explained by chance and by how often each label is right{sample}."
        )
        findings.append(Finding(Check.FORMATS, f"{slug}/none", Severity.CLEAR, sentence, of=len(part)))
    return findings


def _finding(hit: Hit, offers: Offers, search: Search, slug: str, where: str, sample: str) -> Finding:
    """Return the finding about a rule, counted on all questions."""
    from scipy.stats import binomtest

    taken = taken_by(hit.rule, offers, search.features)
    counted = tally(hit.rule, offers, taken)
    interval = binomtest(counted.right, counted.fired).proportion_ci(method="wilson")
    gain = (counted.right - counted.by_chance) / len(offers)
    sentence = (
        f"{where}: where exactly one of three or more options {hit.rule.phrase} ({counted.fired:,} questions{sample}) "
        f"it is the right one in {counted.precision:.1%} (chance {counted.chance:.1%})"
    )
    if hit.by is Evidence.PLAIN:
        sentence += "; knowing how often each label is right tells as much"
    return Finding(
        Check.FORMATS,
        f"{slug}/{hit.rule.name}",
        Severity.SERIOUS if gain >= _SERIOUS else Severity.WARNING,
        f"{sentence}.",
        figure=counted.precision,
        expected=counted.chance,
        low=float(interval.low),
        high=float(interval.high),
        p_value=min(1.0, counted.p_value * search.tried),
        rows=counted.fired,
        of=len(offers),
        evidence=_shown(offers, taken),
    )


def _shown(offers: Offers, taken: np.ndarray) -> pa.Table:
    """Return the questions in which a rule takes an option, and which."""
    fired = np.flatnonzero(taken >= 0)
    codes = pa.array(offers.option.codes[taken[fired]])
    texts = pa.array(offers.option.texts, pa.string())
    return evidence(offers.question_ids.take(pa.array(fired)), None, texts.take(codes))


def _explained(search: Search, found: list[Hit], offers: Offers, slug: str, where: str) -> list[Finding]:
    """Return the note that rules are beyond chance, but no more than their labels are.

    Counted where the rules that were found are silent.
    """
    explained = search.by_labels()
    if not explained:
        return []
    rule = explained[0].rule
    for hit in found:
        offers = offers.subset(taken_by(hit.rule, offers, search.features) < 0)
    taken = taken_by(rule, offers, search.features)
    best = tally(rule, offers, taken)
    others = len(explained) - 1
    more = "" if not others else ", as does one other rule" if others == 1 else f", as do {others:,} other rules"
    but = (
        "but that follows from which labels are often right: see the option prior"
        if _from_prior(offers, taken, best)
        else "which follows from which labels are offered together"
    )
    sentence = (
        f"{where}: where exactly one of three or more options {rule.phrase}{' in the other questions' * bool(found)} "
        f"({best.fired:,} questions) it is the right one in {best.precision:.1%} "
        f"(chance {best.chance:.1%}){more}, {but}."
    )
    return [
        Finding(
            Check.FORMATS,
            f"{slug}/explained-by-labels",
            Severity.NOTE,
            sentence,
            figure=best.precision,
            expected=best.chance,
            p_value=min(1.0, best.p_value * search.tried),
            rows=best.fired,
            of=len(offers),
            evidence=_shown(offers, taken),
        )
    ]


def _from_prior(offers: Offers, taken: np.ndarray, counted: Tally) -> bool:
    """Return whether the labels that a rule takes are right as often as that wherever they are offered."""
    size = len(offers.option.texts)
    offered = np.bincount(offers.option.codes, minlength=size).clip(1)
    rate = np.bincount(offers.option.codes, offers.is_right, size) / offered
    known = float(rate[offers.option.codes[taken[taken >= 0]]].mean())
    return known - counted.chance >= _OF_PRIOR * (counted.precision - counted.chance)
