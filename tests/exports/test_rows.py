"""The row that each target gets for one row of a shard, written out."""

from typing import Any

import pyarrow as pa
import pytest

from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.exports import NAMES, target_of
from curriculum_kit.exports.base import CARRIED, Picture
from curriculum_kit.schemas import schema_of

SHARD: dict[str, Any] = {
    **dict.fromkeys(schema_of("shard").names),
    "question_id": "q-1",
    "group_id": "g",
    "variant_id": 2,
    "tier": 1,
    "difficulty": 0.5,
    "benchmark": "slake",
    "split": "train",
    "question": "Which organ?",
    "choices": ["liver", "gut"],
    "answer": "gut",
    "answer_index": 1,
    "question_type": "organ",
    "solution": "B",
    "prompt": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Which organ?\n\nA. liver\nB. gut"},
        {"role": "assistant", "content": "Let me look."},
    ],
}
ALONG = {name: SHARD[name] for name in CARRIED} | {"modality": ""}  # a null would be no text to a reader of JSON
ASKED = [SHARD["prompt"][0], {"role": "user", "content": "<image>Which organ?\n\nA. liver\nB. gut"}, SHARD["prompt"][2]]
NAMED, EMBEDDED = Picture(None, "images/slake/1.png"), Picture(b"png", "1.png")
BYTES = {"bytes": b"png", "path": "1.png"}

ROWS = {
    "trl": {"prompt": SHARD["prompt"], "images": [{"bytes": None, "path": NAMED.name}], "solution": "B", **ALONG},
    "ms-swift": {"messages": ASKED, "images": [NAMED.name], "solution": "B", **ALONG},
    "verl": {
        "data_source": "ckit/slake",
        "prompt": ASKED,
        "images": [{"image": NAMED.name}],
        "ability": "organ",
        "reward_model": {"style": "rule", "ground_truth": "B"},
        "extra_info": {"index": 41, **ALONG},
    },
    "easyr1": {
        "problem": "Be brief.\n\n<image>Which organ?\n\nA. liver\nB. gut\n\nLet me look.",
        "answer": "B",
        "images": [NAMED.name],
        "extra_info": ALONG,
    },
    "openrlhf": {"prompt": ASKED, "images": [NAMED.name], "label": "B", "datasource": "slake", **ALONG},
    "llama-factory": {
        "messages": [*ASKED, {"role": "assistant", "content": "<answer>B</answer>"}],
        "images": [NAMED.name],
        **ALONG,
    },
    "med-r1": {
        "image": NAMED.name,
        "problem": "Which organ? A)liver, B)gut",
        "solution": "<answer> B </answer>",
        **ALONG,
    },
}


@pytest.mark.parametrize("name", NAMES)
def test_a_row_that_names_its_image(name: str) -> None:
    assert target_of(name).row(SHARD, [NAMED], 41) == ROWS[name]


@pytest.mark.parametrize(
    ("name", "image"), [*((each, BYTES) for each in NAMES if each not in ("openrlhf", "med-r1")), ("openrlhf", b"png")]
)
def test_a_row_that_holds_its_image(name: str, image: Any) -> None:
    target = target_of(name)
    row = target.row(SHARD, [EMBEDDED], 41)
    assert row == ROWS[name] | {"images": [image]}
    assert target.suffix(embedded=True) == "parquet"
    assert pa.Table.from_pylist([row], target.schema(embedded=True)).to_pylist() == [row]


@pytest.mark.parametrize("name", ["trl", "verl"])
def test_rows_of_named_images_fit_parquet_too(name: str) -> None:
    target = target_of(name)
    assert target.suffix(embedded=False) == "parquet"
    assert pa.Table.from_pylist([ROWS[name]], target.schema(embedded=False)).to_pylist() == [ROWS[name]]


@pytest.mark.parametrize("name", ["ms-swift", "verl", "easyr1", "openrlhf", "llama-factory"])
@pytest.mark.parametrize("marker", ["<image>", "<video>", "<audio>"])
def test_a_placeholder_in_the_text_is_refused(name: str, marker: str) -> None:
    shard = SHARD | {"prompt": [{"role": "user", "content": f"What is {marker}?"}]}
    with pytest.raises(ConfigInvalid, match=f"question q-1 holds '{marker}', which .* takes for an image"):
        target_of(name).row(shard, [NAMED], 0)


def test_two_images_stand_in_front_of_the_first_user_message() -> None:
    row = target_of("ms-swift").row(SHARD, [NAMED, Picture(None, "2.png")], 0)
    assert [message["content"].count("<image>") for message in row["messages"]] == [0, 2, 0]
    assert row["messages"][1]["content"].startswith("<image><image>Which")
    assert SHARD["prompt"][1]["content"].startswith("Which"), "the shard row stays as it was"


def test_med_r1_wants_one_image() -> None:
    with pytest.raises(ConfigInvalid, match="question q-1 has 0 images and Med-R1 reads exactly one"):
        target_of("med-r1").row(SHARD, [], 0)
