"""Schemas: what the contract promises about the columns, and what is said of a table that breaks it."""

import pyarrow as pa
import pytest

from curriculum_kit.errors import SchemaMismatch
from curriculum_kit.schemas import TABLES, check_schema, columns_of, schema_of

CHOICES = schema_of("choices")


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_documented_and_named_once(table: str) -> None:
    columns = columns_of(table)
    assert len({column.name for column in columns}) == len(columns)
    assert all(column.meaning for column in columns)


@pytest.mark.parametrize("table", TABLES)
def test_a_schema_fits_itself_with_file_metadata(table: str) -> None:
    check_schema(schema_of(table).with_metadata({"writer": "x"}), table, "t.parquet")


def test_the_columns_that_may_be_null_are_these() -> None:
    assert [column.name for column in columns_of("questions") if column.nullable] == [
        "answer_index",
        "question_type",
        "modality",
        "choices_as_given",
    ]
    assert not schema_of("questions").field("answer").nullable


def test_the_names_of_list_items_are_not_compared() -> None:
    place = CHOICES.get_field_index("surface_forms")
    other = CHOICES.set(place, pa.field("surface_forms", pa.list_(pa.field("element", pa.string()))))
    check_schema(other, "choices", "t.parquet")


@pytest.mark.parametrize(
    ("seen", "message"),
    [
        (CHOICES.remove(1), "t.parquet is no choices table: it lacks label; write it again with ckit"),
        (
            CHOICES.append(pa.field("extra", pa.int8())).remove(0),
            "t.parquet is no choices table: it lacks choice_id and has also extra; write it again with ckit",
        ),
        (
            CHOICES.set(0, pa.field("choice_id", pa.int64())),
            "t.parquet: column choice_id of a choices table is int64, must be int32; write it again with ckit",
        ),
        (
            pa.schema(list(CHOICES)[::-1]),
            "t.parquet: the columns of a choices table stand in another order; write it again with ckit",
        ),
    ],
)
def test_another_schema_is_refused_with_the_difference(seen: pa.Schema, message: str) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        check_schema(seen, "choices", "t.parquet")
    assert str(caught.value) == message


def test_a_column_given_twice_is_refused() -> None:
    with pytest.raises(SchemaMismatch, match="it has also label; write it again"):
        check_schema(pa.schema([*CHOICES, CHOICES.field("label")]), "choices", "t.parquet")
