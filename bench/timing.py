"""Whole processes measured from outside, and two of them compared round by round.

A figure of one process alone says little on a machine that others use too; the ratio of two that ran
right after each other says a lot. So commands take turns, and ratios are made within a round.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_KIB_PER_UNIT = 1 / 1024 if sys.platform == "darwin" else 1
"""macOS counts the peak in bytes, Linux in KiB."""


@dataclass(frozen=True)
class Usage:
    """What one process used: wall and CPU seconds, and its largest resident memory in MB of 2**20 bytes.

    CPU holds the children that the process waited for; memory is that of the largest single process.
    """

    wall: float
    cpu: float
    peak_mb: float


def measure(command: list[str]) -> Usage:
    """Run a command to its end, without its output; raise `CalledProcessError` where it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Usage(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * _KIB_PER_UNIT / 1024)


def paired(
    commands: Mapping[str, list[str]], rounds: int, before_each: Callable[[str], None] = lambda _: None
) -> dict[str, list[Usage]]:
    """Run the commands in turn, `rounds` times after one round that is not counted.

    `before_each` is called with the name of the command that comes next, outside its time: to remove
    what its last run wrote, for instance.
    """
    found: dict[str, list[Usage]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            before_each(name)
            usage = measure(command)
            if number:
                found[name].append(usage)
    return found


@dataclass(frozen=True)
class Spread:
    """Median, smallest and largest of a figure."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        """Summarise at least one value."""
        return cls(statistics.median(values), min(values), max(values))


def ratio(ours: list[Usage], theirs: list[Usage]) -> Spread:
    """Return wall time over wall time, round by round."""
    return Spread.of([a.wall / b.wall for a, b in zip(ours, theirs, strict=True)])
