"""The vocabulary: one row per label that occurs."""

from curriculum_kit.schemas import schema_of
from curriculum_kit.vocabulary import vocabulary


def test_labels_are_numbered_in_sorted_order_with_both_counts() -> None:
    table = vocabulary({"liver": 3, "cyst": 1}, {"liver": 4, "gut": 4}, [])
    assert table.schema == schema_of("choices")
    assert table.select(["choice_id", "label", "n_as_answer", "n_as_choice"]).to_pylist() == [
        {"choice_id": 0, "label": "cyst", "n_as_answer": 1, "n_as_choice": 0},
        {"choice_id": 1, "label": "gut", "n_as_answer": 0, "n_as_choice": 4},
        {"choice_id": 2, "label": "liver", "n_as_answer": 3, "n_as_choice": 4},
    ]


def test_spellings_are_sorted_distinct_and_never_none() -> None:
    seen = [("gut", "gut"), ("gut", "Gut."), ("gut", "gut"), ("spleen", "Spleen")]
    table = vocabulary({"gut": 1, "liver": 1}, {}, seen)
    assert table["surface_forms"].to_pylist() == [["Gut.", "gut"], ["liver"]]


def test_no_labels_give_an_empty_table() -> None:
    table = vocabulary({}, {}, [("gut", "gut")])
    assert (table.num_rows, table.schema) == (0, schema_of("choices"))
