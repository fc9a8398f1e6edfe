"""Does the form of an option give the right one away? Case, marks, length, digits, articles: the odd one out.

Reads `Offers`, as the source spells the options or as canonical labels; gives findings of the check `formats`.
Rules are searched for (`features`, `search`), and those that only know which labels are often right
are told apart (`proof`). Of rules that take the same options the simplest is reported, then what picks
right where the first is silent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from curriculum_kit.audit.findings import Finding, evidence, unchecked
from curriculum_kit.audit.formats.features import CONTENT, Features, features_of
from curriculum_kit.audit.formats.proof import Evidence, Labels, evidence_for
from curriculum_kit.audit.formats.search import Rule, Tally, picks, tallies, tally
from curriculum_kit.audit.samples import affordable, every
from curriculum_kit.enums import Check, Severity
from curriculum_kit.offers import Offers

AS_GIVEN = "as given by the source"
AS_SHOWN = "as ckit shows them"
_SLUGS = {AS_GIVEN: "source", AS_SHOWN: "label"}

MIN_QUESTIONS = 20
"""Questions of three or more options below which nothing can be said."""
_ALARM = 0.001
_LIFT = 0.05
"""By how much more often than chance a rule must be right, in the questions where it takes an option."""
_GAIN, _SERIOUS = 0.002, 0.05
"""Right answers that a rule adds to chance, as a share of all questions: to be reported, and to be serious."""
_FIRED = 15
"""Questions in which a rule must take an option. Of four options, 15 in 15 are needed to survive some 1,000 rules."""
_SIMPLER = 0.95
"""A simpler rule is preferred if its evidence is at least this share of the strongest rule's."""
_MOST_RULES, _MOST_COUNTED = 10, 30
"""Rules that are reported, and that are looked for to say how many more there are."""
_MOST_SEARCHED = 100_000
"""Questions that rules are searched on; figures are then counted on all."""
_MOST_CHARACTERS = 2_000_000
"""Of the distinct options. Benchmarks with more, whose options are sentences, are looked at in part."""


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
        why = "how the source spells them is not known; ingest it again" if where == AS_GIVEN else "there are none"
        return [unchecked(Check.FORMATS, f"{slug}/all", f"The form of the options could not be checked: {why}.")]
    asked = offers.subset(offers.sizes >= 3)
    if len(asked) < MIN_QUESTIONS:
        sentence = (
            f"The form of the options {where} could not be checked: {len(asked):,} questions have three or more, "
            f"at least {MIN_QUESTIONS} are needed."
        )
        return [unchecked(Check.FORMATS, f"{slug}/all", sentence)]
    part = affordable(asked, _MOST_CHARACTERS, MIN_QUESTIONS)
    search = _Search.over(part)
    found = list(search.rules())
    sample = "" if len(part) == len(asked) else f", looked for in {len(part):,} of {len(asked):,}"
    findings = [_finding(hit, part, search, slug, where, sample) for hit in found[:_MOST_RULES]]
    if len(found) > _MOST_RULES:
        more = f"{'At least ' if len(found) == _MOST_COUNTED else ''}{len(found) - _MOST_RULES}"
        sentence = (
            f"{more} more rules on the form of the options {where} pick the right one; those above are the strongest."
        )
        findings.append(Finding(Check.FORMATS, f"{slug}/more", Severity.NOTE, sentence, of=len(part)))
    else:
        findings += _explained(search, part, slug, where)
    if not found:
        sentence = (
            f"The form of the options {where} does not give the right one away: none of {search.tried:,} rules picks "
            f"it more often than chance and the labels explain{sample}."
        )
        findings.append(Finding(Check.FORMATS, f"{slug}/none", Severity.CLEAR, sentence, of=len(part)))
    return findings


@dataclass(frozen=True)
class _Hit:
    """A rule, and what shows that it is about form."""

    rule: Rule
    by: Evidence


