"""The ways in which questions on two sides of a split can share something, each as SQL."""

from __future__ import annotations

from dataclasses import dataclass

from curriculum_kit.schemas import BLANK_HASHES


@dataclass(frozen=True)
class LeakKind:
    """One way to share something, and how it is said."""

    what: str
    name: str
    """With its article, for the sentence that there is none."""
    rows: str
    """Reads `sided` (the questions of a split, with their `scheme`), `shown` (a row per question and image) and
    `images`; gives question_id, scheme, split, image_id, key and item. Rows of one key share it; of these, rows of
    one item are the same thing again and do not count. An item that is null counts always."""
    sentence: str
    """What the held-out questions do; `{other}` is the split they share it with."""
    things: str
    """What is counted beside questions, in the plural; "" where that says nothing more."""
    detail: str
    """The same of one question, for the evidence."""
    nothing: str
    """What is said where no row has a key."""
    is_certain: bool = True
    """False where what is shared may be chance."""


_FROM_SHOWN = "SELECT question_id, scheme, split, image_id, {key} AS key, {item} AS item FROM shown"
_FROM_SIDED = "SELECT question_id, scheme, split, image_ids[1] AS image_id, {key} AS key, {item} AS item FROM sided"
_INGEST = "run ckit ingest with --images ROOT"

KINDS = (
    LeakKind(
        what="same-image",
        name="an image",
        rows=_FROM_SHOWN.format(key="image_id", item="NULL::VARCHAR"),
        sentence="show an image that is also in {other}",
        things="images",
        detail="its image is also",
        nothing="No question names an image, so that images on both sides of a split could not be looked for.",
    ),
    LeakKind(
        what="same-bytes",
        name="an image file",
        rows=_FROM_SHOWN.format(key="sha256", item="image_id") + " JOIN images USING (image_id) WHERE key IS NOT NULL",
        sentence="show an image that is in {other} under another name, byte for byte",
        things="image files",
        detail="the same bytes are an image",
        nothing=f"The image files were not looked at, so that equal files could not be looked for; {_INGEST}.",
    ),
    LeakKind(
        what="same-look",
        name="the look of an image",
        # Files that are equal byte for byte have been counted; the rest may be chance, and is for a person to look at.
        rows=_FROM_SHOWN.format(key="phash", item="coalesce(sha256, image_id)")
        + f" JOIN images USING (image_id) WHERE key NOT IN {BLANK_HASHES}",
        sentence="show an image that looks like another one in {other} (equal perceptual hash, other bytes)",
        things="images",
        detail="looks like an image",
        nothing=f"No image has a perceptual hash, so that images that look alike could not be looked for; {_INGEST}.",
        is_certain=False,
    ),
    LeakKind(
        what="same-unit",
        name="a unit",
        # A unit of one image is the first kind over again; "none" is what ingest writes for want of any.
        rows=_FROM_SIDED.format(
            key="concat_ws(chr(10), benchmark, unit_id)", item="coalesce(image_ids[1], question_id)"
        )
        + " WHERE NOT list_contains(image_ids, unit_id) AND unit_id <> concat(benchmark, ':none')",
        sentence="are about a unit (a video or a patient) of which other images are in {other}",
        things="units",
        detail="another image of its unit is",
        nothing="The benchmark names no video or patient, so that these could not be looked for on both sides of "
        "a split.",
    ),
    LeakKind(
        what="same-question",
        name="a question about one image",
        # Without an image a question is known by its options; without either it says too little.
        rows=_FROM_SIDED.format(
            key="concat_ws(chr(10), trim(regexp_replace(lower(question), '\\s+', ' ', 'g')), "
            "array_to_string(CASE WHEN len(image_ids) > 0 THEN image_ids ELSE list_sort(choices) END, chr(10)))",
            item="NULL::VARCHAR",
        )
        + " WHERE len(image_ids) > 0 OR len(choices) > 0",
        sentence="ask in the same words about the same image as a question in {other}",
        things="",
        detail="the same question is asked",
        nothing="No question has an image or choices, so that equal questions could not be looked for.",
    ),
)
"""In the order in which they are reported."""
