from collections.abc import Callable
from typing import Any

import pytest

from curriculum_kit.benchmarks.mcq import AnswerKind

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("choices", "answer", "options", "expected"),
    [
        (["1", "2", "3"], "2", {}, "2"),
        (["1", "2", "3"], 2, {}, "answer_ambiguous"),
        (["1", "2", "3"], 2, {"answer_kind": AnswerKind.TEXT}, "2"),
        (["1", "2", "3"], 2, {"answer_kind": AnswerKind.INDEX}, "3"),
        (["1", "2", "3"], 2, {"answer_base": 1}, "2"),
        (["0", "1", "2"], 1, {}, "1"),
        (["7", "8"], 8, {}, "8"),
        (["x", "y", "z"], 2, {"answer_base": 1}, "y"),
        (["x", "y", "z"], 3, {}, "answer_not_in_choices"),
        (["x", "y", "z"], -1, {}, "answer_not_in_choices"),
        (["x", "y", "z"], "D", {}, "answer_not_in_choices"),
        (["x", "y", "z"], "w", {}, "answer_not_in_choices"),
        (["B", "A"], "A", {}, "a"),
        (["B", "A"], "A", {"answer_kind": AnswerKind.LETTER}, "b"),
        (["x", "y"], "y", {"answer_kind": AnswerKind.LETTER}, "answer_not_in_choices"),
        (["x", "y"], "B", {"answer_kind": AnswerKind.TEXT}, "answer_not_in_choices"),
        (["Yes", "True"], True, {}, "true"),
        (["x", "y"], "A) y", {}, "answer_not_in_choices"),
        (["x", "y"], ["x", "y"], {}, "several_answers"),
        (["x", "y"], None, {}, "field_missing"),
        (["x", "y"], " ", {}, "answer_empty"),
        (["x", "y"], {"text": "x"}, {}, "field_not_text"),
    ],
)
def test_which_option_an_answer_means(
    read_row: Make, choices: list[str], answer: object, options: dict[str, Any], expected: str
) -> None:
    read = read_row({"question": "Which?", "choices": choices, "answer": answer}, **options)
    assert (read["answer"] if isinstance(read, dict) else read[0]) == expected


def test_without_options_the_answer_is_kept_as_text(read_row: Make) -> None:
    read = read_row({"question": "What is resected?", "answer": "Gallbladder"})
    assert (read["answer"], read["choices"], read["answer_index"]) == ("gallbladder", [], None)
    assert read_row({"question": "How many?", "answer": 2})["answer"] == "2"
    assert read_row({"question": "Which?", "answer": "C"}) == (
        "choices_unreadable",
        "the answer is 'C', but no options were found",
    )
    assert read_row({"question": "Which group?", "answer": "B"}, answer_kind=AnswerKind.TEXT)["answer"] == "b"
