"""A reward beside accuracy, as a user would add one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from trainer.answers import chosen
from trainer.rewards import Completion, text_of

_THOUGHTS = re.compile(r"<think>(.*?)</think>", re.DOTALL)


def sincere(completions: Sequence[Completion], *, choices: Sequence[Sequence[str]], **columns: Any) -> list[float]:
    """Return 1 for each completion whose answer is the option that its thoughts name, else 0; right or wrong.

    Who names a structure that is no option can only guess a letter, and is right one time in four: more often than who
    names a wrong option. Accuracy alone pays for such guesses, and training drifts to them: at a constant learning
    rate, held-out accuracy went from 0.38 to 0.44 in 80 steps and back to 0.41 in 120.
    """
    scores = []
    for completion, options in zip(completions, choices, strict=True):
        text = text_of(completion)
        thoughts, answer = _THOUGHTS.search(text), chosen(text, options)
        scores.append(float(thoughts is not None and answer is not None and thoughts[1].strip() == options[answer]))
    return scores
