"""The tables about labels: the vocabulary, the vectors of each channel, the similarity of pairs.

Reads the selected `questions`; writes `choices`, `embeddings` and `similarity`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum_kit.config import BuildConfig
from curriculum_kit.encoders import Encoder
from curriculum_kit.enums import Channel, ChoiceSource
from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.pipeline.encoder import ClipSource
from curriculum_kit.pipeline.labels import count_labels
from curriculum_kit.pipeline.runner import Facts
from curriculum_kit.pipeline.similar import pairs_that_may_meet
from curriculum_kit.pipeline.sources import Source
from curriculum_kit.pipeline.sql import from_tables
from curriculum_kit.schemas import schema_of
from curriculum_kit.similarity import similarity_table
from curriculum_kit.storage import iter_table, read_table, write_table
from curriculum_kit.terms import Terms, near_equal
from curriculum_kit.vocabulary import vocabulary

_LISTED = 20
"""Pairs of nearly equal labels that are kept, the nearest; more are counted."""

_MODALITY = {"ssg-vqa": "laparoscopy", "anatomy-r1": "laparoscopy", "phantom": "laparoscopy"}
"""Of benchmarks whose questions do not say."""


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


@dataclass(frozen=True)
class ClipLabels:
    """CLIP's text tower, with the sentences that labels are put into."""

    source: ClipSource
    templates: tuple[str, ...] | None
    """None: the model's own"""

    @property
    def fingerprint(self) -> str:
        """Return a SHA-256 that changes with the model and with the sentences."""
        from curriculum_kit.encoders.clip import text_fingerprint

        return text_fingerprint(self.source.fingerprint, self.templates or ())

    def encode(self, labels: list[str]) -> tuple[list[str], np.ndarray]:
        """Return the labels that the model knows, and their vectors; raise `ConfigInvalid` where it knows none."""
        model = self.source.load()
        known = labels if model.labels is None else [label for label in labels if label in set(model.labels)]
        return known, model.encode_labels(known or labels, self.templates)


def sentences(
    config: BuildConfig, database: duckdb.DuckDBPyConnection, sources: Sequence[Source], clip: ClipSource
) -> ClipLabels:
    """Return the text tower with the sentences asked for, or those of the modalities that the sources name."""
    from curriculum_kit.encoders.clip import read_templates, templates_for

    if config.clip_templates:
        return ClipLabels(clip, read_templates(config.clip_templates))
    if clip.own_templates:
        return ClipLabels(clip, None)
    query = (
        f"SELECT DISTINCT benchmark, modality FROM {from_tables(source.questions for source in sources)} ORDER BY 1, 2"
    )
    found = database.cursor().execute(query).fetchall()
    return ClipLabels(clip, templates_for([modality or _MODALITY.get(benchmark) for benchmark, modality in found]))


def write_embeddings(
    choices: Path,
    encoder: Encoder,
    terms: Terms,
    scratch: Path,
    clip: ClipLabels | None = None,
    prototypes: Path | None = None,
) -> Facts:
    """Encode every label once, in sorted order, in every channel; `prototypes` are those of the image channel.

    Labels that the text encoder holds for nearly the same and `terms` does not know are listed, for the user to decide.
    """
    labels = read_table(choices, "choices")["label"].to_pylist()
    vectors = encoder.encode(labels)
    tables = [_channel(Channel.TEXT, labels, vectors)]
    near = near_equal(labels, vectors, terms).to_pylist()
    facts: Facts = {
        "encoder": encoder.name,
        "fingerprint": encoder.fingerprint,
        "dimensions": int(vectors.shape[1]),
        "near_equal": {"pairs": len(near), "nearest": near[:_LISTED]},
    }
    if clip is not None:
        known, found = clip.encode(labels)
        tables.append(_channel(Channel.CLIP_TEXT, known, found))
        facts["clip"] = {
            "model": clip.source.name,
            "fingerprint": clip.source.fingerprint,
            "templates": list(clip.templates or clip.source.load().templates),
            "unknown": sorted(set(labels) - set(known)),
        }
    if prototypes is not None:
        tables.append(read_table(prototypes, "embeddings"))
    write_table(scratch / "embeddings.parquet", pa.concat_tables(tables), "embeddings")
    return facts


def _channel(channel: Channel, labels: list[str], vectors: np.ndarray) -> pa.Table:
    columns = {"channel": [channel.value] * len(labels), "label": labels, "vector": list(vectors)}
    return pa.table(columns, schema_of("embeddings"))


def write_similarity(config: BuildConfig, choices: Path, embeddings: Path, questions: Path, scratch: Path) -> Facts:
    """Compare the labels with each other: all pairs, or neighbours and the pairs that meet, or may, in a question."""
    labels = read_table(choices, "choices")["label"]
    vectors = _by_channel(read_table(embeddings, "embeddings"), labels.combine_chunks())
    asked = {channel.value: weight for channel, weight in (config.weights or {}).items()}
    weights = {channel: asked.get(channel, 0.0 if asked else 1.0) for channel in vectors}
    if not any(weights.values()):
        raise ConfigInvalid(
            f"no channel that has a weight has vectors: {', '.join(vectors)} are there; see --weights, and whether "
            "images were found"
        )
    needed = None
    if len(labels) > config.full_matrix_up_to:
        may_meet = config.choices is ChoiceSource.SIMILAR
        needed = pairs_that_may_meet(questions, choices) if may_meet else _pairs_that_meet(questions, labels)
    pairs = similarity_table(
        vectors,
        weights,
        needed_pairs=needed,
        full_up_to=config.full_matrix_up_to,
        neighbours=config.neighbours,
        seed=config.seed,
    )
    made = pairs.to_arrow()
    write_table(scratch / "similarity.parquet", made, "similarity")
    return {"weights": weights, "pairs": made.num_rows, "all_pairs": needed is None, "calibration": pairs.calibration}


def _by_channel(embeddings: pa.Table, labels: pa.Array) -> dict[str, np.ndarray]:
    """Return the vectors of each channel that has some, (labels, d), with NaN for labels that it lacks."""
    found = {}
    for channel in Channel:
        rows = embeddings.filter(pc.equal(embeddings["channel"], channel.value))
        if rows.num_rows:
            known = np.stack(rows["vector"].to_numpy()).astype(np.float32)
            found[channel.value] = np.full((len(labels), known.shape[1]), np.nan, np.float32)
            found[channel.value][pc.index_in(rows["label"], value_set=labels).to_numpy()] = known
    return found


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
