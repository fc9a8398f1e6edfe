"""Choices drawn for a wanted difficulty, from the selected questions to the shards."""

import json
from collections import Counter
from collections.abc import Callable
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from curriculum_kit.benchmarks.scene_graph import Scene, also_right
from curriculum_kit.config import BuildConfig
from curriculum_kit.errors import CkitError, ConfigInvalid, NothingLeft
from curriculum_kit.pipeline.build import BuildSummary, build

Rows = list[dict[str, Any]]


def shards_of(curriculum: Path) -> Rows:
    return pq.read_table(curriculum / "shards", partitioning=None).to_pylist()


def facts_of(curriculum: Path, stage: str = "draw") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((curriculum / "manifest.json").read_text())["stages"][stage]
    return found


def guessed(rows: Rows) -> float:
    """Return what a guesser gains who knows how often each label is right in each set, counted plainly."""
    right: dict[frozenset[str], Counter[str]] = {}
    for row in rows:
        right.setdefault(frozenset(row["choices"]), Counter())[row["answer"]] += 1
    hits = sum(max(counts.values()) for counts in right.values())
    return hits / len(rows) - sum(1 / len(row["choices"]) for row in rows) / len(rows)


@pytest.fixture
def many(ingest_rows: Callable[..., Path], seventy: Rows, vectors: Path) -> Path:
    """Return 960 questions that 8 labels answer equally often, each about an image of its own."""
    labels = sorted({row[f"option_{letter}"] for row in seventy for letter in "ABCD"})
    rows = [
        seventy[0]
        | {f"option_{letter}": label for letter, label in zip("ABCD", labels, strict=False)}
        | {"question_id": str(number), "image_path": f"{number}.png", "question_type": "Organ"}
        | {"option_A": labels[number % 8], "option_B": labels[(number + 1) % 8], "option_C": labels[(number + 2) % 8]}
        | {"option_D": labels[(number + 3) % 8], "gt_answer": labels[number % 8]}
        for number in range(960)
    ]
    return ingest_rows(rows, "many")


@pytest.fixture
def draw(many: Path, vectors: Path, tmp_path: Path) -> Callable[..., BuildSummary]:
    def run(name: str = "drawn", **options: Any) -> BuildSummary:
        asked = {"sources": (many,), "embeddings": vectors, "choices": "similar"} | options
        return build(BuildConfig(**asked), tmp_path / name, force=True)

    return run


def test_tiers_rise_while_no_set_of_options_tells_the_answer(draw: Callable[..., BuildSummary], tmp_path: Path) -> None:
    summary = draw()
    rows = shards_of(tmp_path / "drawn")
    assert (summary.rows, summary.rejected, len(summary.tiers)) == (960, 0, 3)
    for number, (tier, step) in enumerate(zip(summary.tiers, facts_of(tmp_path / "drawn")["steps"], strict=True)):
        own = [row for row in rows if row["tier"] == number]
        assert len(own) == tier["questions"] == 320
        assert {len(set(row["choices"])) for row in own} == {4}
        assert all(row["choices"][row["answer_index"]] == row["answer"] for row in own)
        # Every tier has the same answers, right at every letter equally often, and the mean that was asked for.
        assert set(Counter(row["answer"] for row in own).values()) == {40}
        assert set(Counter(row["solution"] for row in own).values()) == {80}
        assert np.mean([row["difficulty"] for row in own]) == pytest.approx(step["target"], abs=0.02)
        assert guessed(own) == pytest.approx(step["gain"])
        assert guessed(own) <= 0.03 + 1e-9
        # Within a tier S(q) neither rises nor falls, and equal sets of options do not stand together.
        halves = [np.mean([row["difficulty"] for row in half]) for half in (own[:160], own[160:])]
        assert halves[0] == pytest.approx(halves[1], abs=0.03)
        assert sum(set(a["choices"]) == set(b["choices"]) for a, b in pairwise(own)) < 100
    means = [tier["mean"] for tier in summary.tiers]
    assert means[0] + 0.1 < means[1] < means[2] - 0.1
    labels = pq.read_table(tmp_path / "drawn" / "choices.parquet").to_pylist()
    offered = Counter(label for row in rows for label in row["choices"])
    assert {row["label"]: (row["n_as_answer"], row["n_as_choice"]) for row in labels} == {
        label: (120, count) for label, count in offered.items()
    }


