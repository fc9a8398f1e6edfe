import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from curriculum_kit.writers.retries import Pause, asked_wait, backoff, passes


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "86400"}, 86400.0),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, None),
        ({}, None),
    ],
)
def test_what_a_server_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(headers) == seconds


def test_a_server_may_name_the_time() -> None:
    then = datetime.now(UTC) + timedelta(seconds=60)
    assert asked_wait({"retry-after": format_datetime(then, usegmt=True)}) == pytest.approx(60, abs=5)


@pytest.mark.parametrize(("faults", "longest"), [(1, 0.5), (2, 1.0), (3, 2.0), (5, 8.0), (50, 8.0)])
def test_the_wait_doubles_up_to_eight_seconds(faults: int, longest: float) -> None:
    drawn = [backoff(faults) for _ in range(50)]
    assert 0.75 * longest <= min(drawn) < max(drawn) <= longest


def test_which_statuses_may_pass() -> None:
    assert [status for status in (400, 401, 404, 408, 409, 422, 429, 500, 502, 503, 529) if passes(status)] == [
        *(408, 409, 429, 500, 502, 503, 529)
    ]


def test_a_pause_holds_everybody_and_can_be_prolonged() -> None:
    async def wait() -> float:
        start, pause = time.monotonic(), Pause()
        await pause.over()
        pause.extend(0.05)
        waiting = asyncio.create_task(pause.over())
        await asyncio.sleep(0)
        pause.extend(0.1)
        pause.extend(0.01)
        await waiting
        return time.monotonic() - start

    assert asyncio.run(wait()) >= 0.1
