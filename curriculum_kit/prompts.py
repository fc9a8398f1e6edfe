"""Prompts: named templates, each with a hash that the manifest records.

A prompt is a conversation. The image is not mentioned in the text: trainers put their own image token
in front of the first user message.
"""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass

from curriculum_kit.errors import ConfigInvalid, did_you_mean

LETTERS = string.ascii_uppercase
_PLACES = re.compile(r"\{(?:question|options)\}")


@dataclass(frozen=True)
class PromptTemplate:
    """A prompt with places for the question and its options. `system` may be empty."""

    name: str
    system: str
    user: str

    @property
    def sha256(self) -> str:
        """Hash of the words, so that two curricula can be told to differ in their prompt alone."""
        return hashlib.sha256(f"{self.system}\0{self.user}".encode()).hexdigest()

    def render(self, question: str, choices: Sequence[str]) -> list[dict[str, str]]:
        """Return the conversation for one question.

        >>> TEMPLATES["answer"].render("Which organ is it?", ["liver", "gut"])[0]["content"].splitlines()[:4]
        ['Which organ is it?', '', 'A. liver', 'B. gut']
        """
        options = "\n".join(f"{letter}. {label}" for letter, label in zip(LETTERS, choices, strict=False))
        # Not str.format: a question is data, and may hold braces. One pass, so that what is put in is not searched.
        values = {"{question}": question, "{options}": options}
        text = _PLACES.sub(lambda place: values[place[0]], self.user)
        messages = [{"role": "system", "content": self.system}] if self.system else []
        return [*messages, {"role": "user", "content": text}]


TEMPLATES = {
    template.name: template
    for template in (
        PromptTemplate(
            name="think",
            system="",
            user="{question}\n\n{options}\n\nExactly one option is right. Reason about what the image shows between "
            "<think> and </think>, then give the letter of the right option between <answer> and </answer>.",
        ),
        PromptTemplate(
            name="answer",
            system="",
            user="{question}\n\n{options}\n\nExactly one option is right. Look at the image and give its letter "
            "between <answer> and </answer>, and nothing else.",
        ),
    )
}


def template_named(name: str) -> PromptTemplate:
    """Return a template; raise `ConfigInvalid` with the known names else."""
    if name not in TEMPLATES:
        raise ConfigInvalid(f"unknown prompt {name!r}{did_you_mean(name, TEMPLATES)}; known are {', '.join(TEMPLATES)}")
    return TEMPLATES[name]
