"""A writer whose replies a test writes down, and a gate that refuses what a test says."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from curriculum_kit.wordings import Ask, Refusal, Reply, Verdict, Wording


class Scripted:
    """Answers each ask by a function of it, and remembers what it was asked."""

    def __init__(self, reply: Callable[[Ask], Reply], name: str = "llm:scripted", fingerprint: str = "f" * 64) -> None:
        self._reply = reply
        self.name, self.fingerprint = name, fingerprint
        self.asked: list[Ask] = []

    def write(self, asks: Sequence[Ask]) -> Iterator[tuple[int, Reply]]:
        for place in reversed(range(len(asks))):  # replies come in any order
            self.asked.append(asks[place])
            yield place, self._reply(asks[place])


class Bouncer:
    """Refuses wordings that hold the word "bad", and those that were taken before."""

    def terms_of(self, text: str) -> tuple[str, ...]:
        return tuple(word for word in text.split() if word.isdigit())

    def judge_all(self, items: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> list[list[Verdict]]:
        return [self._judge(wordings, list(taken)) for _, wordings, taken in items]

    def _judge(self, wordings: Sequence[str], taken: list[str]) -> list[Verdict]:
        found = []
        for text in wordings:
            refusal = Refusal.CHANGES_NUMBER if "bad" in text else Refusal.COPY if text in taken else None
            found.append(Verdict(refusal, "seen" if refusal else "", 0.9))
            taken.append(text)
        return found


@pytest.fixture(scope="session")
def scripted() -> type[Scripted]:
    return Scripted


@pytest.fixture(scope="session")
def bouncer() -> Bouncer:
    return Bouncer()


@pytest.fixture(scope="session")
def says() -> Callable[..., Reply]:
    """Return what makes a reply of texts."""

    def reply(*texts: str, **more: Any) -> Reply:
        return Reply(tuple(Wording(text) for text in texts), **more)

    return reply


@pytest.fixture
def curriculum(make: Callable[..., Any], tmp_path: Path) -> Path:
    """Return a curriculum of 70 questions in three tiers, whose texts differ in a number."""
    make()
    return tmp_path / "curriculum"
