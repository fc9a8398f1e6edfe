"""Tables on disk: the same rows make the same bytes, and nothing half-written stays."""

import itertools
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curriculum_kit.errors import SchemaMismatch, SourceNotFound
from curriculum_kit.schemas import schema_of
from curriculum_kit.storage import ParquetSink, iter_table, open_table, read_table, tables, write_table


def rejects(rows: int) -> pa.Table:
    """Return rows with strings that repeat, strings that do not, numbers and nulls."""
    made: list[dict[str, Any]] = [
        {"stage": "ingest", "benchmark": "b", "source": f"{n // 7}.json", "position": n, "reason": "not_json",
         "detail": None if n % 3 else f"detail {n}", "record": f"record {n}" * (n % 5)}
        for n in range(rows)
    ]  # fmt: skip
    return pa.Table.from_pylist(made, schema=schema_of("rejects"))


ROWS = rejects(50)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.sets(st.integers(0, 50)), as_batches=st.booleans())
def test_bytes_depend_on_the_rows_not_on_the_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cuts: set[int], as_batches: bool
) -> None:
    monkeypatch.setattr(tables, "ROW_GROUP", 16)
    write_table(tmp_path / "whole.parquet", ROWS, "rejects")
    edges = [0, *sorted(cuts), 50]
    with ParquetSink(tmp_path / "cut.parquet", "rejects") as sink:
        for start, end in itertools.pairwise(edges):
            piece = ROWS.slice(start, end - start)
            for batch in piece.to_batches() if as_batches else [piece]:
                sink.write(batch)
    assert sink.rows == 50
    assert (tmp_path / "cut.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()


def test_row_groups_have_one_size_and_keep_the_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROW_GROUP", 16)
    write_table(tmp_path / "t.parquet", ROWS, "rejects")
    facts = pq.ParquetFile(tmp_path / "t.parquet").metadata
    assert [facts.row_group(i).num_rows for i in range(facts.num_row_groups)] == [16, 16, 16, 2]
    assert read_table(tmp_path / "t.parquet", "rejects").equals(ROWS)


def test_row_groups_may_be_smaller(tmp_path: Path) -> None:
    with ParquetSink(tmp_path / "t.parquet", "rejects", row_group=20) as sink:
        sink.write(ROWS.slice(0, 19))
        sink.write(ROWS.slice(19))
    facts = pq.ParquetFile(tmp_path / "t.parquet").metadata
    assert [facts.row_group(i).num_rows for i in range(facts.num_row_groups)] == [20, 20, 10]


def test_a_table_without_rows_is_a_table(tmp_path: Path) -> None:
    with ParquetSink(tmp_path / "new" / "folder" / "t.parquet", "rejects"):
        pass
    read = read_table(tmp_path / "new" / "folder" / "t.parquet", "rejects")
    assert (read.num_rows, read.schema) == (0, schema_of("rejects"))


@pytest.mark.parametrize("table", ["questions", "images", "similarity", "shard", "embeddings"])
def test_every_kind_of_column_survives_the_disk(tmp_path: Path, table: str) -> None:
    write_table(tmp_path / "t.parquet", schema_of(table).empty_table(), table)
    assert open_table(tmp_path / "t.parquet", table).schema_arrow.equals(schema_of(table))


def test_batches_are_cast_to_the_schema(tmp_path: Path) -> None:
    counts = pa.table(
        {"choice_id": [0], "label": ["gut"], "surface_forms": [["Gut"]], "n_as_answer": [1], "n_as_choice": [2]}
    )
    assert counts.schema.field("choice_id").type == pa.int64()
    write_table(tmp_path / "t.parquet", counts, "choices")
    assert read_table(tmp_path / "t.parquet", "choices").schema == schema_of("choices")


@pytest.mark.parametrize("declared_nullable", [True, False])
def test_a_null_where_none_may_be_raises_and_leaves_no_file(tmp_path: Path, declared_nullable: bool) -> None:
    schema = schema_of("rejects")
    place = schema.get_field_index("reason")
    seen = schema.set(place, schema.field(place).with_nullable(declared_nullable))
    with_null = ROWS.slice(0, 2).set_column(place, seen.field(place), pa.array(["x", None]))
    with pytest.raises(ValueError, match=r"(?i)null"):
        write_table(tmp_path / "t.parquet", with_null, "rejects")
    assert list(tmp_path.iterdir()) == []


def fail_half_way(file: Path) -> None:
    with ParquetSink(file, "rejects") as sink:
        sink.write(ROWS)
        raise KeyError


def test_an_error_on_the_way_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        fail_half_way(tmp_path / "t.parquet")
    assert list(tmp_path.iterdir()) == []


def test_metadata_of_the_file_is_stored(tmp_path: Path) -> None:
    with ParquetSink(tmp_path / "t.parquet", "rejects", {"made by": "a test"}) as sink:
        sink.write(ROWS)
    assert pq.read_schema(tmp_path / "t.parquet").metadata[b"made by"] == b"a test"
    assert read_table(tmp_path / "t.parquet", "rejects").num_rows == 50


def test_streaming_gives_batches_of_at_most_the_size_asked_for(tmp_path: Path) -> None:
    write_table(tmp_path / "t.parquet", ROWS, "rejects")
    batches = list(iter_table(tmp_path / "t.parquet", "rejects", batch_rows=20, columns=["position"]))
    assert max(batch.num_rows for batch in batches) <= 20
    assert [row["position"] for batch in batches for row in batch.to_pylist()] == list(range(50))
    assert batches[0].schema.names == ["position"]


def test_an_absent_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"rejects\.parquet does not exist; name a folder that ckit wrote"):
        open_table(tmp_path / "rejects.parquet", "rejects")


@pytest.mark.parametrize("cut", [0, 3, 200, -1])
def test_what_is_no_parquet_is_named(tmp_path: Path, cut: int) -> None:
    write_table(tmp_path / "whole.parquet", ROWS, "rejects")
    (tmp_path / "t.parquet").write_bytes((tmp_path / "whole.parquet").read_bytes()[:cut])
    with pytest.raises(SchemaMismatch, match=r"t\.parquet is no readable Parquet file; write it again with ckit"):
        open_table(tmp_path / "t.parquet", "rejects")


def test_text_under_the_name_of_a_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_text("question,answer\nWhich?,gut\n")
    with pytest.raises(SchemaMismatch, match="is no readable Parquet file"):
        open_table(tmp_path / "t.parquet", "rejects")


def test_another_table_is_refused(tmp_path: Path) -> None:
    write_table(tmp_path / "t.parquet", ROWS, "rejects")
    with pytest.raises(SchemaMismatch, match=r"t\.parquet is no scenes table: it lacks image_id, scene_graph and has"):
        read_table(tmp_path / "t.parquet", "scenes")
