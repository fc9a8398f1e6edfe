"""Split schemes: the SQL that tells them apart."""

from collections.abc import Callable

import duckdb

from curriculum_kit.audit.schemes import scheme_sql


def test_only_the_benchmark_named_has_schemes(make_database: Callable[..., duckdb.DuckDBPyConnection]) -> None:
    axis = [("axis", "modality")]
    database = make_database(
        [
            {"benchmark": "it's", "metadata": axis},
            {"benchmark": "it's"},
            {"benchmark": "other", "metadata": axis},
        ]
    )
    expression = scheme_sql({"it's": "axis"})
    query = f"SELECT {expression} FROM questions ORDER BY question_id"
    assert database.sql(query).fetchall() == [("modality",), ("",), ("",)]
