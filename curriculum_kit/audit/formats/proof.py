"""Is a rule on the form of options about their form, or does it only know which labels are often right?

"Take the one that contains a v" picks liver, and liver is often right: that is the option prior's affair, and a
search over thousands of rules finds hundreds like it. A rule is about form if one of these holds:

1. *Spelling*: of one label, the spelling that the rule looks for is right more often than its other spellings.
2. *Labels*: the rule does well on many labels, not on a few. A label is one observation here, however many
   questions offer it, so texts that never come again (sentences, where the longest is right) count in full.
3. *Plain*: the rule is about form and not about letters or words, is right almost always, and takes several
   labels. Then which labels are right follows from the rule as much as the rule from the labels, and the rule is
   simpler.
4. *Company*: a rule on an option beside the others and its question (`relations`) is right more often than the labels
   are there, given how strong each is among those offered with it (`strengths`). Of such rules 1 and 3 are not asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from curriculum_kit.audit.formats.features import BUILD, CONTENT, MEASURE, Features
from curriculum_kit.audit.formats.relations import Relations
from curriculum_kit.audit.formats.search import Rule, Taken, picks, taken_by_text
from curriculum_kit.audit.formats.strengths import right_by_strength
from curriculum_kit.audit.samples import every
from curriculum_kit.labels import fold_label, near_key
from curriculum_kit.offers import Offers

_AFTER_FIRST_SENTENCE = re.compile(r"(?<=[.!?])\s.*", re.S)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_EFFECT = 0.05
"""How much more often a spelling must be right than the label's others; for measures, the correlation."""
_BEYOND = 0.1
"""Share of the mistakes of who knows how often each label is right that the rule avoids."""
_VARIED = 0.1
"""Share of the options which the rule could take whose label is offered in other spellings too."""
_SURE, _LABELS = 0.9, 3.0
"""Precision of a plain rule, and the labels it takes at least, as the inverse of the sum of squared shares;
twice as many for rules on how words are built, which many a set of a few labels fits by accident."""
_WIDE = 0.1
"""Share of the questions in which a rule on how words are built must take an option to be plain."""
_STRENGTHS_OF = 20_000
"""Questions that the strengths of labels are estimated on, and rules tried against them."""


class Evidence(StrEnum):
    """What shows that a rule is about form."""

    SPELLING = "spelling"
    LABELS = "labels"
    PLAIN = "plain"
    COMPANY = "company"


def _groups(keys: Iterable[str]) -> np.ndarray:
    places: dict[str, int] = {}
    return np.array([places.setdefault(key, len(places)) for key in keys], np.int64)


@dataclass(frozen=True)
class Labels:
    """What each distinct text says, as a code: texts of one code are spellings of one label."""

    folded: np.ndarray
    """By canonical label."""
    stem: np.ndarray
    """By the near key of the first sentence without brackets: spellings that say more count as one too."""

    @classmethod
    def of(cls, texts: Sequence[str]) -> Labels:
        """Return the codes of the texts."""
        bare = (_BRACKETS.sub(" ", _AFTER_FIRST_SENTENCE.sub("", text)) for text in texts)
        stems = (near_key(short) or near_key(text) for short, text in zip(bare, texts, strict=True))
        return cls(_groups(map(fold_label, texts)), _groups(stems))


def evidence_for(
    offers: Offers, features: Features, labels: Labels, rules: Iterable[Rule], alarm: float
) -> dict[str, Evidence]:
    """Return by name the rules that are about form, and what shows it; the labels explain the others.

    `alarm` is the p-value below which something is more than chance.
    """
    texts = len(offers.option.texts)
    offered = np.bincount(offers.option.codes, minlength=texts)
    right = np.bincount(offers.option.codes, offers.is_right, minlength=texts)
    rules = list(rules)
    found = {rule.name: Evidence.COMPANY for rule in _beyond_strengths(offers, features, labels, rules, alarm)}
    for taken in taken_by_text(offers, features, rules):
        rule = taken.rule
        if rule.name in found:
            continue
        if rule.feature.is_relation:
            if _labels_agree(taken, labels.stem, alarm):
                found[rule.name] = Evidence.LABELS
            continue
        # Letters and words are what labels are made of: only for the rest may a label go by several names.
        spelled = labels.folded if rule.feature.rank > MEASURE else labels.stem
        if _spelling_tells(taken, features.values(rule.place), offered, right, spelled, alarm):
            found[rule.name] = Evidence.SPELLING
        elif _labels_agree(taken, labels.stem, alarm):
            found[rule.name] = Evidence.LABELS
        elif _is_plain(taken, labels.stem, len(offers)):
            found[rule.name] = Evidence.PLAIN
    return found


