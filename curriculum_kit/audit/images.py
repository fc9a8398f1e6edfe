"""Are the images there and worth looking at: missing, corrupt, blank, too small, of an odd size, or not named at all.

Reads the views `questions` and `images` of a DuckDB connection. What is wrong with a file is known only where
someone looked at it; images whose status is null are said to be unchecked.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.audit.counts import part, sentence
from curriculum_kit.audit.findings import Finding, clear, evidence, unchecked
from curriculum_kit.enums import Check, Severity
from curriculum_kit.schemas import BLANK_HASHES

MIN_SIDE = 28
"""Pixels: two patches of 14, the least that Qwen2-VL's image processor takes."""
USUAL = 0.95
"""From this share of a benchmark's images on, a size or a shape is the usual one, and others are odd."""
MIN_IMAGES = 20
"""Of fewer images, none is usual."""
MANY = 0.05
"""From this share of the questions on, questions without an image are more than a few."""

_FAULTS = f"""
sized AS (
    SELECT image_id, split_part(image_id, ':', 1) AS benchmark, width, height, width / height AS shape,
        concat(width, ' x ', height) AS size
    FROM images WHERE status = 'ok'
),
usual AS (
    SELECT benchmark, mode(size) AS usual_size, mode(round(shape, 2)) AS usual_shape
    FROM sized GROUP BY benchmark HAVING count(*) >= {MIN_IMAGES}
),
compared AS (
    SELECT *, size <> usual_size AS other_size, abs(shape - usual_shape) > 0.02 AS other_shape,
        avg((size = usual_size)::INT) OVER (PARTITION BY benchmark) >= {USUAL} AS by_size,
        avg((abs(shape - usual_shape) <= 0.02)::INT) OVER (PARTITION BY benchmark) >= {USUAL} AS by_shape
    FROM sized JOIN usual USING (benchmark)
),
faults AS (
    SELECT image_id, status AS fault, concat('the file is ', status) AS detail
    FROM images WHERE status IN ('missing', 'corrupt')
    UNION ALL SELECT image_id, 'blank', 'of one colour' FROM images WHERE phash IN {BLANK_HASHES}
    UNION ALL SELECT image_id, 'too-small', concat(size, ' pixels') FROM sized WHERE least(width, height) < {MIN_SIDE}
    UNION ALL SELECT image_id, 'odd-size', concat(size, ' pixels, usual: ', usual_size)
    FROM compared WHERE by_size AND other_size
    UNION ALL SELECT image_id, 'odd-shape', concat(size, ' pixels, usual: width / height ', usual_shape)
    FROM compared WHERE NOT by_size AND by_shape AND other_shape
    UNION ALL SELECT DISTINCT image_id, 'not-listed', 'not in the table of images'
    FROM shown ANTI JOIN images USING (image_id)
    UNION ALL SELECT image_id, 'not-asked-about', 'no question is about it' FROM images ANTI JOIN shown USING (image_id)
)
"""
_QUERY = f"""
WITH shown AS (SELECT question_id, unnest(image_ids) AS image_id FROM questions), {_FAULTS}
SELECT DISTINCT fault, question_id, image_id, detail FROM faults LEFT JOIN shown USING (image_id)
ORDER BY image_id, question_id
"""

_SAYS = {
    "missing": (Severity.WARNING, "have no file below the image folder"),
    "corrupt": (Severity.WARNING, "cannot be decoded"),
    "blank": (Severity.WARNING, "are of one colour"),
    "too-small": (Severity.WARNING, f"are smaller than {MIN_SIDE} pixels on a side"),
    "not-listed": (Severity.WARNING, "that questions name are not in the table of images"),
    "odd-size": (Severity.NOTE, "have another size than nearly all images of their benchmark"),
    "odd-shape": (Severity.NOTE, "have another ratio of width to height than nearly all images of their benchmark"),
    "not-asked-about": (Severity.NOTE, "have no question that asks about them"),
}


def image_findings(database: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Return what is wrong with the images; `rows` and `of` count images, or questions that name none.

    The evidence holds every question that needs such an image, and images that no question needs without one.
    """
    questions, bare = database.execute(
        "SELECT count(*), count(*) FILTER (WHERE len(image_ids) = 0) FROM questions"
    ).fetchall()[0]
    images, unseen = database.execute("SELECT count(*), count(*) FILTER (WHERE status IS NULL) FROM images").fetchall()[
        0
    ]
    if not images and bare == questions:
        says = f"There are no images: none of the {questions:,} questions names one, and no image could be checked."
        return [unchecked(Check.IMAGES, "no-images", says)]
    rows = database.sql(_QUERY).to_arrow_table()
    findings = _without_images(database, bare, questions)
    for fault in _SAYS:
        shown = rows.filter(pc.equal(rows["fault"], fault))
        if shown.num_rows:
            findings.append(_finding(fault, shown, images, questions))
    if images > unseen and not any(finding.severity is Severity.WARNING for finding in findings):
        says = f"None of the {images - unseen:,} images looked at is missing, corrupt, blank or too small."
        findings.append(clear(Check.IMAGES, says, images - unseen))
    if unseen:
        those = (
            f"none of the {images:,} images was" if unseen == images else f"{part(unseen, images, 'images')} were not"
        )
        says = sentence(those, "looked at; run ckit ingest with --images ROOT")
        findings.append(unchecked(Check.IMAGES, "not-looked-at", says))
    return findings


def _without_images(database: duckdb.DuckDBPyConnection, bare: int, questions: int) -> list[Finding]:
    if not bare:
        return []
    query = "SELECT question_id FROM questions WHERE len(image_ids) = 0 ORDER BY question_id"
    ids = database.sql(query).to_arrow_table()["question_id"]
    return [
        Finding(
            Check.IMAGES,
            "no-image-named",
            Severity.WARNING if bare >= MANY * questions else Severity.NOTE,
            sentence(part(bare, questions, "questions"), "name no image"),
            figure=bare / questions,
            rows=bare,
            of=questions,
            evidence=evidence(ids, None, "names no image"),
        )
    ]


def _finding(fault: str, rows: pa.Table, images: int, questions: int) -> Finding:
    severity, says = _SAYS[fault]
    count = pc.count_distinct(rows["image_id"]).as_py()
    needing = pc.count_distinct(rows["question_id"], mode="only_valid").as_py()
    # What is not listed is no part of the images that are.
    of = images + count if fault == "not-listed" else images
    hint = "look whether it is the right folder" if fault == "missing" and count == images else ""
    return Finding(
        Check.IMAGES,
        fault,
        severity,
        sentence(
            part(count, of, "images"),
            says + (f"; {part(needing, questions, 'questions')} need them" if needing else "") + (hint and f"; {hint}"),
        ),
        figure=count / of,
        rows=count,
        of=of,
        evidence=evidence(rows["question_id"], rows["image_id"], rows["detail"]),
    )
