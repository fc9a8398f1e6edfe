"""The body of a server's reply: a chat completion of the OpenAI protocol, read without trust in its shape."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from curriculum_kit.wordings.base import Failure, Reply
from curriculum_kit.writers.budget import tokens_of_text
from curriculum_kit.writers.reading import read_wordings


@dataclass(frozen=True)
class Completion:
    """A reply and the tokens that it took.

    `counted` are the server's tokens in and out, which the reply holds too, or None where it counted none; `written`
    is an estimate of those out.
    """

    reply: Reply
    counted: tuple[int, int] | None
    written: int


def read_completion(body: str, wanted: int) -> Completion:
    """Read the body of a chat completion.

    What is no completion is `UNREADABLE`; an error that came under the status of a success is `UNREACHABLE`.
    """
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        sent = None
    sent = _dict(sent)
    choices = sent.get("choices")
    choice = _dict(choices[0]) if isinstance(choices, list) and choices else {}
    message = _dict(choice.get("message"))
    content = _text(message.get("content"))
    if choice:
        finish, refusal = choice.get("finish_reason"), message.get("refusal")
        reply = read_wordings(content, wanted, finish=_word(finish), refusal=_word(refusal))
    elif sent.get("error"):
        reply = Reply(failure=Failure.UNREACHABLE, detail=_start(f"the server says: {sent['error']}"))
    else:
        reply = Reply(failure=Failure.UNREADABLE, detail=_start(f"no chat completion: {body[:400]}"))
    counted = _counted(_dict(sent.get("usage")))
    if counted:
        reply = replace(reply, tokens_in=counted[0], tokens_out=counted[1])
    return Completion(reply, counted, tokens_of_text(content or _word(message.get("refusal")) or ""))


def _counted(usage: dict[str, Any]) -> tuple[int, int] | None:
    found = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")]
    tokens = [number for number in found if isinstance(number, int) and number >= 0]
    return (tokens[0], tokens[1]) if len(tokens) == 2 and tokens[0] else None


def _text(content: Any) -> str:
    """Return the text of a message, whose content may come in parts."""
    if isinstance(content, list):
        return "".join(_word(_dict(part).get("text")) or "" for part in content)
    return content if isinstance(content, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _start(text: str) -> str:
    return " ".join(text.split())[:200]
