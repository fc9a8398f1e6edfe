"""`--fix`: a copy with every question, in which only what was asked for has changed, the same bytes each time."""

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum_kit.benchmarks.mcq import McqOptions, MultipleChoice, parse_mapping
from curriculum_kit.enums import Check, Fix
from curriculum_kit.errors import OutputOccupied, OutputUnwritable, SchemaMismatch, SourceNotFound
from curriculum_kit.pipeline.audit import audit
from curriculum_kit.pipeline.fix import FixSummary, check_fix, fix
from curriculum_kit.pipeline.ingest import ingest
from curriculum_kit.schemas import check_schema, schema_of
from curriculum_kit.storage import sha256_of, write_json, write_table

Contents = Callable[[Path], dict[str, bytes]]

FREQUENT = ("liver", "gut", "spleen", "heart")
RARE = ("omentum", "kidney", "lung", "gallbladder")
CHANGES = {
    Fix.FORMATS: {"choices", "choices_as_given", "answer", "answer_index"},
    Fix.LEAKS: {"split"},
    Fix.PRIOR: {"choices", "choices_as_given", "answer_index"},
}
"""The columns that each fix may change."""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return 240 questions with a shortcut of each kind, the last four without choices, and a row turned away.

    The right option alone begins in lower case; four labels are right nine times as often as the four beside
    which they are offered; every third unit stands on both sides of the split.
    """
    random = np.random.default_rng(5)
    asked: list[dict[str, Any]] = []
    for number in range(240):
        answer = str(random.choice(FREQUENT if random.random() < 0.9 else RARE))
        others = random.choice([label for label in RARE if label != answer], 3, replace=False)
        options = [answer, *(str(label).capitalize() for label in others)]
        unit = number // 4
        row = {
            "question": f"Which organ does picture {number} show?",
            "choices": [options[place] for place in random.permutation(4)],
            "answer": answer,
            "image": f"{number // 2}.png",
            "unit": f"video{unit}",
            "split": ("train", "test")[(number // 2 if unit % 3 == 0 else unit) % 2],
        }
        asked.append(row)
    asked[0] |= {"choices": ["liver", "Liver.", "the liver", "Gut"], "answer": "liver"}
    root = tmp_path_factory.mktemp("planted")
    (root / "rows.json").write_text(json.dumps([*asked, asked[1] | {"answer": "nose"}]))
    mapping = parse_mapping(["unit=unit", "split=split"])
    ingest(MultipleChoice(McqOptions(mapping=mapping)), root / "rows.json", root / "tables")
    take_choices_away(root / "tables", 4)
    return root / "tables"


def take_choices_away(folder: Path, count: int) -> None:
    """Leave the last questions of an ingest without choices, as of a benchmark that asks both kinds."""
    rows = questions(folder).to_pylist()
    for row in rows[-count:]:
        row |= {"choices": [], "answer_index": None, "choices_as_given": None}
    write_table(folder / "questions.parquet", pa.Table.from_pylist(rows, schema_of("questions")), "questions")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["questions.parquet"]["sha256"] = sha256_of(folder / "questions.parquet")
    write_json(folder / "manifest.json", manifest)


@pytest.fixture(scope="module")
def cleaned(planted: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, FixSummary]:
    """Return the copy that all fixes make, and what they say of it."""
    output = tmp_path_factory.mktemp("cleaned") / "clean"
    return output, fix(planted, output)


def questions(folder: Path) -> pa.Table:
    return pq.read_table(folder / "questions.parquet")


def loud(folder: Path, checks: Iterable[Check]) -> set[str]:
    """Return the names of the findings that are a warning or worse."""
    found = audit(folder, checks=list(checks)).findings.to_pylist()
    return {row["name"] for row in found if row["severity"] in ("serious", "warning")}


def test_every_question_is_in_the_copy_in_its_place(planted: Path, cleaned: tuple[Path, FixSummary]) -> None:
    output, summary = cleaned
    before, after = questions(planted), questions(output)
    check_schema(after.schema, "questions", "the copy")
    assert summary.questions == after.num_rows == 240
    for name in ("question_id", "question", "image_ids", "unit_id", "metadata"):
        assert after[name].equals(before[name])
    assert [len(row["choices"]) for row in after.to_pylist()[-5:]] == [4, 0, 0, 0, 0]
    for row in after.to_pylist():
        if row["choices"]:
            assert row["choices"][row["answer_index"]] == row["answer"]
            assert len(set(row["choices"])) == len(row["choices"]) == len(row["choices_as_given"])
        else:
            assert (row["answer_index"], row["choices_as_given"]) == (None, None)


@pytest.mark.parametrize("which", list(Fix))
def test_a_fix_changes_its_own_columns_and_no_others(which: Fix, planted: Path, tmp_path: Path) -> None:
    summary = fix(planted, tmp_path / "clean", fixes=[which])
    assert [entry.fix for entry in summary.done] == [which.value]
    before, after = questions(planted), questions(tmp_path / "clean")
    changed = {name for name in before.column_names if not after[name].equals(before[name])}
    assert changed
    assert changed <= CHANGES[which]


def test_what_was_fixed_is_clean_and_was_not_before(planted: Path, cleaned: tuple[Path, FixSummary]) -> None:
    checks = (Check.FORMATS, Check.OPTIONS, Check.PRIOR, Check.LEAKS)
    before = loud(planted, checks)
    assert {"formats/source/alone-begins-lower-case", "leaks/same-unit-test-train", "prior/accuracy"} <= before
    # What was turned away at ingest stays turned away.
    assert loud(cleaned[0], checks) == {"options/answer-not-in-choices"}


def test_equal_options_become_one_and_the_answer_stays_right(cleaned: tuple[Path, FixSummary]) -> None:
    row = questions(cleaned[0]).to_pylist()[0]
    assert row["answer"] == "liver"
    assert len(row["choices"]) == 2


def test_the_same_fix_gives_the_same_bytes_and_another_seed_others(
    planted: Path, cleaned: tuple[Path, FixSummary], contents: Contents, tmp_path: Path
) -> None:
    output, summary = cleaned
    again = fix(planted, tmp_path / "again")
    assert again.done == summary.done
    assert contents(tmp_path / "again") == contents(output)
    fix(planted, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(output)
    fix(planted, tmp_path / "other", seed=1)
    assert not questions(tmp_path / "other")["choices"].equals(questions(output)["choices"])


def test_the_manifest_says_where_the_copy_comes_from_and_what_was_done(
    planted: Path, cleaned: tuple[Path, FixSummary]
) -> None:
    output, summary = cleaned
    old, new = (json.loads((folder / "manifest.json").read_text()) for folder in (planted, output))
    assert new["request"] == old["request"] | {"fixes": ["formats", "leaks", "prior"], "seed": 0}
    assert new["cleaned_from"]["folder"] == str(planted)
    assert new["cleaned_from"]["tables"]["questions"] == old["files"]["questions.parquet"]["sha256"]
    assert new["fixes"] == {entry.fix: entry.sentences for entry in summary.done}
    assert {key: new["rows"][key] for key in ("in", "questions", "rejects")} == {
        "in": 241,
        "questions": 240,
        "rejects": 1,
    }
    for name in ("images.parquet", "rejects.parquet"):
        assert (output / name).read_bytes() == (planted / name).read_bytes()


def test_labels_are_counted_anew_and_keep_all_their_spellings(planted: Path, cleaned: tuple[Path, FixSummary]) -> None:
    old, new = (
        {row["label"]: row for row in pq.read_table(folder / "choices.parquet").to_pylist()}
        for folder in (planted, cleaned[0])
    )
    table = questions(cleaned[0])
    offered = [label for labels in table["choices"].to_pylist() for label in labels]
    answers = table["answer"].to_pylist()
    assert {label: (row["n_as_answer"], row["n_as_choice"]) for label, row in new.items()} == {
        label: (answers.count(label), offered.count(label)) for label in {*offered, *answers}
    }
    assert "the liver" in old
    assert "the liver" not in new
    assert {"liver", "Liver.", "the liver"} <= set(new["liver"]["surface_forms"])


def test_fixes_of_a_copy_add_to_those_that_made_it(planted: Path, contents: Contents, tmp_path: Path) -> None:
    fix(planted, tmp_path / "one", fixes=[Fix.FORMATS])
    fix(tmp_path / "one", tmp_path / "two", fixes=[Fix.LEAKS])
    fix(planted, tmp_path / "both", fixes=[Fix.FORMATS, Fix.LEAKS])
    assert questions(tmp_path / "two").equals(questions(tmp_path / "both"))


def test_questions_without_choices_and_their_scenes_are_copied(phantom: Path, tmp_path: Path) -> None:
    shutil.copytree(phantom, tmp_path / "phantom")
    summary = fix(tmp_path / "phantom", tmp_path / "clean")
    assert summary.done[-1].sentences == ["No question has choices, so that none were drawn anew."]
    assert questions(tmp_path / "clean")["question_id"].equals(questions(phantom)["question_id"])
    assert (tmp_path / "clean" / "scenes.parquet").read_bytes() == (phantom / "scenes.parquet").read_bytes()


def test_a_failing_disk_leaves_no_copy_that_passes_for_finished_and_the_next_run_ends_the_work(
    planted: Path, contents: Contents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fix(planted, tmp_path / "whole", fixes=[Fix.LEAKS])

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device", "images.parquet")

    with monkeypatch.context() as patch:
        patch.setattr("curriculum_kit.pipeline.fix.shutil.copyfile", fail)
        with pytest.raises(OutputUnwritable, match=r"the disk is full while writing images\.parquet; free some room"):
            fix(planted, tmp_path / "clean", fixes=[Fix.LEAKS])
    assert not (tmp_path / "clean" / "manifest.json").exists()
    fix(planted, tmp_path / "clean", fixes=[Fix.LEAKS])
    assert contents(tmp_path / "clean") == contents(tmp_path / "whole")


def test_what_cannot_be_fixed_is_refused_before_any_work(planted: Path, tmp_path: Path) -> None:
    def refusal(folder: Path, output: Path, **options: Any) -> str:
        asked: dict[str, Any] = {"fixes": (Fix.LEAKS,), "seed": 0, "force": False} | options
        told = []
        for run in (check_fix, fix):
            with pytest.raises((OutputOccupied, SourceNotFound, SchemaMismatch, OutputUnwritable)) as caught:
                run(folder, output, **asked)
            told.append(str(caught.value))
        assert told[0] == told[1]
        return told[0]

    (tmp_path / "link").symlink_to(planted)
    assert "is the folder to be cleaned" in refusal(planted, tmp_path / "link", force=True)
    assert refusal(tmp_path / "absent", tmp_path / "x").endswith("does not exist; name a folder that ckit ingest wrote")
    fix(planted, tmp_path / "clean", fixes=[Fix.LEAKS])
    assert "made otherwise" in refusal(planted, tmp_path / "clean", fixes=(Fix.FORMATS,))
    shutil.copytree(planted, tmp_path / "tables")
    assert "made otherwise" in refusal(tmp_path / "clean", tmp_path / "tables")
    (tmp_path / "tables" / "images.parquet").write_bytes(b"PAR1")
    assert "is no readable Parquet file" in refusal(tmp_path / "tables", tmp_path / "x")
    assert not (tmp_path / "x").exists()
    check_fix(planted, tmp_path / "x", fixes=[Fix.LEAKS], seed=0, force=False)
    assert not (tmp_path / "x").exists()
