"""What is right beside the answer: by the scene graph, by the same words, by the same type."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum_kit.labels import fold_label
from curriculum_kit.pipeline.also_right import MOST_OF_A_TYPE, AlsoRight
from curriculum_kit.pipeline.sources import Selection, open_source
from curriculum_kit.schemas import schema_of
from curriculum_kit.storage import connect, sha256_of, write_table

FOUR = ("gallbladder", "gut", "heart", "kidney")
"""What the first of the 70 questions offers."""


def looked_up(folder: Path, where: str | None = None) -> tuple[dict[str, set[str]], dict[str, int]]:
    """Return by question what is right beside its answer, and the counts."""
    database = connect(folder / "scratch")
    source = open_source(folder)
    also_right = AlsoRight(database, [source], Selection(database, [source], where))
    questions = pq.read_table(folder / "questions.parquet")
    found: dict[str, set[str]] = {}
    for start in range(0, len(questions), 7):
        batch = questions.slice(start, 7)
        for row, labels in zip(batch.to_pylist(), also_right.of(batch), strict=True):
            found[row["question_id"]] = set(labels) - {row["answer"]}
    return found, dict(also_right.counts)


@pytest.fixture
def asked(ingest_rows: Callable[..., Path], seventy: list[dict[str, Any]]) -> Callable[..., Path]:
    def run(*rows: tuple[str, str, str, str], name: str = "tables") -> Path:
        """Ingest questions of (image, type, words, answer)."""
        return ingest_rows(
            [
                seventy[0]
                | {"question_id": str(number), "image_path": image, "question_type": kind}
                | {"question": words, "gt_answer": answer}
                for number, (image, kind, words, answer) in enumerate(rows)
            ],
            name,
        )

    return run


def test_other_answers_of_the_same_type_or_words_are_right_too(asked: Callable[..., Path]) -> None:
    folder = asked(
        ("a.png", "Organ", "What is above?", "gut"),
        ("a.png", "Organ", "What is below?", "heart"),
        ("a.png", "Side", "Which side?", "kidney"),
        ("b.png", "Organ", "What is above?", "kidney"),
        ("c.png", "Organ", "What is it?", "gallbladder"),
        ("c.png", "Part", "What is it?", "gut"),
    )
    found, counts = looked_up(folder)
    assert list(found.values()) == [{"heart"}, {"gut"}, set(), set(), {"gut"}, {"gallbladder"}]
    assert counts == {"checked_against_scene": 0, "not_checked_against_scene": 6, "with_other_right_labels": 4}


def test_a_type_with_many_answers_says_too_little(asked: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("a.png", "Organ", f"What is at {place}?", label) for place, label in enumerate(FOUR)]
    found, _ = looked_up(asked(*rows))
    assert len(FOUR) == MOST_OF_A_TYPE
    assert all(len(labels) == 3 for labels in found.values())
    monkeypatch.setattr("curriculum_kit.pipeline.also_right.MOST_OF_A_TYPE", 3)
    found, _ = looked_up(asked(*rows, name="again"))
    assert not any(found.values())


def test_only_the_selected_questions_count(asked: Callable[..., Path]) -> None:
    folder = asked(("a.png", "Organ", "What is above?", "gut"), ("a.png", "Organ", "What is below?", "heart"))
    found, _ = looked_up(folder, where="question LIKE '%above?'")
    assert set().union(*found.values()) <= {"gut"}


def test_a_scene_graph_decides_where_it_knows_the_question(phantom: Path, tmp_path: Path) -> None:
    rows = pq.read_table(phantom / "questions.parquet").to_pylist()
    asked = next(row for row in rows if row["question_type"] == "query_component")
    # As it is asked, one thing is meant; asked like this, every structure of the frame is right.
    asked["question"] = "There is a anatomy; what is its name?"
    vague = tmp_path / "vague"
    shutil.copytree(phantom, vague)
    before = sha256_of(vague / "questions.parquet")
    write_table(vague / "questions.parquet", pa.Table.from_pylist(rows, schema_of("questions")), "questions")
    manifest = (vague / "manifest.json").read_text().replace(before, sha256_of(vague / "questions.parquet"))
    (vague / "manifest.json").write_text(manifest)
    found, counts = looked_up(vague)
    assert counts["checked_against_scene"] > 0.9 * len(rows)
    known = [row for row in rows if row["question_type"] in {"count", "exist"}]
    assert not any(found[row["question_id"]] for row in known)
    scenes = pq.read_table(phantom / "scenes.parquet").to_pylist()
    [scene] = [row for row in scenes if row["image_id"] == asked["image_ids"][0]]
    objects = next(iter(json.loads(scene["scene_graph"])["scenes"]))["objects"]
    seen = {fold_label(thing["component"]) for thing in objects if thing["type"] == "anatomy"}
    assert found[asked["question_id"]] == seen - {asked["answer"]}
