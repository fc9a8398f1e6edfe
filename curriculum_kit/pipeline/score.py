"""The middle stages of a curriculum: labels, their vectors, their similarity, S(q), tiers.

Reads the selected `questions`; writes `choices`, `embeddings`, `similarity` and `scored` questions.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.config import BuildConfig
from curriculum_kit.difficulty import difficulties, parts
from curriculum_kit.encoders import Encoder
from curriculum_kit.enums import ChoiceSource, Order, TieBreak
from curriculum_kit.letters import balanced_positions, moved
from curriculum_kit.pipeline.labels import count_labels
from curriculum_kit.pipeline.runner import Facts
from curriculum_kit.pipeline.similar import pairs_that_may_meet
from curriculum_kit.pipeline.sources import Source
from curriculum_kit.schemas import schema_of
from curriculum_kit.similarity import PairTable, similarity_table
from curriculum_kit.storage import ParquetSink, iter_table, read_table, write_table
from curriculum_kit.tiers import Tiers, assign_tiers
from curriculum_kit.vocabulary import vocabulary


def write_vocabulary(
    database: duckdb.DuckDBPyConnection,
    questions: Path,
    sources: Sequence[Source],
    scratch: Path,
    known: Path | None = None,
) -> Facts:
    """Count the labels of the selected questions and gather their spellings from the sources.

    The labels of `known`, an earlier vocabulary, stay even where none of the questions has them any more.
    """
    answers, offers = count_labels(database, [questions])
    if known:
        answers = dict.fromkeys(read_table(known, "choices")["label"].to_pylist(), 0) | answers
    surfaces: list[tuple[str, str]] = []
    for source in sources:
        table = read_table(source.root / "choices.parquet", "choices")
        for label, spellings in zip(table["label"].to_pylist(), table["surface_forms"].to_pylist(), strict=True):
            surfaces += [(label, spelling) for spelling in spellings]
    table = vocabulary(answers, offers, surfaces)
    write_table(scratch / "choices.parquet", table, "choices")
    return {"labels": table.num_rows}


def write_embeddings(choices: Path, encoder: Encoder, scratch: Path) -> Facts:
    """Encode every label once, in sorted order."""
    labels = read_table(choices, "choices")["label"].to_pylist()
    vectors = encoder.encode(labels)
    columns = {"channel": ["text"] * len(labels), "label": labels, "vector": list(vectors)}
    write_table(scratch / "embeddings.parquet", pa.table(columns, schema_of("embeddings")), "embeddings")
    return {"encoder": encoder.name, "fingerprint": encoder.fingerprint, "dimensions": int(vectors.shape[1])}


def write_similarity(config: BuildConfig, choices: Path, embeddings: Path, questions: Path, scratch: Path) -> Facts:
    """Compare the labels with each other: all pairs, or neighbours and the pairs that meet, or may, in a question."""
    labels = read_table(choices, "choices")["label"]
    table = read_table(embeddings, "embeddings")
    vectors = np.stack(table["vector"].to_numpy()).astype(np.float32)
    needed = None
    if len(labels) > config.full_matrix_up_to:
        may_meet = config.choices is ChoiceSource.SIMILAR
        needed = pairs_that_may_meet(questions, choices) if may_meet else _pairs_that_meet(questions, labels)
    pairs = similarity_table(
        {"text": vectors},
        {"text": 1.0},
        needed_pairs=needed,
        full_up_to=config.full_matrix_up_to,
        neighbours=config.neighbours,
        seed=config.seed,
    )
    made = pairs.to_arrow()
    write_table(scratch / "similarity.parquet", made, "similarity")
    return {"pairs": made.num_rows, "all_pairs": needed is None, "calibration": pairs.calibration}


def _pairs_that_meet(questions: Path, labels: pa.ChunkedArray) -> np.ndarray:
    """Return the pairs of label positions that stand in one question, each once."""
    known = labels.combine_chunks()
    seen: set[tuple[str, ...]] = set()
    pairs: set[tuple[int, int]] = set()
    for batch in iter_table(questions, "questions", columns=["choices"]):
        new = {tuple(choices) for choices in batch["choices"].to_pylist()} - seen
        seen |= new
        for choices in new:
            pairs.update(itertools.combinations(sorted(pc.index_in(pa.array(choices), known).to_pylist()), 2))
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)


def write_scores(
    config: BuildConfig,
    questions: Path,
    choices: Path,
    similarity: Path,
    scratch: Path,
    *,
    blind: np.ndarray | None = None,
    step: np.ndarray | None = None,
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
    known: dict[str, np.ndarray | None] = {"blind": blind, "step": step}
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
                made = pa.nulls(batch.num_rows, kind) if given is None else pa.array(given[here], kind)
                table = table.append_column(name, made)
            sink.write(table)
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


def read_tiers(config: BuildConfig, scored: Path) -> Facts:
    """Cut the questions into tiers by S(q), or by the steps that their options were drawn for.

    Return size, range and mean of S(q) of each, in the order of the shards.
    """
    names = ["difficulty", "hops", "blind", "step"]
    batches = list(iter_table(scored, "scored", columns=names))
    values = np.concatenate([batch["difficulty"].to_numpy() for batch in batches])
    if config.choices is ChoiceSource.SIMILAR:
        step = np.concatenate([batch["step"].to_numpy() for batch in batches])
        tier, distinct = step * config.tiers // config.steps, len(np.unique(values))
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
