"""From an event loop to plain code: what a coroutine finds, one by one as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

T = TypeVar("T")


class _Background(Generic[T]):
    """An event loop in a thread of its own. `queue` holds what was found, then the end: None or an exception."""

    def __init__(self, work: Callable[[Callable[[T], None]], Awaitable[None]]) -> None:
        self.queue: SimpleQueue[tuple[T] | BaseException | None] = SimpleQueue()
        self._work = work
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)  # without it, this thread's loop is set
        self._loop = self._runner.get_loop()
        self._task: asyncio.Task[None] | None = None
        self._stopped = False
        self._thread = Thread(target=self._run, name="ckit-writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Cancel what still runs and wait until its connections are closed."""
        with suppress(RuntimeError):  # the loop is closed: nothing runs
            self._loop.call_soon_threadsafe(self._cancel)
        self._thread.join()

    def _cancel(self) -> None:
        self._stopped = True
        if self._task is not None:
            self._task.cancel()

    def _run(self) -> None:
        end: BaseException | None = None
        try:
            with self._runner:
                self._runner.run(self._main())
        except BaseException as error:  # handed to the thread that reads
            end = error
        self.queue.put(end)

    async def _main(self) -> None:
        self._task = asyncio.current_task()
        if not self._stopped:
            await self._work(lambda found: self.queue.put((found,)))


def streamed(work: Callable[[Callable[[T], None]], Awaitable[None]]) -> Iterator[T]:
    """Run `work(emit)` in an event loop beside this thread and yield what it emits, as it is emitted.

    What `work` raises is raised here after all that it emitted before. An iterator that is closed early, by `break`
    or by Ctrl-C, cancels `work` and waits for its end.
    """
    background = _Background(work)
    try:
        while (found := background.queue.get()) is not None:
            if isinstance(found, BaseException):
                raise found
            yield found[0]
    finally:
        background.stop()
