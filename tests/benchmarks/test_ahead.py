"""Work done ahead: in order, no further than asked, and errors where they belong."""

import threading
from collections.abc import Iterator

import pytest

from curriculum_kit.benchmarks.ahead import map_ahead


@pytest.mark.parametrize("depth", [1, 3, 20])
def test_every_result_comes_once_and_in_order(depth: int) -> None:
    assert list(map_ahead(lambda number: number**2, range(10), depth)) == [n**2 for n in range(10)]
    assert list(map_ahead(str, [], depth)) == []


def test_no_more_is_begun_than_may_wait() -> None:
    begun: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10):
            begun.append(number)
            yield number

    results = map_ahead(lambda number: number, items(), depth=3)
    assert begun == [0, 1, 2]
    assert next(results) == 0
    assert begun == [0, 1, 2, 3]


def test_the_first_are_made_before_they_are_asked_for() -> None:
    made = threading.Event()
    results = map_ahead(lambda _: made.set(), [1], depth=1)
    assert made.wait(timeout=60)
    assert list(results) == [None]


def test_an_error_is_raised_where_its_result_is_asked_for() -> None:
    results = map_ahead(lambda number: 6 // number, [3, 2, 0, 1], depth=4)
    assert (next(results), next(results)) == (2, 3)
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_what_waits_is_not_made_when_nobody_wants_it() -> None:
    made: list[int] = []
    begun, may_end = threading.Event(), threading.Event()

    def make(number: int) -> int:
        if number:
            begun.set()
            may_end.wait(timeout=60)
        made.append(number)
        return number

    results = map_ahead(make, range(10), depth=5)
    assert next(results) == 0
    assert begun.wait(timeout=60)
    threading.Timer(0.3, may_end.set).start()
    results.close()  # type: ignore[attr-defined]
    assert made == [0, 1]
