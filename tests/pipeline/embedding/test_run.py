"""What is embedded and what is not, with an engine that only counts."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum_kit.errors import OutputUnwritable
from curriculum_kit.pipeline.embedding import EmbeddingCache, embed
from curriculum_kit.pipeline.embedding.wanted import WANTED


def wanted_of(*keys: str | None, paths: list[str | None] | None = None) -> pa.Table:
    columns = [pa.array(keys, pa.string()), pa.array(paths or [f"/{key}" for key in keys], pa.string())]
    return pa.table([*columns, *(pa.nulls(len(keys), pa.float32()) for _ in range(4))], schema=WANTED)


def test_a_second_run_embeds_nothing_and_a_wider_one_what_is_new(cache: EmbeddingCache, engine: Any) -> None:
    first, second, third = engine(), engine(), engine()
    done: list[tuple[int, int]] = []
    found = embed(wanted_of(*"abcde"), cache, first, lambda *step: done.append(step))
    assert (found.wanted, found.cached, found.embedded, found.status) == (5, 0, 5, {"ok": 5})
    assert found.images_per_second == 5 / found.seconds
    assert done == [(2, 5), (4, 5), (5, 5)]
    again = embed(wanted_of(*"abcde"), cache, second)
    assert (again.cached, again.embedded, again.status, again.images_per_second) == (5, 0, {"ok": 5}, 0.0)
    wider = embed(wanted_of(*"xaby"), cache, third)
    assert (wider.wanted, wider.cached, wider.embedded) == (4, 2, 2)
    assert (first.keys, second.keys, third.keys) == (list("abcde"), [], list("xy"))
    assert first.closed


def test_an_image_wanted_twice_is_embedded_once_in_the_order_of_the_files(cache: EmbeddingCache, engine: Any) -> None:
    encode = engine(size=10)
    found = embed(wanted_of(*"abcab", paths=["/3", "/2", "/1", None, "/0"]), cache, encode)
    assert encode.keys == ["b", "c", "a"]
    assert (found.wanted, found.embedded) == (3, 3)


def test_nothing_wanted_starts_nothing(cache: EmbeddingCache, engine: Any) -> None:
    encode = engine()
    found = embed(wanted_of(), cache, encode)
    assert (found.wanted, found.status, encode.closed, cache.folder.exists()) == (0, {}, False, False)


def test_corrupt_files_are_not_tried_again_and_missing_ones_are(
    cache: EmbeddingCache, engine: Any, make_rows: Callable[..., pa.Table]
) -> None:
    for status, tries in (("corrupt", 1), ("missing", 2), ("changed", 2)):
        runs = [engine(status=status), engine(status=status)]
        for encode in runs:
            found = embed(wanted_of(status), cache, encode)
            assert found.status == {status: 1}
            assert found.failed.to_pylist() == [{"key": status, "path": f"/{status}", "status": status}]
        assert sum(len(encode.keys) for encode in runs) == tries


def test_files_without_a_hash_are_missing_each_of_them(cache: EmbeddingCache, engine: Any) -> None:
    encode = engine()
    found = embed(wanted_of(None, "a", None, None, paths=["/x", "/a", "/y", "/x"]), cache, encode)
    assert (found.wanted, found.cached, found.embedded, found.status) == (3, 0, 1, {"missing": 2, "ok": 1})
    assert found.failed["path"].to_pylist() == ["/x", "/y"]
    assert encode.keys == ["a"]


@pytest.mark.parametrize("limits", [{"rows_per_part": 4}, {"seconds_per_part": 0.0}])
def test_parts_are_written_meanwhile(cache: EmbeddingCache, engine: Any, limits: dict[str, float]) -> None:
    parts: list[int] = []
    embed(
        wanted_of(*"abcdefg"),
        cache,
        engine(),
        lambda *_: parts.append(len(list(cache.folder.glob("part-*")))),
        **limits,
    )
    assert parts == ([0, 1, 1, 1] if "rows_per_part" in limits else [1, 2, 3, 4])
    assert cache.status_of(pa.chunked_array([list("abcdefg")])).null_count == 0


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_what_is_done_is_kept_when_a_run_fails(cache: EmbeddingCache, engine: Any, error: type[BaseException]) -> None:
    def fail(done: int, total: int) -> None:
        if done == 4:
            raise error

    encode = engine()
    with pytest.raises(error):
        embed(wanted_of(*"abcdefg"), cache, encode, fail)
    assert encode.closed
    rest = engine()
    embed(wanted_of(*"abcdefg"), cache, rest)
    assert rest.keys == list("efg")


def test_a_disk_that_fails_is_the_error_shown(
    cache: EmbeddingCache, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(rows: pa.Table) -> None:
        raise OutputUnwritable(f"no room for {rows.num_rows}")

    monkeypatch.setattr(cache, "add", full)
    with pytest.raises(OutputUnwritable, match="no room for 2"):
        embed(wanted_of(*"abcdefg"), cache, engine(), rows_per_part=2)


RUN = """
import sys, time
from pathlib import Path
import pyarrow as pa, pyarrow.parquet as pq
from curriculum_kit.encoders.clip import vector_schema
from curriculum_kit.pipeline.embedding import EmbeddingCache, embed

def slowly(wanted):
    for key in wanted["key"].to_pylist():
        yield pa.table([[key], [[int(key), 0.0, 0.0, 1.0]], ["ok"]], schema=vector_schema(4))
        time.sleep(0.01)

folder, fingerprint, wanted = sys.argv[1:]
report = lambda done, total: print(done, flush=True)
embed(pq.read_table(wanted), EmbeddingCache(Path(folder), fingerprint, "a model"), slowly, report, rows_per_part=10)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_a_killed_run_goes_on_where_its_last_part_ended(
    cache: EmbeddingCache, engine: Any, warnings_seen: list[str], tmp_path: Path
) -> None:
    keys = [f"{number:03d}" for number in range(500)]
    pq.write_table(wanted_of(*keys), tmp_path / "wanted.parquet")
    command = [sys.executable, "-c", RUN, str(tmp_path / "cache"), cache.fingerprint, str(tmp_path / "wanted.parquet")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        next(line for line in process.stdout if line.strip() == "25")
        process.send_signal(signal.SIGKILL)
        done = 25 + sum(1 for _ in process.stdout)
    assert process.returncode == -signal.SIGKILL
    rest = engine(size=100)
    found = embed(wanted_of(*keys), cache, rest)
    assert rest.keys == keys[found.cached :]
    assert done - 10 < found.cached <= done + 1
    first = cache.vectors(pa.chunked_array([keys[: found.cached]]))
    np.testing.assert_array_equal(first, [[int(key), 0, 0, 1] for key in keys[: found.cached]])
    assert not warnings_seen
