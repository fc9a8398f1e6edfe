"""Distractors: the answer once, nothing that is right too, nothing that gives it away."""

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum_kit.distractors import POLAR, PoolKey, draw, pool_keys, pools_of
from curriculum_kit.schemas import schema_of

ONE_POOL: PoolKey = ("b", "", "", "", "", "")
ORGANS = ["cyst", "duodenum", "gut", "kidney", "liver", "spleen"]


def question(number: int, answer: str, **other: Any) -> dict[str, Any]:
    row = {"question_id": f"b-{number}", "benchmark": "b", "split": "train", "unit_id": "u", "image_ids": []}
    row |= {"question": "Which?", "answer": answer, "choices": [], "answer_index": None, "question_type": None}
    return row | {"modality": None, "metadata": []} | other


def table(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=schema_of("questions"))


def organs(count: int) -> pa.Table:
    return table(*(question(number, ORGANS[number % len(ORGANS)]) for number in range(count)))


def drawn(questions: pa.Table, labels: list[str], options: int = 4, seed: int = 0) -> dict[str, list[str]]:
    made, _ = draw(questions, [()] * len(questions), {ONE_POOL: labels}, options=options, seed=seed)
    return dict(zip(made["question_id"].to_pylist(), made["choices"].to_pylist(), strict=True))


def test_a_pool_is_what_answers_the_same_kind_of_question() -> None:
    rows = table(
        question(0, "gut"),
        question(
            1,
            "hook",
            question="What instrument is above the anatomy?",
            question_type="query_component",
            modality="CT",
            metadata=[("answer_type", "Open"), ("language", "en"), ("other", "x")],
        ),
    )
    keys = pool_keys(rows)
    assert keys == [ONE_POOL, ("b", "query_component", "CT", "OPEN", "en", "instrument")]
    assert pool_keys(rows.slice(1)) == keys[1:]
    assert pool_keys(rows.slice(0, 0)) == []


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ("What anatomy is at the top-mid of the frame ?", "location", "anatomy"),
        ("What instrument is left of the anatomy?", "query_component", "instrument"),
        ("What is the name of the anatomys?", "query_component", "anatomy"),
        ("What object is left of the anatomy?", "query_component", ""),
        ("What thing is this?", "query_component", ""),
        ("Which something, instrument?", "query_component", "instrument"),
        ("What is it?", "query_component", ""),
        ("Is there an instrument?", "exist", ""),
        ("What color is the anatomy?", None, ""),
    ],
)
def test_what_kind_of_structure_is_asked_for(text: str, kind: str | None, wanted: str) -> None:
    assert [key[5] for key in pool_keys(table(question(0, "gut", question=text, question_type=kind)))] == [wanted]


def test_pools_hold_every_label_once_in_sorted_order() -> None:
    batches = [
        table(question(0, "gut"), question(1, "hook", question_type="t"), question(2, "gut")),
        table(),
        table(question(3, "cyst"), question(4, "gut")),
    ]
    assert pools_of(batches) == {ONE_POOL: ["cyst", "gut"], ("b", "t", "", "", "", ""): ["hook"]}


@settings(max_examples=60, deadline=None)
@given(
    labels=st.lists(st.text(min_size=1, max_size=3), min_size=1, max_size=12, unique=True),
    options=st.integers(2, 6),
    seed=st.integers(0, 2**63 - 1),
    data=st.data(),
)
def test_the_answer_stands_once_among_distinct_options_that_are_wrong(
    labels: list[str], options: int, seed: int, data: st.DataObject
) -> None:
    pool = sorted(label for label in labels if label not in POLAR) or ["gut"]
    answers = data.draw(st.lists(st.sampled_from(pool), min_size=1, max_size=5))
    also = [data.draw(st.sets(st.sampled_from([*pool, "elsewhere"]))) for _ in answers]
    rows = table(*(question(number, answer) for number, answer in enumerate(answers)))
    made, kept = draw(rows, also, {ONE_POOL: pool}, options=options, seed=seed)
    counts = [min(options, len(set(pool) - right - {answer}) + 1) for right, answer in zip(also, answers, strict=True)]
    assert kept.tolist() == [count > 1 for count in counts]
    assert made.schema == schema_of("questions")
    used = np.flatnonzero(kept)
    for place, row in zip(used, made.to_pylist(), strict=True):
        assert row["question_id"] == f"b-{place}"
        assert row["choices"][row["answer_index"]] == row["answer"] == answers[place]
        assert len(row["choices"]) == len(set(row["choices"])) == counts[place]
        assert not (set(row["choices"]) - {row["answer"]}) & also[place]
        assert set(row["choices"]) <= set(pool)


