"""Rewards by name: pure functions of a completion and its row, as TRL calls them; neither torch nor TRL is imported.

A reward takes the completions of a batch, each a text or a conversation of messages, and the columns of their rows by
keyword, and returns a score from 0 to 1 for each. `reward_functions` turns names and weights into what a trainer takes.
"""

from __future__ import annotations

import importlib
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curriculum_kit.errors import ConfigInvalid, did_you_mean
from curriculum_kit.prompts import LETTERS
from trainer.answers import chosen

Completion = str | Sequence[Mapping[str, Any]]
Reward = Callable[..., list[float]]

COMPLETION_TOKENS = 256
"""TRL's own limit of a completion, where no other is given."""

_INSIDE = r"(?!</?(?:think|answer)>)"
_BLOCK = rf"\s*<{{0}}>\s*{_INSIDE}\S(?:{_INSIDE}.)*</{{0}}>\s*"
_SHAPES = {
    "think": re.compile(_BLOCK.format("think") + _BLOCK.format("answer"), re.DOTALL),
    "answer": re.compile(_BLOCK.format("answer"), re.DOTALL),
}


def text_of(completion: Completion) -> str:
    """Return the text of a completion: of a conversation, what its messages say, one after the other.

    >>> text_of([{"role": "assistant", "content": "B"}])
    'B'
    """
    if isinstance(completion, str):
        return completion
    return "\n".join(_content(message.get("content")) for message in completion)


def has_format(completion: str, template: str = "think") -> bool:
    """Say whether a completion has the form that the prompt template of this name asks for, and nothing beside it.

    `think`: one block of thoughts, then one of the answer, neither of them empty; `answer`: the answer's block alone.
    What the answer says does not matter. Raises `ConfigInvalid` for another name.

    >>> has_format("<think>It is brown.</think> <answer>B</answer>"), has_format("<answer>B</answer>")
    (True, False)
    >>> has_format("<answer>B</answer>", "answer")
    True
    """
    if template not in _SHAPES:
        raise ConfigInvalid(f"format of {template!r}{did_you_mean(template, _SHAPES)}; known are {', '.join(_SHAPES)}")
    return _SHAPES[template].fullmatch(completion) is not None


def accuracy(
    completions: Sequence[Completion],
    *,
    choices: Sequence[Sequence[str]],
    answer_index: Sequence[int] | None = None,
    solution: Sequence[str] | None = None,
    **columns: Any,
) -> list[float]:
    """Return 1 for each completion that names the right option and no other (see `answers.chosen`), else 0.

    The right one is given by `answer_index` or, where that column is absent, by the letter in `solution`. Raises
    `ConfigInvalid` where neither is there, and for a solution that is no letter.
    """
    if answer_index is None:
        if solution is None:
            raise ConfigInvalid("accuracy needs answer_index or solution; train on rows of ckit build-curriculum")
        answer_index = [_place(letter) for letter in solution]
    return [
        float(chosen(text_of(completion), options) == right)
        for completion, options, right in zip(completions, choices, answer_index, strict=True)
    ]


def format(  # the name under which it is asked for and logged
    completions: Sequence[Completion], *, prompts: Sequence[Completion] | None = None, **columns: Any
) -> list[float]:
    """Return 1 for each completion of the form that its prompt asks for, else 0; see `has_format`.

    Thoughts are asked for where the prompt names their tag, and where no prompts are given.
    """
    asked = ["think"] * len(completions) if prompts is None else [_template(prompt) for prompt in prompts]
    return [
        float(has_format(text_of(completion), template))
        for completion, template in zip(completions, asked, strict=True)
    ]


