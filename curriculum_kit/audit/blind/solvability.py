"""Blind solvability: how often models that never see the image get each question right, and what that says.

Reads `Offers`; gives a probability and a hit per question and model, out of fold by unit, and the findings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from curriculum_kit.audit.blind.folds import FOLDS
from curriculum_kit.audit.blind.models import answer_blind
from curriculum_kit.audit.blind.verdict import guessed_right, verdict, with_probability
from curriculum_kit.audit.enough import too_little
from curriculum_kit.audit.findings import Finding, evidence, unchecked
from curriculum_kit.audit.intervals import Rate, clustered_rate
from curriculum_kit.audit.parts import rates_by_part, say_parts, tried
from curriculum_kit.audit.severity import severity_of_gain
from curriculum_kit.enums import Check, Severity
from curriculum_kit.offers import Offers
from curriculum_kit.schemas import schema_of

EASY = 0.5
EASY_GAIN = 0.1
"""A question counts as answered without its image at a probability above one half that is also so far above chance:
of questions with two options half would count otherwise."""


@dataclass(frozen=True)
class Blind:
    """Three models that see no image: the labels' prior; prior and words; all that is known but the image.

    Each has a calibrated probability of the right choice and a hit (1 where its first guess is right, in
    between where several options tie), float64 in [0, 1], an entry per question of the offers.
    """

    prior: np.ndarray
    words: np.ndarray
    blind: np.ndarray
    prior_hits: np.ndarray
    words_hits: np.ndarray
    blind_hits: np.ndarray
    prior_rate: Rate
    words_rate: Rate
    blind_rate: Rate


def blind_solvability(
    offers: Offers,
    folds: int = FOLDS,
    seed: int = 0,
    on_progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Blind:
    """Return how often each question is answered without its image, out of fold by unit_id.

    A guesser who draws options by these probabilities is right as often as their mean says. Where the answers
    of other units do not explain those of a fold better than chance does, its questions get exactly chance;
    so do all questions where there are fewer than three units. `on_progress` is told a word for the work, how
    much of it is done and how much there is.
    """
    shares, hits = answer_blind(offers, folds, seed, on_progress)
    rates = {name: clustered_rate(hit, offers.chance, offers.unit.codes) for name, hit in hits.items()}
    return Blind(
        shares["prior"], shares["words"], shares["blind"],
        hits["prior"], hits["words"], hits["blind"],
        rates["prior"], rates["words"], rates["blind"],
    )  # fmt: skip


def blind_table(blind: Blind, offers: Offers) -> pa.Table:
    """Return the table `blind`: a row per question, in the order of the offers."""
    columns = [offers.question_ids, offers.chance, blind.prior, blind.blind]
    return pa.table(columns, schema=schema_of("blind"))


def blind_findings(blind: Blind, offers: Offers) -> list[Finding]:
    """Return how often the models that see no image are right, and which questions need none.

    Findings: `blind/prior-and-words` and `blind/accuracy`, of the first guesses out of fold, with an interval
    clustered by unit; `blind/solvable-questions`, with their ids. The first two are as grave as their gravest part
    (question type, benchmark), so that a shortcut is not diluted by questions that lack it.
    """
    reason = too_little(offers)
    if reason:
        return [unchecked(Check.BLIND, "accuracy", f"Blind solvability could not be estimated: {reason}")]
    return [
        _accuracy(
            "prior-and-words",
            "the options' prior and the question's words",
            blind.words_hits,
            blind.words,
            blind.words_rate,
            offers,
        ),
        _accuracy("accuracy", "question and options", blind.blind_hits, blind.blind, blind.blind_rate, offers),
        _solvable(blind, offers),
    ]


def _accuracy(what: str, known: str, hits: np.ndarray, share: np.ndarray, rate: Rate, offers: Offers) -> Finding:
    parts = rates_by_part(offers, hits)
    severity, doubt = verdict(rate, parts)
    shown = guessed_right(offers, hits, share, severity)
    elsewhere = " The questions are listed under blind/solvable-questions." if shown is None else ""
    sentence = (
        f"From {known}, without the image, a model that has learned from other units is right in {rate} of "
        f"{len(offers):,} questions.{doubt}{say_parts(parts)}{elsewhere}"
    )
    listed = evidence() if shown is None else shown
    return Finding(
        Check.BLIND, what, severity, sentence, rate.share, rate.chance, rate.low, rate.high,
        min(1.0, rate.p_value * tried(parts)), rows=listed.num_rows, of=len(offers), evidence=listed,
    )  # fmt: skip


def _solvable(blind: Blind, offers: Offers) -> Finding:
    easy = np.flatnonzero((blind.blind > EASY) & (blind.blind >= offers.chance + EASY_GAIN))
    share = len(easy) / len(offers)
    severity = severity_of_gain(share) if len(easy) else Severity.CLEAR
    sentence = (
        f"{len(easy):,} of {len(offers):,} questions ({share:.1%}) are answered without the image with a "
        f"probability above one half; over all questions it is {blind.blind.mean():.1%} "
        f"(chance {offers.chance.mean():.1%})."
        if len(easy)
        else f"None of {len(offers):,} questions is answered without the image with a probability above one half."
    )
    return Finding(
        Check.BLIND, "solvable-questions", severity, sentence, figure=share, expected=0.0,
        rows=len(easy), of=len(offers), evidence=with_probability(offers, easy, blind.blind),
    )  # fmt: skip
