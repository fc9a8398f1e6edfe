"""Small files: whole or not at all, and a failing disk said in one line."""

import errno
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum_kit.storage import connect, explain_os_error, hash_of, read_json, sha256_of, write_json, write_text

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=5
)


def test_the_hash_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    # FIPS 180-2, appendix B.1.
    assert sha256_of(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_the_hash_of_a_value_does_not_depend_on_the_order_of_keys(value: dict[str, object]) -> None:
    backwards = dict(reversed(value.items()))
    assert hash_of({"a": value}) == hash_of({"a": backwards})
    assert hash_of(value) != hash_of(value | {"one more key": 1})


def test_the_hash_tells_order_in_lists_and_types_apart() -> None:
    assert len({hash_of(value) for value in ([1, 2], [2, 1], ["1", 2], {"a": [1, 2]}, None)}) == 5


def test_json_is_read_back_sorted_and_readable(tmp_path: Path) -> None:
    file = tmp_path / "new" / "m.json"
    write_json(file, {"b": "é 肝", "a": [1]})
    assert file.read_text(encoding="utf-8") == '{\n  "a": [\n    1\n  ],\n  "b": "é 肝"\n}\n'
    assert read_json(file) == {"a": [1], "b": "é 肝"}


def test_nothing_temporary_stays_and_the_old_text_is_replaced(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "old, and longer")
    write_text(tmp_path / "a.txt", "new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.txt", "new")]


def test_a_value_that_is_no_json_leaves_the_old_file(tmp_path: Path) -> None:
    write_json(tmp_path / "m.json", {"a": 1})
    with pytest.raises(TypeError):
        write_json(tmp_path / "m.json", {"a": {1, 2}})
    assert read_json(tmp_path / "m.json") == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["m.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'"a"', b"\xff", b"null"])
def test_what_is_no_object_of_ours_reads_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.json").write_bytes(content)
    assert read_json(tmp_path / "m.json") is None


def test_an_absent_file_or_a_folder_reads_as_none(tmp_path: Path) -> None:
    assert read_json(tmp_path / "m.json") is None
    assert read_json(tmp_path) is None


def test_deep_nesting_reads_as_none(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text('{"a":' * 200_000)
    assert read_json(tmp_path / "m.json") is None


def test_duckdb_spills_to_the_scratch_folder_and_keeps_the_order(tmp_path: Path) -> None:
    scratch = tmp_path / "new" / "scratch"
    database = connect(scratch, "64MB")
    # 48 MB of numbers and as much for sorting them do not fit into 64 MB.
    query = "SELECT hash(i) AS h, i FROM range(3_000_000) AS t(i) ORDER BY h"
    database.execute(f"CREATE TABLE sorted AS {query}")
    assert database.execute("SELECT current_setting('temp_directory')").fetchone() == (str(scratch),)
    assert database.execute("SELECT count(*) FROM sorted").fetchone() == (3_000_000,)
    assert database.execute("SELECT sum(size) > 0 FROM duckdb_temporary_files()").fetchone() == (True,)
    assert scratch.is_dir()


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            OSError(errno.ENOSPC, "x", "a.parquet"),
            "the disk is full while writing a.parquet; free some room and run the same command again",
        ),
        (
            OSError("[Errno 28] Error writing bytes to file. No space left on device"),
            "the disk is full while writing out; free some room and run the same command again",
        ),
        (
            PermissionError(errno.EACCES, "x", "a"),
            "no permission for a; choose another folder or change its permissions",
        ),
        (OSError(errno.EROFS, "x"), "no permission for out; choose another folder or change its permissions"),
        (
            NotADirectoryError(errno.ENOTDIR, "x", "a/b"),
            "a/b: Not a directory; check the path and run the same command again",
        ),
        (OSError("odd"), "out: odd; check the path and run the same command again"),
    ],
)
def test_a_failing_disk_is_explained(error: OSError, line: str) -> None:
    assert str(explain_os_error(error, Path("out"))) == line


def test_without_a_folder_the_output_is_named() -> None:
    assert str(explain_os_error(OSError(errno.ENOSPC, "x"))).startswith("the disk is full while writing the output;")
