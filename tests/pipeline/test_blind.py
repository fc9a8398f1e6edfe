"""`--max-blind` and `--tie-break blind` in a build: who is left out and why, in which order the others stand."""

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from curriculum_kit.benchmarks import reader_of
from curriculum_kit.config import BuildConfig, load_build_config
from curriculum_kit.errors import ConfigInvalid, NothingLeft
from curriculum_kit.pipeline.build import BuildSummary, build
from curriculum_kit.pipeline.ingest import ingest

Contents = Callable[[Path], dict[str, bytes]]

LABELS = ("gallbladder", "gut", "heart", "kidney", "liver", "lung", "omentum", "spleen")
OFFERED = (LABELS[:4], LABELS[2:6], LABELS[4:])
STAGES = [
    "select",
    "blind",
    "keep",
    "audit",
    "vocabulary",
    "encode",
    "similarity",
    "score",
    "tiers",
    "shards",
    "images",
]


def rows(dataset: str, count: int, seed: int) -> list[dict[str, Any]]:
    """Return questions with one of three sets of options; "yellow" in every other one means the second of them."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(count):
        options = OFFERED[number % 3]
        told = number % 2 == 0
        made.append(
            {
                "dataset": dataset,
                "question_id": f"{dataset}_{number}",
                "question_type": "Anatomy Identification",
                "question": f"What is the {'yellow structure' if told else 'organ'} in picture {number}?",
                "gt_answer": options[1 if told else random.integers(4)],
                "image_path": f"Images/{dataset}/{number}.png",
                "modality_type": "CT",
                **{f"option_{letter}": option for letter, option in zip("ABCD", options, strict=True)},
            }
        )
    return made


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return two ingested benchmarks of 120 and 60 questions; every other one needs no image."""
    root = tmp_path_factory.mktemp("sources")
    for name, count, seed in (("One", 120, 1), ("Two", 60, 2)):
        files = root / f"{name}-source" / "QA_information" / "Open-access"
        files.mkdir(parents=True)
        (files / f"{name}.json").write_text(json.dumps(rows(name, count, seed)))
        ingest(reader_of("omnimedvqa"), root / f"{name}-source", root / name)
    np.savez(root / "vectors.npz", labels=np.array(LABELS), vectors=np.random.default_rng(7).normal(size=(8, 5)))
    return root / "One", root / "Two"


def run(
    folders: tuple[Path, ...], output: Path, *, force: bool = False, seen: Any = None, **options: Any
) -> BuildSummary:
    config = BuildConfig(sources=folders, embeddings=folders[0].parent / "vectors.npz", **options)
    return build(config, output, force=force, on_stage=seen or (lambda *_: None))


@pytest.fixture(scope="module")
def bounded(folders: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BuildSummary]:
    """Return a curriculum without the questions that are answered blind more often than not."""
    output = tmp_path_factory.mktemp("bounded") / "curriculum"
    return output, run(folders, output, max_blind=0.5)


@pytest.fixture(scope="module")
def ordered(folders: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BuildSummary]:
    """Return a curriculum of all questions, with more tiers than there are distinct S(q)."""
    output = tmp_path_factory.mktemp("ordered") / "curriculum"
    return output, run(folders, output, max_blind=1.0, tie_break="blind", tiers=6)


def shard_rows(curriculum: Path) -> list[dict[str, Any]]:
    files = sorted((curriculum / "shards").rglob("*.parquet"))
    return [row for path in files for row in pq.read_table(path, partitioning=None).to_pylist()]


def is_told(row: dict[str, Any]) -> bool:
    return "yellow" in row["question"]


def test_what_needs_no_image_is_left_out_and_what_needs_one_stays(bounded: tuple[Path, BuildSummary]) -> None:
    output, summary = bounded
    kept = shard_rows(output)
    assert not any(map(is_told, kept))
    assert len(kept) == summary.rows == 90
    assert (summary.rows_read, summary.rejected, summary.left_out) == (180, 90, 0)
    assert all(0 <= row["blind"] <= 0.5 for row in kept)


def test_each_question_left_out_is_a_reject_with_its_probability_and_its_place(
    bounded: tuple[Path, BuildSummary], folders: tuple[Path, Path]
) -> None:
    rejects = pq.read_table(bounded[0] / "rejects.parquet").to_pylist()
    assert len(rejects) == 90
    tables = {f"{folder}/questions.parquet": pq.read_table(folder / "questions.parquet") for folder in folders}
    for row in rejects:
        assert (row["stage"], row["reason"], row["benchmark"]) == ("blind", "solvable_blind", "omnimedvqa")
        assert 0.5 < float(row["detail"]) <= 1
        record = json.loads(row["record"])
        assert is_told(record)
        assert tables[row["source"]]["question_id"][row["position"]].as_py() == record["question_id"]
    assert [sum(row["source"].startswith(str(folder)) for row in rejects) for folder in folders] == [60, 30]


def test_rows_read_are_shards_and_rejects_and_left_out(folders: tuple[Path, Path], tmp_path: Path) -> None:
    summary = run(folders, tmp_path / "some", max_blind=0.5, where="question NOT LIKE '%7?'", tiers=2)
    rejects = pq.read_table(tmp_path / "some" / "rejects.parquet")
    assert summary.rejected == rejects.num_rows > 0
    assert summary.left_out > 0
    assert summary.rows_read == summary.rows + summary.rejected + summary.left_out == 180