def test_a_draw_depends_on_the_question_and_the_seed_not_on_its_neighbours() -> None:
    rows = organs(60)
    whole = drawn(rows, ORGANS)
    assert drawn(rows.take(pa.array(range(59, -1, -1))), ORGANS) == whole
    assert {
        key: labels for start in range(0, 60, 7) for key, labels in drawn(rows.slice(start, 7), ORGANS).items()
    } == whole
    other = drawn(rows, ORGANS, seed=1)
    assert sum(other[key] != whole[key] for key in whole) > 50


def test_blocks_of_rows_give_what_one_block_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = organs(20)
    whole = drawn(rows, ORGANS)
    monkeypatch.setattr("curriculum_kit.distractors._CELLS", 7)
    assert drawn(rows, ORGANS) == whole


@pytest.mark.parametrize("labels", [6, 200, 5_000])
def test_the_answer_stands_at_every_letter_equally_often(labels: int) -> None:
    pool = sorted(f"label {number}" for number in range(labels))
    rows = table(*(question(number, pool[number % labels]) for number in range(4_000)))
    made, kept = draw(rows, [()] * 4_000, {ONE_POOL: pool}, options=4, seed=3)
    assert kept.all()
    places = Counter(made["answer_index"].to_pylist())
    # Chi-square with 3 degrees of freedom is above 16.3 once in a thousand times.
    assert sum((places[place] - 1_000) ** 2 / 1_000 for place in range(4)) < 16.3


def test_every_label_is_drawn_equally_often() -> None:
    rows = table(*(question(number, "gut") for number in range(3_000)))
    offered = Counter(label for labels in drawn(rows, ORGANS, options=3).values() for label in labels)
    assert offered["gut"] == 3_000
    others = [offered[label] for label in ORGANS if label != "gut"]
    # 6,000 draws over 5 labels; 18.5 is the thousandth with 4 degrees of freedom.
    assert sum((count - 1_200) ** 2 / 1_200 for count in others) < 18.5


@pytest.mark.parametrize(
    ("answer", "pair"), [("yes", {"yes", "no"}), ("false", {"true", "false"}), ("没有", {"有", "没有"})]
)
def test_a_polar_question_gets_its_two_answers_in_either_order(answer: str, pair: set[str]) -> None:
    rows = table(*(question(number, answer) for number in range(400)))
    made, kept = draw(rows, [()] * 400, {ONE_POOL: sorted({answer, "gut", "liver"})}, options=4, seed=0)
    assert kept.all()
    assert all(set(labels) == pair and len(labels) == 2 for labels in made["choices"].to_pylist())
    first = made["answer_index"].to_pylist().count(0)
    assert 150 < first < 250  # 5 standard deviations of 10 around 200


def test_yes_and_no_are_no_distractors_of_anything_else() -> None:
    labels = drawn(table(question(0, "gut")), sorted(["gut", "liver", "no", "yes", "true"]))["b-0"]
    assert sorted(labels) == ["gut", "liver"]


def test_without_a_distractor_a_question_is_left_out() -> None:
    rows = table(question(0, "gut"), question(1, "liver"), question(2, "gut", benchmark="c"))
    pools = {ONE_POOL: ["gut", "liver"], ("c", "", "", "", "", ""): ["gut"]}
    made, kept = draw(rows, [{"liver"}, (), ()], pools, options=4, seed=0)
    assert kept.tolist() == [False, True, False]
    assert made["question_id"].to_pylist() == ["b-1"]
    assert sorted(made["choices"].to_pylist()[0]) == ["gut", "liver"]


def test_no_questions_give_no_questions() -> None:
    made, kept = draw(organs(0), [], {}, options=4, seed=0)
    assert (made.num_rows, made.schema, len(kept)) == (0, schema_of("questions"), 0)


def test_columns_that_are_not_drawn_stay_as_they_are() -> None:
    rows = organs(3)
    made, _ = draw(rows, [()] * 3, {ONE_POOL: ORGANS}, options=2, seed=0)
    kept = [name for name in rows.column_names if name not in {"choices", "answer_index"}]
    assert made.select(kept).equals(rows.select(kept))
