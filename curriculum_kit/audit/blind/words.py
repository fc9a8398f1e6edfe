"""Words of the question, and pairs of neighbours, that give the answer away beyond the prior of the labels.

Reads `Offers`; gives the pairs of a word and a label, and of a word and a letter, that are right too often where both
meet.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from curriculum_kit.audit.blind.pairs import FEWEST_OFFERS, GiveAway, give_aways, letter_give_aways
from curriculum_kit.audit.enough import too_little
from curriculum_kit.audit.findings import Finding, clear, evidence, unchecked
from curriculum_kit.audit.severity import severity_of_gain
from curriculum_kit.enums import Check
from curriculum_kit.offers import Offers

NAMED = 6


def word_findings(offers: Offers) -> list[Finding]:
    """Return the findings `words/give-aways` and `words/letters`: words of the question that go with the right option.

    Where a label is offered and a word stands in the question, it is right more often than in all its
    questions: by 0.10 or more, p < 0.001 clustered by unit and corrected for every pair tried. Pairs that
    only repeat another's questions are left out; the most damaging stand first. The same holds for a letter in
    place of a label, whatever label stands there.
    """
    reason = too_little(offers)
    if reason:
        return [unchecked(Check.WORDS, "give-aways", f"The words of the questions could not be checked: {reason}")]
    tried, found = give_aways(offers)
    tried_letters, letters = letter_give_aways(offers)
    if not tried and not tried_letters:
        sentence = f"could not be checked: none stands with an offered label in {FEWEST_OFFERS} questions or more."
        return [unchecked(Check.WORDS, "give-aways", f"The words of the questions {sentence}")]
    if not found and not letters:
        sentence = (
            f"No word of the questions gives the answer away ({tried:,} pairs of word and label and {tried_letters:,} "
            "of word and letter were tried)."
        )
        return [clear(Check.WORDS, sentence, len(offers))]
    findings = []
    if found:
        findings.append(_finding("give-aways", "label", found, offers))
    if letters:
        findings.append(_finding("letters", "letter", letters, offers))
    return findings


def _finding(what: str, kind: str, found: Sequence[GiveAway], offers: Offers) -> Finding:
    right, offered, expected = (sum(getattr(pair, part) for pair in found) for part in ("right", "offered", "expected"))
    rows = np.concatenate([pair.rows for pair in found])
    details = pa.array([f"{pair.word} -> {pair.label}" for pair in found])
    named = "; ".join(map(str, found[:NAMED]))
    sentence = (
        f"One pair of a word and a {kind} gives the answer: {named}."
        if len(found) == 1
        else f"{len(found)} pairs of a word and a {kind} give the answer, the strongest: {named}."
        if len(found) > NAMED
        else f"{len(found)} pairs of a word and a {kind} give the answer: {named}."
    )
    return Finding(
        Check.WORDS, what, severity_of_gain((right - expected) / len(offers)), sentence,
        figure=right / offered, expected=expected / offered, p_value=found[0].p_value,
        rows=len(np.unique(rows)), of=len(offers),
        evidence=evidence(
            offers.question_ids.take(pa.array(rows)),
            detail=details.take(pa.array(np.repeat(np.arange(len(found)), [len(pair.rows) for pair in found]))),
        ),
    )  # fmt: skip
