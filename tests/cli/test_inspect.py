"""`ckit inspect`: tiers, counts and queries, for people and as JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Ckit = Callable[..., Any]


def test_a_curriculum_is_shown_tier_by_tier(ckit: Ckit, curriculum: Path) -> None:
    result = ckit("inspect", curriculum)
    assert (result.code, result.err) == (0, "")
    tiers = json.loads(ckit("inspect", curriculum, "--json").out)
    assert [tier["tier"] for tier in tiers] == [0, 1, 2]
    assert sum(tier["questions"] for tier in tiers) == 56
    for tier in tiers:
        assert f"{tier['low']:.3f}" in result.out
        assert f"{tier['mean']:.3f}" in result.out
        assert all(example["question"] in result.out for example in tier["examples"])
    assert all(len(line) <= 80 for line in result.out.splitlines())


def test_an_ingest_is_shown_by_question_type(ckit: Ckit, tables: Path) -> None:
    result = ckit("inspect", tables)
    assert result.out.splitlines()[0] == "58 rows in = 56 questions + 2 rejects"
    shown = json.loads(ckit("inspect", tables, "--json").out)
    assert shown["rows"]["in"] == 58
    assert {entry["question_type"]: entry["questions"] for entry in shown["question_types"]} == {
        "organ": 28,
        "other": 28,
    }


def test_a_query_is_printed_as_a_table_and_as_json(ckit: Ckit, curriculum: Path) -> None:
    query = "SELECT tier, count(*) AS questions FROM shards GROUP BY 1 ORDER BY 1"
    lines = ckit("inspect", curriculum, "--sql", query).out.splitlines()
    assert lines[0].split() == ["tier", "questions"]
    found = json.loads(ckit("inspect", curriculum, "--sql", query, "--json").out)
    assert [line.split() for line in lines[1:]] == [[str(row["tier"]), str(row["questions"])] for row in found]
    assert sum(row["questions"] for row in found) == 56


def test_what_the_terminal_leaves_out_json_holds(ckit: Ckit, curriculum: Path) -> None:
    query = "SELECT question_id FROM shards"
    assert "... 6 more rows; --json prints all" in ckit("inspect", curriculum, "--sql", query).out
    assert len(json.loads(ckit("inspect", curriculum, "--sql", query, "--json").out)) == 56


def test_values_of_every_kind_become_json(ckit: Ckit, curriculum: Path) -> None:
    query = (
        "SELECT DATE '2024-02-29' AS day, [1, 2] AS list, {'a': 'b'} AS struct, MAP {'k': 'v'} AS map, "
        "NULL AS nothing, '[/b]' AS text, 1 AS text"
    )
    assert json.loads(ckit("inspect", curriculum, "--sql", query, "--json").out) == [
        {
            "day": "2024-02-29",
            "list": [1, 2],
            "struct": {"a": "b"},
            "map": {"k": "v"},
            "nothing": None,
            "text": "[/b]",
            "text_2": 1,
        }
    ]
    assert "[/b]" in ckit("inspect", curriculum, "--sql", query).out
