"""The option prior: labels that are right more often, or more seldom, than they are offered.

Reads `Offers`; gives the accuracy of who knows nothing but the prior, and the labels that make it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from curriculum_kit.audit.blind.folds import FOLDS, folds_of
from curriculum_kit.audit.blind.label_prior import prior_scores
from curriculum_kit.audit.blind.verdict import verdict
from curriculum_kit.audit.enough import too_little
from curriculum_kit.audit.findings import Finding, clear, evidence, unchecked
from curriculum_kit.audit.intervals import clustered_rate
from curriculum_kit.audit.parts import rates_by_part, say_parts, tried
from curriculum_kit.audit.severity import SIGNIFICANT, severity_of_gain
from curriculum_kit.enums import Check, Severity
from curriculum_kit.offers import Offers

FEWEST_OFFERS = 20
LEAST_GAIN = 0.05
"""A label stands out where it is right so much more or less often than by chance."""
NAMED = 5


def prior_findings(offers: Offers, folds: int = FOLDS, seed: int = 0) -> list[Finding]:
    """Return what the labels' prior gives away: its accuracy out of fold by unit, and the labels that stand out.

    Findings: `prior/accuracy` (the guesser takes the offered label that is right most often where offered),
    `prior/labels-too-often`, `prior/labels-too-seldom`. A label stands out at p < 0.001, clustered by unit
    and corrected for the number of labels, and at 0.05 beyond chance.
    """
    reason = too_little(offers)
    if reason:
        return [unchecked(Check.PRIOR, "accuracy", f"The option prior could not be checked: {reason}")]
    stands = label_rates(offers)
    labels = [_labels(offers, stands, often) for often in (True, False)]
    found = [_accuracy(offers, stands, folds, seed), *(finding for finding in labels if finding)]
    if not any(labels):
        tried = int((stands.offered >= FEWEST_OFFERS).sum())
        found.append(
            clear(Check.PRIOR, f"None of {tried:,} labels is right markedly more or less often than chance.", tried)
        )
    return found


@dataclass(frozen=True)
class LabelRates:
    """Per label: in how many questions it is offered, right, expected to be right by chance, and the p-value."""

    offered: np.ndarray
    right: np.ndarray
    expected: np.ndarray
    p_value: np.ndarray

    @property
    def gain(self) -> np.ndarray:
        """How much more often than by chance the label is right where it is offered, -1 to 1."""
        gain: np.ndarray = (self.right - self.expected) / self.offered.clip(1)
        return gain

    def say(self, label: int, text: str) -> str:
        """Return the label's rate in words."""
        offered, chance = int(self.offered[label]), self.expected[label] / self.offered[label]
        return (
            f"{text} is right in {self.right[label] / offered:.1%} of the {offered:,} questions that offer it "
            f"(chance {chance:.1%})"
        )


def label_rates(offers: Offers) -> LabelRates:
    """Return how often each label is right where it is offered.

    Two-sided p-values of the normal approximation, corrected by Bonferroni for the labels offered
    `FEWEST_OFFERS` times or more. The variance is that of sums by unit (Liang and Zeger, Biometrika 73,
    1986), never smaller than that of independent questions; a label offered in one unit shows nothing.
    """
    from scipy.stats import norm

    codes, size = offers.option.codes, len(offers.option.texts)
    chance = offers.chance[offers.row]
    offered, right, expected, independent = (
        np.bincount(codes, weight, size) for weight in (None, offers.is_right, chance, chance * (1 - chance))
    )
    cells = codes.astype(np.int64) * len(offers.unit.texts) + offers.unit.codes[offers.row]
    distinct, cell = np.unique(cells, return_inverse=True)
    label = distinct // max(len(offers.unit.texts), 1)
    units = np.bincount(label, minlength=size)
    excess = offers.is_right - chance
    sums = np.bincount(cell, excess - ((right - expected) / offered.clip(1))[codes])
    by_unit = np.bincount(label, sums**2, size) * units / (units - 1).clip(1)
    error = np.sqrt(np.maximum(by_unit, independent)).clip(1e-12)
    enough = offered >= FEWEST_OFFERS
    p_value = np.where(enough & (units > 1), 2 * norm.sf(np.abs(right - expected) / error) * enough.sum(), 1.0)
    return LabelRates(offered, right, expected, p_value.clip(max=1.0))


