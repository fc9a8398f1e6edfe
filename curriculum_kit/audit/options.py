"""Options of one question that are the same, nearly the same, or part of one another; answers that are not offered.

Reads `Offers` as the source spells them and as canonical labels, and the table of rejects; gives findings of
the check `options`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.audit.findings import Finding, clear, evidence, unchecked
from curriculum_kit.audit.samples import affordable
from curriculum_kit.enums import Check, Reason, Severity
from curriculum_kit.labels import fold_label, near_key
from curriculum_kit.offers import Offers

_MOST_CHARACTERS = 5_000_000
"""Of the distinct labels. Near-copies are looked for in part of the questions where there are more."""
_TURNED_AWAY = {
    Reason.ANSWER_NOT_IN_CHOICES: "the answer is none of the options",
    Reason.ANSWER_CONTRADICTORY: "the answer's letter and its text name two options",
    Reason.ANSWER_AMBIGUOUS: "the answer fits several options",
    Reason.ANSWER_EMPTY: "there is no answer",
}


def option_findings(offers_as_given: Offers, offers_labels: Offers) -> list[Finding]:
    """Return the questions that offer one thing twice, nearly twice, or a thing and a part of its name.

    Equal are options that fold to one canonical label; nearly equal are labels of one `near_key`; one contains
    another where its words stand in the other in a row ("lung", "left lung").
    """
    if not len(offers_labels):
        return [unchecked(Check.OPTIONS, "all", "Equal options could not be looked for: no question has options.")]
    found = []
    if len(offers_as_given):
        codes = _codes([fold_label(text) for text in offers_as_given.option.texts])
        found += _same_findings(
            offers_as_given, codes, "equal", "the same option twice, up to case and final full stop"
        )
    else:
        sentence = "Equal options could not be looked for: the source's spelling is not kept."
        found.append(unchecked(Check.OPTIONS, "equal", sentence))
    part = affordable(offers_labels, _MOST_CHARACTERS)
    codes = _codes([near_key(text) for text in part.option.texts])
    near = _same_findings(part, codes, "nearly-equal", "two options that differ by no more than their spelling")
    near += _contained_findings(part, codes)
    if not any(finding.severity is Severity.WARNING for finding in (*found, *near)):
        kind = "equal or nearly so" if len(offers_as_given) else "nearly equal"
        near.append(clear(Check.OPTIONS, f"No question offers two options that are {kind}.", len(part)))
    if len(part) < len(offers_labels):
        where = f"Looked for in {len(part):,} of {len(offers_labels):,} questions."
        near = [replace(finding, sentence=f"{finding.sentence} {where}") for finding in near]
    return found + near


def answers_not_offered(rejects: pa.Table) -> list[Finding]:
    """Return how many rows were turned away because their answer is not one of their options, a finding per reason.

    Such rows are not among the questions, and the evidence gives their place in the source. `rejects` has the
    columns of the table of that name.
    """
    found = []
    for reason, meaning in _TURNED_AWAY.items():
        rows = rejects.filter(pc.equal(rejects["reason"], reason.value))
        if not rows.num_rows:
            continue
        places = [f"{row['source']}, {row['position']}: {row['detail'] or meaning}" for row in rows.to_pylist()]
        sentence = (
            f"{_count(rows.num_rows, 'row was', 'rows were')} turned away when the benchmark was read: {meaning}."
        )
        found.append(
            Finding(
                Check.OPTIONS,
                reason.value.replace("_", "-"),
                Severity.WARNING,
                sentence,
                rows=rows.num_rows,
                of=rejects.num_rows,
                evidence=evidence(pa.nulls(rows.num_rows, pa.string()), None, places),
            )
        )
    return found or [
        Finding(
            Check.OPTIONS,
            "answer-offered",
            Severity.CLEAR,
            "No row was turned away for an answer that is missing, not among its options or not to be told apart.",
            of=rejects.num_rows,
        )
    ]


def _same_findings(offers: Offers, codes: np.ndarray, what: str, meaning: str) -> list[Finding]:
    """Return the finding that questions offer two options of one code (an entry per distinct text)."""
    code = codes[offers.option.codes]
    first, second = [np.empty(0, int)], [np.empty(0, int)]
    for one, other in _pairs(offers):
        same = code[one] == code[other]
        first.append(one[same])
        second.append(other[same])
    return _pair_findings(offers, np.concatenate(first), np.concatenate(second), what, meaning, Severity.WARNING)


def _contained_findings(offers: Offers, codes: np.ndarray) -> list[Finding]:
    """Return the finding that the words of one option stand in another, other than in near-copies (equal codes)."""
    padded = [f" {text.replace(',', ' ')} " for text in offers.option.texts]
    part, whole = [np.empty(0, int)], [np.empty(0, int)]
    for one, other in _pairs(offers):
        for small, large in ((one, other), (other, one)):
            inside = _contained(offers.option.codes[small], offers.option.codes[large], padded, codes)
            part.append(small[inside])
            whole.append(large[inside])
    meaning = "an option whose words stand in another one"
    return _pair_findings(offers, np.concatenate(part), np.concatenate(whole), "contained", meaning, Severity.NOTE)


def _contained(small: np.ndarray, large: np.ndarray, padded: Sequence[str], codes: np.ndarray) -> np.ndarray:
    """Return for each pair of texts whether the one stands in the other and has another code; each pair once."""
    pairs, place = np.unique(small.astype(np.int64) * len(padded) + large, return_inverse=True)
    ones, others = np.divmod(pairs, len(padded))
    inside = [padded[a] in padded[b] for a, b in zip(ones.tolist(), others.tolist(), strict=True)]
    hit: np.ndarray = (np.array(inside, bool) & (codes[ones] != codes[others]))[place]
    return hit


def _pairs(offers: Offers) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield all pairs of entries of one question, those of one distance at a time, the earlier entry first."""
    for distance in range(1, int(offers.sizes.max(initial=0))):
        first = np.flatnonzero(offers.row[:-distance] == offers.row[distance:])
        yield first, first + distance


def _pair_findings(
    offers: Offers, first: np.ndarray, second: np.ndarray, what: str, meaning: str, severity: Severity
) -> list[Finding]:
    if not len(first):
        return []
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    texts, codes, rows = offers.option.texts, offers.option.codes, offers.row[first]
    named = [(texts[a], texts[b]) for a, b in zip(codes[first], codes[second], strict=True)]
    questions = np.unique(rows)
    in_answer = len(np.unique(rows[offers.is_right[first] | offers.is_right[second]]))
    one, other = min(Counter(named).items(), key=lambda item: (-item[1], item[0]))[0]
    asked = _count(len(questions), "question offers", "questions offer")
    right = "it is the right one" if len(questions) == 1 else f"in {in_answer:,} of them one is the right one"
    right = right if in_answer else "the right one is never among them"
    sentence = f"{asked} {meaning}, such as {one!r} and {other!r}; {right}."
    return [
        Finding(
            Check.OPTIONS,
            what,
            severity,
            sentence,
            figure=len(questions) / len(offers),
            expected=0.0 if severity is Severity.WARNING else None,
            rows=len(questions),
            of=len(offers),
            evidence=evidence(offers.question_ids.take(pa.array(rows)), None, [f"{a} | {b}" for a, b in named]),
        )
    ]


def _codes(keys: Sequence[str]) -> np.ndarray:
    """Return equal numbers for equal keys, int64."""
    places: dict[str, int] = {}
    return np.array([places.setdefault(key, len(places)) for key in keys], np.int64)


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
