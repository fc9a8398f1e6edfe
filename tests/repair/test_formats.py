"""One spelling per label: which one, what is merged, and that no question is lost."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.repair.formats import fold_formats
from curriculum_kit.schemas import schema_of

Make = Callable[..., Any]


def test_the_most_used_spelling_stays_and_equal_options_are_merged(asked: Make, table: Make) -> None:
    rows = [
        asked(0, "gut", "liver", "lungs", "gut", choices_as_given=["Liver", "lungs", "Gut."]),
        asked(1, "lung", "the lung", "gut", "lung", choices_as_given=["the lung", "gut", "lung"]),
        asked(2, "lung", "lung", "gut"),
        asked(3, "lungs"),
    ]
    mended, folded = fold_formats(table(rows))
    assert mended["choices"].to_pylist() == [["liver", "lung", "gut"], ["lung", "gut"], ["lung", "gut"], []]
    assert mended["choices_as_given"].to_pylist() == [["liver", "lung", "gut"], ["lung", "gut"], ["lung", "gut"], None]
    assert mended["answer"].to_pylist() == ["gut", "lung", "lung", "lung"]
    assert mended["answer_index"].to_pylist() == [2, 0, 0, None]
    assert (folded.respelled, folded.relabelled, folded.merged, folded.kept) == (1, 3, 1, 0)
    assert (folded.labels_before, folded.labels_after) == (5, 3)
    assert folded.sentences()[0] == "The options of 1 of 3 questions that have some were written in one form."
    assert folded.sentences()[2] == "Equal options were merged in 1 of 4 questions."
    assert mended.schema == schema_of("questions")


def test_a_question_of_equal_options_keeps_them_and_is_counted(asked: Make, table: Make) -> None:
    mended, folded = fold_formats(table([asked(0, "lungs", "lung", "lungs"), asked(1, "lung", "lung", "gut")]))
    assert mended["choices"].to_pylist()[0] == ["lung", "lungs"]
    assert (mended["answer"].to_pylist()[0], mended["answer_index"].to_pylist()[0]) == ("lungs", 1)
    assert folded.kept == 1
    assert "1 of 2 questions keep options that mean the same" in folded.sentences()[-1]


def test_of_two_spellings_that_are_used_equally_often_the_first_in_order_stays(asked: Make, table: Make) -> None:
    mended, _ = fold_formats(table([asked(0, "x-ray", "x-ray", "ct"), asked(1, "x ray", "x ray", "ct")]))
    assert mended["answer"].to_pylist() == ["x ray", "x ray"]


def test_of_options_it_is_said_whether_all_some_or_none_were_written_otherwise(asked: Make, table: Make) -> None:
    spelled = asked(0, "gut", "gut", "liver", choices_as_given=["Gut.", "liver"])
    for rows, said in (
        ([spelled], "The options of all 1 questions were written in one form."),
        ([spelled, asked(1, "gut")], "The options of all 1 questions that have some were written in one form."),
        ([asked(0, "gut", "gut", "liver")], "The options of all 1 questions are written in one form already."),
        ([asked(0, "gut"), asked(1, "liver")], "No two of 2 answers mean the same; they were left as they are."),
    ):
        assert fold_formats(table(rows))[1].sentences() == [said]
    [only] = fold_formats(table([asked(0, "lung"), asked(1, "lungs")]))[1].sentences()
    assert only.startswith("2 labels became 1")


def test_no_questions_are_no_questions() -> None:
    mended, folded = fold_formats(schema_of("questions").empty_table())
    assert (mended.num_rows, folded.questions) == (0, 0)


@given(st.lists(st.lists(st.sampled_from(["lung", "lungs", "a lung", "gut", "left gut"]), min_size=2, unique=True)))
def test_the_answer_stays_among_options_that_differ(options: list[list[str]]) -> None:
    rows = [
        dict.fromkeys(schema_of("questions").names, "x")
        | {"answer": labels[0], "choices": labels, "choices_as_given": labels, "answer_index": 0}
        | {"image_ids": [], "metadata": []}
        for labels in options
    ]
    mended, _ = fold_formats(pa.Table.from_pylist(rows, schema=schema_of("questions")))
    for row in mended.to_pylist():
        assert row["choices"][row["answer_index"]] == row["answer"]
        assert len(set(row["choices"])) == len(row["choices"]) >= 2
