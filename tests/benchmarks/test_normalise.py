"""From records to rows: what is folded, what is turned away, and that nothing is lost."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum_kit.benchmarks.base import Batch, Record, Rejected
from curriculum_kit.benchmarks.normalise import (
    ROWS_PER_BATCH,
    batches,
    image_id,
    images_table,
    question_id,
    read_files,
    rejects_table,
    safe_image_path,
)
from curriculum_kit.errors import SourceUnreadable
from curriculum_kit.labels import fold_label
from curriculum_kit.schemas import MAX_CHOICES, Reason, check_schema

RECORD = Record(
    source="a.json",
    position=3,
    raw={"q": 1},
    identity="7",
    question="What is it?",
    choices=("Liver", "Cystic_Plate"),
    answer="cystic plate.",
    images=("a.png",),
)


def only_batch(*records: Record | Rejected) -> Batch:
    (batch,) = batches(records, "bench")
    return batch


def only_question(record: Record) -> dict[str, Any]:
    (question,) = only_batch(record).questions.to_pylist()
    return question | {"metadata": dict(question["metadata"])}


def test_a_record_becomes_rows() -> None:
    batch = only_batch(RECORD)
    (question,) = batch.questions.to_pylist()
    assert question["answer"] == "cystic plate"
    assert question["choices"] == ["liver", "cystic plate"]
    assert question["answer_index"] == 1
    assert question["unit_id"] == "bench:a.png"
    (image,) = batch.images.to_pylist()
    assert (image["image_id"], image["path"], image["status"], image["regions"]) == ("bench:a.png", "a.png", None, [])
    assert batch.surfaces == {("liver", "Liver"), ("cystic plate", "Cystic_Plate")}


def test_index_alone_and_text_alone_name_the_answer() -> None:
    assert only_question(replace(RECORD, answer=None, answer_index=0))["answer"] == "liver"
    assert only_question(replace(RECORD, answer=" ", answer_index=0))["answer"] == "liver"
    assert only_question(replace(RECORD, answer="LIVER"))["answer_index"] == 0


def test_merged_choices_shift_the_index_and_are_named() -> None:
    record = replace(RECORD, choices=("Liver", "liver.", "", "Gut", "GUT", "Fat"), answer=None, answer_index=4)
    question = only_question(record)
    assert (question["choices"], question["answer"], question["answer_index"]) == (["liver", "gut", "fat"], "gut", 1)
    assert question["metadata"] == {"merged_choices": '["liver", "gut"]'}


def test_without_choices_the_answer_stands_alone() -> None:
    batch = only_batch(replace(RECORD, choices=(), answer=" Left Lung. "))
    (question,) = batch.questions.to_pylist()
    assert (question["answer"], question["choices"], question["answer_index"]) == ("left lung", [], None)
    assert batch.surfaces == {("left lung", "Left Lung.")}


def test_without_images_the_unit_says_so() -> None:
    question = only_question(replace(RECORD, images=()))
    assert (question["image_ids"], question["unit_id"]) == ([], "bench:none")


def test_an_image_of_many_questions_is_one_row() -> None:
    batch = only_batch(RECORD, replace(RECORD, images=("./a.png", "b.png")))
    assert batch.images["path"].to_pylist() == ["a.png", "b.png"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"question": " \t"}, Reason.QUESTION_EMPTY),
        ({"answer": " . "}, Reason.ANSWER_EMPTY),
        ({"answer": None}, Reason.ANSWER_EMPTY),
        ({"answer": "gut"}, Reason.ANSWER_NOT_IN_CHOICES),
        ({"answer_index": 2}, Reason.ANSWER_NOT_IN_CHOICES),
        ({"answer_index": -1}, Reason.ANSWER_NOT_IN_CHOICES),
        ({"answer_index": 0}, Reason.ANSWER_CONTRADICTORY),
        ({"choices": ("Liver", "", "Cystic Plate"), "answer_index": 1}, Reason.ANSWER_CONTRADICTORY),
        ({"choices": ("Liver", "", "Gut"), "answer": None, "answer_index": 1}, Reason.ANSWER_EMPTY),
        ({"choices": ("Liver",), "answer": "liver"}, Reason.TOO_FEW_CHOICES),
        ({"choices": ("Liver", " "), "answer": "liver"}, Reason.TOO_FEW_CHOICES),
        ({"choices": ("Liver", "liver."), "answer": "liver"}, Reason.DUPLICATE_CHOICES),
        ({"choices": tuple(map(str, range(27))), "answer": "3"}, Reason.TOO_MANY_CHOICES),
        ({"question": "a\0b"}, Reason.NUL_BYTE),
        ({"choices": ("Liver", "\ud800"), "answer": "liver"}, Reason.NOT_UTF8),
        ({"metadata": {"organ": "\udfff"}}, Reason.NOT_UTF8),
        ({"images": ("a.png", "/etc/passwd")}, Reason.IMAGE_PATH_UNSAFE),
    ],
)
def test_what_is_turned_away(change: dict[str, Any], reason: Reason) -> None:
    batch = only_batch(replace(RECORD, **change))
    assert (batch.questions.num_rows, batch.images.num_rows, batch.surfaces) == (0, 0, set())
    (reject,) = batch.rejects.to_pylist()
    assert reject["reason"] == reason
    assert (reject["source"], reject["position"], reject["record"]) == ("a.json", 3, '{"q": 1}')


def test_ids_depend_on_benchmark_and_identity_alone() -> None:
    # `printf 7 | b2sum -l 64`: ids must stay the same from release to release.
    assert question_id("bench", "7") == "bench-e75017cace788f82"
    assert question_id("other", "7") == "other-e75017cace788f82"
    assert question_id("bench", "\ud800") != question_id("bench", "\ud801")
    changed = replace(RECORD, question="Another?", position=9, source="b.json")
    assert only_question(changed)["question_id"] == only_question(RECORD)["question_id"] == "bench-e75017cace788f82"


def test_image_ids_name_benchmark_and_path() -> None:
    assert image_id("bench", "x/a.png") == "bench:x/a.png"


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("a/b.png", "a/b.png"),
        (" ./a//b.png ", "a/b.png"),
        ("a\\b.png", "a/b.png"),
        ("a b/c (1)%&.png", "a b/c (1)%&.png"),
        ("a..b/...png", "a..b/...png"),
        ("a/b:c.png", "a/b:c.png"),
        ("", None),
        (".", None),
        ("/a.png", None),
        ("\\\\host\\a.png", None),
        ("../a.png", None),
        ("a/../../b.png", None),
        ("a\\..\\b.png", None),
        ("C:\\a.png", None),
        ("https://host/a.png", None),
        ("a\0.png", None),
    ],
)
def test_image_paths(raw: str, path: str | None) -> None:
    assert safe_image_path(raw) == path


@given(st.text(st.sampled_from("ab./\\: \0")))
def test_a_safe_path_stays_below_the_root(raw: str) -> None:
    path = safe_image_path(raw)
    assert path is None or Path("/root", path).resolve().is_relative_to("/root")


WILD = st.text(st.characters() | st.sampled_from("\0\ud800._ /A"), max_size=12)
LABEL = st.sampled_from(["liver", "Liver.", "gut", "GUT ", "", "cystic_plate"])
CHOICES = st.lists(LABEL, max_size=5) | st.lists(LABEL | WILD, max_size=40)
RECORDS = st.builds(
    Record,
    source=WILD,
    position=st.integers(0, 2**62),
    raw=WILD,
    identity=WILD,
    question=WILD | st.just("What?"),
    choices=CHOICES.map(tuple),
    answer=st.none() | LABEL | WILD,
    answer_index=st.none() | st.integers(-3, 30),
    images=st.lists(WILD | st.just("a.png"), max_size=2).map(tuple),
    unit=st.none() | WILD,
    question_type=st.none() | WILD,
    modality=st.none() | WILD,
    metadata=st.dictionaries(st.sampled_from(["organ", "file"]), WILD, max_size=1),
)
REJECTED = st.builds(
    Rejected, source=WILD, position=st.integers(0, 9), reason=st.sampled_from(Reason), raw=WILD, detail=st.none() | WILD
)


@settings(max_examples=150, deadline=None)
@given(st.lists(RECORDS | REJECTED, max_size=8), st.integers(1, 4))
def test_every_record_ends_among_questions_or_rejects(records: list[Record | Rejected], size: int) -> None:
    done = list(batches(records, "bench", size=size))
    assert [batch.questions.num_rows + batch.rejects.num_rows for batch in done] == [
        min(size, len(records) - start) for start in range(0, len(records), size)
    ]
    for batch in done:
        for table, name in ((batch.questions, "questions"), (batch.images, "images"), (batch.rejects, "rejects")):
            check_schema(table.schema, name, name)
            table.validate(full=True)


@settings(max_examples=150, deadline=None)
@given(st.builds(replace, st.just(RECORD), choices=CHOICES.map(tuple), answer=LABEL, images=st.just(("a.png",))))
def test_a_question_is_whole(record: Record) -> None:
    batch = only_batch(record)
    for question in batch.questions.to_pylist():
        answer, choices, index = question["answer"], question["choices"], question["answer_index"]
        assert answer == fold_label(record.answer or "") != ""
        assert len(set(choices)) == len(choices) <= MAX_CHOICES
        assert index is None if not record.choices else choices[index] == answer
        assert {label for label, _ in batch.surfaces} == {answer, *choices}
        assert batch.images["image_id"].to_pylist() == question["image_ids"]


def test_tables_of_nothing_have_their_columns() -> None:
    check_schema(images_table([]).schema, "images", "images")
    check_schema(rejects_table([], "bench").schema, "rejects", "rejects")


def test_rejects_name_their_stage_and_cut_a_long_detail() -> None:
    rejected = Rejected("table", 1, Reason.NO_DISTRACTORS, {"a": 1}, "x" * 600)
    (row,) = rejects_table([rejected], "bench", "choices").to_pylist()
    assert (row["stage"], row["reason"], row["record"]) == ("choices", "no_distractors", '{"a": 1}')
    assert row["detail"] == "x" * 500


def test_a_file_is_named_by_its_last_batch_and_read_after_the_one_before(tmp_path: Path) -> None:
    rows = {"a": ROWS_PER_BATCH + 1, "b": 1}
    for name in rows:
        (tmp_path / name).touch()
    opened: list[str] = []

    def records_of(path: Path) -> list[Record | Rejected]:
        opened.append(path.name)
        return [RECORD] * rows[path.name]

    stream = read_files([tmp_path / name for name in rows], tmp_path, "bench", records_of)
    seen = [(batch.questions.num_rows, [file.path for file in batch.sources], list(opened)) for batch in stream]
    assert seen == [(ROWS_PER_BATCH, [], ["a"]), (1, ["a"], ["a"]), (1, ["b"], ["a", "b"])]


def test_a_file_without_rows_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="holds no rows"):
        list(read_files([tmp_path / "a"], tmp_path, "bench", lambda path: []))