def test_two_runs_are_the_same_and_the_seed_decides(draw: Callable[..., BuildSummary], tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        draw(name, seed=seed)
    one, again, other = (
        json.loads((tmp_path / name / "manifest.json").read_text()) for name in ("one", "again", "other")
    )
    assert one == again
    assert one["files"] != other["files"]


def test_options_grow_with_the_tiers(draw: Callable[..., BuildSummary], tmp_path: Path) -> None:
    draw(options="2:4")
    sizes = {row["tier"]: set() for row in shards_of(tmp_path / "drawn")}
    for row in shards_of(tmp_path / "drawn"):
        sizes[row["tier"]].add(len(row["choices"]))
    assert sizes == {0: {2}, 1: {3}, 2: {4}}
    assert [step["chance"] for step in facts_of(tmp_path / "drawn")["steps"]] == pytest.approx([1 / 2, 1 / 3, 1 / 4])


def test_targets_are_met_or_the_shortfall_is_told(draw: Callable[..., BuildSummary], tmp_path: Path) -> None:
    draw(targets=(0.0, 0.5, 0.55))
    facts = facts_of(tmp_path / "drawn")
    low, middle, high = facts["steps"]
    assert middle["mean"] == pytest.approx(0.5, abs=0.01)
    assert high["mean"] == pytest.approx(0.55, abs=0.01)
    assert low["mean"] == pytest.approx(facts["attainable"][0], abs=0.02)
    assert low["mean"] > 0.2  # nobody can have 0


def test_a_ramp_rises_within_the_tiers(draw: Callable[..., BuildSummary], tmp_path: Path) -> None:
    draw(ramp=True, tiers=2)
    rows = shards_of(tmp_path / "drawn")
    steps = facts_of(tmp_path / "drawn")["steps"]
    # 960 questions, 2 tiers, 8 labels, 4 options: so many steps leave each label 4 questions a member.
    assert len(steps) == 2 * (960 // (2 * 4 * 4 * 8)) == 6
    means = [np.mean([row["difficulty"] for row in rows[start : start + 160]]) for start in range(0, 960, 160)]
    assert means == sorted(means)
    assert means == pytest.approx([step["target"] for step in steps], abs=0.03)
    assert means[-1] - means[0] > 0.2
    assert Counter(row["tier"] for row in rows) == {0: 480, 1: 480}


def test_synonyms_of_the_user_never_meet(draw: Callable[..., BuildSummary], tmp_path: Path) -> None:
    (tmp_path / "terms.tsv").write_text("term\trelation\tother\ngallbladder\tpart_of\tliver\n")
    draw(synonyms=tmp_path / "terms.tsv")
    pairs = {pair for row in shards_of(tmp_path / "drawn") for pair in combinations(sorted(row["choices"]), 2)}
    assert ("gallbladder", "liver") not in pairs
    assert ("gut", "liver") in pairs
    draw()
    assert ("gallbladder", "liver") in {
        pair for row in shards_of(tmp_path / "drawn") for pair in combinations(sorted(row["choices"]), 2)
    }


def test_an_answer_to_most_questions_is_left_out_until_it_tells_nothing(
    draw: Callable[..., BuildSummary], tmp_path: Path
) -> None:
    # Of the labels that are left, spleen answers 120 of 200 questions: 35 in 100 beyond chance.
    often = "answer = 'spleen' OR (answer IN ('gut', 'heart', 'kidney', 'liver') AND hash(question_id) % 6 = 0)"
    summary = draw(where=often, tiers=1)
    rows = shards_of(tmp_path / "drawn")
    rejects = pq.read_table(tmp_path / "drawn" / "rejects.parquet").to_pylist()
    assert guessed(rows) <= 0.03 + 1e-9
    assert {(row["reason"], row["detail"]) for row in rejects} == {("answer_too_frequent", "spleen")}
    assert summary.rejected == len(rejects) == facts_of(tmp_path / "drawn")["steps"][0]["left_out"] > 20
    assert summary.rows + summary.rejected == facts_of(tmp_path / "drawn", "select")["selected"]
    draw("all", where=often, tiers=1, max_blind_gain=1.0)
    assert len(shards_of(tmp_path / "all")) == summary.rows + summary.rejected


def test_the_order_of_the_shards(draw: Callable[..., BuildSummary], tmp_path: Path) -> None:
    rows = {}
    for order in ("easy-to-hard", "hard-to-easy", "shuffled"):
        draw(order, order=order)
        rows[order] = shards_of(tmp_path / order)
    up, down, mixed = rows.values()
    by_id = {row["question_id"]: (row["choices"], row["solution"], row["difficulty"]) for row in up}
    for others in (down, mixed):
        assert {row["question_id"]: (row["choices"], row["solution"], row["difficulty"]) for row in others} == by_id
    assert [row["tier"] for row in down] == sorted(row["tier"] for row in down)
    assert {row["question_id"] for row in down if row["tier"] == 0} == {
        row["question_id"] for row in up if row["tier"] == 2
    }
    means = [np.mean([row["difficulty"] for row in down if row["tier"] == tier]) for tier in range(3)]
    assert means == sorted(means, reverse=True)
    assert {row["tier"] for row in mixed} == {0}
    tenths = [np.mean([row["difficulty"] for row in mixed[start : start + 96]]) for start in range(0, 960, 96)]
    assert np.ptp(tenths) < 0.1


def test_blind_questions_may_be_left_out_after_the_draw(draw: Callable[..., BuildSummary], tmp_path: Path) -> None:
    summary = draw(max_blind=0.3)
    rows = shards_of(tmp_path / "drawn")
    assert summary.rows + summary.rejected == 960
    assert all(row["blind"] <= 0.3 for row in rows)
    assert [row["tier"] for row in rows] == sorted(row["tier"] for row in rows)


def test_no_distractor_of_the_phantom_is_right_too(
    phantom: Path, hashed_vectors: Callable[..., Path], tmp_path: Path
) -> None:
    labels = pq.read_table(phantom / "choices.parquet")["label"].to_pylist()
    vectors = hashed_vectors(tmp_path / "vectors.npz", labels)
    summary = build(
        BuildConfig(sources=(phantom,), embeddings=vectors, choices="similar", max_blind_gain=1.0, options=3),
        tmp_path / "drawn",
    )
    scenes = {
        row["image_id"]: Scene.from_json(row["scene_graph"])
        for row in pq.read_table(phantom / "scenes.parquet").to_pylist()
    }
    rows = shards_of(tmp_path / "drawn")
    for row in rows:
        right = also_right(row["question"], row["answer"], scenes[f"phantom:{row['images'][0]['path']}"])
        assert right is None or right.isdisjoint(row["choices"]), row["question"]
    rejects = Counter(row["reason"] for row in pq.read_table(tmp_path / "drawn" / "rejects.parquet").to_pylist())
    assert rejects["polar_question"] > 50
    assert not {"true", "false"} & {label for row in rows for label in row["choices"]}
    assert summary.rows_read == summary.rows + sum(rejects.values())


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"options": 9}, ConfigInvalid, "9 options were asked for in tier 0, and no pool has more than 8 labels"),
        ({"where": "answer = 'gut'"}, NothingLeft, "tier 0 has 40 questions, and none of their pools has 2 labels"),
        ({"tiers": 961}, NothingLeft, "tier 960 has 0 questions"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(
    draw: Callable[..., BuildSummary], options: dict[str, Any], error: type[CkitError], said: str
) -> None:
    with pytest.raises(error, match=said) as raised:
        draw(**options)
    assert "\n" not in str(raised.value)
