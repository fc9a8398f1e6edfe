"""Tokens: what requests will cost, what they have cost, and a limit that holds while many are under way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

BYTES_PER_TOKEN = 3.5
"""Bytes of UTF-8 that a token stands for. Tokenizers of chat models take about 4.2 bytes of plain English per token and
fewer of JSON and of other scripts; the smaller figure makes estimates err to the high side."""

_PER_MESSAGE = 8
"""Tokens that a chat template puts around a message, at most, in the common ones."""


def tokens_of(messages: Iterable[dict[str, str]]) -> int:
    """Return the estimated tokens of a chat's messages: bytes over `BYTES_PER_TOKEN` and 8 for each message.

    >>> tokens_of([{"role": "user", "content": "a" * 35}])
    18
    """
    return sum(tokens_of_text(message["content"]) + _PER_MESSAGE for message in messages)


def tokens_of_text(text: str) -> int:
    """Return the estimated tokens of a text, rounded up.

    >>> tokens_of_text("What is shown?")
    4
    """
    return -int(-len(text.encode()) // BYTES_PER_TOKEN)


@dataclass(frozen=True)
class Estimate:
    """What asks would cost where every request is answered at the first go.

    `tokens_in` is estimated from the prompts; `tokens_out_at_most` is the limit of a reply times the calls.
    """

    calls: int
    tokens_in: int
    tokens_out_at_most: int


@dataclass(frozen=True)
class Usage:
    """What a writer's requests have cost so far.

    `requests` counts every one that was sent, repeated ones too. `tokens_estimated` says how many of the tokens are no
    server's count: of replies without usage, and of requests that may have been worked on though no reply came.
    """

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_estimated: int = 0

    @property
    def tokens(self) -> int:
        """Tokens in both directions, the estimated ones included."""
        return self.tokens_in + self.tokens_out


class Budget:
    """A limit on tokens in both directions, for requests that run at the same time in one event loop.

    `limit` None is no limit; `used` is what was spent before.
    """

    def __init__(self, limit: int | None = None, used: Usage = Usage()) -> None:
        self.limit = limit
        self.used = used
        self._reserved = 0
        self._settled = asyncio.Condition()

    async def reserve(self, tokens: int) -> bool:
        """Set tokens aside for a request, and return False where they do not fit.

        Where requests under way leave no room, waits until they are settled: most cost less than was set aside.
        """
        async with self._settled:
            while not self._fits(tokens):
                if not self._reserved:
                    return False
                await self._settled.wait()
            self._reserved += tokens
            return True

    async def settle(self, reserved: int, tokens_in: int, tokens_out: int, *, estimated: int) -> None:
        """Give back what was set aside for a request and count what it cost, of which `estimated` is a guess."""
        async with self._settled:
            self._reserved -= reserved
            self.used = Usage(
                self.used.requests + 1,
                self.used.tokens_in + tokens_in,
                self.used.tokens_out + tokens_out,
                self.used.tokens_estimated + estimated,
            )
            self._settled.notify_all()

    def _fits(self, tokens: int) -> bool:
        return self.limit is None or self.used.tokens + self._reserved + tokens <= self.limit
