from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from curriculum_kit import Curriculum
from curriculum_kit.errors import ConfigInvalid, OutputOccupied, SourceNotFound
from curriculum_kit.pipeline.open import write_database


@pytest.fixture
def opened(make: Callable[..., Any], tmp_path: Path) -> Curriculum:
    make()
    return Curriculum.open(tmp_path / "curriculum")


def test_tiers_and_questions(opened: Curriculum) -> None:
    assert repr(opened).endswith("curriculum': 70 questions in 3 tiers)")
    tiers = opened.tiers()
    assert tiers["questions"].sum() == 70
    assert tiers["mean"].is_sorted()
    hardest = opened.questions(tier=2)
    assert hardest.height == tiers["questions"][2]
    assert hardest["images"][0].to_list()[0].endswith(".png")
    shards = pq.read_table(opened.folder / "shards", partitioning=None)
    assert opened.questions()["question_id"].to_list() == shards["question_id"].to_pylist()
    with pytest.raises(ConfigInvalid, match="there is no tier 7; the curriculum has 0, 1, 2"):
        opened.questions(tier=7)


def test_similarity_is_a_square(opened: Curriculum) -> None:
    square = opened.similarity()
    labels = square["label"].to_list()
    assert square.columns == ["label", *labels]
    values = square.drop("label").to_numpy()
    assert (values == values.T).all()
    assert (values.diagonal() == 1).all()
    pairs = pq.read_table(opened.folder / "similarity.parquet").to_pylist()
    one = pairs[5]
    assert values[one["choice_a"], one["choice_b"]] == one["fused"]
    assert opened.similarity("text")[0, labels[1]] == pairs[0]["text"]
    assert opened.similarity("text", calibrated=True)[0, labels[1]] == pairs[0]["text_calibrated"]
    assert opened.similarity("clip_image").drop("label").null_count().sum_horizontal()[0] == len(labels) * (
        len(labels) - 1
    )
    with pytest.raises(ConfigInvalid, match=r"channel 'clip_imge' is unknown \(did you mean 'clip_image'\?\)"):
        opened.similarity("clip_imge")


def test_other_libraries_get_the_rows_in_order(opened: Curriculum) -> None:
    ids = opened.questions()["question_id"].to_list()
    assert opened.to_datasets()["question_id"][:] == ids
    rows = opened.to_torch()
    assert (len(rows), rows[3]["question_id"]) == (70, ids[3])
    assert opened.lazy().select(pl.col("question_id")).collect()["question_id"].to_list() == ids
    assert opened.sql("SELECT count(*) AS n FROM shards WHERE tier = 0")["n"][0] == opened.tiers()["questions"][0]


def test_a_database_of_views_opens_anywhere(
    opened: Curriculum, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = write_database(opened.folder, tmp_path / "new" / "c.duckdb")
    assert {"shards", "choices", "similarity"} <= set(names)
    monkeypatch.chdir("/")
    with duckdb.connect(str(tmp_path / "new" / "c.duckdb"), read_only=True) as database:
        assert database.execute("SELECT count(*) FROM shards").fetchall() == [(70,)]
    with pytest.raises(OutputOccupied, match=r"c\.duckdb exists already"):
        write_database(opened.folder, tmp_path / "new" / "c.duckdb")


def test_what_is_no_curriculum_is_one_line(tables: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="holds ingested questions, no curriculum"):
        Curriculum.open(tables)
    with pytest.raises(SourceNotFound, match="does not exist"):
        Curriculum.open(tmp_path / "nowhere")
