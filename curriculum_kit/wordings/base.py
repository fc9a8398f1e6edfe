"""What writers, the gate and the pipeline of question groups hand each other.

A question's text is worded anew once, however many questions ask it: the image, the options and the answer are
no writer's business, and what a writer never sees it cannot give away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Variety(StrEnum):
    """In what a wording differs from the original."""

    SYNTAX = "syntax"
    """Another construction: passive for active, a clause for a phrase, the object first."""
    PERSPECTIVE = "perspective"
    """Another speaker: "what do you see", "which would a surgeon name", "what does the frame show"."""
    ORDER = "order"
    """Relations and attributes named in another order, or by their converse."""
    REGISTER = "register"
    """Plainer or more clinical words for what is no referent."""


class Refusal(StrEnum):
    """Why the gate turned a wording away. Stable: people filter `wordings.parquet` by them."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    COPY = "copy"
    """Differs from the original, or from a wording taken before, in nothing but case, marks, spaces or articles."""
    MARKUP = "markup"
    """Tags, code, JSON, lists or other marks of a model's own format."""
    INSTRUCTIONS = "instructions"
    """Tells the reader how to behave or how to answer, or speaks about itself ("As an AI", "Sure, here is")."""
    NOT_ONE_SENTENCE = "not_one_sentence"
    NOT_A_QUESTION = "not_a_question"
    """Answers or states where the original asks."""
    OTHER_LANGUAGE = "other_language"
    NAMES_CHOICE = "names_choice"
    """Names a label of the vocabulary that the original does not name: it may be the answer or rule out an option."""
    DROPS_REFERENT = "drops_referent"
    """Lacks a structure, instrument, colour, place or other term that the original names."""
    ADDS_REFERENT = "adds_referent"
    """Names a colour, place or other term that the original does not name."""
    CHANGES_RELATION = "changes_relation"
    """Left for right, above for below, or who stands so to whom."""
    CHANGES_NEGATION = "changes_negation"
    CHANGES_NUMBER = "changes_number"
    CHANGES_ASKED = "changes_asked"
    """Asks for something else: where for what, how many for which, yes or no for a name."""
    MEANS_ELSE = "means_else"
    """The sentence similarity to the original is below its bound."""
    RAISES_BLIND = "raises_blind"
    """Who does not see the image answers it better than the original."""


class Failure(StrEnum):
    """Why a writer gave no wording at all."""

    DECLINED = "declined"
    """The model refused the task."""
    UNREADABLE = "unreadable"
    """The reply is not what was asked for: no JSON, another shape."""
    CUT_OFF = "cut_off"
    """The reply ended at its limit of tokens."""
    UNREACHABLE = "unreachable"
    """Timeouts, dropped connections or errors of the server, after all retries."""
    OVER_BUDGET = "over_budget"
    """Not asked, for the limit on tokens."""
    NO_RULE = "no_rule"
    """The rules do not know this form of question."""


@dataclass(frozen=True)
class Ask:
    """A request for wordings of one question text.

    `keep` are the terms of the text that every wording must keep (structures, colours, places), as they stand there;
    `refused` are wordings of earlier attempts with the reasons, so that a writer does better; `taken` those that
    were accepted, so that it does not repeat them.
    """

    question: str
    wanted: int
    keep: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    refused: tuple[tuple[str, Refusal], ...] = ()
    attempt: int = 0
    """0 for the first time."""


@dataclass(frozen=True)
class Wording:
    """A proposal of a writer; the gate has not seen it yet."""

    text: str
    variety: Variety | None = None


@dataclass(frozen=True)
class Reply:
    """What came back for an `Ask`: wordings, or why there are none. Tokens are those that the server counted."""

    wordings: tuple[Wording, ...] = ()
    failure: Failure | None = None
    detail: str = ""
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True)
class Verdict:
    """What the gate says of one wording: `refusal` is None where it is accepted.

    `similarity` is the sentence similarity to the original, -1 to 1, None where a cheaper check refused it first.
    """

    refusal: Refusal | None = None
    detail: str = ""
    similarity: float | None = None


class Writer(Protocol):
    """Something that words questions anew: rules, a local model, a server."""

    @property
    def name(self) -> str:
        """What the tables call it: `rules`, `local:MODEL`, `llm:MODEL`."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that its replies depend on besides the `Ask`: model, parameters, template, version."""

    def write(self, asks: Sequence[Ask]) -> Iterator[tuple[int, Reply]]:
        """Yield (position in `asks`, reply) as replies come, in any order, one for each ask.

        Raises a `CkitError` where going on makes no sense: no server, a wrong key, an unknown model.
        """
