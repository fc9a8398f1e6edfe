"""What the cache holds: exact vectors, whatever other processes and broken files do meanwhile."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum_kit.errors import ConfigInvalid, EmbeddingsInvalid, OutputUnwritable
from curriculum_kit.pipeline.embedding import EmbeddingCache, cache_folder, merging, parts

Rows = Callable[..., pa.Table]


def keys_of(names: str) -> pa.ChunkedArray:
    return pa.chunked_array([[None if name == "-" else name for name in names]], pa.string())


def expected(rows: pa.Table) -> np.ndarray:
    return np.array(rows["vector"].to_pylist(), np.float32)


def part_files(cache: EmbeddingCache) -> list[Path]:
    return sorted(cache.folder.glob("part-*.parquet"))


def test_vectors_come_in_the_order_asked_for(cache: EmbeddingCache, make_rows: Rows) -> None:
    cache.add(make_rows(list("abc")))
    cache.add(make_rows(list("de")))
    cache.add(make_rows(["x"], status="corrupt"))
    found = cache.vectors(keys_of("exca-ezd"))
    assert (found.shape, found.dtype) == ((8, 4), np.float32)
    np.testing.assert_array_equal(found[[0, 2, 3, 5, 7]], expected(make_rows(list("ecaed"))))
    assert np.isnan(found[[1, 4, 6]]).all()
    assert cache.status_of(keys_of("exz-")).to_pylist() == ["ok", "corrupt", None, None]


def test_an_empty_cache_answers_too(cache: EmbeddingCache) -> None:
    assert cache.status_of(keys_of("a-")).to_pylist() == [None, None]
    assert np.isnan(cache.vectors(keys_of("a-"))).all()
    cache.compact()
    assert not cache.folder.exists()


def test_only_row_groups_with_keys_asked_for_are_read(
    cache: EmbeddingCache, make_rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "GROUP", 2)
    cache.add(make_rows(list("abcdef")))
    cache.add(make_rows(list("gh")))
    read: list[tuple[str, int]] = []
    vectors = parts.Part.vectors
    monkeypatch.setattr(
        parts.Part,
        "vectors",
        lambda part, number, rows: (read.append((part.path.name, number)), vectors(part, number, rows))[1],
    )
    names = [path.name for path in part_files(cache)]
    batches = list(cache.batches(keys_of("hcfcz")))
    assert read == [(names[0], 1), (names[0], 2), (names[1], 0)]
    assert [positions.tolist() for positions, _ in batches] == [[1, 3], [2], [0]]
    np.testing.assert_array_equal(np.concatenate([rows for _, rows in batches]), expected(make_rows(list("ccfh"))))


def test_a_folder_says_whose_it_is(cache: EmbeddingCache, make_rows: Rows, tmp_path: Path) -> None:
    cache.add(make_rows(["a"]))
    about = json.loads((cache.folder / "model.json").read_text())
    assert about == {"name": "a model", "fingerprint": cache.fingerprint, "dimensions": 4}
    assert cache.folder == tmp_path / "cache" / cache.fingerprint[:16]
    with pytest.raises(ConfigInvalid, match="holds the embeddings of another model; pass another --cache"):
        EmbeddingCache(tmp_path / "cache", cache.fingerprint[:16] + "0" * 48, "another")
    assert EmbeddingCache(tmp_path / "cache", "0" * 64, "b").status_of(keys_of("a")).to_pylist() == [None]


def test_any_tool_reads_a_part(cache: EmbeddingCache, make_rows: Rows) -> None:
    cache.add(make_rows(["a", "b"]))
    table = pq.read_table(part_files(cache)[0])
    assert table.column_names == ["key", "vector", "status"]
    np.testing.assert_array_equal(np.stack(table["vector"].to_numpy()), expected(make_rows(["a", "b"])))


def halved(content: bytes) -> bytes:
    return content[: len(content) // 2]


def other_columns(_: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"key": ["a"], "vector": [[1.0]]}), sink)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize("damage", [halved, other_columns, lambda _: b"", lambda _: b"text"])
def test_a_broken_part_is_set_aside(
    cache: EmbeddingCache, make_rows: Rows, warnings_seen: list[str], damage: Callable[[bytes], bytes]
) -> None:
    cache.add(make_rows(["a"]))
    cache.add(make_rows(["b"]))
    broken = part_files(cache)[0]
    broken.write_bytes(damage(broken.read_bytes()))
    assert cache.status_of(keys_of("ab")).to_pylist() == [None, "ok"]
    assert len(warnings_seen) == 1
    assert warnings_seen[0].startswith(f"{broken.with_suffix('.broken')} of the cache is broken (")
    assert warnings_seen[0].endswith(") and is left out; its images are embedded again")
    assert cache.status_of(keys_of("ab")).to_pylist() == [None, "ok"]
    assert len(warnings_seen) == 1


def test_a_flipped_bit_in_a_vector_is_found(cache: EmbeddingCache, make_rows: Rows) -> None:
    rows = make_rows(["a", "b"])
    cache.add(rows)
    file = part_files(cache)[0]
    content = bytearray(file.read_bytes())
    content[content.index(expected(rows)[1].tobytes())] ^= 1
    file.write_bytes(content)
    assert cache.status_of(keys_of("ab")).to_pylist() == ["ok", "ok"]
    with pytest.raises(EmbeddingsInvalid, match="is damaged and was set aside; run the same command again"):
        cache.vectors(keys_of("a"))
    assert cache.status_of(keys_of("ab")).to_pylist() == [None, None]


def test_many_small_parts_become_one(cache: EmbeddingCache, make_rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "MANY", 3)
    monkeypatch.setattr(merging, "SMALL", 4)
    cache.add(make_rows(list("vwxyz")))  # large enough as it is
    for names in ("a", "bc", "ab"):
        cache.add(make_rows(list(names)))
    cache.compact()
    assert len(part_files(cache)) == 4
    cache.add(make_rows(["d"], status="corrupt"))
    large = part_files(cache)[0]
    cache.compact()
    kept, merged = part_files(cache)
    assert kept == large
    assert pq.read_table(merged)["key"].to_pylist() == ["a", "b", "c", "d"]
    assert cache.status_of(keys_of("abcdz")).to_pylist() == ["ok", "ok", "ok", "corrupt", "ok"]
    np.testing.assert_array_equal(cache.vectors(keys_of("cbz")), expected(make_rows(list("cbz"))))
    assert sorted(path.name for path in cache.folder.iterdir() if path.suffix != ".parquet") == [".lock", "model.json"]


def test_parts_may_be_merged_while_they_are_read(
    cache: EmbeddingCache, make_rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "MANY", 1)
    for name in "abcd":
        cache.add(make_rows([name]))
    reading = cache.batches(keys_of("abcda"))
    found = [next(reading)]
    cache.compact()
    found += reading
    assert len(part_files(cache)) == 1
    positions = np.concatenate([places for places, _ in found])
    assert sorted(positions.tolist()) == [0, 1, 2, 3, 4]
    vectors = np.concatenate([rows for _, rows in found])
    np.testing.assert_array_equal(vectors, expected(make_rows(list("abcda")))[positions])


WRITER = """
import sys
from pathlib import Path
import pyarrow as pa
from curriculum_kit.encoders.clip import vector_schema
from curriculum_kit.pipeline.embedding import EmbeddingCache, merging
folder, fingerprint, writer = sys.argv[1:]
merging.MANY = 2
cache = EmbeddingCache(Path(folder), fingerprint, "a model", on_warning=sys.exit)
for number in range(25):
    key = f"{writer}{number}"
    cache.add(pa.table([[key], [[number, 0, 0, 1]], ["ok"]], schema=vector_schema(4)))
    cache.compact()
    assert cache.status_of(pa.chunked_array([[key]])).to_pylist() == ["ok"], key
