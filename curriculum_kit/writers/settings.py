"""How a server is asked."""

from __future__ import annotations

from dataclasses import dataclass

from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.writers.template import Template


@dataclass(frozen=True)
class Settings:
    """What every request has in common; the fields are those of `LlmWriter`, which explains them."""

    template: Template
    concurrency: int
    timeout: float
    retries: int
    max_tokens: int
    temperature: float
    seed: int

    def __post_init__(self) -> None:
        """Raise `ConfigInvalid` for the first number that makes no sense."""
        for fine, text in (
            (self.concurrency >= 1, f"{self.concurrency} requests at a time are none; take 1 or more"),
            (self.timeout > 0, f"a timeout of {self.timeout:g} s lets nothing come back; take more than 0"),
            (self.retries >= 0, f"{self.retries} retries make no sense; take 0 or more"),
            (self.max_tokens >= 1, f"a reply of at most {self.max_tokens} tokens holds nothing; take 1 or more"),
            (0 <= self.temperature <= 2, f"a temperature of {self.temperature:g} is out of range; take 0 to 2"),
        ):
            if not fine:
                raise ConfigInvalid(text)
