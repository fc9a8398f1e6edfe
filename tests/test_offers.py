"""Questions and options as integers: what is kept, in which order, and who is right by the highest score."""

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.offers import offers_of
from curriculum_kit.schemas import schema_of


def row(number: int, answer: str, *choices: str, given: list[str] | None = None) -> dict[str, Any]:
    return {
        "question_id": f"q{number}",
        "benchmark": "toy",
        "split": "train",
        "unit_id": f"u{number // 2}",
        "image_ids": [f"toy:{number}.png", "toy:b.png"][: 1 + number % 2],
        "question": "What?",
        "answer": answer,
        "choices": list(choices),
        "answer_index": choices.index(answer) if choices else None,
        "question_type": None,
        "modality": "CT",
        "metadata": [],
        "choices_as_given": given,
    }


def table(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=schema_of("questions"))


THREE = table(
    row(0, "gut", "liver", "gut", given=["Liver", "Gut.", "GUT"]),
    row(1, "hook"),
    row(2, "liver", "gut", "spleen", "liver", given=["gut", "Spleen", "liver"]),
)


def test_questions_without_choices_are_left_out() -> None:
    offers = offers_of([THREE.slice(0, 1), THREE.slice(1)])
    assert offers.question_ids.to_pylist() == ["q0", "q2"]
    assert [offers.option.texts[code] for code in offers.option.codes] == ["liver", "gut", "gut", "spleen", "liver"]
    assert offers.is_right.tolist() == [False, True, False, False, True]
    assert (offers.sizes.tolist(), offers.row.tolist()) == ([2, 3], [0, 0, 1, 1, 1])
    assert [offers.image.texts[code] for code in offers.image.codes] == ["toy:0.png", "toy:2.png"]
    assert [offers.question_type.texts[code] for code in offers.question_type.codes] == ["", ""]


def test_as_given_every_spelling_of_the_answer_is_right() -> None:
    offers = offers_of([THREE], as_given=True)
    assert [offers.option.texts[code] for code in offers.option.codes[:3]] == ["Liver", "Gut.", "GUT"]
    assert offers.is_right.tolist() == [False, True, True, False, False, True]
    assert offers.chance.tolist() == [2 / 3, 1 / 3]


def test_the_highest_score_is_chosen_and_equal_ones_share() -> None:
    offers = offers_of([THREE])
    assert offers.hits(np.array([0.0, 1.0, 2.0, 0.0, 2.0])).tolist() == [1.0, 0.5]
    assert offers.hits(np.array([3.0, 1.0, 2.0, 0.0, 1.0])).tolist() == [0.0, 0.0]


def test_no_questions_give_no_offers() -> None:
    empty = offers_of([THREE.slice(1, 1)])
    assert (len(empty), empty.start.tolist(), len(empty.option.codes)) == (0, [0], 0)
    assert len(offers_of([], as_given=True)) == 0


@given(st.lists(st.integers(2, 5), min_size=1, max_size=6), st.data())
def test_a_subset_holds_the_same_questions(sizes: list[int], data: st.DataObject) -> None:
    labels = ["a", "b", "c", "d", "e"]
    whole = offers_of([table(*(row(n, labels[n % size], *labels[:size]) for n, size in enumerate(sizes)))])
    rows = data.draw(st.lists(st.integers(0, len(sizes) - 1), unique=True))
    part = whole.subset(np.array(rows, int))
    assert part.question_ids.to_pylist() == [f"q{n}" for n in rows]
    assert part.sizes.tolist() == [sizes[n] for n in rows]
    expected = [(label, label == labels[n % sizes[n]]) for n in rows for label in labels[: sizes[n]]]
    assert [
        (part.option.texts[code], bool(right)) for code, right in zip(part.option.codes, part.is_right, strict=True)
    ] == expected
