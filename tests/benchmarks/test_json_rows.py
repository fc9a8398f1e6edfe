"""Finding files, knowing them again and reading their fields; and that no reader takes another's files for its own."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curriculum_kit.benchmarks.anatomy_r1 import AnatomyR1
from curriculum_kit.benchmarks.base import Benchmark, Record, RowError
from curriculum_kit.benchmarks.json_rows import (
    LOOK,
    first_row,
    identity_of,
    json_records,
    locate,
    path_below,
    text_of,
    text_or_none,
    texts_of,
)
from curriculum_kit.benchmarks.med_r1 import MedR1
from curriculum_kit.benchmarks.omnimedvqa import OmniMedVQA
from curriculum_kit.benchmarks.slake import Slake
from curriculum_kit.benchmarks.vqa_rad import VQARAD
from curriculum_kit.errors import CkitError, SourceNotFound

READERS: dict[str, Benchmark] = {
    "anatomy_r1": AnatomyR1(),
    "med_r1": MedR1(),
    "omnimedvqa": OmniMedVQA(),
    "slake": Slake(),
    "vqa_rad": VQARAD(),
}
BROKEN = {
    "empty": b"",
    "cut": b'[{"question": "a',
    "no rows": b"[]",
    "object": b"{}",
    "null": b"null",
    "deep": b"[" * 50_000,
    "utf-16": b"\xff\xfe[\0",
    "NUL": b"\0",
    "long number": b"[1" + b"0" * 5_000 + b"]",
}


@pytest.mark.real_data
@pytest.mark.parametrize("folder", [*READERS, "ssg_vqa", "cholect50"])
def test_each_reader_recognises_its_own_benchmark_alone(folder: str, real_data: Path) -> None:
    recognised = [name for name, reader in READERS.items() if reader.recognises(real_data / folder)]
    assert recognised == [name for name in READERS if name == folder]


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_broken_files_are_not_recognised_and_give_one_line(reader: Benchmark, content: bytes, tmp_path: Path) -> None:
    for name in ("GRPO.json", "trainset.json", "train.json", "X_train.json"):
        (tmp_path / name).write_bytes(content)
    assert not reader.recognises(tmp_path)
    assert not reader.recognises(tmp_path / "train.json")
    with pytest.raises(CkitError, match=r"\.json") as caught:
        list(reader.read(tmp_path, reader.files(tmp_path)))
    assert "\n" not in str(caught.value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(content=st.binary(max_size=200))
def test_a_look_at_any_bytes_does_not_fail(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "train.json").write_bytes(content)
    assert not any(reader.recognises(tmp_path / "train.json") for reader in READERS.values())


def test_first_row_is_read_from_the_head_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text('\ufeff [ {"a": 1}, {"b": ' + "9" * LOOK, encoding="utf-8")
    assert first_row(file) == {"a": 1}
    file.write_text(json.dumps([{"a": "x" * LOOK}]))
    assert first_row(file) == {}
    assert first_row(tmp_path) == {}


def test_the_first_layout_that_is_there_wins(tmp_path: Path) -> None:
    for name in ("deep/a.json", "b.json", "c.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    card = Slake.card
    assert locate(tmp_path, card, ("a.json",), ("b.json",)) == [tmp_path / "deep" / "a.json"]
    assert locate(tmp_path, card, ("z.json",), ("c.json", "b.json")) == [tmp_path / "b.json", tmp_path / "c.json"]
    assert locate(tmp_path / "b.json", card) == [tmp_path / "b.json"]
    with pytest.raises(SourceNotFound, match="holds no SLAKE"):
        locate(tmp_path, card, ("z.json",))


def test_fields_are_text_or_numbers() -> None:
    row: dict[str, Any] = {"text": " a ", "int": 4, "float": 0.5, "null": None, "blank": " "}
    assert [text_of(row, key) for key in ("text", "int", "float")] == [" a ", "4", "0.5"]
    assert [text_or_none(row, key) for key in ("text", "int", "null", "blank", "none")] == ["a", "4", None, None, None]
    assert texts_of(row, ("text", "null", "blank", "float")) == {"text": "a", "float": "0.5"}


@pytest.mark.parametrize(
    ("value", "reason", "detail"),
    [
        (None, "field_missing", "answer"),
        (True, "field_not_text", "answer is true"),
        (["a"], "field_not_text", 'answer is ["a"]'),
        ({"a": 1}, "field_not_text", 'answer is {"a": 1}'),
        (float("nan"), "field_not_text", "answer is NaN"),
    ],
)
def test_other_fields_are_turned_away(value: object, reason: str, detail: str) -> None:
    with pytest.raises(RowError) as caught:
        text_of({"answer": value}, "answer")
    assert (caught.value.reason, caught.value.detail) == (reason, detail)


def test_a_blank_file_name_is_not_its_folder() -> None:
    assert path_below("images", {"name": " a.jpg "}, "name") == "images/a.jpg"
    for row in ({"name": " "}, {}):
        with pytest.raises(RowError) as caught:
            path_below("images", row, "name")
        assert caught.value.reason == "field_missing"


def test_rows_keep_their_positions(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('[{"q": "a"}, 7, {"q": null}, {"q": "b"}]')

    def read_row(row: dict[str, Any], source: str, position: int) -> Record:
        return Record(source, position, row, "", question=text_of(row, "q"))

    seen = list(json_records(tmp_path / "x.json", tmp_path, read_row))
    assert [(type(item).__name__, item.source, item.position) for item in seen] == [
        ("Record", "x.json", 0),
        ("Rejected", "x.json", 1),
        ("Rejected", "x.json", 2),
        ("Record", "x.json", 3),
    ]


@given(st.lists(st.text()), st.lists(st.text()))
def test_different_parts_never_share_an_identity(left: list[str], right: list[str]) -> None:
    assert (identity_of(*left) == identity_of(*right)) == (left == right)


def test_parts_that_join_to_the_same_text_differ() -> None:
    assert len({identity_of("ab", "c"), identity_of("a", "bc"), identity_of("a", "b", "c"), identity_of("abc")}) == 4
