"""Arms: hashes that tell what differs between curricula, and the comparison of them."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from curriculum_kit.arms import ARMS, FOLLOWING, OPTIONS, SAME, Hashes, alike, hashes_of, prove
from curriculum_kit.enums import Order
from curriculum_kit.prompts import PromptTemplate
from curriculum_kit.schemas import schema_of

TEMPLATE = PromptTemplate("test", system="", user="{question} Take one:\n{options}\n")


def row(question_id: str, **other: Any) -> dict[str, Any]:
    """Return a shard row that asks for the liver of three organs."""
    return {
        "question_id": question_id,
        "group_id": question_id,
        "variant_id": 0,
        "tier": 0,
        "difficulty": 0.5,
        "benchmark": "toy",
        "split": "train",
        "unit_id": "patient 7",
        "question": "What is {options} here?",
        "choices": ["gut", "liver", "heart"],
        "answer": "liver",
        "answer_index": 1,
        "solution": "B",
        "prompt": [{"role": "user", "content": "What is {options} here? Take one:\nA. gut\nB. liver\nC. heart\n"}],
        "images": [{"bytes": b"picture", "path": "7.png"}],
        "metadata": [{"key": "hops", "value": "1"}],
        "hops": 1,
    } | other


@pytest.fixture
def hashes() -> Iterator[Callable[..., Hashes]]:
    """Return a function that gives the hashes of rows, which stand in one shard in the order given."""
    with duckdb.connect() as database:

        def found(*rows: dict[str, Any], template: PromptTemplate = TEMPLATE) -> Hashes:
            table = pa.Table.from_pylist(list(rows), schema_of("shard"))
            table = table.append_column("filename", pa.array(["tier=0/part-00000.parquet"] * len(rows)))
            table = table.append_column("file_row_number", pa.array(range(len(rows))))
            database.register("rows", table)
            database.execute("CREATE OR REPLACE TABLE shards AS SELECT * FROM rows")
            return hashes_of(database, template)

        yield found


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_ids_and_numbers_of_options_are_hashed_as_lines(hashes: Callable[..., Hashes]) -> None:
    found = hashes(row("q2"), row("q1", choices=["gut", "liver"]))
    assert found.order == sha256("q2\nq1\n")
    assert found.options == sha256("q1 2\nq2 3\n")


def test_only_the_hash_of_the_order_knows_the_order(hashes: Callable[..., Hashes]) -> None:
    one, other = hashes(row("q1"), row("q2", split="test")), hashes(row("q2", split="test"), row("q1"))
    assert one.order != other.order
    assert replace(one, order="") == replace(other, order="")


def test_every_column_of_a_shard_is_hashed_or_follows_from_what_is() -> None:
    assert sorted({*SAME, *OPTIONS, *FOLLOWING, "images", "prompt"}) == sorted(schema_of("shard").names)


@pytest.mark.parametrize(
    "changed",
    [
        {"group_id": "q2"},
        {"variant_id": 1},
        {"benchmark": "other"},
        {"split": "test"},
        {"unit_id": "patient 8"},
        {"question": "What is here?"},
        {"answer": "heart"},
        {"question_type": "organ"},
        {"modality": "CT"},
        {"metadata": [{"key": "hops", "value": "2"}]},
        {"hops": None},
        {"images": [{"bytes": b"picture", "path": "8.png"}]},
        {"images": [{"bytes": b"another", "path": "7.png"}]},
        {"images": []},
    ],
    ids=" ".join,
)
def test_another_question_answer_or_image_is_seen(changed: dict[str, Any], hashes: Callable[..., Hashes]) -> None:
    assert hashes(row("q1", **changed)).questions != hashes(row("q1")).questions


def test_other_choices_are_seen_where_they_stand_and_what_follows_is_not(hashes: Callable[..., Hashes]) -> None:
    one = hashes(row("q1"))
    turned = hashes(row("q1", choices=["liver", "gut", "heart"], answer_index=0, solution="A"))
    assert turned.choices != one.choices
    assert (turned.questions, turned.options) == (one.questions, one.options)
    assert hashes(row("q1", tier=2, difficulty=0.9, difficulty_text=0.9, blind=0.1)) == one


def test_the_prompt_is_the_template_unless_a_word_of_one_row_is_another(hashes: Callable[..., Hashes]) -> None:
    assert hashes(row("q1"), row("q2")).prompt == TEMPLATE.sha256
    content = row("q1")["prompt"][0]["content"].replace("Take", "Pick")
    assert hashes(row("q1"), row("q2", prompt=[{"role": "user", "content": content}])).prompt != TEMPLATE.sha256
    assert hashes(row("q1"), template=replace(TEMPLATE, system="You are asked.")).prompt != TEMPLATE.sha256


def test_a_template_with_a_system_message_is_known(hashes: Callable[..., Hashes]) -> None:
    template = replace(TEMPLATE, system="You are a surgeon.")
    asked = row("q1")
    assert hashes(row("q1", prompt=template.render(asked["question"], asked["choices"])), template=template) == replace(
        hashes(row("q1")), prompt=template.sha256
    )


def test_letters_of_another_option_are_counted(hashes: Callable[..., Hashes]) -> None:
    wrong = [row("q1", solution="C"), row("q2", answer_index=2), row("q3", answer_index=2, solution="C"), row("q4")]
    assert hashes(*wrong).wrong_letters == 3


def arms(names: tuple[str, ...] = tuple(arm.name for arm in ARMS)) -> dict[str, Hashes]:
    """Return hashes as they should be."""
    return {
        arm.name: Hashes(
            questions="the questions",
            prompt=TEMPLATE.sha256,
            choices=f"{arm.choices} ones",
            options="three" if arm.name == "keep" else "four",
            order="by chance" if arm.order is Order.SHUFFLED else arm.order,
            wrong_letters=0,
        )
        for arm in ARMS
        if arm.name in names
    }


def test_what_is_compared() -> None:
    everyone = ("random", "keep", "order-only", "choices-only", "ordered", "reversed")
    drawn = ("random", "order-only", "choices-only", "ordered", "reversed")
    assert [(row.what, row.arms, row.same) for row in prove(arms(), TEMPLATE)] == [
        ("questions", everyone, True),
        ("prompt", everyone, True),
        ("letters", everyone, True),
        ("options", drawn, True),
        ("choices", ("random", "order-only"), True),
        ("choices", ("choices-only", "ordered", "reversed"), True),
        ("order", ("random", "keep", "choices-only"), True),
    ]


def test_without_keep_the_others_are_compared() -> None:
    names = ("random", "order-only", "choices-only", "ordered", "reversed")
    checked = prove(arms(names), TEMPLATE)
    assert all(row.same for row in checked)
    assert {name for row in checked for name in row.arms} == set(names)


@pytest.mark.parametrize(
    ("arm", "changed", "failed"),
    [
        ("keep", {"questions": "others"}, ["questions"]),
        ("reversed", {"prompt": "another"}, ["prompt"]),
        ("random", {"wrong_letters": 1}, ["letters"]),
        ("choices-only", {"options": "three"}, ["options"]),
        ("keep", {"options": "five"}, []),
        ("order-only", {"choices": "others"}, ["choices"]),
        ("ordered", {"choices": "others"}, ["choices"]),
        ("keep", {"choices": "others"}, []),
        ("keep", {"order": "another"}, ["order"]),
        ("ordered", {"order": "another"}, []),
    ],
)
def test_one_difference_in_one_arm_fails_its_comparison(arm: str, changed: dict[str, Any], failed: list[str]) -> None:
    found = arms()
    found[arm] = replace(found[arm], **changed)
    assert [row.what for row in prove(found, TEMPLATE) if not row.same] == failed


def test_the_same_wrong_prompt_in_all_arms_fails_too() -> None:
    found = {name: replace(hashes, prompt="another") for name, hashes in arms().items()}
    assert [row.what for row in prove(found, TEMPLATE) if not row.same] == ["prompt"]


def test_arms_that_do_not_differ_are_named() -> None:
    found = arms()
    assert alike(found) == []
    found["ordered"] = replace(found["ordered"], order="by chance")
    assert alike(found) == [["choices-only", "ordered"]]
