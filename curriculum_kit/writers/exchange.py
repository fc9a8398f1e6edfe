"""Requests to a server, many at a time: sent, repeated, counted and read.

One `Exchange` lives as long as its writer and remembers what it learned of the server: that it answers, which models
it lists, what it takes of a request, what it has cost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from curriculum_kit.errors import CkitError, ModelUnavailable
from curriculum_kit.wordings.base import Ask, Failure, Reply
from curriculum_kit.writers.budget import Budget, Usage, tokens_of
from curriculum_kit.writers.completion import Completion, read_completion
from curriculum_kit.writers.dialect import REFUSES, Dialect
from curriculum_kit.writers.retries import MOST_WAITS, Pause, asked_wait, backoff, passes
from curriculum_kit.writers.server import Server
from curriculum_kit.writers.settings import Settings

if TYPE_CHECKING:
    import openai

_LARGEST_BODY = 8 << 20  # bytes of a reply that are read; more is no reply of a chat
_FEWEST_LOST = 16  # asks in a row without any answer after which a server is given up


@dataclass(frozen=True)
class Fault:
    """A request without a reply.

    `passing` says whether it may fare better later, `wait` the seconds that the server asks to wait before, `crowded`
    whether it is asked too much; `failure` is what the ask gets where it is not sent again.
    """

    detail: str
    passing: bool = True
    wait: float | None = None
    crowded: bool = False
    failure: Failure = Failure.UNREACHABLE


class Exchange:
    """The requests of one writer to one server, with what was learned of it; `run` may be called again and again."""

    def __init__(self, server: Server, settings: Settings, max_tokens_total: int | None) -> None:
        self.server = server
        self._settings = settings
        self._budget = Budget(max_tokens_total)
        self._dialect = Dialect()
        self._listed: tuple[str, ...] | None = None
        self._answered = False
        self._lost = 0
        self._fatal: CkitError | None = None
        self._pause, self._open = Pause(), asyncio.Event()

    @property
    def usage(self) -> Usage:
        """What all requests have cost up to now."""
        return self._budget.used

    def remarks(self) -> list[str]:
        """See `LlmWriter.remarks`."""
        estimated = self.usage.tokens_estimated
        counted = f"{estimated:,} of the tokens are estimated: the server did not count them"
        return self._dialect.remarks() + ([counted] if estimated else [])

    async def run(self, asks: Sequence[Ask], emit: Callable[[tuple[int, Reply]], None]) -> None:
        """Ask everything and emit (position, reply) as replies come; raise what ends a run after the last of them."""
        self._budget = Budget(self._budget.limit, self.usage)  # its lock belongs to one event loop
        self._pause, self._open, self._fatal = Pause(), asyncio.Event(), None
        if self._answered:
            self._open.set()
        async with self.server.client(self._settings.timeout) as client:
            if self._listed is None:
                self._listed = await self.server.check(client)
            feed = iter(enumerate(asks))
            workers = min(self._settings.concurrency, len(asks))
            await asyncio.gather(*(self._work(client, feed, emit, first=not number) for number in range(workers)))
        if self._fatal is not None:
            raise self._fatal

    async def _work(
        self,
        client: openai.AsyncOpenAI,
        feed: Iterator[tuple[int, Ask]],
        emit: Callable[[tuple[int, Reply]], None],
        *,
        first: bool,
    ) -> None:
        """Take asks one by one until none is left or going on makes no sense."""
        if not first:
            await self._open.wait()  # one request finds out what the server takes, so that not all are repeated
        for position, ask in feed:
            reply = await self._reply(client, ask)
            if reply is not None:
                emit((position, reply))
            if self._fatal is not None:
                break
        self._open.set()

    async def _reply(self, client: openai.AsyncOpenAI, ask: Ask) -> Reply | None:
        """Return the reply to an ask after as many requests as it takes, or None where the run ends before."""
        messages = self._settings.template.messages(ask)
        tokens_in = tokens_of(messages)
        reserved = tokens_in + self._settings.max_tokens
        dialect, faults, waits = self._dialect, 0, 0
        while self._fatal is None:
            await self._pause.over()
            if not await self._budget.reserve(reserved):
                text = f"{reserved:,} tokens more might exceed the limit of {self._budget.limit:,}"
                return Reply(failure=Failure.OVER_BUDGET, detail=text)
            came = await self._send(client, ask, messages, dialect, tokens_in)
            if isinstance(came, Dialect):
                dialect = came
                continue
            if isinstance(came, Completion):
                self._dialect, self._answered, self._lost = dialect, True, 0
            self._open.set()
            if isinstance(came, Completion):
                return came.reply
            if self._fatal is not None:
                return None
            if not came.passing:
                return Reply(failure=came.failure, detail=came.detail)
            faults, waits = faults + (came.wait is None), waits + (came.wait is not None)
            if faults > self._settings.retries or waits > MOST_WAITS:
                return self._give_up(came)
            await self._wait(came, faults)
        return None

    async def _wait(self, fault: Fault, faults: int) -> None:
        """Wait before an ask is sent again; where the server said how long, or asks too much of it, everybody does."""
        if fault.wait is not None or fault.crowded:
            self._pause.extend(backoff(faults) if fault.wait is None else fault.wait)
        else:
            await asyncio.sleep(backoff(faults))

    def _give_up(self, fault: Fault) -> Reply:
        self._lost += 1
        if self._lost >= max(_FEWEST_LOST, 2 * self._settings.concurrency):
            self._fatal = ModelUnavailable(
                f"{self.server.url} answered none of the last {self._lost} asks, each sent "
                f"{self._settings.retries + 1} times ({fault.detail}); see to the server and run again"
            )
        return Reply(failure=Failure.UNREACHABLE, detail=fault.detail)

    async def _send(
        self, client: openai.AsyncOpenAI, ask: Ask, messages: list[dict[str, str]], dialect: Dialect, tokens_in: int
    ) -> Completion | Dialect | Fault:
        """Send a request for which tokens are set aside and settle what it cost.

        Return its reply, how to ask next time, or the fault.
        """
        import httpx2
        from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

        settings = self._settings
        # Whoever breaks a request off does not know whether it was worked on; it is counted as if, to the limit.
        worst = tokens_in, settings.max_tokens
        cost, estimated = worst, sum(worst)
        try:
            async with asyncio.timeout(settings.timeout):
                body = await _body(client, dialect.request(self.server.model, messages, ask.attempt, settings))
        except APIStatusError as error:
            cost, estimated = (0, 0), 0
            return self._refused(error, dialect)
        except (APIConnectionError, httpx2.RequestError, TimeoutError) as error:
            if isinstance(error.__cause__, (httpx2.ConnectError, httpx2.ConnectTimeout)):
                cost, estimated = (0, 0), 0  # never sent
            if isinstance(error, (TimeoutError, APITimeoutError, httpx2.TimeoutException)):
                return Fault(f"no reply within {settings.timeout:g} s")
            return Fault(f"the connection failed: {self.server.said(error)}")
        except OpenAIError as error:
            return Fault(self.server.said(error), passing=False)
        else:
            came = read_completion(self.server.cleared(body), ask.wanted)
            cost, estimated = (
                (came.counted, 0) if came.counted else ((tokens_in, came.written), tokens_in + came.written)
            )
            return came
        finally:
            await self._budget.settle(sum(worst), *cost, estimated=estimated)

    def _refused(self, error: openai.APIStatusError, dialect: Dialect) -> Dialect | Fault:
        """Return what follows from a status that is no success; set what ends the run where it does."""
        status = error.status_code
        self._fatal = self.server.fatal(error, self._listed or (), self._answered) or self._fatal
        if status in REFUSES and error.code != "content_filter" and self._fatal is None:
            if not self._answered:
                other = dialect.after(self.server.said(error))
            else:  # what was learned meanwhile; a server that knows a request by its form refuses something else
                other = self._dialect if dialect != self._dialect else None
            if other is not None:
                return other
        declined = error.code == "content_filter" or status == 403
        return Fault(
            f"status {status}: {self.server.said(error)}",
            passing=passes(status) and error.response.headers.get("x-should-retry") != "false",
            wait=asked_wait(error.response.headers) if passes(status) else None,
            crowded=status == 429,
            failure=Failure.DECLINED if declined else Failure.UNREACHABLE,
        )


async def _body(client: openai.AsyncOpenAI, request: dict[str, Any]) -> str:
    """Send a request and return the body of its reply, cut where no chat would go on."""
    found = bytearray()
    async with client.chat.completions.with_streaming_response.create(**request) as response:
        async for part in response.iter_bytes():
            found += part
            if len(found) > _LARGEST_BODY:
                break
    return found.decode(errors="replace")
