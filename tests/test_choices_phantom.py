"""Choices drawn for the questions of the embedded sample are as their plan promised: mean S(q) and blind gain."""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from curriculum_kit.benchmarks import reader_of
from curriculum_kit.config import BuildConfig
from curriculum_kit.encoders.text import TextEncoder
from curriculum_kit.pipeline.build import build
from curriculum_kit.pipeline.ingest import ingest
from curriculum_kit.pipeline.plan import plan
from curriculum_kit.pipeline.sample import generate


@pytest.mark.model
def test_the_sample_is_drawn_as_planned(tmp_path: Path) -> None:
    request = generate(tmp_path / "release", 200, 0, False, lambda *_: None)
    ingest(reader_of("phantom"), tmp_path / "release", tmp_path / "tables", request=request)
    labels = pq.read_table(tmp_path / "tables" / "choices.parquet")["label"].to_pylist()
    np.savez(tmp_path / "vectors.npz", labels=np.array(labels), vectors=TextEncoder.load().encode(labels))
    config = BuildConfig(
        sources=(tmp_path / "tables",),
        embeddings=tmp_path / "vectors.npz",
        where="question_type = 'query_component'",
        choices="similar",
        options=4,
    )
    (promised,) = [row for row in plan(config).rows("fused") if row["options"] == 4 and row["max_gain"] == 0.03]
    build(config, tmp_path / "drawn")
    rows = pq.read_table(tmp_path / "drawn" / "shards", partitioning=None).to_pylist()
    means = [np.mean([row["difficulty"] for row in rows if row["tier"] == tier]) for tier in range(3)]
    assert means[0] == pytest.approx(promised["lowest"], abs=0.02)
    assert means[-1] == pytest.approx(promised["highest"], abs=0.02)
    for tier in range(3):
        right: dict[frozenset[str], Counter[str]] = {}
        own = [row for row in rows if row["tier"] == tier]
        for row in own:
            right.setdefault(frozenset(row["choices"]), Counter())[row["answer"]] += 1
        chance = sum(1 / len(row["choices"]) for row in own)
        gain = (sum(max(counts.values()) for counts in right.values()) - chance) / len(own)
        assert 0 <= gain <= 0.03
