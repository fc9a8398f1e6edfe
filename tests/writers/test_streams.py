import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from curriculum_kit.writers.streams import streamed


def test_what_is_emitted_comes_at_once() -> None:
    asked = threading.Event()

    async def work(emit: Callable[[int], None]) -> None:
        emit(1)
        while not asked.is_set():
            await asyncio.sleep(0.01)
        emit(2)

    found = streamed(work)
    assert next(found) == 1  # while the work waits for the line below
    asked.set()
    assert list(found) == [2]


def test_what_the_work_raises_is_raised_after_what_it_emitted() -> None:
    async def work(emit: Callable[[int], None]) -> None:
        emit(1)
        raise ValueError("broken")

    found = streamed(work)
    assert next(found) == 1
    with pytest.raises(ValueError, match="broken"):
        next(found)


def test_what_the_work_left_running_is_ended() -> None:
    ended = []

    async def other() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("other")

    async def work(emit: Callable[[asyncio.Task[None]], None]) -> None:
        emit(asyncio.create_task(other()))
        await asyncio.sleep(0)

    assert len(list(streamed(work))) == 1
    assert ended == ["other"]


def test_who_stops_reading_ends_the_work() -> None:
    ended = []

    async def work(emit: Callable[[int], None]) -> None:
        try:
            emit(1)
            await asyncio.sleep(60)
        finally:
            ended.append("work")

    start = time.monotonic()
    found = streamed(work)
    next(found)
    found.close()
    assert ended == ["work"]
    assert time.monotonic() - start < 10
    assert "ckit-writer" not in {thread.name for thread in threading.enumerate()}
