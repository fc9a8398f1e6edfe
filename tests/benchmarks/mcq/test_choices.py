from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        (None, "field_missing"),
        ([], "too_few_choices"),
        (["x"], "too_few_choices"),
        (["x", "X."], "duplicate_choices"),
        (["x"] * 10_000, "too_many_choices"),
        ("see below", "choices_unreadable"),
        ("['x', ", "choices_unreadable"),
        ("__import__('os')", "choices_unreadable"),
        (3, "choices_unreadable"),
        ([["x"], ["y"]], "field_not_text"),
        ([{"name": "x"}, {"name": "y"}], "choices_unreadable"),
        ({"A": "x", "C": "y"}, "choices_unreadable"),
        ([{"letter": "A", "content": "x"}, {"letter": "A", "content": "y"}], "choices_unreadable"),
    ],
)
def test_options_that_cannot_be_used(read_row: Make, choices: object, reason: str) -> None:
    assert read_row({"question": "Which?", "choices": choices, "answer": "x"})[0] == reason


def test_blank_option_columns_keep_their_letter(read_row: Make) -> None:
    row = {"question": "Which?", "option_A": "x", "option_B": "", "option_C": "z", "option_D": None, "answer": "C"}
    read = read_row(row)
    assert (read["choices"], read["answer"]) == (["x", "z"], "z")


def test_option_columns_stand_in_natural_order(read_row: Make) -> None:
    row = {"question": "Which?", "answer": 9} | {f"option_{number}": f"o{number}" for number in (10, *range(1, 10))}
    assert read_row(row)["answer"] == "o10"
