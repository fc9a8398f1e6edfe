"""How often the odd one out is right: every rule "take the one option that ..." counted over all questions.

Reads `Offers` and `Features`. A rule is a feature and a direction: it takes the option whose value is the single
highest, or the single lowest, and is silent where two share the place. For a flag that is the one option that has
it alone, or the one that alone lacks it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from curriculum_kit.audit.formats.features import Feature, Features
from curriculum_kit.audit.formats.relations import Relations
from curriculum_kit.offers import Offers

_COLUMNS = 64
"""Flags counted at a time: 100,000 questions then take 26 MB in float32."""


@dataclass(frozen=True)
class Rule:
    """Take the one option that is highest by a feature (`sign` 1) or lowest (`sign` -1)."""

    feature: Feature
    place: int
    sign: int

    @property
    def name(self) -> str:
        """The stable name: `alone-...` for flags, `most-...` for measures."""
        words = ("alone-", "alone-not-") if self.feature.is_flag else ("most-", "least-")
        return words[self.sign < 0] + self.feature.slug

    @property
    def phrase(self) -> str:
        """What the option that the rule takes does and the others do not."""
        return self.feature.has if self.sign > 0 else self.feature.lacks


@dataclass(frozen=True)
class Tally:
    """How a rule does: `fired` questions where it takes an option, `right` of them, and what chance would give."""

    rule: Rule
    fired: int
    right: int
    by_chance: float

    @property
    def precision(self) -> float:
        """Share of the questions where it takes an option in which that one is right."""
        return self.right / self.fired

    @property
    def chance(self) -> float:
        """Mean probability of a guess to be right in these questions."""
        return self.by_chance / self.fired

    @property
    def weight(self) -> float:
        """What rules are ranked by: fired times the square of KL(precision || chance), in nats.

        Fired times KL is minus the log of Chernoff's bound on the p-value. The square prefers, of a rule and a
        blunter one that takes in more, the sharper: the rest of the blunt one is found when the sharp one is out.
        """
        from scipy.special import rel_entr

        p, c = self.precision, self.chance
        return float(self.fired * (rel_entr(p, c) + rel_entr(1 - p, 1 - c)) ** 2)

    @property
    def p_value(self) -> float:
        """Probability of as many right by chance.

        The upper tail of the binomial of the mean chance bounds that of the sum of unequal chances
        (Hoeffding 1956, theorem 4) wherever more are right than expected.
        """
        from scipy.stats import binom

        return float(binom.sf(self.right - 1, self.fired, min(1.0, self.chance)))


@dataclass(frozen=True)
class Taken:
    """The options that a rule takes, by distinct text: how many, how many of them right, and what chance gives."""

    rule: Rule
    fired: np.ndarray
    right: np.ndarray
    by_chance: np.ndarray


def picks(offers: Offers, values: np.ndarray, sign: int) -> np.ndarray:
    """Return the option that a rule takes in each question, as its place among the options, or -1.

    `values` has an entry per offered option; where one of a question is NaN the rule is silent.
    """
    if not len(offers):
        return np.empty(0, np.int64)
    offered = sign * values
    top = offered == np.repeat(np.maximum.reduceat(offered, offers.start[:-1]), offers.sizes)
    alone = np.add.reduceat(top, offers.start[:-1], dtype=np.int64) == 1
    taken = np.full(len(offers), -1, np.int64)
    taken[alone] = np.flatnonzero(top & np.repeat(alone, offers.sizes))
    return taken


def tally(rule: Rule, offers: Offers, taken: np.ndarray) -> Tally:
    """Return how a rule does that takes these options."""
    fired = taken >= 0
    return Tally(rule, int(fired.sum()), int(offers.is_right[taken[fired]].sum()), float(offers.chance[fired].sum()))


def tallies(offers: Offers, features: Features, places: Sequence[int]) -> list[Tally]:
    """Return how the rules of these features do, both directions of each; those that are silent are left out."""
    from scipy.sparse import csr_array

    found = []
    chances, level = np.unique(offers.chance, return_inverse=True)
    # Sparse, although it is a plain sum by level of chance: threaded BLAS stalls where other work holds the cores.
    of_level = csr_array((np.ones(len(level), np.int32), (level, np.arange(len(level)))), (len(chances), len(level)))
    for some, sign, _, fires, hits in _flags_at_work(offers, features, places):
        counts = of_level @ fires.view(np.int8)
        fired, by_chance = counts.sum(axis=0), (chances[:, None] * counts).sum(axis=0)
        right = np.count_nonzero(fires & hits, axis=0)
        for column, place in enumerate(some):
            rule = Rule(features.named[place], place, sign)
            found.append(Tally(rule, int(fired[column]), int(right[column]), float(by_chance[column])))
    relations = Relations(offers)
    for place in (place for place in places if not _is_counted_at_once(features.named[place])):
        offered = features.offered(place, relations)
        # Of a relation that is a flag one option has it at most: none lacks it alone.
        for sign in (1,) if features.named[place].is_flag else (1, -1):
            found.append(tally(Rule(features.named[place], place, sign), offers, picks(offers, offered, sign)))
    return [one for one in found if one.fired]


def taken_by_text(offers: Offers, features: Features, rules: Iterable[Rule]) -> Iterator[Taken]:
    """Yield the options that the rules take, by text, in any order."""
    wanted = {(rule.place, rule.sign): rule for rule in rules}
    places = sorted({place for place, _ in wanted})
    texts = len(offers.option.texts)
    offered, right = _incidence(offers)
    chance = offers.chance[:, None].astype(np.float32)
    for some, sign, marked, fires, _ in _flags_at_work(offers, features, places):
        # Of the options of a question where the rule fires it takes the one that is marked.
        fired = fires.astype(np.float32)
        sums = [(offered.T @ fired) * marked, (right.T @ fired) * marked, (offered.T @ (fired * chance)) * marked]
        for column, place in enumerate(some):
            if (place, sign) in wanted:
                yield Taken(wanted[place, sign], *(each[:, column] for each in sums))
    relations = Relations(offers)
    for rule in (rule for rule in wanted.values() if not _is_counted_at_once(rule.feature)):
        taken = picks(offers, features.offered(rule.place, relations), rule.sign)
        at_work = taken >= 0
        codes = offers.option.codes[taken[at_work]]
        each = (None, offers.is_right[taken[at_work]], offers.chance[at_work])
        yield Taken(rule, *(np.bincount(codes, weight, minlength=texts) for weight in each))


def _flags_at_work(
    offers: Offers, features: Features, places: Sequence[int]
) -> Iterator[tuple[list[int], int, np.ndarray, np.ndarray, np.ndarray]]:
    """Yield some of the flags, a direction, the texts they mark, where they fire, and where that would be right.

    Questions times texts times texts times flags is how many options of a question have each flag. Marked is a
    row per text, the last two are a row per question; a column is a flag.
    """
    offered, right = _incidence(offers)
    sizes, n_right = offers.sizes[:, None], np.bincount(offers.row, offers.is_right, len(offers))[:, None]
    flags_only = [place for place in places if _is_counted_at_once(features.named[place])]
    for begin in range(0, len(flags_only), _COLUMNS):
        some = flags_only[begin : begin + _COLUMNS]
        flags = features.flags[:, some].toarray()
        have, right_have = offered @ flags, right @ flags
        yield some, 1, flags, have == 1, right_have == 1
        yield some, -1, 1 - flags, have == sizes - 1, right_have < n_right


def _is_counted_at_once(feature: Feature) -> bool:
    """Return whether a text has the feature or not, whatever stands beside it."""
    return feature.is_flag and not feature.is_relation


def _incidence(offers: Offers) -> tuple[Any, Any]:
    """Return questions times texts as sparse int8 matrices: how often each is offered, and which are right."""
    from scipy.sparse import csr_array

    shape = (len(offers), len(offers.option.texts))
    index = (offers.option.codes, offers.start)
    ones = np.ones(len(offers.option.codes), np.int8)
    return csr_array((ones, *index), shape), csr_array((offers.is_right.astype(np.int8), *index), shape)
