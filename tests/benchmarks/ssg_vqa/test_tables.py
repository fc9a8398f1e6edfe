"""The tables of SSG-VQA: rejects as they were read, and what repeats as dictionaries."""

from pathlib import Path
from typing import Any

import pytest

from curriculum_kit.benchmarks.base import MAX_RAW, Batch
from curriculum_kit.benchmarks.ssg_vqa.files import load
from curriculum_kit.benchmarks.ssg_vqa.tables import batch_of
from curriculum_kit.schemas import schema_of


def batch(tmp_path: Path, *texts: str | bytes) -> Batch:
    """Return the batch of frames 0, 1, ... of one video."""
    (tmp_path / "qa_txt" / "VID01").mkdir(parents=True)
    files = [tmp_path / "qa_txt" / "VID01" / f"{number}.txt" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_bytes(text.encode() if isinstance(text, str) else text)
    return batch_of("phantom", load([str(file) for file in files], graphs=None))


def rejects(made: Batch) -> list[dict[str, Any]]:
    assert made.rejects.schema == schema_of("rejects")
    return made.rejects.to_pylist()


def test_a_reject_holds_the_line_as_it_is(tmp_path: Path) -> None:
    first, second, third = rejects(batch(tmp_path, "Q?|a\n Which tools are present? |hook|", b"Q?|a|b|c\nQ?|\xff"))
    wanted = {"stage": "ingest", "benchmark": "phantom", "detail": None}
    assert first == wanted | {
        "source": "qa_txt/VID01/0.txt",
        "position": 2,
        "reason": "scene_level",
        "record": " Which tools are present? |hook|",
    }
    assert (second["source"], second["position"], second["reason"]) == ("qa_txt/VID01/1.txt", 1, "wrong_field_count")
    assert (third["position"], third["reason"], third["record"]) == (2, "not_utf8", "Q?|\\xff")


def test_a_reject_that_is_too_long_is_cut_and_says_so(tmp_path: Path) -> None:
    line = "x" * MAX_RAW + "|"
    long, short = rejects(batch(tmp_path, f"{line}\nQ?|"))
    assert long["record"] == "x" * MAX_RAW + f"... [{len(line)} characters]"
    assert short["record"] == "Q?|"


@pytest.mark.parametrize("name", ["benchmark", "split", "unit_id", "answer", "question_type"])
def test_what_repeats_is_a_dictionary_of_distinct_values(tmp_path: Path, name: str) -> None:
    lines = ["Q?|Cystic_Plate|zero_hop.json|query_component|NA", "Q?|cystic plate|zero_hop.json|query_component|NA"]
    column = batch(tmp_path, "\n".join(lines)).questions[name].chunk(0)
    only = {"benchmark": "phantom", "split": "validation", "unit_id": "phantom-VID01", "answer": "cystic plate"}
    assert column.dictionary.to_pylist() == [only.get(name, "query_component")]
    assert column.to_pylist() == column.dictionary.to_pylist() * 2


def test_files_without_a_question_give_tables_without_rows(tmp_path: Path) -> None:
    made = batch(tmp_path, "", "\n")
    assert (made.questions.num_rows, made.rejects.num_rows, made.images.num_rows) == (0, 0, 2)
    assert [source.size for source in made.sources] == [0, 1]
