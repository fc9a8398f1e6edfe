"""A run that is killed, or that finds the disk full, leaves whole tables and ends with the right bytes later."""

import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

Contents = Callable[[Path], dict[str, bytes]]

STAGES = ["select", "audit", "vocabulary", "encode", "similarity", "score", "tiers", "shards", "images"]
QUESTIONS = 20_000


@pytest.fixture
def command(ingest_rows: Callable[..., Path], seventy: list[dict[str, Any]], vectors: Path) -> list[str]:
    """Return the command, short of its output, that builds a curriculum of 20,000 questions."""
    rows = (row | {"question_id": str(n)} for n, row in zip(range(QUESTIONS), itertools.cycle(seventy), strict=False))
    program = [sys.executable, "-c", "from curriculum_kit.cli import main; main()", "build-curriculum"]
    options = ["--embeddings", str(vectors), "--rows-per-shard", "3000"]
    return [*program, str(ingest_rows(list(rows))), *options]


def run(command: list[str], output: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*command, "-o", str(output)], capture_output=True, text=True, timeout=120, check=False)


def assert_whole(output: Path, finished: dict[str, bytes], contents: Contents) -> None:
    """Assert that every file there is a whole table, and that there is a manifest only beside all of them."""
    left = {name: data for name, data in contents(output).items() if not name.endswith(".part")}
    for name in left:
        if name.endswith(".parquet"):
            assert pq.read_table(output / name, partitioning=None).num_columns
    if "manifest.json" in left:
        assert left == finished


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_a_run_killed_again_and_again_ends_with_the_bytes_of_one_that_was_not(
    command: list[str], contents: Contents, tmp_path: Path
) -> None:
    started = time.monotonic()
    assert run(command, tmp_path / "whole").returncode == 0
    lasts = time.monotonic() - started
    finished = contents(tmp_path / "whole")
    assert json.loads(finished["manifest.json"])["stages"]["shards"]["rows"] == QUESTIONS
    output, killed = tmp_path / "killed", 0
    delays = random.Random(3)
    for until in [*STAGES, *(None for _ in range(5))]:
        if until is None:
            shutil.rmtree(output, ignore_errors=True)
        with subprocess.Popen([*command, "-o", str(output)], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            if until is None:
                time.sleep(delays.uniform(0.5, 1.0) * lasts)
            else:
                next((line for line in process.stdout if line.split()[:1] == [until]), None)
            process.send_signal(signal.SIGKILL)
        killed += process.returncode == -signal.SIGKILL
        if output.is_dir():
            assert_whole(output, finished, contents)
    assert killed >= len(STAGES) - 1, "the runs were over before they could be killed"
    assert run(command, output).returncode == 0
    assert contents(output) == finished
    assert {path.name for path in (output / ".ckit").iterdir()} == {"lock", "owner.json", "stages", "tables"}


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[None]:
    """Mount a file system of that size, or skip and say why there can be none."""
    folder.mkdir()
    mount = shutil.which("mount")
    if sys.platform != "linux" or os.geteuid() != 0 or mount is None:
        pytest.skip("a disk that is full can only be made as root on Linux, with mount")
    made = subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"no small disk can be mounted here: {made.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("kilobytes", [100, 850])
def test_a_full_disk_is_one_line_and_with_room_the_run_ends(
    kilobytes: int, command: list[str], contents: Contents, tmp_path: Path
) -> None:
    assert run(command, tmp_path / "whole").returncode == 0
    disk = tmp_path / "disk"
    with small_disk(disk, kilobytes):
        failed = run(command, disk / "curriculum")
        assert failed.returncode == 2
        assert len(failed.stderr.splitlines()) == 1
        assert failed.stderr.startswith(f"ckit: the disk is full while writing {disk}/curriculum")
        assert_whole(disk / "curriculum", {}, contents)
        subprocess.run(["mount", "-o", "remount,size=100m", str(disk)], check=True)
        assert run(command, disk / "curriculum").returncode == 0
        assert contents(disk / "curriculum") == contents(tmp_path / "whole")


def test_two_runs_on_one_folder_do_not_meet(command: list[str], tmp_path: Path) -> None:
    output = tmp_path / "curriculum"
    with subprocess.Popen([*command, "-o", str(output)], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline().split()[0] == "select"
        first.send_signal(signal.SIGSTOP)
        try:
            second = run(command, output)
        finally:
            first.send_signal(signal.SIGCONT)
        first.communicate(timeout=120)
    assert second.returncode == 2
    assert second.stderr == (f"ckit: {output} is being written by another ckit; wait for it, or choose another -o\n")
    assert first.returncode == 0
