"""The real benchmark files, from the raw files to tiers; every figure was counted on exactly these files."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from curriculum_kit.benchmarks import NAMES, reader_of
from curriculum_kit.config import BuildConfig
from curriculum_kit.pipeline.build import build
from curriculum_kit.pipeline.ingest import IngestSummary, ingest

pytestmark = pytest.mark.real_data

Ingest = Callable[..., IngestSummary]

SOURCES = {
    "omnimedvqa": ("omnimedvqa", 62_907, 0),
    "anatomy-r1": ("anatomy_r1/GRPO.json", 1_000, 0),
    "ssg-vqa": ("ssg_vqa", 27, 4),
    "vqa-rad": ("vqa_rad", 3_515, 0),
}


@pytest.fixture(scope="module")
def tables(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that ingests a benchmark once and gives the folder of its tables."""
    root = tmp_path_factory.mktemp("real")

    def run(name: str) -> Path:
        if not (root / name).exists():
            ingest(reader_of(name), real_data / SOURCES[name][0], root / name)
        return root / name

    return run


def questions(folder: Path, *columns: str) -> list[dict[str, Any]]:
    return pq.read_table(folder / "questions.parquet", columns=list(columns) or None).to_pylist()


@pytest.mark.parametrize("name", SOURCES)
def test_every_row_is_a_question_or_a_reject(name: str, tables: Callable[[str], Path]) -> None:
    assert name in NAMES
    _, rows_in, rejects = SOURCES[name]
    folder = tables(name)
    assert pq.read_metadata(folder / "rejects.parquet").num_rows == rejects
    ids = [row["question_id"] for row in questions(folder, "question_id")]
    assert len(ids) == len(set(ids)) == rows_in - rejects


def test_a_fifth_of_omnimedvqa_asks_for_anatomy(tables: Callable[[str], Path]) -> None:
    types = Counter(row["question_type"] for row in questions(tables("omnimedvqa"), "question_type"))
    assert types["Anatomy Identification"] == 13_633


def test_anatomy_r1_asks_about_six_structures_in_fifteen_sets_of_options(tables: Callable[[str], Path]) -> None:
    rows = questions(tables("anatomy-r1"), "answer", "choices", "answer_index")
    assert {row["answer"] for row in rows} == {
        *("liver", "omentum", "gut", "gallbladder", "cystic plate", "abdominal wall cavity")
    }
    assert len({frozenset(row["choices"]) for row in rows}) == 15
    assert all(row["choices"][row["answer_index"]] == row["answer"] for row in rows)


def test_what_ssg_vqa_asks_about_the_whole_scene_is_rejected_as_such(tables: Callable[[str], Path]) -> None:
    reasons = pq.read_table(tables("ssg-vqa") / "rejects.parquet")["reason"].to_pylist()
    assert reasons == ["scene_level"] * 4


def test_the_images_of_vqa_rad_are_there(real_data: Path, tmp_path: Path) -> None:
    summary = ingest(reader_of("vqa-rad"), real_data / "vqa_rad", tmp_path / "rad", image_root=real_data / "vqa_rad")
    assert (summary.rows_in, summary.images_by_status) == (3_515, {"ok": 314})


@pytest.mark.model
def test_the_anatomy_questions_of_omnimedvqa_fall_into_three_tiers(
    tables: Callable[[str], Path], tmp_path: Path
) -> None:
    where = "question_type = 'Anatomy Identification'"
    summary = build(BuildConfig(sources=(tables("omnimedvqa"),), where=where, tiers=3), tmp_path / "curriculum")
    assert (summary.rows_read, summary.rows, summary.rejected) == (62_907, 13_633, 0)
    means = [tier["mean"] for tier in summary.tiers]
    assert means[0] < means[1] < means[2]
    shards = pq.read_table(tmp_path / "curriculum" / "shards", partitioning=None, columns=["tier", "difficulty"])
    tiers_of: dict[float, set[int]] = {}
    for row in shards.to_pylist():
        tiers_of.setdefault(row["difficulty"], set()).add(row["tier"])
    assert {len(found) for found in tiers_of.values()} == {1}
    assert len(tiers_of) == summary.distinct_difficulties
    assert all(abs(tier["questions"] - 13_633 / 3) < 500 for tier in summary.tiers)