def test_manifest_and_card_hold_the_figures(bounded: tuple[Path, BuildSummary]) -> None:
    output, _ = bounded
    facts = json.loads((output / "manifest.json").read_text())["stages"]
    facts = facts["blind"] | facts["keep"]
    kept = [row["blind"] for row in shard_rows(output)]
    lost = [float(row["detail"]) for row in pq.read_table(output / "rejects.parquet").to_pylist()]
    assert (facts["max_blind"], facts["left_out"], facts["chance"]) == (0.5, 90, 0.25)
    assert facts["mean_kept"] == pytest.approx(np.mean(kept), abs=1e-6)
    assert facts["mean"] == pytest.approx((sum(kept) + sum(lost)) / 180, abs=1e-3)
    card = (output / "README.md").read_text()
    assert f"90 questions above 0.5 were left out; for those that stayed it is {facts['mean_kept']:.3f}." in card


def test_a_bound_of_one_leaves_nothing_out_and_fills_the_column(ordered: tuple[Path, BuildSummary]) -> None:
    output, summary = ordered
    assert (summary.rows, summary.rejected) == (180, 0)
    found = shard_rows(output)
    assert min(row["blind"] for row in found if is_told(row)) > 0.5
    assert max(row["blind"] for row in found if not is_told(row)) < 0.5


def test_equal_difficulty_goes_from_what_needs_no_image_to_what_does(ordered: tuple[Path, BuildSummary]) -> None:
    found = shard_rows(ordered[0])
    keys = [(row["difficulty"], -row["blind"]) for row in found]
    assert keys == sorted(keys)
    # Three sets of options have three S(q): without the tie-break there could be no six tiers.
    assert len({row["difficulty"] for row in found}) == 3
    assert (
        sum(
            here["tier"] != after["tier"] and here["difficulty"] == after["difficulty"]
            for here, after in pairwise(found)
        )
        == 3
    )
    assert len({(row["difficulty"], row["blind"], row["tier"]) for row in found}) == len(set(keys))


def test_without_the_tie_break_as_many_tiers_cannot_be(
    folders: tuple[Path, Path], ordered: tuple[Path, BuildSummary], tmp_path: Path
) -> None:
    with pytest.raises(NothingLeft, match="180 questions have 3 distinct S"):
        run(folders, tmp_path / "curriculum", max_blind=1.0, tiers=6)


def test_the_tie_break_alone_leaves_nothing_out(
    folders: tuple[Path, Path], ordered: tuple[Path, BuildSummary], tmp_path: Path
) -> None:
    summary = run(folders, tmp_path / "curriculum", tie_break="blind", tiers=6)
    assert (summary.rows, summary.rejected) == (180, 0)
    assert shard_rows(tmp_path / "curriculum") == shard_rows(ordered[0])
    assert "Column `blind` of the shards has it" in (tmp_path / "curriculum" / "README.md").read_text()


def test_it_goes_on_where_it_stopped_and_another_bound_runs_what_depends_on_it(
    folders: tuple[Path, Path],
    bounded: tuple[Path, BuildSummary],
    contents: Contents,
    stages_seen: type[Any],
    tmp_path: Path,
) -> None:
    output, first = bounded
    before, seen = contents(output), stages_seen()
    assert run(folders, output, max_blind=0.5, seen=seen) == first
    assert (seen.ran, seen.skipped) == ([], STAGES)
    assert contents(output) == before

    run(folders, tmp_path / "curriculum", max_blind=0.5)
    seen = stages_seen()
    assert run(folders, tmp_path / "curriculum", max_blind=1.0, force=True, seen=seen).rows == 180
    # What takes long is not estimated again.
    assert seen.skipped[:2] == ["select", "blind"]
    assert seen.ran[0] == "keep"
    assert {"score", "tiers", "shards"} <= set(seen.ran)
    assert run(folders, tmp_path / "curriculum", max_blind=0.5, force=True) == BuildSummary(
        **vars(first) | {"output": str(tmp_path / "curriculum")}
    )
    assert contents(tmp_path / "curriculum") == before


def test_a_build_that_no_longer_asks_has_all_questions_again(
    folders: tuple[Path, Path], contents: Contents, tmp_path: Path
) -> None:
    run(folders, tmp_path / "plain")
    run(folders, tmp_path / "curriculum", max_blind=0.5)
    summary = run(folders, tmp_path / "curriculum", force=True)
    assert (summary.rows, summary.rejected) == (180, 0)
    assert {row["blind"] for row in shard_rows(tmp_path / "curriculum")} == {None}
    assert contents(tmp_path / "curriculum") == contents(tmp_path / "plain")


@pytest.mark.parametrize("value", [1.5, -0.1, float("nan"), "x"])
def test_a_bound_that_is_no_probability_is_a_mistake_of_the_config(value: Any) -> None:
    with pytest.raises(ConfigInvalid, match=r"^the options: max_blind: input should be "):
        load_build_config(None, {"sources": (Path("tables"),), "max_blind": value})
    with pytest.raises(ValidationError):
        BuildConfig(sources=(Path("tables"),), max_blind=value)


@pytest.mark.parametrize(
    ("where", "bound", "says"),
    [
        (
            "question LIKE '%9?'",
            0.5,
            "blind solvability cannot be estimated: there are 18 questions with choices, and it takes 50 or more; "
            "leave out --max-blind and --tie-break blind",
        ),
        ("true", 0.0, "every question is answered without its image more often than --max-blind 0.0 (the least is "),
    ],
)
def test_what_cannot_be_estimated_or_leaves_nothing_is_one_line(
    where: str, bound: float, says: str, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    with pytest.raises(NothingLeft) as caught:
        run(folders, tmp_path / "curriculum", max_blind=bound, where=where)
    assert str(caught.value).startswith(says)
    assert not (tmp_path / "curriculum" / "manifest.json").exists()
