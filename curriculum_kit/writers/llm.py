"""Wordings from a server that speaks the OpenAI protocol: vLLM, Ollama, `transformers serve`, hosted APIs.

Reads asks and gives replies as they come; keeps nothing on disk. Needs the extra `llm`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from logging import WARNING, getLogger

from curriculum_kit.errors import ConfigInvalid, ModelUnavailable
from curriculum_kit.wordings.base import Ask, Reply
from curriculum_kit.writers.budget import Estimate, Usage, tokens_of
from curriculum_kit.writers.exchange import Exchange
from curriculum_kit.writers.server import Server
from curriculum_kit.writers.settings import Settings
from curriculum_kit.writers.streams import streamed
from curriculum_kit.writers.template import REWORDING, Template

_FORMAT = 1
"""Part of the fingerprint: goes up when replies are read in another way."""


class LlmWriter:
    """A model behind a server, asked many times at once.

    `base_url` ends where `/chat/completions` begins, mostly in `/v1`. `key` comes from `key_from_environment()`; None
    is sent as the word "none", which servers without keys do not look at. `concurrency` requests run at a time;
    `timeout` is in seconds, from the sending of a request to the last byte of its reply; `retries` is how often a
    request is repeated after a fault. Waits that the server asks for do not count as faults. `max_tokens` is the
    limit of one reply, `max_tokens_total` that of all requests in both directions, repeated ones too: a request that
    might go beyond it is not sent. An `Ask` that is asked again is asked with the next seed.

    Raises `ConfigInvalid` for an address or a number that makes no sense and `ModelUnavailable` where `openai` is not
    installed.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        key: str | None = None,
        concurrency: int = 16,
        timeout: float = 120.0,
        retries: int = 5,
        max_tokens: int = 1024,
        max_tokens_total: int | None = None,
        temperature: float = 0.8,
        seed: int = 0,
        template: Template = REWORDING,
    ) -> None:
        if max_tokens_total is not None and max_tokens_total < 0:
            raise ConfigInvalid(f"a limit of {max_tokens_total} tokens is below 0; take 0 or more")
        if not model.strip():
            raise ConfigInvalid("the model of the server has no name; give the name under which it serves one")
        if importlib.util.find_spec("openai") is None:
            raise ModelUnavailable("the writer llm needs the package openai; pip install 'curriculum-kit[llm]'")
        self._settings = Settings(template, concurrency, timeout, retries, max_tokens, temperature, seed)
        self._exchange = Exchange(Server(base_url, model, key), self._settings, max_tokens_total)

    @property
    def name(self) -> str:
        """`llm:` and the model."""
        return f"llm:{self._exchange.server.model}"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of address, model, sampling and template. The key, patience and concurrency change no reply."""
        settings = self._settings
        decides = {
            "writer": "llm",
            "format": _FORMAT,
            "server": self._exchange.server.url,
            "model": self._exchange.server.model,
            "max_tokens": settings.max_tokens,
            "temperature": settings.temperature,
            "seed": settings.seed,
            "template": settings.template.sha256,
        }
        return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()

    @property
    def usage(self) -> Usage:
        """What the requests of this writer have cost up to now."""
        return self._exchange.usage

    @property
    def remarks(self) -> list[str]:
        """What the server did not take or count, in plain words, for the records of a run."""
        return self._exchange.remarks()

    def estimate(self, asks: Sequence[Ask]) -> Estimate:
        """Return what the asks would cost, without asking: 3.5 bytes of a prompt are counted as a token."""
        settings = self._settings
        tokens_in = sum(tokens_of(settings.template.messages(ask)) for ask in asks)
        return Estimate(len(asks), tokens_in, len(asks) * settings.max_tokens)

    def write(self, asks: Sequence[Ask]) -> Iterator[tuple[int, Reply]]:
        """Yield (position, reply) as replies come; no ask, no request.

        What cannot be had for one ask is its reply's failure. Raises, after all replies that were paid for are
        yielded, `ModelUnavailable` where no server answers, stops to answer, gives no more credit or does not have the
        model, and `ConfigInvalid` where it refuses the key.
        """
        if asks:
            with _quiet():
                yield from streamed(partial(self._exchange.run, asks))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep reports of single requests off the terminal, whatever level the root logger has."""
    loggers = [getLogger(name) for name in ("openai", "httpx2", "httpcore2")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(max(WARNING, logger.level))
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
