"""Every table of ckit, column by column. Stages meet here: they import this page, never each other.

A table's Arrow schema is fixed. It is checked when the table is written and when it is read, and
never inferred from data. `columns_of(table)` gives the documentation of each column.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from curriculum_kit.enums import Channel, DifficultyKind, ImageStatus, Reason, Split
from curriculum_kit.errors import SchemaMismatch

__all__ = [
    "BLANK_HASHES",
    "CHANNELS",
    "MAX_CHOICES",
    "SCHEMA_VERSION",
    "TABLES",
    "Column",
    "DifficultyKind",
    "ImageStatus",
    "Reason",
    "Split",
    "check_schema",
    "columns_of",
    "schema_of",
]

SCHEMA_VERSION = 2
"""Raised when a column changes its name, type or meaning; stored in every manifest."""

MAX_CHOICES = 26
"""Options are answered by a letter, A to Z."""


BLANK_HASHES = ("0000000000000000", "8000000000000000")
"""The `phash` of images of one colour, black and any other: they are alike for want of a picture."""


@dataclass(frozen=True)
class Column:
    """One column of a table: its Arrow type, whether it may be null, and what it means."""

    name: str
    type: pa.DataType
    meaning: str
    nullable: bool = False


_STRINGS = pa.list_(pa.string())
_MAP = pa.map_(pa.string(), pa.string())
_PAIRS = pa.list_(pa.struct([("key", pa.string()), ("value", pa.string())]))
_REGION = pa.struct([("label", pa.string()), *((c, pa.float32()) for c in ("x0", "y0", "x1", "y1"))])
_MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
_IMAGES = pa.list_(pa.struct([("bytes", pa.binary()), ("path", pa.string())]))

_QUESTION_PARTS = (
    Column("question_id", pa.string(), "unique; the same at every ingest of the same record"),
    Column("benchmark", pa.string(), "name of the benchmark"),
    Column("split", pa.string(), "train, validation, test or unassigned, as the benchmark publishes it"),
    Column("unit_id", pa.string(), "what must never stand on both sides of a split: video, patient or image"),
)

_QUESTIONS = (
    *_QUESTION_PARTS,
    Column("image_ids", _STRINGS, "keys into images, in order; may be empty"),
    Column("question", pa.string(), "the question alone: no options, no instructions"),
    Column("answer", pa.string(), "canonical label of the right choice"),
    Column("choices", _STRINGS, "canonical labels in the order of the source; empty where there are none"),
    Column("answer_index", pa.int32(), "position of the answer in choices; null where there are none", True),
    Column("question_type", pa.string(), "as the benchmark names it; null where unknown", True),
    Column("modality", pa.string(), "as the benchmark names it; null where unknown", True),
    Column("metadata", _MAP, "what else the source says: template, hops, location, ..."),
)
_DIFFICULTY = (
    Column("difficulty", pa.float64(), "S(q), 0 to 1"),
    Column("difficulty_text", pa.float64(), "S(q) of the text channel alone", True),
    Column("difficulty_clip_text", pa.float64(), "S(q) of CLIP's text tower alone", True),
    Column("difficulty_clip_image", pa.float64(), "S(q) of CLIP's image tower alone", True),
    Column("difficulty_image", pa.float64(), "how near the image comes to what the other choices look like", True),
    Column("hops", pa.int32(), "relations the question walks along; null where unknown", True),
    Column("blind", pa.float64(), "probability of the answer without the image; null where not asked for", True),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "questions": (
        *_QUESTIONS,
        Column("choices_as_given", _STRINGS, "every option as the source spells it, doubled ones too", True),
    ),
    "scored": (
        *_QUESTIONS,
        *_DIFFICULTY,
        Column("step", pa.int32(), "step of the curriculum that the options were drawn for; null where none", True),
    ),
    "drawn": (
        Column("question_id", pa.string(), "key into questions"),
        Column("step", pa.int32(), "step of the curriculum that its options were drawn for, from 0"),
    ),
    "images": (
        Column("image_id", pa.string(), "key, made of the benchmark's name and the path"),
        Column("path", pa.string(), "relative to the image root"),
        Column("width", pa.int32(), "pixels; null where the file was not looked at", True),
        Column("height", pa.int32(), "pixels; null where the file was not looked at", True),
        Column("sha256", pa.string(), "of the file's bytes; null where it was not looked at", True),
        Column("phash", pa.string(), "perceptual hash; null where it was not computed", True),
        Column("status", pa.string(), "ok, missing or corrupt; null where nobody looked", True),
        Column("regions", pa.list_(_REGION), "labelled boxes as fractions of width and height"),
    ),
    "scenes": (
        Column("image_id", pa.string(), "key into images"),
        Column("scene_graph", pa.string(), "the scene graph of the image, as the benchmark's own JSON"),
    ),
    "choices": (
        Column("choice_id", pa.int32(), "position of the label in sorted order"),
        Column("label", pa.string(), "canonical label"),
        Column("surface_forms", _STRINGS, "the spellings of the source, sorted"),
        Column("n_as_answer", pa.int64(), "questions that have it as the right answer"),
        Column("n_as_choice", pa.int64(), "questions that offer it"),
    ),
    "embeddings": (
        Column("channel", pa.string(), "text, clip_text or clip_image"),
        Column("label", pa.string(), "canonical label"),
        Column("vector", pa.list_(pa.float32()), "unit vector"),
    ),
    "prototypes": (
        Column("label", pa.string(), "canonical label"),
        Column("images", pa.int64(), "images that show it and could be encoded"),
        Column("rows", pa.int64(), "images or regions of these that show it"),
        Column("cohesion", pa.float64(), "mean cosine of these to their mean; null where there is none", True),
        Column("spread", pa.float64(), "standard deviation of that cosine", True),
        Column("used", pa.bool_(), "whether it has enough images for a prototype"),
    ),
    "shown": (
        Column("image_id", pa.string(), "key into images"),
        Column("label", pa.string(), "label that the image shows"),
        Column("vector", pa.list_(pa.float32()), "unit vector of the image, or of the regions of that label", True),
    ),
    "similarity": (
        Column("choice_a", pa.int32(), "choice_id; choice_a < choice_b"),
        Column("choice_b", pa.int32(), "choice_id"),
        Column("text", pa.float64(), "cosine of the text encoder, -1 to 1", True),
        Column("clip_text", pa.float64(), "cosine of CLIP's text tower", True),
        Column("clip_image", pa.float64(), "cosine of CLIP's image tower", True),
        Column("text_calibrated", pa.float64(), "rank of text among all pairs, 0 to 1", True),
        Column("clip_text_calibrated", pa.float64(), "rank of clip_text among all pairs", True),
        Column("clip_image_calibrated", pa.float64(), "rank of clip_image among all pairs", True),
        Column("fused", pa.float64(), "weighted mean of the calibrated channels, 0 to 1"),
    ),
    "rejects": (
        Column("stage", pa.string(), "where the row was turned away: ingest, choices, blind"),
        Column("benchmark", pa.string(), "name of the benchmark"),
        Column("source", pa.string(), "file, relative to the source, or table"),
        Column("position", pa.int64(), "line (from 1) or row (from 0) in that file"),
        Column("reason", pa.string(), "stable name of the failure"),
        Column("detail", pa.string(), "what exactly was seen", True),
        Column("record", pa.string(), "the raw record"),
    ),
    "findings": (
        Column("check", pa.string(), "what was checked: formats, prior, words, blind, leaks, ..."),
        Column("name", pa.string(), "stable name of the finding, check/what"),
        Column("severity", pa.string(), "serious, warning, note, clear (nothing found) or unchecked"),
        Column("figure", pa.float64(), "what was measured; the sentence says what it is", True),
        Column("expected", pa.float64(), "what the figure would be if nothing were wrong: chance", True),
        Column("low", pa.float64(), "lower end of the figure's 95% interval", True),
        Column("high", pa.float64(), "upper end of the figure's 95% interval", True),
        Column("p_value", pa.float64(), "of the figure against what is expected, for all that was tried", True),
        Column("rows", pa.int64(), "questions or images that show it"),
        Column("of", pa.int64(), "questions or images that were looked at"),
        Column("sentence", pa.string(), "the finding in plain words"),
    ),
    "evidence": (
        Column("name", pa.string(), "name of the finding"),
        Column("question_id", pa.string(), "a question that shows it; null where it is about an image", True),
        Column("image_id", pa.string(), "an image that shows it", True),
        Column("detail", pa.string(), "what exactly was seen", True),
    ),
    "blind": (
        Column("question_id", pa.string(), "key into questions"),
        Column("chance", pa.float64(), "one over the number of choices"),
        Column("prior", pa.float64(), "probability of the answer to who knows the labels' prior alone"),
        Column("blind", pa.float64(), "probability of the answer to who sees all but the image, 0 to 1"),
    ),
    "wordings": (
        Column("question", pa.string(), "the original wording, as in the shards"),
        Column("wording", pa.string(), "what a writer proposed; null where it gave nothing", True),
        Column("writer", pa.string(), "rules, llm:MODEL or local:MODEL"),
        Column("variety", pa.string(), "syntax, perspective, order or register; null where not said", True),
        Column("attempt", pa.int32(), "0 for the first time that this writer was asked"),
        Column("variant_id", pa.int32(), "as in the shards; null where it is not used", True),
        Column("reason", pa.string(), "why it was refused, or why there is none; null where accepted", True),
        Column("detail", pa.string(), "what exactly was seen", True),
        Column("similarity", pa.float64(), "cosine of the sentences, -1 to 1; null where not compared", True),
        Column("groups", pa.int64(), "groups that ask this question"),
    ),
    "completions": (
        Column("step", pa.int32(), "steps of the optimizer done before"),
        Column("chunk", pa.int32(), "chunks of completions generated before"),
        Column("question_id", pa.string(), "as in the shards"),
        Column("group_id", pa.string(), "as in the shards"),
        Column("variant_id", pa.int32(), "the wording that was answered; 0 is the original"),
        Column("tier", pa.int32(), "as in the shards"),
        Column("difficulty", pa.float64(), "S(q)"),
        Column("answer", pa.string(), "canonical label of the right choice"),
        Column("solution", pa.string(), "the letter of the answer"),
        Column("completion", pa.string(), "what the model wrote"),
        Column("length", pa.int32(), "tokens of the completion"),
        Column("rewards", pa.map_(pa.string(), pa.float64()), "each reward by name, without its weight"),
        Column("reward", pa.float64(), "their weighted sum"),
        Column("advantage", pa.float64(), "(reward - mean) / (deviation + eps) over the group"),
        Column("dead", pa.bool_(), "whether all rollouts of its group earned the same"),
    ),
    "shard": (
        Column("question_id", pa.string(), "as in questions"),
        Column("group_id", pa.string(), "rows of one GRPO group share it and stand together"),
        Column("variant_id", pa.int32(), "0 is the original wording"),
        Column("tier", pa.int32(), "0 is the easiest"),
        *_DIFFICULTY,
        *_QUESTION_PARTS[1:],
        Column("question", pa.string(), "the question alone"),
        Column("choices", _STRINGS, "canonical labels in the order of the letters"),
        Column("answer", pa.string(), "canonical label of the right choice"),
        Column("answer_index", pa.int32(), "position of the answer in choices"),
        Column("solution", pa.string(), "the letter of the answer"),
        Column("prompt", _MESSAGES, "conversation, rendered from a named template"),
        # Never null, but `datasets` decodes no images in a column that is declared so.
        Column("images", _IMAGES, "path relative to the image root, and the bytes where embedded", True),
        Column("question_type", pa.string(), "as in questions", True),
        Column("modality", pa.string(), "as in questions", True),
        Column("metadata", _PAIRS, "as in questions; pairs, because `datasets` has no map type"),
    ),
}

CHANNELS = tuple(channel.value for channel in Channel)


def columns_of(table: str) -> tuple[Column, ...]:
    """Return the columns of a table with their types and meanings."""
    return TABLES[table]


def schema_of(table: str) -> pa.Schema:
    """Return the Arrow schema of a table."""
    return pa.schema([pa.field(c.name, c.type, nullable=c.nullable) for c in TABLES[table]])


def check_schema(seen: pa.Schema, table: str, where: str) -> None:
    """Raise `SchemaMismatch` unless `seen` has exactly the columns of `table`, in order and type.

    `where` names the file for the message. Schema metadata and the names of list items are not compared.
    """
    wanted = schema_of(table)
    missing = [n for n in wanted.names if n not in seen.names]
    surplus = [n for i, n in enumerate(seen.names) if n not in wanted.names or n in seen.names[:i]]
    if missing or surplus:
        parts = [f"lacks {', '.join(missing)}"] if missing else []
        parts += [f"has also {', '.join(surplus)}"] if surplus else []
        raise SchemaMismatch(f"{where} is no {table} table: it {' and '.join(parts)}; write it again with ckit")
    for want in wanted:
        have = seen.field(want.name)
        if have.type != want.type:
            raise SchemaMismatch(
                f"{where}: column {want.name} of a {table} table is {have.type}, must be {want.type}; "
                "write it again with ckit"
            )
    if seen.names != wanted.names:
        raise SchemaMismatch(
            f"{where}: the columns of a {table} table stand in another order; write it again with ckit"
        )