def _beyond_strengths(
    offers: Offers, features: Features, labels: Labels, rules: Sequence[Rule], alarm: float
) -> list[Rule]:
    """Return the relations that are right more often than the labels they take are, by their strengths.

    The standard error is that of sums by unit, never smaller than that of independent questions.
    """
    from scipy.stats import norm

    relations = [rule for rule in rules if rule.feature.is_relation]
    if not relations:
        return []
    some = every(offers, _STRENGTHS_OF)
    likely = right_by_strength(some, labels.folded)
    beside, found = Relations(some), []
    for rule in relations:
        taken = picks(some, features.offered(rule.place, beside), rule.sign)
        rows = np.flatnonzero(taken >= 0)
        if not len(rows):
            continue
        known, right = likely[taken[rows]], some.is_right[taken[rows]]
        beyond, unknown = float((right - known).mean()), 1 - float(known.mean())
        by_unit = np.square(np.bincount(some.unit.codes[rows], right - known - beyond)).sum()
        error = np.sqrt(max(float((known * (1 - known)).sum()), float(by_unit)))
        if beyond >= _BEYOND * unknown and norm.sf(beyond * len(rows) / error) < alarm:
            found.append(rule)
    return found


def _spelling_tells(
    taken: Taken, values: np.ndarray, offered: np.ndarray, right: np.ndarray, label: np.ndarray, alarm: float
) -> bool:
    """Return whether, among the offers of one label, the value goes with being right.

    All arrays have an entry per text. The statistic is that of Mantel's (1963) extension of the Mantel-Haenszel
    test, with labels as strata: the sum of the values of right offers against its mean and standard deviation if,
    within each label, right were dealt at random.
    """
    from scipy.stats import norm

    rule = taken.rule
    if rule.feature.is_flag and rule.sign < 0:
        values = 1 - values
    n, hits = np.bincount(label, offered), np.bincount(label, right)
    total, squares = np.bincount(label, offered * values), np.bincount(label, offered * values**2)
    n, none = np.maximum(n, 1), n < 2
    spread = squares - total**2 / n
    spread[none | (spread < 1e-9 * squares)] = 0
    spread_right = hits * (n - hits) / n
    deviation = np.sqrt((spread * spread_right / np.maximum(n - 1, 1)).sum())
    if not deviation:
        return False
    above = float((right * values).sum() - (total * hits / n).sum())
    if rule.feature.is_flag:
        effect, takes = above / spread.sum(), total
    else:
        effect, takes = rule.sign * above / np.sqrt(spread.sum() * spread_right.sum()), n
        above *= rule.sign
    varied = takes[spread > 0].sum() / takes.sum()
    known = float((taken.fired * (hits / n)[label]).sum() / taken.fired.sum())
    beyond = float(taken.right.sum() / taken.fired.sum()) - known
    matters = effect >= _EFFECT and varied >= _VARIED and beyond >= _BEYOND * (1 - known)
    return bool(matters and norm.sf(above / deviation) < alarm)


def _labels_agree(taken: Taken, stem: np.ndarray, alarm: float) -> bool:
    """Return whether the excess over chance, summed by label, is positive on so many labels that it is no chance.

    The self-normalised sum has Gaussian tails if each label is as likely to do well as badly (Efron 1969).
    """
    from scipy.stats import norm

    excess = np.bincount(stem, taken.right - taken.by_chance)
    size = np.sqrt(np.square(excess).sum())
    return bool(size and norm.sf(excess.sum() / size) < alarm)


def _is_plain(taken: Taken, stem: np.ndarray, questions: int) -> bool:
    """Return whether a rule that is no matter of letters and words is right almost always, on several labels."""
    rank = taken.rule.feature.rank
    if rank == CONTENT or (rank == BUILD and taken.fired.sum() < _WIDE * questions):
        return False
    fired = np.bincount(stem, taken.fired)
    labels = fired.sum() ** 2 / np.square(fired).sum()
    return bool(taken.right.sum() >= _SURE * fired.sum() and labels >= (2 * _LABELS if rank == BUILD else _LABELS))
