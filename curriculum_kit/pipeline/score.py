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
from curriculum_kit.enums import TieBreak
from curriculum_kit.pipeline.labels import count_labels
from curriculum_kit.pipeline.runner import Facts
from curriculum_kit.pipeline.sources import Source
from curriculum_kit.schemas import schema_of
from curriculum_kit.similarity import PairTable, similarity_table
from curriculum_kit.storage import ParquetSink, iter_table, read_table, write_table
from curriculum_kit.tiers import Tiers, assign_tiers
from curriculum_kit.vocabulary import vocabulary


def write_vocabulary(
    database: duckdb.DuckDBPyConnection, questions: Path, sources: Sequence[Source], scratch: Path
) -> Facts:
    """Count the labels of the selected questions and gather their spellings from the sources."""
    answers, offers = count_labels(database, [questions])
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
    """Compare the labels with each other: all pairs, or neighbours and the pairs that meet in a question."""
    labels = read_table(choices, "choices")["label"]
    table = read_table(embeddings, "embeddings")
    vectors = np.stack(table["vector"].to_numpy()).astype(np.float32)
    needed = _pairs_that_meet(questions, labels) if len(labels) > config.full_matrix_up_to else None
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
    config: BuildConfig, questions: Path, choices: Path, similarity: Path, blind: np.ndarray | None, scratch: Path
) -> Facts:
    """Give every question its S(q), the S(q) of each channel alone, its hops and its blind solvability.

    `blind` has a value per question, in their order; None where it was not asked for.
    """
    labels = read_table(choices, "choices")["label"].combine_chunks()
    pairs = PairTable.from_arrow(read_table(similarity, "similarity"), len(labels))
    with ParquetSink(scratch / "scored.parquet", "scored") as sink:
        for batch in iter_table(questions, "questions"):
            index = batch["answer_index"].to_numpy()
            asked = (batch["choices"], index, labels, pairs, config.difficulty)
            alone = {f"difficulty_{channel}": values for channel, values in parts(*asked).items()}
            table = pa.Table.from_batches([batch]).drop_columns("choices_as_given")
            for name, values in {"difficulty": difficulties(*asked), **alone}.items():
                table = table.append_column(name, pa.array(values, from_pandas=True))
            hops = pc.map_lookup(batch["metadata"], "hops", "first")
            # A user's own column of that name may hold anything.
            numbers = pc.if_else(pc.match_substring_regex(hops, r"\A[0-9]{1,9}\z"), hops, None)
            table = table.append_column("hops", numbers.cast(pa.int32()))
            here = None if blind is None else blind[sink.rows : sink.rows + batch.num_rows]
            seen = pa.nulls(batch.num_rows, pa.float64()) if here is None else pa.array(here)
            sink.write(table.append_column("blind", seen))
    return {"rows": sink.rows}


def _tie_break(kind: TieBreak, batch: pa.RecordBatch) -> np.ndarray:
    """Return what tells questions of equal S(q) apart, higher where a question is harder."""
    if kind is TieBreak.BLIND:
        # What can be answered without looking is the easier.
        blind: np.ndarray = batch["blind"].to_numpy()
        return -blind
    hops: np.ndarray = pc.fill_null(batch["hops"], -1).to_numpy()
    return hops


def read_tiers(config: BuildConfig, scored: Path) -> Facts:
    """Cut the questions into tiers by S(q); return size, range and mean of each."""
    difficulty, further = [], []
    for batch in iter_table(scored, "scored", columns=["difficulty", "hops", "blind"]):
        difficulty.append(batch["difficulty"].to_numpy())
        further.append(_tie_break(config.tie_break, batch))
    values = np.concatenate(difficulty)
    tie_break = None if config.tie_break is TieBreak.NONE else np.concatenate(further)
    tiers: Tiers = assign_tiers(values, config.tiers, tie_break)
    means = np.bincount(tiers.tier, values, config.tiers) / np.bincount(tiers.tier, minlength=config.tiers)
    return {
        "tie_break": config.tie_break.value,
        "distinct": tiers.n_distinct_difficulties,
        "tiers": [
            {"questions": int(size), "low": float(low), "high": float(high), "mean": round(float(mean), 9)}
            for size, (low, high), mean in zip(tiers.sizes, tiers.bounds, means, strict=True)
        ],
    }
