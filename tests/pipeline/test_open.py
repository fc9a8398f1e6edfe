"""Open: finished folders as views, queries with their errors in one line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from curriculum_kit.errors import CkitError, ConfigInvalid, SchemaMismatch, SourceNotFound
from curriculum_kit.pipeline.build import BuildSummary
from curriculum_kit.pipeline.open import open_views, reading, run_sql

Make = Callable[..., BuildSummary]


def test_a_curriculum_has_its_tables_as_views(make: Make, tmp_path: Path) -> None:
    make(tiers=2)
    kind, manifest, database = open_views(tmp_path / "curriculum")
    assert (kind, manifest["config"]["tiers"]) == ("curriculum", 2)
    views = [row[0] for row in run_sql(database, "SHOW TABLES")[1]]
    assert views == ["choices", "images", "rejects", "shards", "similarity"]
    assert run_sql(database, "SELECT count(*) AS n, min(tier) AS low, max(tier) AS high FROM shards") == (
        ["n", "low", "high"],
        [(70, 0, 1)],
    )


def test_an_ingest_has_its_tables_too(tables: Path) -> None:
    kind, _, database = open_views(tables)
    assert kind == "questions"
    assert run_sql(database, "SELECT count(*) FROM questions") == (["count_star()"], [(70,)])


def test_the_views_are_of_this_folder_whatever_its_name(make: Make, tmp_path: Path) -> None:
    make("what?/tier=9/curriculum")
    make("whatx/tier=9/curriculum", tiers=1)
    _, _, database = open_views(tmp_path / "what?" / "tier=9" / "curriculum")
    assert run_sql(database, "SELECT DISTINCT tier FROM shards ORDER BY 1")[1] == [(0,), (1,), (2,)]
    assert run_sql(database, "SELECT count(*) FROM shards")[1] == [(70,)]


def test_columns_of_one_name_are_numbered(tables: Path) -> None:
    _, _, database = open_views(tables)
    assert run_sql(database, "SELECT 1 AS x, 2 AS y, 3 AS x, 4 AS x") == (["x", "y", "x_2", "x_3"], [(1, 2, 3, 4)])


@pytest.mark.parametrize("query", ["", "  ", "-- a comment", ";"])
def test_an_empty_query_is_named(query: str, tables: Path) -> None:
    _, _, database = open_views(tables)
    with pytest.raises(ConfigInvalid, match="--sql is empty; try"):
        run_sql(database, query)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("SELEC 1", 'syntax error at or near "SELEC"'),
        ("SELECT * FROM shards", "Table with name shards does not exist"),
        ("SELECT answr FROM questions", '"answr" not found'),
        ("SELECT answer::INT FROM questions", "Could not convert string"),
    ],
)
def test_a_query_that_fails_is_one_line_with_the_views(query: str, says: str, tables: Path) -> None:
    _, _, database = open_views(tables)
    with pytest.raises(ConfigInvalid) as caught:
        run_sql(database, query)
    assert says in str(caught.value)
    assert str(caught.value).endswith("; the views are choices, images, questions, rejects")


def test_what_is_no_finished_folder_is_named(make: Make, tmp_path: Path) -> None:
    def refusal(folder: Path, error: type[CkitError] = SourceNotFound) -> str:
        with pytest.raises(error) as caught:
            open_views(folder)
        return str(caught.value)

    assert "does not exist; name a folder" in refusal(tmp_path / "absent")
    (tmp_path / "other").mkdir()
    assert refusal(tmp_path / "other") == f"{tmp_path / 'other'} holds nothing that ckit wrote; check the path"
    make()
    manifest = tmp_path / "curriculum" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"schema_version": ', '"schema_version": 9'))
    assert "was written by another version of ckit" in refusal(tmp_path / "curriculum", SchemaMismatch)
    manifest.unlink()
    assert "holds an unfinished run; run its command again" in refusal(tmp_path / "curriculum")


def test_a_damaged_table_is_one_line(make: Make, tmp_path: Path) -> None:
    make()
    shard = tmp_path / "curriculum" / "shards" / "tier=1" / "part-00000.parquet"
    data = bytearray(shard.read_bytes())
    data[200:1200] = bytes(byte ^ 0x5A for byte in data[200:1200])
    shard.write_bytes(data)
    with pytest.raises(SchemaMismatch, match="holds a table that cannot be read"), reading(tmp_path / "curriculum"):
        open_views(tmp_path / "curriculum")[2].execute("SELECT * FROM shards").fetchall()
    (tmp_path / "curriculum" / "choices.parquet").write_bytes(b"PAR1")
    with pytest.raises(SchemaMismatch, match="holds a table that cannot be read"):
        open_views(tmp_path / "curriculum")
