"""Score: S(q) of a curriculum, worked out by hand."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from curriculum_kit.pipeline.build import BuildSummary

# Cosines of a-b 0.8, b-c 0.6, a-c 0: ranks among the three pairs 5/6, 3/6 and 1/6 (mid-ranks, 0 to 1).
VECTORS = {"gut": [1.0, 0.0], "heart": [0.8, 0.6], "liver": [0.0, 1.0]}
SIMILARITY = {("gut", "heart"): 5 / 6, ("heart", "liver"): 3 / 6, ("gut", "liver"): 1 / 6}


@pytest.fixture
def three(tmp_path: Path, ingest_rows: Callable[..., Path], seventy: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the options of a build of the three pairs and the triple of three labels."""
    sets = [*itertools.combinations(sorted(VECTORS), 2), tuple(sorted(VECTORS))]
    rows = []
    for number, labels in enumerate(sets):
        row = {key: value for key, value in seventy[number].items() if not key.startswith("option_")}
        options = {f"option_{letter}": label for letter, label in zip("ABC", labels, strict=False)}
        rows.append(row | options | {"gt_answer": labels[0]})
    np.savez(tmp_path / "three.npz", labels=np.array(list(VECTORS)), vectors=np.array(list(VECTORS.values())))
    return {"sources": (ingest_rows(rows, "three"),), "embeddings": tmp_path / "three.npz"}


@pytest.mark.parametrize(
    ("kind", "of_the_triple"), [("pairwise_mean", 0.5), ("answer_mean", 0.5), ("answer_max", 5 / 6)]
)
def test_difficulty_is_the_similarity_of_the_choices(
    kind: str, of_the_triple: float, three: dict[str, Any], make: Callable[..., BuildSummary], tmp_path: Path
) -> None:
    summary = make(**three, difficulty=kind, tiers=2)
    rows = pq.read_table(tmp_path / "curriculum" / "shards", partitioning=None).to_pylist()
    found = {tuple(row["choices"]): row["difficulty"] for row in rows}
    expected = SIMILARITY | {("gut", "heart", "liver"): of_the_triple}
    assert found == pytest.approx(expected, abs=1e-9)
    assert summary.labels == 3


def test_the_table_of_similarities_holds_cosines_and_ranks(
    three: dict[str, Any], make: Callable[..., BuildSummary], tmp_path: Path
) -> None:
    make(**three, tiers=1)
    rows = pq.read_table(tmp_path / "curriculum" / "similarity.parquet").to_pylist()
    labels = pq.read_table(tmp_path / "curriculum" / "choices.parquet")["label"].to_pylist()
    pairs = {(labels[row["choice_a"]], labels[row["choice_b"]]): row for row in rows}
    assert {pair: row["fused"] for pair, row in pairs.items()} == pytest.approx(SIMILARITY)
    cosines = {("gut", "heart"): 0.8, ("heart", "liver"): 0.6, ("gut", "liver"): 0.0}
    assert {pair: row["text"] for pair, row in pairs.items()} == pytest.approx(cosines, abs=1e-5)


def test_neighbours_give_every_question_the_difficulty_that_all_pairs_give(
    make: Callable[..., BuildSummary], tmp_path: Path
) -> None:
    make("all")
    make("few", full_matrix_up_to=4, neighbours=1)
    scored = [
        {row["question_id"]: (row["difficulty"], row["tier"]) for row in table.to_pylist()}
        for table in (pq.read_table(tmp_path / name / "shards", partitioning=None) for name in ("all", "few"))
    ]
    assert scored[0] == scored[1]
