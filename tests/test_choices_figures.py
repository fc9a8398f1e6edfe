"""Choices drawn for the real files, through the builds that write them: how near the optimum, and what they give away.

What is written is counted plainly here; the optimum is that of the exact program over all option sets.
"""

from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from curriculum_kit.benchmarks import reader_of
from curriculum_kit.choice_design.plan import plan_choices
from curriculum_kit.config import BuildConfig
from curriculum_kit.pipeline.build import build
from curriculum_kit.pipeline.ingest import ingest
from curriculum_kit.pipeline.similar import posed
from curriculum_kit.similarity import PairTable
from curriculum_kit.terms import Terms

pytestmark = [pytest.mark.real_data, pytest.mark.model]

Rows = list[dict[str, Any]]
ANATOMY = "question_type = 'Anatomy Identification'"
BOUND = 0.03


@pytest.fixture(scope="module")
def omnimedvqa(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("omnimedvqa") / "tables"
    ingest(reader_of("omnimedvqa"), real_data / "omnimedvqa", folder)
    return folder


@pytest.fixture(scope="module")
def anatomy_r1(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("anatomy-r1") / "tables"
    ingest(reader_of("anatomy-r1"), real_data / "anatomy_r1", folder)
    return folder


def drawn(source: Path, folder: Path, **options: Any) -> tuple[list[Rows], dict[str, Any]]:
    """Build with choices of a wanted difficulty; return the rows of each tier, and the plan."""
    asked = {"sources": (source,), "choices": "similar"} | options
    summary = build(BuildConfig(**asked), folder)
    rows = pq.read_table(folder / "shards", partitioning=None).to_pylist()
    assert summary.rows == len(rows)
    asked_of = posed(Terms.load(), folder / ".ckit/tables/asked.parquet", folder / ".ckit/tables/labels.parquet", None)
    pairs = PairTable.from_arrow(pq.read_table(folder / "similarity.parquet"), len(asked_of.labels))
    exact, bounded, alone = plan_choices(
        asked_of.asked, pairs, asked_of.clashes, options=[4], bounds=[0.0, BOUND]
    ).to_pylist()
    assert exact["exact"]
    tiers = [[row for row in rows if row["tier"] == tier] for tier in range(len(summary.tiers))]
    return tiers, {"exact": exact, "bounded": bounded, "alone": alone}


def mean_of(rows: Rows) -> float:
    return float(np.mean([row["difficulty"] for row in rows]))


def gain_of(rows: Rows) -> float:
    """Return what a guesser gains who knows how often each label is right in each set of these rows."""
    right: dict[frozenset[str], Counter[str]] = {}
    for row in rows:
        right.setdefault(frozenset(row["choices"]), Counter())[row["answer"]] += 1
    hits = sum(max(counts.values()) for counts in right.values())
    return hits / len(rows) - sum(1 / len(row["choices"]) for row in rows) / len(rows)


def check_all(tiers: list[Rows], **unsafe: str) -> None:
    """Check what holds for every draw: safe pairs, letters, the bound, and means that rise."""
    terms = Terms.load()
    pairs = {pair for rows in tiers for row in rows for pair in combinations(sorted(row["choices"]), 2)}
    assert not [pair for pair in pairs if terms.related(*pair)]
    for one, other in unsafe.items():
        assert (one.replace("_", " "), other.replace("_", " ")) not in pairs
    for rows in tiers:
        assert gain_of(rows) <= BOUND + 1e-9
        for size, letters in _letters(rows).items():
            counts = [letters[letter] for letter in "ABCD"[:size]]
            assert max(counts) - min(counts) <= 2
    means = list(map(mean_of, tiers))
    assert means == sorted(set(means))


def _letters(rows: Rows) -> dict[int, Counter[str]]:
    found: dict[int, Counter[str]] = {}
    for row in rows:
        found.setdefault(len(row["choices"]), Counter())[row["solution"]] += 1
    return found


def test_ultrasound_reaches_the_optimum(omnimedvqa: Path, tmp_path: Path) -> None:
    tiers, plan = drawn(omnimedvqa, tmp_path / "drawn", where=f"{ANATOMY} AND modality = 'ultrasound'")
    assert sum(map(len, tiers)) == 10_018
    check_all(tiers, thyroid="thyroid_nodule")
    # What is left of 0.438 to 0.721 where thyroid and thyroid nodule, and parts and their wholes, never meet.
    assert (plan["exact"]["lowest"], plan["exact"]["highest"]) == pytest.approx((0.438, 0.644), abs=0.001)
    for rows, end in ((tiers[0], "lowest"), (tiers[-1], "highest")):
        assert mean_of(rows) == pytest.approx(plan["bounded"][end], abs=0.02)
    assert mean_of(tiers[0]) < plan["exact"]["lowest"] + 0.03
    assert mean_of(tiers[-1]) > plan["exact"]["highest"] - 0.03


def test_all_of_anatomy_rises_over_most_of_the_optimal_span(omnimedvqa: Path, tmp_path: Path) -> None:
    tiers, plan = drawn(omnimedvqa, tmp_path / "drawn", where=ANATOMY, tiers=4)
    check_all(tiers, lung="lungs", chest="lung", thyroid="thyroid_nodule")
    span = plan["bounded"]["highest"] - plan["bounded"]["lowest"]
    assert mean_of(tiers[-1]) - mean_of(tiers[0]) > 0.8 * span
    # Each question on its own would span more, and give most answers away.
    assert plan["alone"]["highest"] - plan["alone"]["lowest"] > span + 0.1
    assert min(plan["alone"]["gain_at_lowest"], plan["alone"]["gain_at_highest"]) > 0.3
    rejects = Counter(row["reason"] for row in pq.read_table(tmp_path / "drawn" / "rejects.parquet").to_pylist())
    # Skin is the only answer of its modality, chest and lung the only two of theirs: nothing may stand beside them.
    assert rejects["no_distractors"] == 136 + 298
    assert sum(map(len, tiers)) + rejects.total() == 13_633
    assert rejects["answer_too_frequent"] < 0.03 * 13_633


def test_anatomy_r1_is_as_planned(anatomy_r1: Path, tmp_path: Path) -> None:
    tiers, plan = drawn(anatomy_r1, tmp_path / "drawn")
    assert sum(map(len, tiers)) == 2_000
    check_all(tiers)
    assert mean_of(tiers[0]) == pytest.approx(plan["bounded"]["lowest"], abs=0.02)
    assert mean_of(tiers[-1]) == pytest.approx(plan["bounded"]["highest"], abs=0.02)
    for rows in tiers:
        assert Counter(row["answer"] for row in rows).keys() == Counter(row["answer"] for row in tiers[0]).keys()


def test_random_options_are_safe_and_lettered_too(omnimedvqa: Path, tmp_path: Path) -> None:
    build(BuildConfig(sources=(omnimedvqa,), choices="random", where=ANATOMY), tmp_path / "drawn")
    rows = pq.read_table(tmp_path / "drawn" / "shards", partitioning=None).to_pylist()
    terms = Terms.load()
    assert not [pair for row in rows for pair in combinations(row["choices"], 2) if terms.related(*pair)]
    for tier in range(3):
        for size, letters in _letters([row for row in rows if row["tier"] == tier]).items():
            counts = [letters[letter] for letter in "ABCD"[:size]]
            assert max(counts) - min(counts) <= 2
