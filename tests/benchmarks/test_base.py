"""Loading of JSON arrays, and raw records as text."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.benchmarks.base import (
    MAX_RAW,
    SourceFile,
    find_below,
    load_json_array,
    raw_text,
    relative_name,
    source_file,
)
from curriculum_kit.errors import SourceNotFound, SourceUnreadable


def test_an_array_is_returned_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    for mark in (b"", b"\xef\xbb\xbf"):
        file.write_bytes(mark + '[{"a": "é"}, null]\n'.encode())
        assert load_json_array(file) == [{"a": "é"}, None]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b'[{"a": 1}, {"b"', "line 1 column 16 and ends too early"),
        (b'[{"a": "tex', "line 1 column 8 and ends too early"),
        (b'[{"a": 1}\n{"b": 2}]', r"line 2 column 1 \(Expecting ',' delimiter\); fetch it again"),
        (b"version https://git-lfs", r"line 1 column 1 \(Expecting value\)"),
        (b'[{"a": "\xe9"}]', r"is not UTF-8 \(byte 8\); convert it"),
        ('[{"a": 1}]'.encode("utf-16"), r"is not UTF-8 \(byte 0\)"),
        (b'[{"a": "\0"}]', "Invalid control character"),
        (b'{"a": 1}', "holds a JSON dict, not an array"),
        (b"3", "holds a JSON int, not an array"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b"[" + b"1" * 5_000 + b"]", "a number too long"),
    ],
    ids=range(13),
)
def test_what_is_no_array_is_one_line_of_error(content: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(content)
    with pytest.raises(SourceUnreadable, match=message) as caught:
        load_json_array(file)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.json", tmp_path):
        with pytest.raises(SourceNotFound, match="does not exist"):
            load_json_array(path)


def test_names_are_relative_to_the_source(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b.json"
    assert relative_name(file, tmp_path) == "a/b.json"
    assert relative_name(file, file) == "b.json"


def test_a_source_file_has_size_and_hash(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    assert source_file(tmp_path / "x", tmp_path) == SourceFile("x", 3, hashlib.sha256(b"abc").hexdigest())


def test_files_are_found_one_level_deeper_only_where_there_are_none_above(tmp_path: Path) -> None:
    for name in ("b/x.json", "a/x.json", "a/.x.json", "a/deep/x.json", "c/x.json/file"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert find_below(tmp_path, "*.json") == [tmp_path / "a" / "x.json", tmp_path / "b" / "x.json"]
    (tmp_path / "y.json").touch()
    assert find_below(tmp_path, "*.json", "y.*") == [tmp_path / "y.json"]
    assert find_below(tmp_path, "*.csv") == []


def test_raw_text_shows_what_was_there() -> None:
    assert raw_text("a|b") == "a|b"
    assert raw_text({"é": [1, None]}) == '{"é": [1, null]}'
    assert raw_text("\ud800") == "\\ud800"
    assert raw_text({1: {2}}) == '{"1": "{2}"}'
    assert raw_text("x" * (MAX_RAW + 1)) == "x" * MAX_RAW + f"... [{MAX_RAW + 1} characters]"


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)


@given(st.dictionaries(st.text(), SCALARS | st.text() | st.lists(st.text())))
def test_raw_text_of_a_row_is_the_row(row: dict[str, object]) -> None:
    assert json.loads(raw_text(row)) == row


@given(st.text(st.characters() | st.characters(categories=["Cs"])))
def test_raw_text_with_lone_surrogates_can_be_stored(text: str) -> None:
    assert raw_text([text]).encode("utf-8").decode("utf-8") == raw_text([text])
