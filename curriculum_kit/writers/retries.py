"""When a request is sent again, and how long everybody waits first.

The client of the `openai` package repeats requests itself, but each for itself: while one waits as the server
asked, the others go on asking, and every repeated request is out of sight of the limit on tokens. So its retries are
off, and these rules, which are its own otherwise, hold for all requests together.
"""

from __future__ import annotations

import asyncio
import email.utils
import math
import random
import time
from collections.abc import Mapping

LONGEST_WAIT = 120.0
"""Seconds that a server may ask to wait; whoever asks for more has a limit of hours or days."""

MOST_WAITS = 20
"""How often one ask waits because the server asked for it; such waits are no faults."""

_FIRST_BACKOFF = 0.5  # seconds
_LONGEST_BACKOFF = 8.0


def passes(status: int) -> bool:
    """Say whether a refusal with this status may be gone later: timeouts, locks, rate limits, faults of the server."""
    return status in {408, 409, 429} or status >= 500


def backoff(faults: int) -> float:
    """Return the seconds to wait after so many faults: half a second, doubled each time up to 8, less up to a quarter.

    The quarter is drawn, so that requests which failed together do not come back together.
    """
    return min(_FIRST_BACKOFF * 2.0 ** (faults - 1), _LONGEST_BACKOFF) * (1 - 0.25 * random.random())


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a server asks to wait (`Retry-After-Ms`, or `Retry-After` in seconds or as a date).

    None where it asks for nothing, for nothing readable, or for no time at all.
    """
    for header, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(header, "")
        try:
            seconds = float(value) / unit
        except ValueError:
            continue
        return seconds if math.isfinite(seconds) and seconds > 0 else None
    try:
        then = email.utils.parsedate_to_datetime(headers.get("retry-after", ""))
    except (TypeError, ValueError):
        return None
    seconds = then.timestamp() - time.time()
    return seconds if seconds > 0 else None


class Pause:
    """The time until which nobody asks."""

    def __init__(self) -> None:
        self._until = 0.0

    def extend(self, seconds: float) -> None:
        """Let nobody ask for so many seconds from now."""
        self._until = max(self._until, time.monotonic() + seconds)

    async def over(self) -> None:
        """Return when the pause is over, prolonged or not."""
        while (left := self._until - time.monotonic()) > 0:
            await asyncio.sleep(left)