@dataclass
class _Search:
    """Rules that pick the right option, one after another; each is searched where the earlier ones are silent."""

    rest: Offers
    features: Features
    labels: Labels
    least: float
    """Right answers beyond chance that a rule must add."""
    tried: int
    left: list[Tally]
    """Rules beyond chance in the questions that are left, strongest first."""
    explained: list[Tally]
    """Rules beyond chance that the labels explain, and that are no longer looked at."""

    @classmethod
    def over(cls, offers: Offers) -> _Search:
        """Count all rules on at most `_MOST_SEARCHED` of the questions."""
        rest = every(offers, _MOST_SEARCHED)
        weights = np.bincount(rest.option.codes, minlength=len(rest.option.texts))
        least = _GAIN * len(rest)
        features = features_of(rest.option.texts, weights, max(_FIRED, least))
        counted = tallies(rest, features, range(len(features.named)))
        search = cls(rest, features, Labels.of(rest.option.texts), least, len(counted), [], [])
        search.left = search.beyond_chance(counted)
        return search

    @property
    def alarm(self) -> float:
        """The p-value that a single rule must stay below."""
        return _ALARM / max(1, self.tried)

    def beyond_chance(self, counted: list[Tally]) -> list[Tally]:
        """Return the rules whose lift, gain and p-value matter, strongest first."""
        large = [
            one
            for one in counted
            if one.fired >= _FIRED and one.precision - one.chance >= _LIFT and one.right - one.by_chance >= self.least
        ]
        return sorted((one for one in large if one.p_value < self.alarm), key=lambda one: (-one.weight, one.rule.name))

    def rules(self) -> Iterator[_Hit]:
        """Yield at most `_MOST_COUNTED` rules, strongest first."""
        for _ in range(_MOST_COUNTED):
            by = evidence_for(self.rest, self.features, self.labels, [one.rule for one in self.left], self.alarm)
            passed = [one for one in self.left if one.rule.name in by]
            if not passed:
                return
            near = [one for one in passed if one.weight >= _SIMPLER * passed[0].weight]
            best = min(near, key=lambda one: one.rule.feature.rank).rule
            yield _Hit(best, by[best.name])
            # What the labels explain of letters and words they explain of fewer questions too.
            self.explained += [one for one in self.left if one not in passed and one.rule.feature.rank == CONTENT]
            kept = {one.rule.place for one in passed} | {
                o.rule.place for o in self.left if o.rule.feature.rank != CONTENT
            }
            self.rest = self.rest.subset(picks(self.rest, self.features.values(best.place), best.sign) < 0)
            self.left = self.beyond_chance(tallies(self.rest, self.features, sorted(kept))) if len(self.rest) else []


def _finding(hit: _Hit, offers: Offers, search: _Search, slug: str, where: str, sample: str) -> Finding:
    """Return the finding about a rule, counted on all questions."""
    from scipy.stats import binomtest

    taken = picks(offers, search.features.values(hit.rule.place), hit.rule.sign)
    counted = tally(hit.rule, offers, taken)
    fired = np.flatnonzero(taken >= 0)
    codes = pa.array(offers.option.codes[taken[fired]])
    interval = binomtest(counted.right, counted.fired).proportion_ci(method="wilson")
    gain = (counted.right - counted.by_chance) / len(offers)
    sentence = (
        f"Where exactly one of three or more options {where} {hit.rule.phrase} ({counted.fired:,} questions{sample}) "
        f"it is the right one in {_percent(counted.precision)} (chance {_percent(counted.chance)})"
    )
    if hit.by is Evidence.PLAIN:
        sentence += "; which labels are right tells as much (see the option prior)"
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
        evidence=evidence(
            offers.question_ids.take(pa.array(fired)), None, pa.array(offers.option.texts, pa.string()).take(codes)
        ),
    )


def _explained(search: _Search, offers: Offers, slug: str, where: str) -> list[Finding]:
    """Return the note that rules are beyond chance, but no more than their labels are."""
    explained = list({one.rule.name: one for one in (*search.left, *search.explained)}.values())
    if not explained:
        return []
    best = max(explained, key=lambda one: one.weight)
    more = f", as do {len(explained) - 1:,} other rules" if len(explained) > 1 else ""
    sentence = (
        f"Where exactly one of three or more options {where} {best.rule.phrase} it is the right one in "
        f"{_percent(best.precision)} (chance {_percent(best.chance)}){more}, but that follows from which labels are "
        "often right: see the option prior."
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
        )
    ]


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")
