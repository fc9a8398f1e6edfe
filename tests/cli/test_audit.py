"""`ckit audit`: what it prints, as JSON, the exit codes a CI goes by, and the cleaned copy."""

import json
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from curriculum_kit.enums import Check

Ckit = Callable[..., Any]

LABELS = ("gallbladder", "gut", "heart", "kidney", "liver", "lung", "omentum", "spleen")


def severities(audited: dict[str, Any]) -> dict[str, str]:
    return {row["name"]: row["severity"] for row in audited["findings"]}


def test_every_finding_is_printed_within_80_columns_the_gravest_first(ckit: Ckit, planted: Path) -> None:
    result = ckit("audit", planted)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "100 questions of planted"
    assert all(len(line) <= 80 for line in lines)
    findings = pq.read_table(planted / "audit" / "findings.parquet").to_pylist()
    heads = [line.split() for line in lines if line[:1].strip() and "/" in line and line.split()[1:]]
    assert [head[:2] for head in heads if head[0] != "ckit"][: len(findings)] == [
        [row["severity"], row["name"]] for row in findings
    ]
    words = " ".join(result.out.split())
    assert all(row["sentence"] in words for row in findings)
    assert findings[0]["severity"] == "serious"


def test_the_query_it_ends_with_can_be_copied(ckit: Ckit, planted: Path) -> None:
    last = ckit("audit", planted, "--only", "formats,leaks").out.splitlines()[-1]
    rows = json.loads(ckit(*shlex.split(last)[1:], "--json").out)
    assert {row["name"]: row["n"] for row in rows}["formats/source/alone-begins-lower-case"] == 100


def test_only_the_checks_and_the_questions_asked_for(ckit: Ckit, planted: Path) -> None:
    where = "question_type = 'organ'"
    result = ckit("audit", planted, "--only", " leaks, letters,", "--where", where)
    assert result.out.startswith(f"50 questions of planted that meet {where}\n")
    findings = pq.read_table(planted / "audit" / "findings.parquet")
    assert set(findings["check"].to_pylist()) == {"letters", "leaks"}
    assert "Right without seeing the image" not in result.out


def test_json_on_standard_output_is_all_there_is_and_the_same_in_a_file(ckit: Ckit, planted: Path) -> None:
    shown = ckit("audit", planted, "--only", "formats,leaks", "--json", "-")
    assert (shown.code, shown.err) == (0, "")
    told = json.loads(shown.out)
    assert {key: told[key] for key in ("folder", "where", "questions")} == {
        "folder": "planted",
        "where": None,
        "questions": 100,
    }
    assert told["findings"] == pq.read_table(planted / "audit" / "findings.parquet").to_pylist()
    result = ckit("audit", planted, "--only", "formats,leaks", "--json", "made/on/the/way.json")
    assert json.loads(Path("made/on/the/way.json").read_text()) == told
    assert "formats/source/alone-begins-lower-case" in result.out


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 0),
        (("--fail-on", "leaks"), 1),
        (("--fail-on", "letters, formats"), 1),
        (("--fail-on", "all"), 1),
        (("--fail-on", "letters,images"), 0),
        (("--fail-on", "leaks", "--where", "split = 'train'"), 0),
    ],
)
def test_the_exit_code_tells_whether_a_check_that_was_named_found_something(
    options: tuple[str, ...], code: int, ckit: Ckit, planted: Path
) -> None:
    result = ckit("audit", planted, "--only", "formats,letters,leaks,images", *options)
    assert (result.code, result.err) == (code, "")


def test_what_could_not_be_checked_does_not_fail_but_is_said(ckit: Ckit, tables: Path) -> None:
    result = ckit("audit", tables, "--only", "leaks", "--fail-on", "leaks")
    assert result.code == 0
    assert result.out.count("unchecked ") >= 1


def test_a_cleaned_copy_is_audited_too_and_is_what_fail_on_is_about(ckit: Ckit, planted: Path) -> None:
    asked = ("audit", planted, "--only", "formats,leaks", "--fail-on", "formats,leaks")
    assert ckit(*asked).code == 1
    result = ckit(*asked, "--fix", "formats,leaks", "-o", "clean", "--json", "both.json")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[-2:] == [
        "100 questions, none lost, written to clean.",
        "Next: ckit build-curriculum clean -o CURRICULUM",
    ]
    assert all(len(line) <= 80 for line in lines)
    told = json.loads(Path("both.json").read_text())
    assert severities(told["before"])["formats/source/alone-begins-lower-case"] == "serious"
    assert severities(told["before"])["leaks/same-image-test-train"] == "serious"
    assert set(severities(told["after"]).values()) <= {"clear", "unchecked", "note"}
    assert [entry["fix"] for entry in told["fixes"]["done"]] == ["formats", "leaks"]
    words = " ".join(result.out.split())
    assert all(sentence in words for entry in told["fixes"]["done"] for sentence in entry["sentences"])
    assert ckit("audit", "clean", "--only", "formats,leaks", "--fail-on", "all").code == 0


