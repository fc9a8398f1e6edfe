"""`ckit build-curriculum`: what it prints, in words and as JSON, and options from a file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

Ckit = Callable[..., Any]

STAGES = ["select", "audit", "vocabulary", "encode", "similarity", "score", "tiers", "shards", "images"]


def test_it_prints_the_stages_the_sum_and_the_tiers(ckit: Ckit, tables: Path, vectors: Path) -> None:
    where = "question_type = 'organ'"
    result = ckit("build-curriculum", tables, "--embeddings", vectors, "-o", "made", "--where", where)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert [line.split()[0] for line in lines[: len(STAGES)]] == STAGES
    assert "56 questions read = 28 in shards + 0 rejects + 28 left out by --where" in lines
    assert lines[-1] == "Written to made. Next: ckit inspect made"
    start = next(number for number, line in enumerate(lines) if line.startswith("tier "))
    printed = [line.split() for line in lines[start + 1 : start + 4]]
    manifest = json.loads(Path("made/manifest.json").read_text())
    assert printed == [
        [str(number), str(tier["questions"]), *(f"{tier[key]:.3f}" for key in ("low", "high", "mean"))]
        for number, tier in enumerate(manifest["stages"]["tiers"]["tiers"])
    ]
    assert all(len(line) <= 80 for line in lines)


def test_json_holds_the_printed_figures(ckit: Ckit, tables: Path, vectors: Path) -> None:
    where = "question_type = 'organ'"
    result = ckit("build-curriculum", tables, "--embeddings", vectors, "-o", "made", "--where", where, "--json")
    summary = json.loads(result.out)
    assert {key: summary[key] for key in ("rows_read", "rows", "rejected", "left_out", "labels", "output")} == {
        "rows_read": 56,
        "rows": 28,
        "rejected": 0,
        "left_out": 28,
        "labels": 8,
        "output": "made",
    }
    assert sum(tier["questions"] for tier in summary["tiers"]) == 28
    assert summary["files"] == len(list(Path("made").rglob("part-*.parquet")))


def test_a_second_run_says_that_every_stage_was_skipped(
    ckit: Ckit, tables: Path, vectors: Path, curriculum: Path
) -> None:
    result = ckit("build-curriculum", tables, "--embeddings", vectors, "-o", curriculum)
    assert [line.split()[:2] for line in result.out.splitlines()[: len(STAGES)]] == [
        [stage, "skipped,"] for stage in STAGES
    ]


def test_options_come_from_a_file_and_flags_win(ckit: Ckit, tables: Path, vectors: Path) -> None:
    text = f"sources = ['{tables}']\nembeddings = '{vectors}'\ntiers = 2\nrows-per-shard = 9\n"
    Path("build.toml").write_text(text)
    assert len(json.loads(ckit("build-curriculum", "--config", "build.toml", "-o", "two", "--json").out)["tiers"]) == 2
    summary = json.loads(ckit("build-curriculum", "--config", "build.toml", "--tiers", 4, "-o", "four", "--json").out)
    assert len(summary["tiers"]) == 4
    assert max(pq.read_metadata(path).num_rows for path in Path("four").rglob("part-*.parquet")) <= 9


def test_an_output_with_brackets_is_printed_as_it_is(ckit: Ckit, tables: Path, vectors: Path) -> None:
    result = ckit("build-curriculum", tables, "--embeddings", vectors, "-o", "out[/b]")
    assert result.code == 0
    assert result.out.splitlines()[-1] == "Written to out[/b]. Next: ckit inspect out[/b]"