@dataclass(frozen=True)
class Length:
    """Less than 1 for a completion that comes near the limit of tokens, 0 from there on.

    Of |y| tokens, with limit L and ramp C: 1 up to L - C, then (L - |y|) / C, and 0 above L. This is the soft overlong
    punishment of DAPO (Yu et al., arXiv 2503.14476, eq. 13) plus one, so that it lies in 0 to 1 like the others; a
    constant changes no group advantage. Without a ramp of its own it is a fifth of the limit, as in DAPO.
    """

    limit: int = COMPLETION_TOKENS
    ramp: int | None = None
    __name__ = "length"

    def __post_init__(self) -> None:
        """Refuse a ramp that is none, or longer than the limit."""
        if not 1 <= self.tokens_of_ramp <= self.limit:
            raise ConfigInvalid(
                f"length: a ramp of {self.tokens_of_ramp} tokens to a limit of {self.limit}; take 1 up to the limit"
            )

    @property
    def tokens_of_ramp(self) -> int:
        """Over how many tokens the score falls from 1 to 0."""
        return max(self.limit // 5, 1) if self.ramp is None else self.ramp

    def __call__(
        self, completions: Sequence[Completion], *, completion_ids: Sequence[Sequence[int]], **columns: Any
    ) -> list[float]:
        """Return the score of each completion by the number of its tokens."""
        left = [(self.limit - len(tokens)) / self.tokens_of_ramp for tokens in completion_ids]
        return [min(max(share, 0.0), 1.0) for share in left]


NAMES = ("accuracy", "format", "length")
"""The rewards that come with the trainer."""


def reward_functions(
    weights: Mapping[str, float], *, completion_tokens: int = COMPLETION_TOKENS
) -> tuple[list[Reward], list[float]]:
    """Return the functions and their weights, in the order given.

    A name is one of `NAMES` or a function of the user's own as `package.module:function` or `package.module.function`,
    also of a module in the working directory. `completion_tokens` is the limit that `length` counts towards. All
    mistakes are reported at once, in one line: `ConfigInvalid`.
    """
    known: dict[str, Reward] = {"accuracy": accuracy, "format": format, "length": Length(completion_tokens)}
    mistakes = [
        f"the weight of {name} is {weight!r}, must be a number"
        for name, weight in weights.items()
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not math.isfinite(weight)
    ]
    if not mistakes and not any(weights.values()):
        mistakes = ["no reward has a weight other than 0; give one, such as accuracy: 1"]
    functions = []
    for name in weights:
        try:
            functions.append(known[name] if name in known else _own(name))
        except ConfigInvalid as error:
            mistakes.append(str(error))
    if mistakes:
        raise ConfigInvalid(f"rewards: {'; '.join(mistakes)}")
    return functions, [float(weight) for weight in weights.values()]


def _own(name: str) -> Reward:
    """Return the function that a dotted path names; raise `ConfigInvalid` where there is none."""
    module, _, function = name.rpartition(":" if ":" in name else ".")
    if not module or not function:
        raise ConfigInvalid(
            f"{name!r} is no reward{did_you_mean(name, NAMES)}; known are {', '.join(NAMES)}, "
            "your own are package.module:function"
        )
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)  # last, so that a file of the user's hides no library
    try:
        found = getattr(importlib.import_module(module), function, None)
    except Exception as error:  # a module of the user's may raise anything
        reason = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise ConfigInvalid(f"the module of reward {name!r} cannot be imported ({reason}); check its path") from error
    if not callable(found):
        there = [other for other, value in vars(sys.modules[module]).items() if callable(value)]
        raise ConfigInvalid(f"{module} has no function {function!r}{did_you_mean(function, there)}; check its name")
    reward: Reward = found
    return reward


def _place(letter: Any) -> int:
    """Return the position of the option with this letter."""
    found = letter.strip().upper() if isinstance(letter, str) else ""
    if len(found) != 1 or found not in LETTERS:
        raise ConfigInvalid(f"solution {letter!r} is no letter from A to Z; train on rows of ckit build-curriculum")
    return LETTERS.index(found)


def _template(prompt: Completion) -> str:
    return "think" if "<think>" in text_of(prompt) else "answer"


def _content(content: Any) -> str:
    """Return the text of a message, whose content may be a list of parts."""
    if isinstance(content, str):
        return content
    parts: Iterable[Any] = content if isinstance(content, list | tuple) else ()
    return "".join(str(part.get("text") or "") for part in parts if isinstance(part, Mapping))
