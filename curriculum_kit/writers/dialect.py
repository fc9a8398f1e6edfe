"""What a server understands of a request, learned from what it refuses.

Servers that speak the OpenAI protocol differ in what they accept: some know no `response_format`, some models want
`max_completion_tokens` or no temperature, some templates know no system message. A server says so with 400 or 422.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from curriculum_kit.writers.settings import Settings
from curriculum_kit.writers.template import SCHEMA

REFUSES = frozenset({400, 422})
"""Status codes with which servers turn a parameter away."""

_SYSTEM = re.compile(r"system (?:role|message|prompt)|roles? must alternate", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """The parts of a request that a server may not know."""

    schema: bool = True
    max_tokens: str = "max_tokens"
    temperature: bool = True
    seed: bool = True
    system: bool = True

    def request(self, model: str, messages: list[dict[str, str]], attempt: int, settings: Settings) -> dict[str, Any]:
        """Return the body of a request for one chat completion; every attempt at an ask has its own seed."""
        if not self.system:
            messages = [{"role": "user", "content": "\n\n".join(message["content"] for message in messages)}]
        body: dict[str, Any] = {"model": model, "messages": messages, "stream": False}
        body[self.max_tokens] = settings.max_tokens
        if self.temperature:
            body["temperature"] = settings.temperature
        if self.seed:
            body["seed"] = settings.seed + attempt
        if self.schema:
            schema = {"name": "wordings", "strict": True, "schema": SCHEMA}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return body

    def after(self, refusal: str) -> Dialect | None:
        """Return what to try after a refusal in these words, or None where nothing is left to leave out.

        A refusal that names none of the parameters is taken to mean the newest, structured output.
        """
        said = refusal.lower()
        if "max_completion_tokens" in said and self.max_tokens == "max_tokens":
            return replace(self, max_tokens="max_completion_tokens")
        if "temperature" in said and self.temperature:
            return replace(self, temperature=False)
        if re.search(r"\bseed\b", said) and self.seed:
            return replace(self, seed=False)
        if _SYSTEM.search(said) and self.system:
            return replace(self, system=False)
        return replace(self, schema=False) if self.schema else None

    def remarks(self) -> list[str]:
        """Say in plain words what the server did not take, for the records of a run."""
        known = Dialect()
        return [
            text
            for differs, text in (
                (self.schema != known.schema, "the server knows no structured output; the prompt alone asks for JSON"),
                (self.temperature != known.temperature, "the server takes no temperature"),
                (self.seed != known.seed, "the server takes no seed"),
                (self.system != known.system, "the server takes no system message; it stands before the task"),
            )
            if differs
        ]
