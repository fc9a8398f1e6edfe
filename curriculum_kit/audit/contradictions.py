"""Do questions contradict or repeat each other: one question about the same images with two answers, or asked twice.

Reads the view `questions` of a DuckDB connection. Questions are the same where their words are, once case and white
space are folded, and their images are, in order. Questions without images are left out: what they ask about is
unknown. Of a benchmark that publishes several splits of the same rows, each is looked at for itself.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.audit.counts import part, sentence
from curriculum_kit.audit.findings import Finding, clear, evidence, unchecked
from curriculum_kit.audit.schemes import SCHEMES, scheme_sql
from curriculum_kit.enums import Check, Severity

CLOSED = ("yes", "no", "true", "false")
"""Answers of questions without choices that exclude each other; other open answers may be two wordings of one."""

_ASKED = """
WITH asked AS (
    SELECT question_id, answer, choices, image_ids[1] AS image_id,
        md5_number(concat_ws(chr(10), {scheme}, trim(regexp_replace(lower(question), '\\s+', ' ', 'g')),
            array_to_string(image_ids, chr(10)))) AS same
    FROM questions WHERE len(image_ids) > 0
)
"""
"""What makes questions the same, as 128 bits, for less memory than texts. Not DuckDB's `hash`, which mixes
up 368 of 921,216 paths."""

_DISAGREEING = """,
several AS (
    SELECT same, list(DISTINCT answer ORDER BY answer) AS answers
    FROM asked GROUP BY same HAVING min(answer) <> max(answer)
),
disagreeing AS (
    SELECT question_id, image_id, answer, choices, list_filter(answers, lambda other: other <> answer) AS others
    FROM asked JOIN several USING (same)
)
SELECT question_id, image_id, concat('answer ', answer, ', elsewhere ', array_to_string(others, ' / ')) AS detail,
    CASE WHEN len(choices) > 0 THEN list_has_any(others, choices)
        ELSE list_contains({closed}, answer) AND list_has_any(others, {closed}) END AS exclusive
FROM disagreeing ORDER BY image_id, question_id
"""

_REPEATING = """,
complete AS (
    SELECT question_id, image_id,
        md5_number(concat_ws(chr(10), answer, array_to_string(list_sort(choices), chr(10)))) AS rest, same
    FROM asked
),
repeated AS (SELECT same, rest, min(question_id) AS first FROM complete GROUP BY ALL HAVING count(*) > 1)
SELECT question_id, image_id, concat('repeats ', first) AS detail
FROM complete JOIN repeated USING (same, rest) WHERE question_id <> first ORDER BY image_id, question_id
"""


def contradiction_findings(database: duckdb.DuckDBPyConnection, schemes: Mapping[str, str] = SCHEMES) -> list[Finding]:
    """Return which questions have two answers, which have answers that differ, and which are asked again.

    Two answers exclude each other where one question offers both, or where they are yes and no. Answers that
    differ otherwise (a right lung and a chest, in questions with other choices) may both be right.
    """
    query = "SELECT count(*), count(*) FILTER (WHERE len(image_ids) > 0) FROM questions"
    total, asked = database.execute(query).fetchall()[0]
    if not asked:
        says = f"None of the {total:,} questions names an image, so that contradictions could not be looked for."
        return [unchecked(Check.CONTRADICTIONS, "no-images", says)]
    start = _ASKED.format(scheme=scheme_sql(schemes))
    differing = database.sql(start + _DISAGREEING.format(closed=list(CLOSED))).to_arrow_table()
    findings = [
        _finding(
            "two-answers",
            Severity.WARNING,
            differing.filter(differing["exclusive"]),
            asked,
            "are asked again about the same image with another answer; only one of the two can be right",
        ),
        _finding(
            "differing-answers",
            Severity.NOTE,
            differing.filter(pc.invert(differing["exclusive"])),
            asked,
            "are asked again about the same image with another answer, but both may be right: they are not offered "
            "side by side",
        ),
        _finding(
            "repeated",
            Severity.NOTE,
            database.sql(start + _REPEATING).to_arrow_table(),
            asked,
            "repeat another one: the same question about the same image with the same choices and answer",
        ),
    ]
    findings = [finding for finding in findings if finding.rows]
    if not any(finding.what == "two-answers" for finding in findings):
        says = f"None of the {asked:,} questions with an image has two answers that exclude each other."
        findings.append(clear(Check.CONTRADICTIONS, says, asked))
    if asked < total:
        says = sentence(part(total - asked, total, "questions"), "name no image and were not compared with others")
        findings.append(unchecked(Check.CONTRADICTIONS, "no-images", says))
    return findings


def _finding(what: str, severity: Severity, rows: pa.Table, of: int, says: str) -> Finding:
    count = rows.num_rows
    return Finding(
        Check.CONTRADICTIONS,
        what,
        severity,
        sentence(part(count, of, "questions with an image"), says),
        figure=count / of,
        expected=0.0,
        rows=count,
        of=of,
        evidence=evidence(rows["question_id"], rows["image_id"], rows["detail"]),
    )
