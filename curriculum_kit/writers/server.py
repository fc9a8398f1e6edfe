"""A server that speaks the OpenAI protocol: its address, the key, the models it lists, and what its errors mean.

The key comes from the environment alone. It is sent to the server and goes nowhere else: every text that came from
the server is cleared of it before it stands in a reply or an error.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import os
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from curriculum_kit.errors import CkitError, ConfigInvalid, ModelUnavailable, did_you_mean
from curriculum_kit.writers.retries import LONGEST_WAIT, asked_wait

if TYPE_CHECKING:
    import openai

KEY_VARIABLES = ("CKIT_LLM_KEY", "OPENAI_API_KEY")
"""Environment variables that may hold the key; the first that does counts."""

_LIST_TIMEOUT = 10.0  # seconds for the list of models, which no server has to think about
_SHORTEST_HIDDEN = 6  # characters: shorter keys ("none", "EMPTY") are placeholders, and words of a reply
_UNKNOWN_MODEL = re.compile(
    r"model\b.{0,120}(?:not found|does(?:n't| not) exist|is not a valid model|not loaded)"
    r"|(?:unknown|invalid|no such|unsupported) model",
    re.IGNORECASE | re.DOTALL,
)


def key_from_environment() -> str | None:
    """Return the key from `CKIT_LLM_KEY` or else `OPENAI_API_KEY`, None where neither is set.

    Raises `ConfigInvalid`, which does not show it, for a key that no HTTP header can carry.
    """
    for name in KEY_VARIABLES:
        key = os.environ.get(name, "").strip()
        if key:
            if not re.fullmatch(r"[!-~]+", key):
                raise ConfigInvalid(
                    f"the key in the environment variable {name} holds white space or signs outside ASCII; set it anew"
                )
            return key
    return None


class Server:
    """The address of a server, the model that is asked there, and the key."""

    def __init__(self, base_url: str, model: str, key: str | None) -> None:
        self.url = _checked(base_url)
        self.model = model
        self._key = key

    def client(self, timeout: float) -> openai.AsyncOpenAI:
        """Return a client that repeats nothing by itself; `timeout` is in seconds."""
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient, Timeout

        return AsyncOpenAI(
            base_url=self.url,
            api_key=self._key or "none",
            max_retries=0,
            timeout=Timeout(timeout, connect=min(timeout, 10.0)),
            # A proxy of the environment does not lead to this machine.
            http_client=DefaultAsyncHttpxClient(trust_env=not _is_here(self.url)),
        )

    def cleared(self, text: str) -> str:
        """Return a text of the server without the key."""
        return text.replace(self._key, "***") if self._key and len(self._key) >= _SHORTEST_HIDDEN else text

    async def check(self, client: openai.AsyncOpenAI) -> tuple[str, ...]:
        """Ask for the list of models and return their names, none where the server keeps no list.

        Raises `ModelUnavailable` where nobody answers or the list has another name for the model, and `ConfigInvalid`
        for a wrong key. A model that is named by its folder is left to the server: lists do not hold folders.
        """
        from openai import APIConnectionError, APIStatusError

        for last in (False, True):
            try:
                listed = _names(await client.get("/models", cast_to=object, options={"timeout": _LIST_TIMEOUT}))
                break
            except APIStatusError as error:
                if error.status_code == 401:
                    raise self.wrong_key(error) from None
                return ()
            except APIConnectionError as error:
                if last:
                    raise self.unreachable(error) from None
                await asyncio.sleep(0.2)  # a connection may drop once; the second is believed
        if listed and _plain(self.model) not in map(_plain, listed) and not self.model.startswith(("/", ".", "~")):
            raise self.unknown_model(listed)
        return listed

    def fatal(self, error: openai.APIStatusError, listed: tuple[str, ...], answered: bool) -> CkitError | None:
        """Return the error that ends a run where no other request would fare better, else None.

        `listed` are the models of the server, `answered` says whether a request to it was ever answered.
        """
        status, said = error.status_code, self.said(error)
        if status == 401 or (status == 403 and not answered):
            return self.wrong_key(error)
        if status == 402 or (status == 429 and error.code == "insufficient_quota"):
            return ModelUnavailable(f"{self.url} gives no more credit ({said}); top it up and run again")
        if status in {400, 404, 422} and _UNKNOWN_MODEL.search(said):
            return self.unknown_model(listed)
        if status == 404:
            return ModelUnavailable(
                f"{self.url} has no chat/completions ({said}); most addresses end in /v1: check yours"
            )
        wait = asked_wait(error.response.headers)
        if wait is not None and wait > LONGEST_WAIT and status in {429, 503}:
            return ModelUnavailable(f"{self.url} asks to wait {wait:,.0f} s ({said}); run again after that")
        return None

    def wrong_key(self, error: openai.APIStatusError) -> ConfigInvalid:
        """Return the error for a key that is refused, or for none where one is asked for."""
        names = " or ".join(KEY_VARIABLES)
        if self._key is None:
            return ConfigInvalid(
                f"{self.url} asks for a key ({self.said(error)}); set it as {names} in the environment"
            )
        return ConfigInvalid(f"{self.url} refuses the key ({self.said(error)}); set another one as {names}")

    def unknown_model(self, listed: tuple[str, ...]) -> ModelUnavailable:
        """Return the error for a model that the server does not have; `listed` are those that it has."""
        known = f"; it has {', '.join(listed[:5])}{' and others' if len(listed) > 5 else ''}" if listed else ""
        near = did_you_mean(self.model, listed)
        return ModelUnavailable(f"{self.url} has no model {self.model!r}{near}{known}; name one that it serves")

    def unreachable(self, error: Exception) -> ModelUnavailable:
        """Return the error for a server that does not answer."""
        return ModelUnavailable(
            f"no server answers at {self.url} ({self.said(error)}); start it, or check the address and the port"
        )

    def said(self, error: Exception) -> str:
        """Return what the server or the connection said, on one line of at most 200 characters, without the key."""
        told: Any = getattr(error, "body", None)
        if isinstance(told, dict):
            told = next((told[name] for name in ("message", "detail", "error") if name in told), told)
        cause = error.__cause__
        text = str(told or (f"{type(cause).__name__}: {cause}" if cause else error) or type(error).__name__)
        return " ".join(self.cleared(text).split())[:200].rstrip(" .:")


def _checked(base_url: str) -> str:
    """Return the address without a slash at its end; raise `ConfigInvalid` for what is none or holds a secret."""
    try:
        parts = urlsplit(base_url)
        fine = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        fine = fine and re.fullmatch(r"[!-~]+", base_url) is not None  # what stands in an HTTP request
    except ValueError:
        fine = False
    if not fine:
        raise ConfigInvalid(f"{base_url!r} is no address of a server; give one like http://localhost:8000/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigInvalid(
            f"the address of the server at {parts.hostname} holds a name, a password or a query, which would be kept "
            f"in the manifest; give the address alone and the key as {KEY_VARIABLES[0]} in the environment"
        )
    return base_url.rstrip("/")


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _names(listed: object) -> tuple[str, ...]:
    """Return the names of a list of models, sorted; a server may send anything."""
    if isinstance(listed, str):
        try:
            listed = json.loads(listed)
        except ValueError:
            return ()
    models = listed.get("data") if isinstance(listed, dict) else None
    named = [model.get("id") for model in models if isinstance(model, dict)] if isinstance(models, list) else []
    return tuple(sorted({name for name in named if isinstance(name, str)}))


def _plain(model: str) -> str:
    """Return the name without what servers add to it in their lists."""
    return model.removeprefix("models/").removesuffix(":latest")
