"""The middle stages of a curriculum: labels, their vectors, their similarity, S(q), tiers.

Reads the selected `questions`; writes `choices`, `embeddings`, `similarity` and `scored` questions.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.config import BuildConfig
from curriculum_kit.difficulty import difficulties, parts
from curriculum_kit.enums import Order, TieBreak
from curriculum_kit.letters import balanced_positions, moved
from curriculum_kit.pipeline.runner import Facts
from curriculum_kit.schemas import schema_of
from curriculum_kit.similarity import PairTable
from curriculum_kit.storage import ParquetSink, iter_table, read_table
from curriculum_kit.tiers import Tiers, assign_tiers


def write_scores(
    config: BuildConfig,
    questions: Path,
    choices: Path,
    similarity: Path,
    scratch: Path,
    *,
    blind: np.ndarray | None = None,
    step: np.ndarray | None = None,
    image: np.ndarray | None = None,
) -> Facts:
    """Give every question its S(q), the S(q) of each channel alone, its hops, its blind solvability and its step.

    `blind` and `step` have a value per question, in their order; None where there are none. Options that were drawn at
    random come in the order of `balanced_positions`.
    """
    labels = read_table(choices, "choices")["label"].combine_chunks()
    pairs = PairTable.from_arrow(read_table(similarity, "similarity"), len(labels))
    found: list[dict[str, np.ndarray]] = []
    for batch in iter_table(questions, "questions", columns=["choices", "answer_index", "choices_as_given"]):
        asked = (batch["choices"], batch["answer_index"].to_numpy(), labels, pairs, config.difficulty)
        alone = {f"difficulty_{channel}": values for channel, values in parts(*asked).items()}
        sizes = batch["choices"].value_lengths().to_numpy()
        # Only of options that a source has is it known how it spells them.
        at_random = pc.is_null(batch["choices_as_given"]).to_numpy(zero_copy_only=False) & (step is None)
        found.append({"difficulty": difficulties(*asked), **alone, "sizes": sizes, "at_random": at_random})
    columns = {name: np.concatenate([some[name] for some in found]) for name in found[0]}
    sizes, at_random = columns.pop("sizes"), columns.pop("at_random")
    position = balanced_positions(columns["difficulty"], np.where(at_random, sizes, 0), config.seed)
    known: dict[str, np.ndarray | None] = {"difficulty_image": image, "blind": blind, "step": step}
    with ParquetSink(scratch / "scored.parquet", "scored") as sink:
        for batch in iter_table(questions, "questions"):
            here = slice(sink.rows, sink.rows + batch.num_rows)
            table = pa.Table.from_batches([_lettered(batch, position[here], at_random[here])])
            table = table.drop_columns("choices_as_given")
            for name, values in columns.items():
                table = table.append_column(name, pa.array(values[here], from_pandas=True))
            hops = pc.map_lookup(batch["metadata"], "hops", "first")
            # A user's own column of that name may hold anything.
            numbers = pc.if_else(pc.match_substring_regex(hops, r"\A[0-9]{1,9}\z"), hops, None)
            table = table.append_column("hops", numbers.cast(pa.int32()))
            for name, given in known.items():
                kind = schema_of("scored").field(name).type
                made = (
                    pa.nulls(batch.num_rows, kind) if given is None else pa.array(given[here], kind, from_pandas=True)
                )
                table = table.append_column(name, made)
            sink.write(table.select(schema_of("scored").names))
    return {"rows": sink.rows}


def _lettered(batch: pa.RecordBatch, position: np.ndarray, at_random: np.ndarray) -> pa.RecordBatch:
    """Return the questions with the answer at these positions, where the options were drawn at random."""
    if not at_random.any():
        return batch
    index = batch["answer_index"].to_numpy()
    position = np.where(at_random, position, index)
    for name, values in (
        ("choices", moved(batch["choices"], index, position)),
        ("answer_index", pa.array(position.astype(np.int32))),
    ):
        place = batch.schema.get_field_index(name)
        batch = batch.set_column(place, batch.schema.field(place), values)
    return batch


def _tie_break(kind: TieBreak, batch: pa.RecordBatch) -> np.ndarray:
    """Return what tells questions of equal S(q) apart, higher where a question is harder."""
    if kind is TieBreak.BLIND:
        # What can be answered without looking is the easier.
        blind: np.ndarray = batch["blind"].to_numpy()
        return -blind
    hops: np.ndarray = pc.fill_null(batch["hops"], -1).to_numpy()
    return hops


def read_tiers(config: BuildConfig, scored: Path, steps: int | None = None) -> Facts:
    """Cut the questions into tiers by S(q), or by the steps that their options were drawn for, where there are such.

    Return size, range and mean of S(q) of each, in the order of the shards.
    """
    names = ["difficulty", "hops", "blind", "step"]
    batches = list(iter_table(scored, "scored", columns=names))
    values = np.concatenate([batch["difficulty"].to_numpy() for batch in batches])
    if steps is not None:
        step = np.concatenate([batch["step"].to_numpy() for batch in batches])
        tier, distinct = step * config.tiers // steps, len(np.unique(values))
    elif config.order is Order.SHUFFLED:
        # Nothing is cut, so that few distinct values do not matter.
        tier, distinct = np.zeros(len(values), np.int64), len(np.unique(values))
    else:
        tie_break = None
        if config.tie_break is not TieBreak.NONE:
            tie_break = np.concatenate([_tie_break(config.tie_break, batch) for batch in batches])
        cut: Tiers = assign_tiers(values, config.tiers, tie_break)
        tier, distinct = cut.tier, cut.n_distinct_difficulties
    if config.order is Order.SHUFFLED:
        tier = np.zeros_like(tier)
    elif config.order is Order.HARD_TO_EASY:
        tier = tier.max() - tier
    own = [values[tier == number] for number in range(int(tier.max()) + 1)]
    return {
        "tie_break": config.tie_break.value,
        "distinct": distinct,
        "tiers": [
            {
                "questions": len(some),
                "low": float(some.min()),
                "high": float(some.max()),
                "mean": round(float(some.mean()), 9),
            }
            for some in own
        ],
    }
