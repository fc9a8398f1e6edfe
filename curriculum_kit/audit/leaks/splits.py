"""Does a split leak: the same image, or nearly the same, unit or question on both sides of it.

Reads the views `questions` and `images` of a DuckDB connection. Test is compared with train and validation, and
validation with train; questions in no split are on no side. A benchmark that publishes several splits of the same
rows is compared within each of them (see `schemes`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.audit.counts import part, sentence
from curriculum_kit.audit.findings import Finding, clear, evidence, unchecked
from curriculum_kit.audit.leaks.kinds import KINDS, LeakKind
from curriculum_kit.audit.leaks.near import NEAR_HASH, NEAR_VECTOR, NearKind, by_hash, by_vector, near_hits
from curriculum_kit.audit.schemes import SCHEMES, scheme_sql
from curriculum_kit.enums import Check, Severity, Split

MATTERS = 0.01
"""From this share of the held-out questions on, a score on them means less; below, it is for a person to look at."""

PAIRS = ((Split.TEST, Split.TRAIN), (Split.VALIDATION, Split.TRAIN), (Split.TEST, Split.VALIDATION))
"""Held out, and what it is compared with."""

HELD_OUT = (Split.VALIDATION, Split.TEST)

_KEYED = """
keyed AS (SELECT * REPLACE (md5_number(key) AS key) FROM ({rows})),
crossing AS (SELECT scheme, key FROM keyed GROUP BY ALL HAVING min(split) <> max(split)),
close AS MATERIALIZED (FROM keyed SEMI JOIN crossing USING (scheme, key))
"""
"""Keys as 128 bits, for less memory than texts. Not DuckDB's `hash`, which mixes up 368 of 921,216 paths."""

_HITS = """
SELECT DISTINCT held.question_id, held.image_id, held.key, held.scheme, held.split, seen.split AS other,
    CASE WHEN held.item IS NULL THEN NULL WHEN low <> held.item THEN low_image ELSE high_image END AS twin
FROM close AS held JOIN (
    SELECT scheme, split, key, min(item) AS low, arg_min(image_id, item) AS low_image,
        max(item) AS high, arg_max(image_id, item) AS high_image
    FROM close WHERE split <> 'test' GROUP BY ALL
) AS seen USING (scheme, key)
WHERE (held.split <> 'train' AND seen.split = 'train' OR held.split = 'test' AND seen.split = 'validation')
    AND (held.item IS NULL OR low <> held.item OR high <> held.item)
ORDER BY held.question_id, held.image_id
"""


_THINGS = "SELECT scheme, split, count(DISTINCT {key}) FROM {rows} WHERE split <> 'train' GROUP BY ALL"


def leak_findings(
    database: duckdb.DuckDBPyConnection, schemes: Mapping[str, str] = SCHEMES, alike: pa.Table | None = None
) -> list[Finding]:
    """Return what stands on both sides of a split: a finding per kind, pair of splits and split scheme.

    `schemes` names, for benchmarks that publish several splits of the same rows, the metadata key that tells these
    splits apart. `alike` holds pairs of images of nearly one embedding (image_a, image_b, cosine), where these are at
    hand. `rows` and `of` count held-out questions; the evidence holds every one of `rows`.
    """
    sides = (
        f"WITH sided AS (SELECT *, {scheme_sql(schemes)} AS scheme FROM questions WHERE split <> 'unassigned'), "
        "shown AS (SELECT question_id, scheme, split, unnest(image_ids) AS image_id FROM sided)"
    )
    query = f"{sides} SELECT scheme, split, count(*) FROM sided GROUP BY ALL ORDER BY ALL"
    sizes: dict[str, dict[str, int]] = {}
    for scheme, split, rows in database.execute(query).fetchall():
        sizes.setdefault(scheme, {})[split] = rows
    gaps = _without_sides(database, sizes)
    if not any(len(splits) > 1 for splits in sizes.values()):
        return gaps
    found, absent = [], []
    for kind in KINDS:
        keyed = f"{sides}, {_KEYED.format(rows=kind.rows)}"
        if not database.execute(f"{keyed} SELECT 1 FROM keyed LIMIT 1").fetchall():
            gaps.append(unchecked(Check.LEAKS, kind.what, kind.nothing))
            continue
        hits = database.sql(f"{keyed} {_HITS}").to_arrow_table()
        shared = _shared(database, hits, f"{keyed} {_THINGS.format(key='key', rows='keyed')}", kind, sizes)
        found += shared
        absent += [] if shared else [kind.name]
    pairs = {NEAR_HASH: by_hash(database), NEAR_VECTOR: None if alike is None else by_vector(alike)}
    for near, keys in pairs.items():
        if keys is not None:
            hits = near_hits(database, sides, near, keys)
            shared = _shared(database, hits, f"{sides} {_THINGS.format(key='image_id', rows='shown')}", near, sizes)
            found += shared
            absent += [] if shared else [near.name]
    if absent:
        of = sum(splits.get(held, 0) for splits in sizes.values() if len(splits) > 1 for held in HELD_OUT)
        says = f"None of the {of:,} held-out questions shares {_or(absent)} with another split."
        found.append(clear(Check.LEAKS, says, of))
    return found + gaps + _not_looked_at(database)


