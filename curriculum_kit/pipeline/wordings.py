"""Wordings for question texts: asked of a writer, judged, asked again, filled by the rules.

Reads question texts with the number of groups that ask each; gives the rows of `wordings`. Every proposal becomes
a row, accepted or with the reason why not; a writer that gives nothing leaves a row too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

from curriculum_kit.groups import size_of
from curriculum_kit.schemas import schema_of
from curriculum_kit.wordings import Ask, Failure, Refusal, Verdict, Wording, Writer

_IN_VAIN = (Failure.NO_RULE, Failure.OVER_BUDGET, Failure.UNREACHABLE)
"""What another attempt in the same run would not mend."""

_AT_ONCE = 2_000
"""Texts a round works on at a time, so that memory and what the gate holds stay small."""


class Judge(Protocol):
    """The gate, as far as it is used here."""

    def terms_of(self, text: str) -> tuple[str, ...]:
        """Return the terms that every wording of a text must keep."""

    def judge_all(self, items: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> list[list[Verdict]]:
        """Return a verdict per wording for each (original, wordings, wordings taken before)."""


@dataclass
class Proposal:
    """A wording of one text and what became of it."""

    text: str | None
    writer: str
    variety: str | None
    attempt: int
    reason: str | None
    detail: str
    similarity: float | None


@dataclass
class Text:
    """One question text: how many groups ask it, and what was proposed for it so far."""

    question: str
    groups: int
    proposals: list[Proposal] = field(default_factory=list)
    given_up: set[str] = field(default_factory=set)
    """Writers that have nothing more to give."""

    @property
    def accepted(self) -> list[Proposal]:
        """The wordings that stand, in the order in which they came."""
        return [each for each in self.proposals if each.text is not None and each.reason is None]

    def ask(self, wanted: int, attempt: int, keep: tuple[str, ...]) -> Ask:
        """Return what to ask a writer for."""
        refused = [
            (each.text, Refusal(each.reason)) for each in self.proposals if each.text is not None and each.reason
        ]
        taken = [each.text for each in self.accepted if each.text is not None]
        return Ask(self.question, wanted, keep, tuple(taken), tuple(refused), attempt)


def collect(
    texts: Sequence[Text],
    writer: Writer,
    gate: Judge,
    wanted: int,
    attempts: int,
    on_done: Callable[[int], None] = lambda _: None,
) -> None:
    """Ask a writer, up to `attempts` times each, until every text has `wanted` wordings besides its own.

    What comes is added to `texts`. `on_done` is told how many texts the writer needs not be asked about any more.
    """
    done = 0
    for start in range(0, len(texts), _AT_ONCE):
        some = texts[start : start + _AT_ONCE]
        for attempt in range(attempts):
            short = [text for text in some if len(text.accepted) < wanted and writer.name not in text.given_up]
            if not short:
                break
            _round(short, writer, gate, wanted, attempt)
        done += len(some)
        on_done(done)


def _round(texts: Sequence[Text], writer: Writer, gate: Judge, wanted: int, attempt: int) -> None:
    asks = [text.ask(wanted - len(text.accepted), attempt, gate.terms_of(text.question)) for text in texts]
    given: list[tuple[Wording, ...]] = [()] * len(texts)
    for place, reply in writer.write(asks):
        given[place] = reply.wordings
        if reply.failure is not None:
            texts[place].proposals.append(
                Proposal(None, writer.name, None, attempt, reply.failure.value, reply.detail, None)
            )
            if reply.failure in _IN_VAIN:
                texts[place].given_up.add(writer.name)
    verdicts = gate.judge_all(
        [(ask.question, [each.text for each in some], ask.taken) for ask, some in zip(asks, given, strict=True)]
    )
    for text, some, found in zip(texts, given, verdicts, strict=True):
        for wording, verdict in zip(some, found, strict=True):
            text.proposals.append(
                Proposal(
                    wording.text,
                    writer.name,
                    wording.variety.value if wording.variety else None,
                    attempt,
                    verdict.refusal.value if verdict.refusal else None,
                    verdict.detail,
                    verdict.similarity,
                )
            )


def used(text: Text, sizes: Sequence[int]) -> list[Proposal]:
    """Return the accepted wordings that make up the groups of a text: as many as the sizes allowed have room for."""
    return text.accepted[: size_of(len(text.accepted), sizes) - 1]


def wordings_table(texts: Sequence[Text], sizes: Sequence[int]) -> pa.Table:
    """Return the table `wordings`: a row per proposal, in the order of the texts and of the proposals."""
    rows: list[dict[str, Any]] = []
    for text in texts:
        places = {id(each): variant for variant, each in enumerate(used(text, sizes), start=1)}
        rows += [
            {
                "question": text.question,
                "wording": each.text,
                "writer": each.writer,
                "variety": each.variety,
                "attempt": each.attempt,
                "variant_id": places.get(id(each)),
                "reason": each.reason,
                "detail": each.detail or None,
                "similarity": each.similarity,
                "groups": text.groups,
            }
            for each in text.proposals
        ]
    return pa.Table.from_pylist(rows, schema=schema_of("wordings"))