def test_json_of_a_fix_on_standard_output_is_all_there_is(ckit: Ckit, planted: Path) -> None:
    result = ckit("audit", planted, "--only", "letters", "--fix", "formats", "-o", "clean", "--json", "-")
    assert result.err == ""
    assert list(json.loads(result.out)) == ["before", "fixes", "after"]


def test_a_cleaned_copy_is_built_from_as_any_ingest(ckit: Ckit, planted: Path, vectors: Path) -> None:
    assert ckit("audit", planted, "--only", "letters", "--fix", "all", "-o", "clean").code == 0
    summary = json.loads(ckit("build-curriculum", "clean", "--embeddings", vectors, "-o", "out", "--json").out)
    assert (summary["rows"], summary["rejected"]) == (100, 0)
    ids = {
        row["question_id"] for file in Path("out").rglob("part-*.parquet") for row in pq.read_table(file).to_pylist()
    }
    assert ids == set(pq.read_table(planted / "questions.parquet")["question_id"].to_pylist())


@pytest.mark.parametrize("fixes", ["all", " all "])
def test_keep_splits_leaves_the_splits_and_mends_the_rest(fixes: str, ckit: Ckit, planted: Path) -> None:
    assert ckit("audit", planted, "--only", "letters", "--fix", fixes, "--keep-splits", "-o", "clean").code == 0
    before, after = (pq.read_table(folder / "questions.parquet") for folder in (planted, Path("clean")))
    assert after["split"].equals(before["split"])
    assert list(json.loads(Path("clean/manifest.json").read_text())["fixes"]) == ["formats", "prior"]


def test_the_same_fix_again_is_done_again_and_another_only_by_force(ckit: Ckit, planted: Path) -> None:
    asked = ("audit", planted, "--only", "letters", "-o", "clean", "--fix")
    assert ckit(*asked, "formats").code == 0
    assert ckit(*asked, "formats").code == 0
    refused = "clean holds tables that were made otherwise; choose another -o, or --force to replace them"
    assert ckit(*asked, "leaks").mistake == refused
    assert ckit(*asked, "formats", "--seed", 1).mistake == refused
    assert ckit(*asked, "leaks", "--force").code == 0
    assert list(json.loads(Path("clean/manifest.json").read_text())["fixes"]) == ["leaks"]


def test_a_copy_of_another_folder_is_not_replaced(ckit: Ckit, planted: Path) -> None:
    shutil.copytree(planted, "other")
    asked = ("--only", "letters", "--fix", "formats", "-o", "clean")
    assert ckit("audit", planted, *asked).code == 0
    assert "made otherwise" in ckit("audit", "other", *asked).mistake


def test_an_audit_of_all_kinds_names_all_checks_in_its_help(ckit: Ckit) -> None:
    help_text = " ".join(ckit("audit", "--help").out.replace("│", " ").split())
    assert all(check.value in help_text for check in Check)


def test_a_build_warns_in_one_line_each_and_says_where_more_stands(ckit: Ckit, planted: Path, vectors: Path) -> None:
    result = ckit("build-curriculum", planted, "--embeddings", vectors, "-o", "out")
    lines = result.out.splitlines()
    end = lines.index("What this means: out/README.md, or ckit audit out")
    warned = [line.split() for line in lines[:end] if line.startswith(("serious", "warning"))]
    findings = json.loads(Path("out/manifest.json").read_text())["stages"]["audit"]["findings"]
    grave = [row for row in findings if row["severity"] in ("serious", "warning")]
    assert [words[:2] for words in warned] == [[row["severity"], row["name"]] for row in grave]
    assert "leaks/same-image-test-train" in {row["name"] for row in grave}
    assert lines[end - 1].startswith(("serious", "warning"))
    assert all(len(line) <= 80 for line in lines)


def test_a_build_counts_what_needs_no_image_as_rejects(ckit: Ckit, planted: Path, vectors: Path) -> None:
    asked = ("build-curriculum", planted, "--embeddings", vectors, "-o", "out", "--max-blind", 0.5)
    lines = ckit(*asked).out.splitlines()
    assert lines[1].split()[0] == "blind"
    rejects = pq.read_table("out/rejects.parquet").num_rows
    assert 0 < rejects < 100
    assert f"100 questions read = {100 - rejects} in shards + {rejects} rejects" in lines
    told = json.loads(ckit("inspect", "out", "--json", "--sql", "SELECT max(blind) AS most FROM shards").out)
    assert told[0]["most"] <= 0.5
