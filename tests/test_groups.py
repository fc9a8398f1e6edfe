import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.groups import grouped, size_of, sizes_allowed, ungrouped
from curriculum_kit.prompts import template_named
from curriculum_kit.schemas import schema_of

TEMPLATE = template_named("answer")


def row(number: int, question: str) -> dict:
    choices = ["liver", "gut"]
    return {
        "question_id": f"q{number}",
        "group_id": f"q{number}",
        "variant_id": 0,
        "tier": 2,
        "difficulty": 0.5,
        "benchmark": "made",
        "split": "train",
        "unit_id": "v1",
        "question": question,
        "choices": choices,
        "answer": "gut",
        "answer_index": 1,
        "solution": "B",
        "prompt": TEMPLATE.render(question, choices),
        "images": [{"bytes": b"png", "path": f"{number}.png"}],
        "metadata": [{"key": "hops", "value": "1"}],
    }


def rows(*questions: str) -> pa.Table:
    return pa.Table.from_pylist([row(n, q) for n, q in enumerate(questions)], schema=schema_of("shard"))


@pytest.mark.parametrize(
    ("variants", "rollouts", "sizes"), [(4, 8, (1, 2, 4)), (3, 12, (1, 2, 3)), (2, 2, (1, 2)), (8, 8, (1, 2, 4, 8))]
)
def test_sizes_divide_the_rollouts(variants: int, rollouts: int, sizes: tuple[int, ...]) -> None:
    assert sizes_allowed(variants, rollouts) == sizes


def test_wordings_that_do_not_divide_the_rollouts_are_refused_with_those_that_do() -> None:
    with pytest.raises(ConfigInvalid, match=r"3 wordings a group do not divide 8 rollouts; .* one of 2, 4, 8"):
        sizes_allowed(3, 8)
    with pytest.raises(ConfigInvalid, match="1 wordings a group"):
        sizes_allowed(1, 8)


def test_a_group_is_as_large_as_the_rollouts_can_be_shared_out() -> None:
    assert [size_of(accepted, (1, 2, 4)) for accepted in range(6)] == [1, 2, 2, 4, 4, 4]


def test_rows_of_a_group_stand_together_and_differ_in_question_and_prompt_alone() -> None:
    before = rows("Which is it?", "What is seen?", "Which is it?")
    after = grouped(before, {"Which is it?": [("Name it?", "rules"), ("What is it?", "llm:m")]}, TEMPLATE)
    seen = after.to_pylist()
    assert [(r["group_id"], r["variant_id"], r["question"]) for r in seen] == [
        ("q0", 0, "Which is it?"),
        ("q0", 1, "Name it?"),
        ("q0", 2, "What is it?"),
        ("q1", 0, "What is seen?"),
        ("q2", 0, "Which is it?"),
        ("q2", 1, "Name it?"),
        ("q2", 2, "What is it?"),
    ]
    originals = {r["question_id"]: r for r in before.to_pylist()}
    for one in seen:
        first = originals[one["question_id"]]
        assert {k for k in one if one[k] != first[k]} == (
            {"variant_id", "question", "prompt", "metadata"} if one["variant_id"] else set()
        )
        assert one["prompt"][-1]["content"].startswith(f"{one['question']}\n\nA. liver\nB. gut")
    assert [[p["value"] for p in r["metadata"] if p["key"] == "writer"] for r in seen[:3]] == [[], ["rules"], ["llm:m"]]


def test_undoing_gives_the_rows_back() -> None:
    before = rows("Which is it?", "What is seen?")
    after = grouped(before, {"What is seen?": [("What do you see?", "rules")]}, TEMPLATE)
    assert after.num_rows == 3
    assert ungrouped(after).equals(before)


@given(
    st.lists(st.sampled_from("abcd"), min_size=1, max_size=12),
    st.dictionaries(st.sampled_from("abcd"), st.lists(st.text(max_size=5), max_size=3)),
)
def test_no_row_is_lost_whatever_the_wordings(questions: list[str], wordings: dict[str, list[str]]) -> None:
    before = rows(*questions)
    given_ = {question: [(text, "w") for text in texts] for question, texts in wordings.items()}
    after = grouped(before, given_, TEMPLATE)
    assert after.num_rows == sum(1 + len(given_.get(question, [])) for question in questions)
    assert ungrouped(after).equals(before)
    assert [r["question"] for r in after.to_pylist() if r["variant_id"]] == [
        text for question in questions for text, _ in given_.get(question, [])
    ]