"""


def test_two_processes_may_write_at_once(cache: EmbeddingCache, warnings_seen: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path / "cache"), cache.fingerprint]
    writers = [subprocess.Popen([*command, name], stderr=subprocess.PIPE, text=True) for name in "ab"]
    assert [(writer.communicate(timeout=120)[1], writer.returncode) for writer in writers] == [("", 0)] * 2
    keys = pa.chunked_array([[f"{name}{number}" for name in "ab" for number in range(25)]])
    np.testing.assert_array_equal(cache.vectors(keys), [[number, 0, 0, 1] for number in range(25)] * 2)
    assert not warnings_seen


def test_leftovers_of_a_killed_run_go_once_they_are_old(cache: EmbeddingCache, make_rows: Rows) -> None:
    cache.add(make_rows(["a"]))
    old, young = (cache.folder / f".part-{name}.tmp" for name in ("old", "young"))
    for path in (old, young):
        path.touch()
    os.utime(old, (0, 0))
    cache.compact()
    assert (old.exists(), young.exists()) == (False, True)


def test_a_folder_that_cannot_be_written_is_one_line(make_rows: Rows, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = EmbeddingCache(tmp_path / "file", "0" * 64, "a model")
    with pytest.raises(OutputUnwritable, match="check the path"):
        cache.add(make_rows(["a"]))


@pytest.mark.parametrize(
    ("set_to", "folder"),
    [
        ({"CKIT_CACHE": "/own", "XDG_CACHE_HOME": "/xdg"}, "/own/embeddings"),
        ({"XDG_CACHE_HOME": "/xdg"}, "/xdg/ckit/embeddings"),
        ({"XDG_CACHE_HOME": "relative"}, "/home/user/.cache/ckit/embeddings"),
        ({}, "/home/user/.cache/ckit/embeddings"),
    ],
)
def test_the_cache_lies_where_the_user_wants_it(
    set_to: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CKIT_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/user")
    for name, value in set_to.items():
        monkeypatch.setenv(name, value)
    assert cache_folder() == Path(folder)
