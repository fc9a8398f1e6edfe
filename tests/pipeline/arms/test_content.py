"""What the arms hold: the same questions, and choices, letters and an order of their own."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from curriculum_kit.benchmarks import reader_of
from curriculum_kit.config import BuildConfig
from curriculum_kit.errors import OutputOccupied
from curriculum_kit.pipeline.arms import build_arms
from curriculum_kit.pipeline.ingest import ingest

Rows = list[dict[str, Any]]
Read = Callable[[Path], Rows]

LABELS = ("gallbladder", "gut", "heart", "kidney", "liver", "lung", "omentum", "spleen")
DRAWN = ("random", "order-only", "choices-only", "ordered", "reversed")
EVERY = ("random", "keep", "order-only", "choices-only", "ordered", "reversed")


def by_id(rows: Rows, *names: str) -> dict[str, Any]:
    return {row["question_id"]: [row[name] for name in names] for row in rows}


def test_questions_images_and_answers_are_the_same_in_all_arms(rows: dict[str, Rows]) -> None:
    names = ("question", "answer", "images", "benchmark", "split", "unit_id", "question_type", "modality", "metadata")
    same = by_id(rows["ordered"], *names)
    assert len(same) == 480
    for name in EVERY:
        assert len(rows[name]) == 480
        assert by_id(rows[name], *names) == same


def test_choices_and_letters_are_those_of_the_arm(rows: dict[str, Rows]) -> None:
    choices = {name: by_id(rows[name], "choices", "solution") for name in EVERY}
    assert choices["random"] == choices["order-only"]
    assert choices["choices-only"] == choices["ordered"] == choices["reversed"]
    given = by_id(rows["keep"], "choices")
    for number in range(480):
        own = next(row for row in rows["keep"] if row["question"] == f"What does picture {number} show?")
        # D, B, A, C hold the answer and the three behind it, so that A to D are the third, second, fourth and first.
        assert given[own["question_id"]] == [[LABELS[(number + n) % 8] for n in (2, 1, 3, 0)]]
    sets = [{name: frozenset(labels) for name, (labels, _) in choices[arm].items()} for arm in ("random", "ordered")]
    assert sum(sets[0][name] != sets[1][name] for name in sets[0]) > 400
    assert {len(labels) for arm in DRAWN for labels, _ in choices[arm].values()} == {4}


def test_orders_are_those_of_the_arm(rows: dict[str, Rows]) -> None:
    order = {name: [row["question_id"] for row in rows[name]] for name in EVERY}
    assert order["random"] == order["keep"] == order["choices-only"]
    assert len({tuple(order[name]) for name in ("random", "order-only", "ordered", "reversed")}) == 4
    difficulty = {name: np.array([row["difficulty"] for row in rows[name]]) for name in EVERY}
    assert (np.diff(difficulty["order-only"]) >= 0).all()
    thirds = {name: difficulty[name].reshape(3, 160).mean(axis=1) for name in EVERY}
    assert thirds["ordered"][0] + 0.05 < thirds["ordered"][1] < thirds["ordered"][2] - 0.05
    assert thirds["reversed"] == pytest.approx(thirds["ordered"][::-1])
    for name in ("random", "keep", "choices-only"):
        assert np.ptp(thirds[name]) < 0.05
        assert {row["tier"] for row in rows[name]} == {0}


@pytest.mark.parametrize("arm", DRAWN)
def test_the_answer_is_at_each_letter_equally_often_in_every_tier(arm: str, rows: dict[str, Rows]) -> None:
    tiers = {row["tier"] for row in rows[arm]}
    for tier in tiers:
        letters = [row["solution"] for row in rows[arm] if row["tier"] == tier]
        assert set(letters) == set("ABCD")
        assert all(abs(count - len(letters) / 4) <= 0.01 * len(letters) for count in Counter(letters).values())


def test_s_q_is_on_one_scale_where_arms_draw_from_the_same_labels(made: Path) -> None:
    similarity = {(made / name / "similarity.parquet").read_bytes() for name in DRAWN}
    assert len(similarity) == 1


def test_questions_that_the_draw_turns_away_are_in_no_arm_and_their_answers_stay_known(
    mostly_liver: BuildConfig, rows_of: Read, tmp_path: Path
) -> None:
    summary = build_arms(mostly_liver, tmp_path / "arms")
    assert summary.rows_read == 241 == summary.rows + summary.turned_away
    assert summary.turned_away > 50
    kept = by_id(rows_of(tmp_path / "arms" / "ordered"))
    for name in EVERY:
        found = rows_of(tmp_path / "arms" / name)
        assert by_id(found) == kept
        if name in DRAWN:
            assert not [row for row in found if row["answer"] != "liver" and "liver" in row["choices"]]
    # Similarity is ranked among all labels that could be drawn, also where none of their questions is left.
    assert len({(tmp_path / "arms" / name / "similarity.parquet").read_bytes() for name in DRAWN}) == 1


def test_questions_have_as_many_options_in_every_arm_that_draws(
    config: BuildConfig, rows_of: Read, tmp_path: Path
) -> None:
    build_arms(config.model_copy(update={"options": "2:4"}), tmp_path / "arms")
    sizes = {
        name: {row["question_id"]: len(row["choices"]) for row in rows_of(tmp_path / "arms" / name)} for name in EVERY
    }
    assert Counter(sizes["ordered"].values()) == {2: 160, 3: 160, 4: 160}
    assert all(sizes[name] == sizes["ordered"] for name in DRAWN)
    assert set(sizes["keep"].values()) == {4}


def test_without_choices_in_the_source_there_is_no_arm_keep_and_one_of_before_goes(
    config: BuildConfig, phantom: Path, hashed_vectors: Callable[[Path, list[str]], Path], tmp_path: Path
) -> None:
    build_arms(config, tmp_path / "arms")
    assert (tmp_path / "arms" / "keep").is_dir()
    labels = pq.read_table(phantom / "choices.parquet")["label"].to_pylist()
    other = BuildConfig(
        sources=(phantom,),
        embeddings=hashed_vectors(tmp_path / "vectors.npz", labels),
        where="question_type = 'query_component'",
        choices="similar",
        tiers=2,
    )
    with pytest.raises(OutputOccupied, match="holds arms built otherwise"):
        build_arms(other, tmp_path / "arms")
    summary = build_arms(other, tmp_path / "arms", force=True)
    assert summary.without_choices == summary.rows > 0
    assert tuple(summary.arms) == DRAWN
    assert not (tmp_path / "arms" / "keep").exists()


@pytest.mark.real_data
def test_real_letters_are_balanced_in_every_tier_of_every_arm_that_draws(
    real_data: Path, draw_vectors: Callable[..., Path], rows_of: Read, tmp_path: Path
) -> None:
    ingest(reader_of("anatomy-r1"), real_data / "anatomy_r1", tmp_path / "tables")
    labels = pq.read_table(tmp_path / "tables" / "choices.parquet")["label"].to_pylist()
    vectors = draw_vectors(tuple(labels), tmp_path / "vectors.npz")
    config = BuildConfig(sources=(tmp_path / "tables",), embeddings=vectors, choices="similar")
    summary = build_arms(config, tmp_path / "arms")
    assert summary.rows_read == 2_000 == summary.rows + summary.turned_away
    for name in DRAWN:
        rows = rows_of(tmp_path / "arms" / name)
        for tier in {row["tier"] for row in rows}:
            letters = Counter(row["solution"] for row in rows if row["tier"] == tier)
            assert max(abs(letters[letter] / letters.total() - 1 / 4) for letter in "ABCD") < 0.01
