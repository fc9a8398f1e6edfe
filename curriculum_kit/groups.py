"""Question groups: the rows of a question and of its further wordings, side by side.

Reads rows of the `shard` table, each with the original wording, and the wordings that were accepted; gives the rows
of whole groups (Group Diversity Question Augmentation, arXiv 2512.19512). Choices, letters, image and solution
are the same in every row of a group: only the question differs, and with it the prompt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.prompts import PromptTemplate
from curriculum_kit.schemas import schema_of

WRITER = "writer"
"""Key in `metadata` of a row that holds another wording than the original: who wrote it."""


def sizes_allowed(variants: int, rollouts: int) -> tuple[int, ...]:
    """Return the numbers of wordings a group may have: those up to `variants` that divide the rollouts of a group.

    Raises `ConfigInvalid` where `variants` is below 2 or does not divide `rollouts` itself.

    >>> sizes_allowed(4, 8)
    (1, 2, 4)
    """
    fit = [size for size in range(1, rollouts + 1) if rollouts % size == 0]
    if variants < 2 or variants not in fit:
        listed = ", ".join(map(str, fit[1:])) or "none"
        raise ConfigInvalid(
            f"{variants} wordings a group do not divide {rollouts} rollouts; pass --variants as one of {listed}, "
            "or other --rollouts"
        )
    return tuple(size for size in fit if size <= variants)


def size_of(accepted: int, sizes: Sequence[int]) -> int:
    """Return the size of a group with so many wordings besides the original: the largest one allowed.

    >>> size_of(2, (1, 2, 4))
    2
    """
    return max(size for size in sizes if size <= accepted + 1)


def grouped(rows: pa.Table, wordings: Mapping[str, Sequence[tuple[str, str]]], template: PromptTemplate) -> pa.Table:
    """Return the rows with those of their further wordings after each.

    `rows` are of the `shard` table with variant_id 0; `wordings` has (wording, writer) in the order of their
    variant_id, from 1, by the original question. A question without any keeps its one row.
    """
    further = [wordings.get(question, ()) for question in rows["question"].to_pylist()]
    sizes = np.array([1 + len(each) for each in further], np.int64)
    taken = rows.take(np.repeat(np.arange(rows.num_rows), sizes))
    starts = np.cumsum(sizes) - sizes
    variant = np.arange(taken.num_rows) - np.repeat(starts, sizes)
    new = np.flatnonzero(variant)
    if not len(new):
        return rows
    added = [entry for each in further for entry in each]
    choices = taken["choices"].take(new).to_pylist()
    prompts = [template.render(text, options) for (text, _), options in zip(added, choices, strict=True)]
    metadata = [
        [*pairs, {"key": WRITER, "value": writer}]
        for (_, writer), pairs in zip(added, taken["metadata"].take(new).to_pylist(), strict=True)
    ]
    mask = pa.array(variant > 0)
    made = {
        "variant_id": pa.array(variant.astype(np.int32)),
        "question": _replaced(taken, "question", mask, [text for text, _ in added]),
        "prompt": _merged(taken, "prompt", variant, prompts),
        "metadata": _merged(taken, "metadata", variant, metadata),
    }
    names = schema_of("shard").names
    return pa.table([made.get(name, taken[name]) for name in names], schema=schema_of("shard"))


def ungrouped(rows: pa.Table) -> pa.Table:
    """Return the rows of the original wordings alone."""
    return rows.filter(pc.equal(rows["variant_id"], 0))


def _replaced(table: pa.Table, name: str, mask: pa.Array, values: Sequence[str]) -> pa.Array:
    return pc.replace_with_mask(table[name].combine_chunks(), mask, pa.array(values, table.schema.field(name).type))


def _merged(table: pa.Table, name: str, variant: np.ndarray, values: Sequence[object]) -> pa.Array:
    """Return a nested column, which has no `replace_with_mask`, with new values where the variant is not 0."""
    kind = table.schema.field(name).type
    both = pa.concat_arrays([table[name].combine_chunks(), pa.array(values, kind)])
    places = np.arange(len(variant))
    places[variant > 0] = len(variant) + np.arange(len(values))
    return both.take(pa.array(places))
