"""Do two sides of a split show images that are nearly the same: by perceptual hash, or by pairs that are given.

Being near is no equivalence, for a near one of a near one may look otherwise: pairs are compared one by one, where
the other kinds of leaks compare groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.near_images import MOST_BITS, near_hashes
from curriculum_kit.schemas import BLANK_HASHES


@dataclass(frozen=True)
class NearKind:
    """One way to be nearly the same, and how it is said."""

    what: str
    name: str
    key: str
    """The column of `images` whose values are paired"""
    sentence: str
    detail: str
    things: str = "images"
    is_certain: bool = False
    """Different images of one organ may be as near: it is for a person to look at."""


NEAR_HASH = NearKind(
    what="near-image",
    name="an image that looks nearly alike",
    key="phash",
    sentence="show an image that looks nearly like one in {other} "
    f"(perceptual hashes that differ in at most {MOST_BITS} of 64 bits, of another unit)",
    detail="looks nearly like an image",
)
NEAR_VECTOR = NearKind(
    what="near-embedding",
    name="an image of nearly the same embedding",
    key="image_id",
    sentence="show an image whose embedding is nearly that of one in {other}, of another unit",
    detail="its embedding is nearly that of an image",
)

_HITS = """
, units AS (
    SELECT question_id, scheme, split, unnest(image_ids) AS image_id,
        CASE WHEN list_contains(image_ids, unit_id) OR unit_id = concat(benchmark, ':none') THEN NULL
            ELSE concat_ws(chr(10), benchmark, unit_id) END AS unit
    FROM sided
),
seen AS MATERIALIZED (
    SELECT scheme, split, {key} AS key, image_id, coalesce(unit, image_id) AS unit
    FROM (SELECT DISTINCT scheme, split, image_id, unit FROM units) JOIN images USING (image_id)
    WHERE {key} IN (SELECT one FROM near_keys)
),
held AS MATERIALIZED (
    SELECT scheme, split, image_id, unit, near_keys.other AS key, apart, how
    FROM seen JOIN near_keys ON near_keys.one = seen.key WHERE split <> 'train'
),
crossing AS (
    SELECT held.scheme, held.split, held.image_id, seen.split AS other,
        arg_min(concat(seen.image_id, ' (', how, ')'), (apart, seen.image_id)) AS twin
    FROM held JOIN seen USING (scheme, key)
    WHERE (held.split <> 'train' AND seen.split = 'train' OR held.split = 'test' AND seen.split = 'validation')
        AND seen.unit <> held.unit AND seen.image_id <> held.image_id
    GROUP BY ALL
)
SELECT DISTINCT shown.question_id, shown.image_id, shown.image_id AS key, scheme, split, crossing.other, twin
FROM shown JOIN crossing USING (scheme, split, image_id)
ORDER BY shown.question_id, shown.image_id, crossing.other
"""
"""Frames of one unit are near by nature: that a unit stands on both sides is another finding. Materialized, for DuckDB
would join the images of one scheme, all with all, before it looks at the pairs."""


def by_hash(database: duckdb.DuckDBPyConnection) -> pa.Table | None:
    """Return the pairs of perceptual hashes that differ a little, as `near_hits` reads them; None without any hash."""
    query = f"SELECT DISTINCT phash FROM images WHERE phash NOT IN {BLANK_HASHES} ORDER BY 1"
    hashes = [row[0] for row in database.execute(query).fetchall()]
    if not hashes:
        return None
    pairs = near_hashes(hashes)
    texts = pa.array(hashes, pa.string())
    how = pa.array([f"{bits:.0f} of 64 bits differ" for bits in pairs.value], pa.string())
    return _both_ways(texts.take(pa.array(pairs.first)), texts.take(pa.array(pairs.second)), pa.array(pairs.value), how)


def by_vector(alike: pa.Table) -> pa.Table:
    """Return pairs of images with their `cosine`, as `alike_images` gives them, as `near_hits` reads them."""
    one, other, cosine = (alike[name].combine_chunks() for name in ("image_a", "image_b", "cosine"))
    how = pa.array([f"cosine {value:.3f}" for value in cosine.to_pylist()], pa.string())
    return _both_ways(one, other, pc.negate(cosine), how)


def _both_ways(one: pa.Array, other: pa.Array, apart: pa.Array, how: pa.Array) -> pa.Table:
    """Return pairs with how far they are `apart`, and the same in words, as they are and turned."""
    columns = {"one": [one, other], "other": [other, one], "apart": [apart, apart], "how": [how, how]}
    return pa.table({name: pa.chunked_array(parts) for name, parts in columns.items()})


def near_hits(database: duckdb.DuckDBPyConnection, sides: str, kind: NearKind, keys: pa.Table) -> pa.Table:
    """Return held-out questions and images with the nearest image, and how near, in each split that has one.

    `sides` begins a query and gives `sided` and `shown`.
    """
    database.register("near_keys", keys)
    try:
        return database.sql(sides + _HITS.format(key=kind.key)).to_arrow_table()
    finally:
        database.unregister("near_keys")
