"""What several curricula share: questions of another, as many options, and what its stages have made."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum_kit.config import BuildConfig
from curriculum_kit.pipeline import select as selecting
from curriculum_kit.pipeline.also_right import AlsoRight
from curriculum_kit.pipeline.image_files import ImageFiles
from curriculum_kit.pipeline.runner import StageRunner
from curriculum_kit.pipeline.shared import Among
from curriculum_kit.pipeline.sources import Selection, open_source
from curriculum_kit.storage import OutputFolder, connect, read_table, write_table
from curriculum_kit.terms import Terms

Rows = list[dict[str, Any]]


def table_of(tables: Path, path: Path, choices: dict[str, list[str]]) -> Path:
    """Write some of the questions, last ones first, with these choices."""
    rows = read_table(tables / "questions.parquet", "questions").to_pylist()[::-1]
    made = [
        row | {"choices": choices[row["question_id"]], "answer_index": choices[row["question_id"]].index(row["answer"])}
        for row in rows
        if row["question_id"] in choices
    ]
    write_table(path, pa.Table.from_pylist(made, pq.read_schema(tables / "questions.parquet")), "questions")
    return path


def test_questions_of_another_come_in_the_order_of_the_sources_with_its_choices(tables: Path, tmp_path: Path) -> None:
    asked = read_table(tables / "questions.parquet", "questions").to_pylist()[10:50:2]
    wanted = {row["question_id"]: [row["answer"], "nose"] for row in asked}
    other = table_of(tables, tmp_path / "other.parquet", wanted)
    selection = Selection(connect(tmp_path / "duckdb"), [open_source(tables)], None, other)
    rows = [row for batch in selection.batches(7) for row in batch.to_pylist()]
    assert [row["file_row_number"] for row in rows] == list(range(10, 50, 2))
    assert {row["question_id"]: row["other_choices"] for row in rows} == wanted
    assert [row["choices"] for row in rows] == [row["choices"] for row in asked]
    assert selection.rows("count(*)") == [(20,)]


NODULES = ["liver", "thyroid cyst", "thyroid nodule"]


@pytest.fixture
def thyroids(ingest_rows: Callable[..., Path], seventy: Rows) -> Path:
    """Return 40 questions after the liver and one each after the thyroid, a cyst and a nodule of it."""
    answers = ["liver"] * 40 + ["thyroid", *NODULES[1:]]
    labels = {"option_A": "liver", "option_B": "thyroid", "option_C": "thyroid cyst", "option_D": "thyroid nodule"}
    same = {"question_type": "Organ"} | labels
    return ingest_rows(
        [row | same | {"gt_answer": answer} for row, answer in zip(seventy, answers, strict=False)], "thyroids"
    )


def draw(tables: Path, scratch: Path) -> tuple[dict[str, Any], Rows]:
    """Draw at random as many options for the questions after the liver as `NODULES` has."""
    asked = read_table(tables / "questions.parquet", "questions").to_pylist()
    ids = [row["question_id"] for row in asked if row["answer"] == "liver"]
    other = table_of(tables, scratch / "other.parquet", dict.fromkeys(ids, NODULES))
    database, sources = connect(scratch / "duckdb"), [open_source(tables)]
    every = Selection(database, sources, None)
    facts = selecting.select(
        BuildConfig(sources=(tables,), choices="random"),
        Selection(database, sources, None, other),
        AlsoRight(database, sources, every),
        Terms.load(None),
        ImageFiles({}),
        scratch,
        Among(other, tables / "questions.parquet", tables / "choices.parquet"),
    )
    return facts, read_table(scratch / "questions.parquet", "questions").to_pylist()


def test_a_random_draw_that_ends_too_early_is_made_again(thyroids: Path, tmp_path: Path) -> None:
    # The thyroid beside the liver leaves no room for a cyst or a nodule, and these two may stand together.
    facts, rows = draw(thyroids, tmp_path)
    assert len(rows) == 40
    assert {frozenset(row["choices"]) for row in rows} == {frozenset(NODULES)}
    assert {row["choices"][row["answer_index"]] for row in rows} == {"liver"}
    assert {row["choices_as_given"] for row in rows} == {None}
    assert (facts["drawn"], facts["with_the_others"], facts["rejected"]) == (40, 0, 0)


def test_where_no_draw_is_large_enough_the_options_are_those_of_the_other(
    thyroids: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selecting, "_ATTEMPTS", 1)
    facts, rows = draw(thyroids, tmp_path)
    # In about one of three questions the thyroid comes first.
    assert 5 <= facts["with_the_others"] <= 25
    assert sum(row["choices"] == NODULES for row in rows) >= facts["with_the_others"]
    assert [row["question_id"] for row in rows] == [
        row["question_id"] for row in read_table(thyroids / "questions.parquet", "questions").to_pylist()[:40]
    ]
    assert {frozenset(row["choices"]) for row in rows} == {frozenset(NODULES)}


def write(text: str) -> Callable[[Path], dict[str, Any]]:
    def make(scratch: Path) -> dict[str, Any]:
        (scratch / "table").write_text(text)
        (scratch / "parts").mkdir()
        (scratch / "parts" / "0").write_text(text[0])
        return {"words": len(text.split())}

    return make


def run(root: Path, text: str, siblings: tuple[Path, ...] = (), **inputs: str) -> tuple[list[str], dict[str, Any]]:
    """Run one stage in a folder of its own; return what it said and its facts."""
    states: list[str] = []
    with OutputFolder.claim(root, "curriculum", force=False) as folder:
        runner = StageRunner(folder, lambda _, state: states.append(state), siblings)
        outputs = {"table": "table", "parts": "parts"}
        facts = runner.run("stage", inputs=inputs, config={}, outputs=outputs, make=write(text))
        assert set(runner.hashes) == {"table", "parts/0"}
    return states, facts


def test_what_a_sibling_has_made_of_the_same_input_is_copied(tmp_path: Path) -> None:
    run(tmp_path / "one", "two words", a="1")
    run(tmp_path / "two", "three words more", a="2")
    siblings = (tmp_path / "one", tmp_path / "absent", tmp_path / "two")
    assert run(tmp_path / "new", "not made", siblings, a="2") == (["taken"], {"words": 3})
    assert (tmp_path / "new" / "table").read_text() == "three words more"
    assert (tmp_path / "new" / "parts" / "0").read_text() == "t"
    # It is its own from then on, and known as if it had been made here.
    assert run(tmp_path / "new", "not made", a="2") == (["skipped"], {"words": 3})
    (tmp_path / "new" / "table").write_text("changed")
    assert (tmp_path / "two" / "table").read_text() == "three words more"
    assert run(tmp_path / "other", "made", siblings, a="3")[0] == ["started", "done"]


def test_what_was_changed_in_a_sibling_is_made_anew(tmp_path: Path) -> None:
    run(tmp_path / "one", "two words")
    (tmp_path / "one" / "parts" / "0").write_text("x")
    assert run(tmp_path / "new", "two words", (tmp_path / "one",))[0] == ["started", "done"]
    assert (tmp_path / "new" / "parts" / "0").read_text() == "t"
    record = json.loads((tmp_path / "new" / ".ckit" / "stages" / "stage.json").read_text())
    assert record["facts"] == {"words": 2}
