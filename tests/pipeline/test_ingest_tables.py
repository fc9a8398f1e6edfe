"""The tables of an ingest: what is counted while they stream, and text that comes as dictionaries."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from curriculum_kit.benchmarks.base import Batch, Rejected, SourceFile
from curriculum_kit.benchmarks.normalise import images_table, rejects_table
from curriculum_kit.errors import NothingLeft
from curriculum_kit.pipeline.ingest_tables import digest_of, write_tables
from curriculum_kit.schemas import Reason, schema_of
from curriculum_kit.storage import OutputFolder, open_table, read_table


def question(name: str, answer: str, *choices: str, **metadata: str) -> dict[str, Any]:
    position = choices.index(answer) if choices else None
    row: dict[str, Any] = {
        "question_id": name,
        "benchmark": "toy",
        "split": "train",
        "unit_id": "u",
        "image_ids": ["toy:b"],
    }
    row |= {"question": "What?", "answer": answer, "choices": list(choices), "answer_index": position}
    return row | {"question_type": None, "modality": None, "metadata": list(metadata.items()), "choices_as_given": None}


def encode(questions: pa.Table) -> pa.Table:
    """Return the same rows with answer, image_ids and metadata as dictionaries."""
    images, metadata = (questions[name].combine_chunks() for name in ("image_ids", "metadata"))
    encoded = {
        "answer": questions["answer"].combine_chunks().dictionary_encode(),
        "image_ids": pa.ListArray.from_arrays(images.offsets, images.values.dictionary_encode()),
        "metadata": pa.MapArray.from_arrays(
            metadata.offsets, metadata.keys.dictionary_encode(), metadata.items.dictionary_encode()
        ),
    }
    for name, column in encoded.items():
        position = questions.schema.get_field_index(name)
        field = questions.schema.field(name).with_type(column.type)
        questions = questions.set_column(position, field, column)
    return questions


def batch(questions: list[dict[str, Any]], images: list[str], rejected: int = 0, encoded: bool = False) -> Batch:
    table = pa.Table.from_pylist(questions, schema=schema_of("questions"))
    return Batch(
        questions=encode(table) if encoded else table,
        images=images_table((f"toy:{path}", path) for path in images),
        rejects=rejects_table([Rejected("f", n, Reason.ANSWER_EMPTY, "") for n in range(rejected)], "toy"),
        surfaces={(row["answer"], row["answer"].upper()) for row in questions},
    )


def write(tmp_path: Path, *batches: Batch) -> dict[str, Any]:
    with OutputFolder.claim(tmp_path / "out", "questions", False) as folder:
        _, rows, _ = write_tables(batches, folder, source=tmp_path, files=1, ids_are_unique=False)
    return rows


def test_rows_labels_and_reasons_are_counted_over_all_batches(tmp_path: Path) -> None:
    first = batch([question("q1", "gut", "gut", "liver"), question("q2", "liver")], ["b"], rejected=2)
    second = batch([question("q3", "liver", "liver", "hook")], ["a", "b"], rejected=1)
    rows = write(tmp_path, first, second)
    assert (rows["in"], rows["questions"], rows["rejects"]) == (6, 3, 3)
    assert rows["rejects_by_reason"] == {"answer_empty": 3}
    assert (rows["images"], rows["images_by_status"]) == (2, {"not looked at": 2})
    assert read_table(tmp_path / "out" / "images.parquet", "images")["image_id"].to_pylist() == ["toy:a", "toy:b"]
    choices = read_table(tmp_path / "out" / "choices.parquet", "choices").to_pylist()
    counted = [(c["label"], c["surface_forms"], c["n_as_answer"], c["n_as_choice"]) for c in choices]
    assert counted == [("gut", ["GUT"], 1, 1), ("hook", ["hook"], 0, 1), ("liver", ["LIVER"], 2, 2)]


def test_text_in_dictionaries_is_read_as_text(tmp_path: Path) -> None:
    first = [question("q1", "gut", centre="[1, 2]"), question("q2", "liver", template="one_hop", hops="1")]
    second = [question("q3", "hook", hops="1"), question("q4", "gut")]
    write(tmp_path, batch(first, ["b"], encoded=True), batch([], []), batch(second, ["b"], encoded=True))
    file = tmp_path / "out" / "questions.parquet"
    assert open_table(file, "questions").schema_arrow.equals(schema_of("questions"))
    assert read_table(file, "questions").to_pylist() == [*first, *second]
    counted = read_table(tmp_path / "out" / "choices.parquet", "choices").to_pylist()
    assert [(c["label"], c["n_as_answer"]) for c in counted] == [("gut", 2), ("hook", 1), ("liver", 1)]


def test_dictionaries_in_one_batch_and_text_in_another_are_one_table(tmp_path: Path) -> None:
    first, second = [question("q1", "gut", hops="1")], [question("q2", "hook", hops="2")]
    write(tmp_path, batch(first, ["b"]), batch(second, ["b"], encoded=True))
    assert read_table(tmp_path / "out" / "questions.parquet", "questions").to_pylist() == [*first, *second]


def test_copies_of_a_record_are_numbered(tmp_path: Path) -> None:
    write(tmp_path, batch([question("q1", "gut"), question("q2", "gut")], ["b"]), batch([question("q1", "gut")], ["b"]))
    ids = read_table(tmp_path / "out" / "questions.parquet", "questions")["question_id"].to_pylist()
    assert ids == ["q1", "q2", "q1-2"]


def test_no_usable_question_is_an_error_that_names_the_reasons(tmp_path: Path) -> None:
    with pytest.raises(NothingLeft, match=r"\(2 answer_empty\)"):
        write(tmp_path, batch([], ["b"], rejected=2))
    assert not list((tmp_path / "out").glob("*.parquet"))


def test_the_digest_of_a_source_does_not_depend_on_the_order_of_its_files() -> None:
    one, two = SourceFile("a", 1, "x"), SourceFile("b", 1, "y")
    assert digest_of([one, two]) == digest_of([two, one])
    assert digest_of([one, two]) != digest_of([one, SourceFile("b", 1, "z")])
