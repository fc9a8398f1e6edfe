"""The plan of drawn options: spans that can be worked out by hand, and that what is drawn keeps what it promises."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from curriculum_kit.benchmarks import reader_of
from curriculum_kit.choice_design.plan import BOUNDS
from curriculum_kit.config import BuildConfig
from curriculum_kit.enums import ChoiceSource
from curriculum_kit.errors import CkitError
from curriculum_kit.pipeline.build import build
from curriculum_kit.pipeline.ingest import ingest
from curriculum_kit.pipeline.plan import PlanResult, plan
from curriculum_kit.similarity import PairTable

LABELS = ("gallbladder", "heart", "lung", "spleen")


def near(*cosines: float) -> np.ndarray:
    """Return vectors of the four labels with these cosines: pairs 01, 02, 03, 12, 13, 23."""
    gram = np.eye(4)
    gram[np.triu_indices(4, 1)] = cosines
    return np.linalg.cholesky(gram + np.triu(gram, 1).T)


@pytest.fixture
def four(ingest_rows: Callable[..., Path], tmp_path: Path) -> Callable[..., BuildConfig]:
    """Return a function that asks for a plan of 20 questions, five about each of four labels."""
    rows = [
        {
            "dataset": "Tiny",
            "question_id": f"Tiny_{number}",
            "question_type": "Anatomy Identification",
            "question": f"What does picture {number} show?",
            "gt_answer": LABELS[number % 4],
            **{f"option_{letter}": label for letter, label in zip("ABCD", LABELS, strict=True)},
            "image_path": f"Images/{number}.png",
            "modality_type": "CT",
        }
        for number in range(20)
    ]
    tables, vectors = ingest_rows(rows), tmp_path / "four.npz"
    # Ranks among 6 pairs, mid-ranks: 0.2 is 1/12, 0.25 is 3/12, ..., 0.6 is 11/12.
    np.savez(vectors, labels=np.array(LABELS), vectors=near(0.6, 0.2, 0.3, 0.35, 0.25, 0.5))
    return lambda **options: BuildConfig(**({"sources": (tables,), "embeddings": vectors, "tiers": 1} | options))


def test_by_hand(four: Callable[..., BuildConfig]) -> None:
    planned = plan(four(options=2))
    span = next(row for row in planned.rows("fused") if row["max_gain"] == 0)
    # Each label is right in a quarter. Both pairs of one of three matchings: 01 and 23, 02 and 13, or 03 and 12.
    assert span["lowest"] == pytest.approx((1 + 3) / 24)
    assert span["highest"] == pytest.approx((11 + 9) / 24)
    assert (span["chance"], span["questions"], span["without"], span["exact"]) == (0.5, 20, 0, True)
    assert (planned.labels, planned.turned_away, planned.same_as_fused) == (4, 0, ("text",))
    assert planned.rows("text") == [row | {"channel": "text"} for row in planned.rows("fused")]
    assert planned.rows() == planned.rows("fused")


def test_numbers_of_options_are_those_asked_for_or_those_that_can_be(four: Callable[..., BuildConfig]) -> None:
    def sizes(planned: PlanResult) -> list[int]:
        return sorted({row["options"] for row in planned.rows()})

    by_default = plan(four(tiers=2))
    assert (sizes(by_default), by_default.options) == ([2, 3, 4], (4, 4))
    grown = plan(four(tiers=3, options="2:3", choices=ChoiceSource.SIMILAR))
    assert (sizes(grown), grown.options) == ([2, 3], (2, 2, 3))


def test_more_options_than_labels_are_refused(four: Callable[..., BuildConfig]) -> None:
    with pytest.raises(CkitError, match=r"5 options were asked for .* ask for --options 4"):
        plan(four(options=5))


def test_the_bound_that_is_asked_for_has_its_row(four: Callable[..., BuildConfig]) -> None:
    planned = plan(four(options=2, max_blind_gain=0.07, choices=ChoiceSource.SIMILAR))
    assert [row["max_gain"] for row in planned.rows()] == [*sorted([*BOUNDS, 0.07]), None]
    assert planned.span(2)["max_gain"] == planned.max_gain == 0.07


def test_whatever_choices_are_asked_for_the_plan_is_of_similar_ones(four: Callable[..., BuildConfig]) -> None:
    plans = [plan(four(options=2, choices=choices)).table for choices in ChoiceSource]
    assert plans[0].equals(plans[1])
    assert plans[0].equals(plans[2])


def test_nothing_is_left_on_the_disk(
    four: Callable[..., BuildConfig], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    stages: list[str] = []
    plan(four(options=2), on_stage=lambda stage, state: stages.append(stage) if state == "done" else None)
    assert stages == ["select", "labels", "encode", "similarity", "plan"]
    with pytest.raises(CkitError, match="no question meets --where"):
        plan(four(where="modality = 'MR'"))
    assert not list(scratch.iterdir())


def test_each_channel_is_planned_for_and_one_that_lacks_a_label_is_named(
    four: Callable[..., BuildConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = PairTable.from_arrow

    def with_clip(table: Any, n_labels: int) -> PairTable:
        pairs = read(table, n_labels)
        text = pairs.calibrated["text"]
        clip = {"text": text, "clip_text": 1 - text, "clip_image": np.where(text > 0.9, np.nan, text)}
        return replace(pairs, raw=clip, calibrated=clip)

    monkeypatch.setattr(PairTable, "from_arrow", with_clip)
    planned = plan(four(options=2))
    assert (planned.same_as_fused, planned.incomplete) == (("text",), ("clip_image",))
    assert list(dict.fromkeys(row["channel"] for row in planned.rows())) == ["fused", "clip_text"]
    # What is most alike to one encoder is least alike to the other.
    assert planned.span(2, "clip_text")["lowest"] == pytest.approx(1 - planned.span(2)["highest"])


def drawn(folder: Path) -> tuple[list[float], list[float]]:
    """Return mean S(q) and blind gain per tier, both counted on the shards."""
    means, gains = [], []
    for tier in sorted(folder.glob("shards/tier=*")):
        table = pq.ParquetDataset(tier).read(columns=["difficulty", "choices", "answer"])
        means.append(float(np.mean(table["difficulty"].to_numpy())))
        sets: dict[tuple[str, ...], dict[str, int]] = {}
        chance = 0.0
        for choices, answer in zip(table["choices"].to_pylist(), table["answer"].to_pylist(), strict=True):
            right = sets.setdefault(tuple(sorted(choices)), {})
            right[answer] = right.get(answer, 0) + 1
            chance += 1 / len(choices)
        gains.append((sum(max(right.values()) for right in sets.values()) - chance) / table.num_rows)
    return means, gains


def keeps_its_promise(config: BuildConfig, output: Path, bound: float) -> None:
    """Check that the ends of what is drawn are those of the plan within 0.02."""
    config = config.model_copy(update={"choices": ChoiceSource.SIMILAR, "max_blind_gain": bound})
    promised = plan(config).span(config.most_options)
    build(config, output)
    means, gains = drawn(output)
    assert means[0] == pytest.approx(promised["lowest"], abs=0.02)
    assert means[-1] == pytest.approx(promised["highest"], abs=0.02)
    assert gains[0] == pytest.approx(promised["gain_at_lowest"], abs=0.02)
    assert gains[-1] == pytest.approx(promised["gain_at_highest"], abs=0.02)
    assert max(gains) <= bound + 1e-6


def test_what_is_drawn_from_the_phantom_is_what_was_planned(
    phantom: Path, hashed_vectors: Callable[[Path, list[str]], Path], tmp_path: Path
) -> None:
    labels = pq.read_table(phantom / "choices.parquet")["label"].to_pylist()
    config = BuildConfig(
        sources=(phantom,),
        where="question_type = 'query_component'",
        embeddings=hashed_vectors(tmp_path / "vectors.npz", labels),
        options=3,
        tiers=2,
    )
    keeps_its_promise(config, tmp_path / "drawn", bound=0.1)


@pytest.mark.real_data
@pytest.mark.model
def test_what_is_drawn_from_real_questions_is_what_was_planned(real_data: Path, tmp_path: Path) -> None:
    ingest(reader_of("anatomy-r1"), real_data / "anatomy_r1", tmp_path / "tables")
    keeps_its_promise(BuildConfig(sources=(tmp_path / "tables",)), tmp_path / "drawn", bound=0.03)
