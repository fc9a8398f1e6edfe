"""Can every answer be learnt: answers of too few questions or units, answers that train lacks, one answer to all.

Reads the view `questions` of a DuckDB connection. An answer is learnt from the train split where there is one,
otherwise from all questions.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from curriculum_kit.audit.counts import part, sentence
from curriculum_kit.audit.findings import Finding, clear, evidence, unchecked
from curriculum_kit.audit.schemes import SCHEMES, scheme_sql
from curriculum_kit.enums import Check, Severity

MIN_QUESTIONS = 5
"""An answer of fewer questions cannot stand in each of five folds."""
MIN_UNITS = 2
"""An answer of one unit (a video, a patient) cannot be told from that unit."""
MATTERS = 0.01
"""From this share of the questions on, rare or unknown answers move a score."""
MIN_OF_TYPE = 20
"""A question type of fewer questions may have one answer by chance."""


def class_findings(database: duckdb.DuckDBPyConnection, schemes: Mapping[str, str] = SCHEMES) -> list[Finding]:
    """Return which answers are too rare to learn, which train lacks, and where one answer fits all.

    `schemes` are as in `leak_findings`: what train lacks is looked for within each split scheme. `rows` and `of`
    count questions.
    """
    total, answers, train, only = database.execute(
        "SELECT count(*), count(DISTINCT answer), count(*) FILTER (WHERE split = 'train'), min(answer) FROM questions"
    ).fetchall()[0]
    if not total:
        return [
            unchecked(Check.CLASSES, "no-questions", "There are no questions, so that answers could not be counted.")
        ]
    if answers == 1:
        says = sentence(f"all {total:,} questions have one answer, {only!r}: there is nothing to learn")
        return [Finding(Check.CLASSES, "one-answer", Severity.SERIOUS, says, figure=1.0, rows=total, of=total)]
    return [
        _too_rare(database, "train" if train else ""),
        *_unknown_to_train(database, scheme_sql(schemes)),
        *_one_answer_types(database),
    ]


def _too_rare(database: duckdb.DuckDBPyConnection, split: str) -> Finding:
    where = f"WHERE split = '{split}'" if split else ""
    counted = (
        f"WITH learnt AS (FROM questions {where}), counted AS ("
        "SELECT answer, count(*) AS n, count(DISTINCT unit_id) AS units FROM learnt GROUP BY answer)"
    )
    # Where all stands in one unit, the benchmark names none, and units say nothing of its answers.
    rare = f"n < {MIN_QUESTIONS} OR units < {MIN_UNITS} AND (SELECT min(unit_id) < max(unit_id) FROM learnt)"
    (answers, rarest, total) = database.execute(
        f"{counted} SELECT count(*), min(n), sum(n)::BIGINT FROM counted"
    ).fetchall()[0]
    of = f"{split} questions" if split else "questions"
    rows = database.sql(
        f"{counted} SELECT question_id, concat('answer ', answer, ': questions ', n, ', units ', units) AS detail, "
        f"answer FROM learnt JOIN counted USING (answer) WHERE {rare} ORDER BY n, answer, question_id"
    ).to_arrow_table()
    if not rows.num_rows:
        says = f"Each of the {answers:,} answers has at least {MIN_QUESTIONS} {of}, the rarest {rarest:,}."
        return clear(Check.CLASSES, says, total)
    return Finding(
        Check.CLASSES,
        "too-rare",
        Severity.WARNING if rows.num_rows >= MATTERS * total else Severity.NOTE,
        sentence(
            part(len(rows["answer"].unique()), answers, "answers"),
            f"are right in fewer than {MIN_QUESTIONS} {of}, or in one unit only; that concerns",
            part(rows.num_rows, total, of),
        ),
        figure=rows.num_rows / total,
        rows=rows.num_rows,
        of=total,
        evidence=evidence(rows["question_id"], None, rows["detail"]),
    )


def _unknown_to_train(database: duckdb.DuckDBPyConnection, scheme: str) -> list[Finding]:
    """Return the held-out questions whose answer no question of train has."""
    sides = (
        f"WITH sided AS (SELECT question_id, split, answer, {scheme} AS scheme FROM questions), "
        "known AS (SELECT DISTINCT scheme, answer FROM sided WHERE split = 'train'), "
        # A split scheme without train (a file of test questions alone) lacks every answer, and is no finding.
        "held AS (SELECT question_id, split, answer, scheme FROM sided SEMI JOIN known USING (scheme) "
        "WHERE split IN ('validation', 'test'))"
    )
    (total,) = database.execute(f"{sides} SELECT count(*) FROM held").fetchall()[0]
    rows = database.sql(
        f"{sides} SELECT question_id, answer, concat(split, ' question, answer ', answer) AS detail "
        "FROM held ANTI JOIN known USING (scheme, answer) ORDER BY answer, question_id"
    ).to_arrow_table()
    if not rows.num_rows:
        return []
    return [
        Finding(
            Check.CLASSES,
            "unknown-to-train",
            Severity.WARNING if rows.num_rows >= MATTERS * total else Severity.NOTE,
            sentence(
                part(rows.num_rows, total, "held-out questions"),
                f"have an answer that no question of train has (answers concerned: {len(rows['answer'].unique()):,})",
            ),
            figure=rows.num_rows / total,
            rows=rows.num_rows,
            of=total,
            evidence=evidence(rows["question_id"], None, rows["detail"]),
        )
    ]


def _one_answer_types(database: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Return the questions of a type whose questions all have one answer."""
    (total,) = database.execute("SELECT count(question_type) FROM questions").fetchall()[0]
    rows = database.sql(
        "WITH types AS (SELECT question_type FROM questions WHERE question_type IS NOT NULL GROUP BY question_type "
        f"HAVING count(*) >= {MIN_OF_TYPE} AND min(answer) = max(answer)) "
        "SELECT question_id, question_type, concat(question_type, ': always ', answer) AS detail "
        "FROM questions JOIN types USING (question_type) ORDER BY question_type, question_id"
    ).to_arrow_table()
    if not rows.num_rows:
        return []
    types = ", ".join(sorted(rows["question_type"].unique().to_pylist())[:5])
    return [
        Finding(
            Check.CLASSES,
            "one-answer-type",
            Severity.WARNING,
            sentence(part(rows.num_rows, total, "questions"), f"are of a type that has but one answer ({types})"),
            figure=rows.num_rows / total,
            rows=rows.num_rows,
            of=total,
            evidence=evidence(rows["question_id"], None, rows["detail"]),
        )
    ]
