"""The rules that pick the right option, one after another, each where the earlier ones are silent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from curriculum_kit.audit.formats.features import CONTENT, Features, features_of
from curriculum_kit.audit.formats.proof import Evidence, Labels, evidence_for
from curriculum_kit.audit.formats.relations import Relations
from curriculum_kit.audit.formats.search import Rule, Tally, picks, tallies
from curriculum_kit.audit.samples import every
from curriculum_kit.offers import Offers

_ALARM = 0.001
_LIFT = 0.05
"""By how much more often than chance a rule must be right, in the questions where it takes an option."""
_GAIN = 0.002
"""Right answers that a rule must add to chance, as a share of all questions."""
_FIRED = 15
"""Questions in which a rule must take an option. Of four options, 15 in 15 are needed to survive some 1,000 rules."""
_SIMPLER = 0.95
"""A simpler rule is preferred if its evidence is at least this share of the strongest rule's."""
_MOST_SEARCHED = 100_000
"""Questions that rules are searched on; figures are then counted on all."""
MOST_COUNTED = 30
"""Rules that are looked for."""


@dataclass(frozen=True)
class Hit:
    """A rule, and what shows that it is about form."""

    rule: Rule
    by: Evidence


@dataclass
class Search:
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
    def over(cls, offers: Offers) -> Search:
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

    def rules(self) -> Iterator[Hit]:
        """Yield at most `MOST_COUNTED` rules, strongest first."""
        for _ in range(MOST_COUNTED):
            by = evidence_for(self.rest, self.features, self.labels, [one.rule for one in self.left], self.alarm)
            passed = [one for one in self.left if one.rule.name in by]
            if not passed:
                return
            near = [one for one in passed if one.weight >= _SIMPLER * passed[0].weight]
            best = min(near, key=lambda one: one.rule.feature.rank).rule
            yield Hit(best, by[best.name])
            # What the labels explain of letters and words they explain of fewer questions too.
            self.explained += [one for one in self.left if one not in passed and one.rule.feature.rank == CONTENT]
            kept = {one.rule.place for one in passed} | {
                o.rule.place for o in self.left if o.rule.feature.rank != CONTENT
            }
            self.rest = self.rest.subset(taken_by(best, self.rest, self.features) < 0)
            self.left = self.beyond_chance(tallies(self.rest, self.features, sorted(kept))) if len(self.rest) else []

    def by_labels(self) -> list[Tally]:
        """Return the rules that the labels explain and that are beyond chance in the questions that are left."""
        known = {one.rule.name: one.rule.place for one in (*self.left, *self.explained)}
        if not len(self.rest):
            return []
        counted = tallies(self.rest, self.features, sorted(set(known.values())))
        return self.beyond_chance([one for one in counted if one.rule.name in known])


def taken_by(rule: Rule, offers: Offers, features: Features) -> np.ndarray:
    """Return the option that the rule takes in each question, as its place among the options, or -1."""
    return picks(offers, features.offered(rule.place, Relations(offers)), rule.sign)
