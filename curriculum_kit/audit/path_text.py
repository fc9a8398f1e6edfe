"""Does the path of an image, or an id, give the answer away: does the answer's text stand in it?

Reads the view `questions` of a DuckDB connection. Labels of fewer than four characters are left out: "ct" stands in
many a word. Harm is done only where a model, or a person who draws distractors, is shown the path or the id.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from curriculum_kit.audit.counts import part, sentence
from curriculum_kit.audit.findings import Finding, evidence, unchecked
from curriculum_kit.enums import Check, Severity

MIN_LENGTH = 4
"""Characters of a label."""
MATTERS = 0.05
"""By this much the option that stands in the path must be right more often than by chance."""
SIGNIFICANCE = 0.001
"""Largest p-value of an alarm, for all places together."""

_AS_WRITTEN = "lower({})"
_LETTERS = "regexp_replace(lower({}), '[^\\p{{L}}\\p{{N}}]+', '', 'g')"
"""Letters and digits alone."""

# Ids begin with the benchmark's name, which may be a label itself (`kidney`).
_OWN = "CASE WHEN starts_with({0}, benchmark) THEN substr({0}, length(benchmark) + 2) ELSE {0} END"
_PATH = f"array_to_string(list_transform(image_ids, lambda key: {_OWN.format('key')}), ' ')"
_IDS = (
    f"concat_ws(' ', {_OWN.format('question_id')}, "
    f"CASE WHEN NOT list_contains(image_ids, unit_id) THEN {_OWN.format('unit_id')} END)"
)


@dataclass(frozen=True)
class _Place:
    """Where labels are looked for, and how they are written there."""

    what: str
    text: str
    fold: str
    says: str
    where: str = "true"


PLACES = (
    _Place("answer-in-path", _PATH, _AS_WRITTEN, "have the answer's text in the path of the image"),
    _Place(
        "answer-in-path-letters",
        _PATH,
        _LETTERS,
        "have the answer's text in the path of the image only where spaces, dashes, underscores and "
        "the like are left out",
        where=f"NOT (length(answer) >= {MIN_LENGTH} AND contains({_AS_WRITTEN.format(_PATH)}, answer))",
    ),
    _Place("answer-in-id", _IDS, _LETTERS, "have the answer's text in the id of the question or of its unit"),
)

_QUERY = """
WITH placed AS (
    SELECT question_id, image_ids[1] AS image_id, answer, choices, {text} AS text, {fold_answer} AS sought
    FROM questions WHERE {where}
),
folded AS (
    SELECT *, {fold_text} AS place, list_transform(choices, lambda label: {fold_label}) AS labels
    FROM placed
),
named AS (
    SELECT *, length(sought) >= {least} AND contains(place, sought) AS hit,
        list_filter(labels, lambda label: length(label) >= {least} AND contains(place, label)) AS there
    FROM folded
)
SELECT question_id, image_id, hit, concat(answer, ' in ', text) AS detail,
    CASE WHEN len(there) = 0 THEN NULL WHEN list_contains(there, sought) THEN 1 / len(there) ELSE 0 END AS right,
    1 / len(choices) AS chance
FROM named WHERE hit OR len(there) > 0 ORDER BY question_id
"""


def path_findings(database: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Return where answers stand in image paths or ids, and how often the option that stands there is right.

    `figure` is how often it is right (between several of them by chance), `expected` the same for any option,
    `rows` the questions whose answer stands there, `of` those whose answer has at least four characters.
    """
    total, of, shown = database.execute(
        f"SELECT count(*), count(*) FILTER (WHERE length(answer) >= {MIN_LENGTH}), count(*) FILTER (WHERE "
        f"length(answer) >= {MIN_LENGTH} AND len(image_ids) > 0) FROM questions"
    ).fetchall()[0]
    if not of:
        says = f"None of the {total:,} questions has an answer of {MIN_LENGTH} characters or more to look for in paths."
        return [unchecked(Check.PATHS, "answer-in-path", says)]
    findings = [finding for place in PLACES for finding in _look_in(database, place, of)]
    if not findings:
        says = f"No image path and no id gives the answer away ({of:,} answers of {MIN_LENGTH} characters or more)."
        findings = [Finding(Check.PATHS, "answer-in-path", Severity.CLEAR, says, of=of)]
    if shown < of:
        says = sentence(part(of - shown, of, "questions"), "name no image, so that its path could not be looked at")
        findings.append(unchecked(Check.PATHS, "answer-in-path-not-looked-at", says))
    return findings


def _look_in(database: duckdb.DuckDBPyConnection, place: _Place, of: int) -> list[Finding]:
    """Return the finding that answers stand in this place, if they do so more than by chance."""
    rows = database.sql(
        _QUERY.format(
            text=place.text,
            fold_text=place.fold.format("text"),
            fold_answer=place.fold.format("answer"),
            fold_label=place.fold.format("label"),
            least=MIN_LENGTH,
            where=place.where,
        )
    ).to_arrow_table()
    hits = rows.filter(rows["hit"])
    if not hits.num_rows:
        return []
    named = rows.filter(rows["right"].is_valid())
    found = part(hits.num_rows, of, f"questions with an answer of {MIN_LENGTH} characters or more")
    proof = evidence(hits["question_id"], hits["image_id"], hits["detail"])
    if not named.num_rows:
        says = sentence(found, f"{place.says}; they have no choices, so that there is no chance to compare with")
        return [Finding(Check.PATHS, place.what, Severity.NOTE, says, rows=hits.num_rows, of=of, evidence=proof)]
    right, chance, low, high, p_value = _against_chance(named)
    if p_value >= SIGNIFICANCE or right - chance < MATTERS:
        return []
    rates = f"{right:.1%} (chance {chance:.1%})"
    return [
        Finding(
            Check.PATHS,
            place.what,
            Severity.WARNING,
            sentence(found, f"{place.says}; the option that stands there is the right one in {rates}"),
            figure=right,
            expected=chance,
            low=low,
            high=high,
            p_value=p_value,
            rows=hits.num_rows,
            of=of,
            evidence=proof,
        )
    ]


def _against_chance(named: pa.Table) -> tuple[float, float, float, float, float]:
    """Return how often the named option is right, chance, the 95% interval and the p-value for all places.

    Short answers, which are looked for nowhere, count too: what stands in a path would else be right too often.
    The binomial test takes the mean of the questions' chances for each, which errs on the side of no alarm: of all
    sums of trials with this mean, it has the largest variance (Hoeffding 1956).
    """
    from scipy.stats import binomtest

    right = float(np.sum(named["right"].to_numpy()))
    chance = float(np.mean(named["chance"].to_numpy()))
    test = binomtest(int(right), named.num_rows, chance, alternative="greater")
    interval = binomtest(int(right), named.num_rows).proportion_ci(method="wilson")
    return right / named.num_rows, chance, interval.low, interval.high, min(1.0, test.pvalue * len(PLACES))
