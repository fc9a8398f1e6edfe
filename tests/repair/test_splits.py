"""Splits drawn anew: what moves, what stays, and when there is nothing to draw."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.repair.splits import redraw_splits
from curriculum_kit.schemas import schema_of

Make = Callable[..., Any]


def shared(questions: pa.Table, column: str) -> set[str]:
    """Return what questions of several splits have in common."""
    sides: dict[str, set[str]] = {}
    for row in questions.to_pylist():
        for key in [row[column]] if isinstance(row[column], str) else row[column]:
            sides.setdefault(key, set()).add(row["split"])
    return {key for key, splits in sides.items() if len(splits) > 1}


def test_only_what_is_torn_moves(asked: Make, table: Make) -> None:
    rows = [asked(n, "gut" if n % 2 else "liver", split="test" if n >= 80 else "train") for n in range(100)]
    rows[90]["image_ids"] = rows[3]["image_ids"]
    mended, [done] = redraw_splits(table(rows))
    assert shared(mended, "image_ids") == set()
    before, after = table(rows)["split"].to_pylist(), mended["split"].to_pylist()
    assert [n for n in range(100) if before[n] != after[n]] in ([3], [90])
    assert (done.torn, done.moved, done.before) == (1, 1, {"test": 20, "train": 80})
    assert done.sentences()[0].startswith("1 of 100 questions changed their split")


def test_images_and_units_are_followed_from_question_to_question(asked: Make, table: Make) -> None:
    rows = [asked(n, "gut", split="test" if n >= 60 else "train") for n in range(90)]
    rows[0]["image_ids"] = ["a", "b"]
    rows[1]["image_ids"], rows[1]["unit_id"] = ["b"], "video"
    rows[80]["unit_id"] = "video"
    mended, [done] = redraw_splits(table(rows))
    assert len({mended["split"][n].as_py() for n in (0, 1, 80)}) == 1
    assert done.torn == 1


def test_the_same_file_and_the_same_look_under_two_names_are_one_image(asked: Make, table: Make) -> None:
    rows = [asked(n, "gut", split="test" if n >= 20 else "train") for n in range(40)]
    looks = {
        "toy:0.png": ("bytes", None),
        "toy:20.png": ("bytes", None),
        "toy:1.png": ("x", "f0f0"),
        "toy:21.png": ("y", "f0f0"),
        "toy:2.png": ("black 1", "0000000000000000"),
        "toy:22.png": ("black 2", "0000000000000000"),
    }
    images = pa.Table.from_pylist(
        [{"image_id": name, "path": name, "sha256": a, "phash": b, "regions": []} for name, (a, b) in looks.items()],
        schema=schema_of("images"),
    )
    mended, [done] = redraw_splits(table(rows), images)
    split = mended["split"].to_pylist()
    assert split[0] == split[20]
    assert split[1] == split[21]
    assert (split[2], split[22], done.torn) == ("train", "test", 2)


def looks(**hashes: str) -> pa.Table:
    rows = [
        {"image_id": f"toy:{number}.png", "path": "", "sha256": number, "phash": phash, "regions": []}
        for number, phash in hashes.items()
    ]
    return pa.Table.from_pylist(rows, schema=schema_of("images"))


def test_images_that_are_nearly_the_same_stay_together(asked: Make, table: Make) -> None:
    rows = [asked(n, "gut", split="test" if n >= 20 else "train") for n in range(40)]
    # 1 and 21 differ in 2 bits, 21 and 22 in 4, 1 and 3 in many.
    images = looks(**{"1": "00ff00ff00ff00ff", "21": "00ff00ff00ff00fc", "22": "00ff00ff00ff000c", "3": "0f" * 8})
    mended, [done] = redraw_splits(table(rows), images)
    split = mended["split"].to_pylist()
    assert split[1] == split[21] == split[22]
    assert (split[3], done.torn, done.near_stays) == ("train", 1, False)


def test_pairs_of_embeddings_keep_images_together(asked: Make, table: Make) -> None:
    rows = [asked(n, "gut", split="test" if n >= 20 else "train") for n in range(40)]
    alike = pa.table({"image_a": ["toy:4.png", "toy:5.png"], "image_b": ["toy:24.png", "toy:elsewhere.png"]})
    mended, [done] = redraw_splits(table(rows), alike=alike)
    assert mended["split"][4] == mended["split"][24]
    assert done.torn == 1


def test_where_too_many_images_are_nearly_the_same_they_may_stay_apart(asked: Make, table: Make) -> None:
    rows = [asked(n, "gut", split="test" if n >= 20 else "train") for n in range(40)]
    rows[21]["image_ids"] = rows[1]["image_ids"]
    ends = [f"toy:{n}.png" for n in range(40) if n != 21]
    alike = pa.table({"image_a": ends[:-1], "image_b": ends[1:]})
    mended, [done] = redraw_splits(table(rows), alike=alike)
    assert mended["split"][1] == mended["split"][21]
    assert (done.torn, done.moved, done.near_stays) == (1, 1, True)
    assert done.sentences()[1] == (
        "Images that look nearly alike were left on two sides of the split: too many questions hang together by them."
    )


def test_every_scheme_is_drawn_for_itself(asked: Make, table: Make) -> None:
    rows = [asked(n, "gut", split="test" if n % 4 == 0 else "train") for n in range(40)]
    rows += [
        asked(100 + n, "gut", split="train" if n % 4 == 0 else "test", image_ids=[f"toy:{n}.png"]) for n in range(40)
    ]
    mended, done = redraw_splits(table(rows), scheme=["type"] * 40 + ["modality"] * 40)
    assert mended["split"] == table(rows)["split"]
    assert [(each.scheme, each.torn) for each in done] == [("modality", 0), ("type", 0)]
    assert done[0].sentences() == [
        "No unit and no image stands on two sides of the split of modality; it was left as it is."
    ]


def test_sizes_and_answers_keep_their_shares(asked: Make, table: Make) -> None:
    rng = np.random.default_rng(0)
    rows = [
        asked(n, "gut" if n % 5 else "liver", split="test" if rng.random() < 0.2 else "train", unit_id=f"v{n // 8}")
        for n in range(2_000)
    ]
    mended, [done] = redraw_splits(table(rows), seed=1)
    assert shared(mended, "unit_id") == set()
    assert done.after["test"] == pytest.approx(done.before["test"], rel=0.05)
    answers = [row["answer"] for row in mended.to_pylist() if row["split"] == "test"]
    assert answers.count("liver") / len(answers) == pytest.approx(0.2, abs=0.02)
    assert redraw_splits(table(rows), seed=1)[0] == mended


def test_one_unit_for_all_cannot_be_parted(asked: Make, table: Make) -> None:
    rows = [asked(n, "gut", split="test" if n > 7 else "train", unit_id="the one") for n in range(10)]
    mended, [done] = redraw_splits(table(rows))
    assert mended["split"] == table(rows)["split"]
    assert done.moved == 0
    assert done.sentences() == [
        "The split cannot be redrawn: 10 of 10 questions share units or images with one another, directly or by way "
        "of others, and would all have to stand on one side."
    ]


def test_where_there_is_no_split_it_is_said(asked: Make, table: Make) -> None:
    none = [asked(n, "gut", split="unassigned") for n in range(3)]
    one = [asked(n, "gut") for n in range(3)]
    [of_none], [of_one] = redraw_splits(table(none))[1], redraw_splits(table(one))[1]
    assert of_none.sentences() == ["No question has a split, so that there is none to redraw."]
    assert of_one.sentences() == ["All questions are in train, so that there is no split to redraw."]
    assert redraw_splits(table([]))[1] == []


def test_answers_that_only_test_has_are_counted_before_and_after(asked: Make, table: Make) -> None:
    # The only spleen of train shares its image with most of the questions of test.
    rows = [asked(n, "gut") for n in range(40)]
    rows += [asked(100 + n, "gut", split="test", image_ids=["big"] if n < 8 else ["toy:s"]) for n in range(16)]
    rows += [asked(200, "spleen", image_ids=["big"]), asked(201, "spleen", split="test", image_ids=["toy:other"])]
    mended, [done] = redraw_splits(table(rows))
    spleens = {row["split"] for row in mended.to_pylist() if row["answer"] == "spleen"}
    assert spleens == {"test"}
    assert done.unknown == (0, 1)
    assert done.sentences()[-1] == "Of the answers in test, 1 are unknown to train now, 0 were before."


def test_questions_without_image_or_unit_share_nothing(asked: Make, table: Make) -> None:
    rows = [asked(n, "gut", image_ids=[], unit_id="toy:none", split="test" if n % 3 else "train") for n in range(9)]
    assert redraw_splits(table(rows))[1][0].torn == 0


@given(
    st.lists(
        st.tuples(st.sampled_from(["train", "test", "validation", "unassigned"]), st.integers(0, 9), st.integers(0, 9)),
        max_size=40,
    )
)
def test_unless_a_reason_is_given_nothing_is_shared(rows: list[tuple[str, int, int]]) -> None:
    plain = {"benchmark": "toy", "question": "?", "answer": "gut", "choices": [], "metadata": []}
    questions = pa.Table.from_pylist(
        [
            plain | {"question_id": f"{n}", "split": split, "unit_id": f"u{unit}", "image_ids": [f"i{image}"]}
            for n, (split, unit, image) in enumerate(rows)
        ],
        schema=schema_of("questions"),
    )
    mended, done = redraw_splits(questions)
    stayed = [split == "unassigned" for split in questions["split"].to_pylist()]
    assert [split == "unassigned" for split in mended["split"].to_pylist()] == stayed
    if done and done[0].reason:
        assert mended == questions
    else:
        held = mended.filter(pa.array([not each for each in stayed], pa.bool_()))
        assert shared(held, "unit_id") | shared(held, "image_ids") == set()
