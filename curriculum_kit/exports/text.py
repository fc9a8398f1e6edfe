"""Conversations as targets want them: an image placeholder in the text, or all of it as one text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.exports.base import ShardRow

PLACEHOLDER = "<image>"
_PLACEHOLDERS = re.compile("<image>|<video>|<audio>")


def with_placeholders(shard: ShardRow, images: int, target: str) -> list[dict[str, str]]:
    """Return the prompt of a row with a placeholder for each image in front of the first user message.

    Raises `ConfigInvalid` where the text itself holds one: the target would look for one more image.
    """
    messages = [dict(message) for message in shard["prompt"]]
    for message in messages:
        if found := _PLACEHOLDERS.search(message["content"]):
            raise ConfigInvalid(
                f"question {shard['question_id']} holds {found[0]!r}, which {target} takes for an image; "
                "leave it out when building, with --where"
            )
    if images:
        first = next((message for message in messages if message["role"] == "user"), None)
        if first is None:
            raise ConfigInvalid(
                f"the prompt of question {shard['question_id']} has no user message; build the curriculum again"
            )
        first["content"] = PLACEHOLDER * images + first["content"]
    return messages


def as_one_text(messages: Sequence[dict[str, str]]) -> str:
    """Return a conversation as one text, what the system says first.

    >>> as_one_text([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Which organ?"}])
    'Be brief.\\n\\nWhich organ?'
    """
    return "\n\n".join(message["content"] for message in messages)