def _accuracy(offers: Offers, stands: LabelRates, folds: int, seed: int) -> Finding:
    hits = offers.hits(prior_scores(offers, folds_of(offers.unit, folds, seed)))
    rate = clustered_rate(hits, offers.chance, offers.unit.codes)
    parts = rates_by_part(offers, hits)
    severity, doubt = verdict(rate, parts)
    rows = np.flatnonzero(hits > 0.5) if severity is not Severity.CLEAR else np.zeros(0, np.int64)
    sentence = (
        "A guesser who sees neither image nor question, and always takes the offered label that is most often right in "
        f"other units, is right in {rate} of {len(offers):,} questions.{doubt}{say_parts(parts)}"
    )
    measured = (rate.share, rate.chance, rate.low, rate.high, min(1.0, rate.p_value * tried(parts)))
    return Finding(
        Check.PRIOR, "accuracy", severity, sentence, *measured, rows=len(rows), of=len(offers),
        evidence=_evidence(offers, stands, rows, _answers(offers)[rows]),
    )  # fmt: skip


def _labels(offers: Offers, stands: LabelRates, often: bool) -> Finding | None:
    gain = stands.gain if often else -stands.gain
    found = np.flatnonzero((stands.p_value < SIGNIFICANT) & (gain >= LEAST_GAIN))
    if not len(found):
        return None
    worst = found[np.argsort(-(gain * stands.offered)[found], kind="stable")]
    chosen = np.zeros(len(gain), bool)
    chosen[found] = True
    # Too often: the questions it answers. Too seldom: those it can be struck from, once each.
    shows = np.flatnonzero(chosen[offers.option.codes] & (offers.is_right if often else ~offers.is_right))
    rows, first = np.unique(offers.row[shows], return_index=True)
    offered, right, expected = (counts[found].sum() for counts in (stands.offered, stands.right, stands.expected))
    named = "; ".join(stands.say(label, offers.option.texts[label]) for label in worst[:NAMED])
    them = "it" if len(found) == 1 else "them"
    beyond = "more often than chance" if often else "less often than chance"
    how = f"{beyond} where offered{'' if often else f', so that a guesser can rule {them} out'}"
    return Finding(
        Check.PRIOR, "labels-too-often" if often else "labels-too-seldom",
        severity_of_gain(abs(right - expected) / len(offers)),
        f"{_labels_are(len(found))} right {how}{', first of all' * (len(found) > NAMED)}: {named}.",
        figure=right / offered, expected=expected / offered, p_value=float(stands.p_value[worst[0]]),
        rows=len(rows), of=len(offers),
        evidence=_evidence(offers, stands, rows, offers.option.codes[shows[first]]),
    )  # fmt: skip


def _answers(offers: Offers) -> np.ndarray:
    answer = np.zeros(len(offers), np.int64)
    answer[offers.row[offers.is_right]] = offers.option.codes[offers.is_right]
    return answer


def _evidence(offers: Offers, stands: LabelRates, rows: np.ndarray, labels: np.ndarray) -> pa.Table:
    kinds, place = np.unique(labels, return_inverse=True)
    said = pa.array([stands.say(label, offers.option.texts[label]) for label in kinds.tolist()], pa.string())
    return evidence(offers.question_ids.take(pa.array(rows)), detail=said.take(pa.array(place)))


def _labels_are(count: int) -> str:
    return "One label is" if count == 1 else f"{count:,} labels are"
