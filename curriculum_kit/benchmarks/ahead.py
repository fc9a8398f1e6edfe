"""Work done ahead: while one batch is used, a thread makes the next."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def map_ahead(function: Callable[[A], B], items: Iterable[A], depth: int) -> Iterator[B]:
    """Yield `function(item)` of each item in order, made in a thread up to `depth` items before it is asked for.

    The thread begins at once, before the first is asked for. What `function` raises is raised where its
    result is asked for. Where the rest is no longer wanted, only the one that was begun is finished.
    """
    source = iter(items)
    pool = ThreadPoolExecutor(1)
    made: deque[Future[B]] = deque(pool.submit(function, item) for item in islice(source, depth))

    def taken() -> Iterator[B]:
        with pool:
            try:
                while made:
                    result = made.popleft().result()
                    made.extend(pool.submit(function, item) for item in islice(source, 1))
                    yield result
            finally:
                for rest in made:
                    rest.cancel()

    return taken()
