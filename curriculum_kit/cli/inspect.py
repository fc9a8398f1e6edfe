"""`ckit inspect`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curriculum_kit.cli.console import print_json, say

if TYPE_CHECKING:
    import duckdb


def inspect(
    folder: Annotated[Path, typer.Argument(help="Curriculum, or tables of ckit ingest.", show_default=False)],
    sql: Annotated[str | None, typer.Option("--sql", help="DuckDB query over views named after the tables.")] = None,
    groups: Annotated[bool, typer.Option("--groups", help="Show question groups and how they came about.")] = False,
    duckdb_file: Annotated[
        Path | None, typer.Option("--duckdb", help="Write a DuckDB database with these views, for any client.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; all rows of --sql.")] = False,
) -> None:
    """Show the tiers at a glance, or query the tables.

    A curriculum has the views shards, choices, similarity, images, rejects, and wordings after ckit groups; an
    ingest has questions, images, choices, rejects. After ckit audit, both have findings, evidence and blind too.

    Examples:

      ckit inspect demo

      ckit inspect demo --groups

      ckit inspect demo --duckdb demo.duckdb

      ckit inspect demo --sql "SELECT answer, count(*) FROM shards GROUP BY 1"
    """
    from curriculum_kit.cli.inspect_view import print_questions, print_rows, print_tiers
    from curriculum_kit.inspection import summarise_tiers
    from curriculum_kit.pipeline.open import open_views, reading, run_sql, write_database

    if duckdb_file is not None:
        views = write_database(folder, duckdb_file)
        say(f"{duckdb_file} has the views {', '.join(views)}. Next: duckdb {duckdb_file}")
        return
    kind, manifest, database = open_views(folder)
    if sql is not None:
        names, rows = run_sql(database, sql)
        if as_json:
            print_json([dict(zip(names, row, strict=True)) for row in rows])
        else:
            print_rows(names, rows)
        return
    if kind == "questions":
        with reading(folder):
            counts = _counts(database)
        if as_json:
            print_json({"rows": manifest["rows"], "question_types": counts})
        else:
            print_questions(manifest["rows"], counts)
        return
    if groups:
        _show_groups(folder, manifest, database, as_json)
        return
    with reading(folder):
        tiers = summarise_tiers(database)
    if as_json:
        print_json(tiers)
    else:
        print_tiers(tiers)


def _show_groups(folder: Path, manifest: dict[str, Any], database: duckdb.DuckDBPyConnection, as_json: bool) -> None:
    from curriculum_kit.cli.groups_view import print_facts, print_group_examples
    from curriculum_kit.errors import ConfigInvalid
    from curriculum_kit.inspection import example_groups
    from curriculum_kit.pipeline.open import reading

    facts = manifest.get("groups")
    if facts is None:
        raise ConfigInvalid(f"{folder} has no question groups; ckit groups {folder} makes them")
    with reading(folder):
        examples = example_groups(database)
    if as_json:
        print_json({"groups": facts, "examples": [vars(example) for example in examples]})
    else:
        print_facts(facts)
        print_group_examples(examples)


def _counts(database: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    query = (
        "SELECT coalesce(question_type, '(none)') AS question_type, split, count(*) AS questions, "
        "count(DISTINCT answer) AS answers, count(DISTINCT unit_id) AS units "
        "FROM questions GROUP BY ALL ORDER BY questions DESC, question_type, split"
    )
    result = database.execute(query)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