def _without_sides(database: duckdb.DuckDBPyConnection, sizes: Mapping[str, Mapping[str, int]]) -> list[Finding]:
    """Return what says that questions are on no side, or that there is but one side."""
    (total,) = database.execute("SELECT count(*) FROM questions").fetchall()[0]
    if not sizes:
        says = f"None of the {total:,} questions is in a split, so that leaks could not be looked for."
        return [unchecked(Check.LEAKS, "one-split", says)]
    findings = [
        unchecked(
            Check.LEAKS,
            "one-split" + _suffix(scheme),
            f"All {rows:,} questions that are in a split{_by(scheme)} are in {split}, so that leaks could not be "
            "looked for.",
        )
        for scheme, splits in sizes.items()
        if len(splits) == 1
        for split, rows in splits.items()
    ]
    nowhere = total - sum(sum(splits.values()) for splits in sizes.values())
    if nowhere:
        says = f"{nowhere:,} of {total:,} questions are in no split and were not compared."
        findings.append(unchecked(Check.LEAKS, "no-split", says))
    return findings


def _not_looked_at(database: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Return what says that some, but not all, images have no hashes for want of a look at them."""
    query = "SELECT count(*), count(*) FILTER (WHERE status IS NULL) FROM images"
    total, unseen = database.execute(query).fetchall()[0]
    if unseen in {0, total}:
        return []
    says = f"{unseen:,} of {total:,} images were not looked at, so that equal ones among them could not be found."
    return [unchecked(Check.LEAKS, "images-not-looked-at", says)]


def _shared(
    database: duckdb.DuckDBPyConnection,
    hits: pa.Table,
    counted: str,
    kind: LeakKind | NearKind,
    sizes: Mapping[str, Mapping[str, int]],
) -> list[Finding]:
    """Return a finding for each scheme and pair of splits that share something of this kind.

    `counted` is a query for how many things of the kind there are, by scheme and split.
    """
    if not hits.num_rows:
        return []
    things = {(scheme, split): count for scheme, split, count in database.execute(counted).fetchall()}
    findings = []
    for scheme in sizes:
        for held, other in PAIRS:
            rows = hits.filter(
                pc.and_(
                    pc.equal(hits["scheme"], scheme),
                    pc.and_(pc.equal(hits["split"], held.value), pc.equal(hits["other"], other.value)),
                )
            )
            if rows.num_rows:
                counts = (sizes[scheme][held], things[scheme, held])
                findings.append(_finding(kind, rows, scheme, (held, other), counts))
    return findings


def _finding(
    kind: LeakKind | NearKind, hits: pa.Table, scheme: str, pair: tuple[Split, Split], of: tuple[int, int]
) -> Finding:
    held, other = pair
    rows, keys = pc.count_distinct(hits["question_id"]).as_py(), pc.count_distinct(hits["key"]).as_py()
    share = rows / of[0]
    things = f": {keys:,} of {of[1]:,} {kind.things}" if kind.things else ""
    twins = pc.binary_join_element_wise(f"{kind.detail} in {other}", hits["twin"], ": ", null_handling="skip")
    return Finding(
        Check.LEAKS,
        f"{kind.what}-{held}-{other}{_suffix(scheme)}",
        Severity.SERIOUS if kind.is_certain and share >= MATTERS else Severity.WARNING,
        sentence(part(rows, of[0], f"{held} questions"), f"{kind.sentence.format(other=other)}{_by(scheme)}{things}"),
        figure=share,
        expected=0.0,
        rows=rows,
        of=of[0],
        evidence=evidence(hits["question_id"], hits["image_id"], twins),
    )


def _or(names: list[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _suffix(scheme: str) -> str:
    slug = re.sub(r"[\W_]+", "-", scheme.casefold()).strip("-")
    return f"-{slug}" if slug else ""


def _by(scheme: str) -> str:
    return f" (split by {scheme.replace('_', ' ')})" if scheme else ""
