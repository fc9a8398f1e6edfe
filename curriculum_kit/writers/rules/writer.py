"""The writer `rules`: reads asks, gives wordings of the grammar, or says that it knows no rule for the form."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import zip_longest
from pathlib import Path

from curriculum_kit.labels import fold_label
from curriculum_kit.wordings.base import Ask, Failure, Reply, Variety, Wording
from curriculum_kit.writers.rules import grammar
from curriculum_kit.writers.rules.frames import Frame
from curriculum_kit.writers.rules.things import Phrasing

_ROUNDS = 4
"""How often each frame is filled, in other words each time, before there is nothing more to say."""

_WORD = re.compile(r"[\w-]+")
_PLURAL_Y, _PLURAL = re.compile(r"(?<=\w\w)ies\b"), re.compile(r"(?<=\w\w[^\Wsui])s\b")
_ARTICLES = frozenset({"a", "an", "the"})


class RulesWriter:
    """Rewords questions of the known forms. Needs no model, and gives the same wordings for the same seed and text."""

    name = "rules"

    def __init__(self, seed: int, labels: Sequence[str]) -> None:
        """Take the seed of all choices, and the vocabulary of the curriculum.

        A wording never names a label that its question does not name, nor leaves out one that it does.
        """
        self._seed = seed
        self._labels = frozenset(fold_label(label) for label in labels)
        by_length = sorted({_plain(label) for label in self._labels}, key=lambda label: (-len(label), label))
        self._label = re.compile(
            rf"(?<!\w)(?:{'|'.join(re.escape(label) for label in by_length if label) or '(?!)'})(?!\w)"
        )

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the grammar, the seed and the labels."""
        digest = hashlib.sha256(repr((self._seed, sorted(self._labels))).encode())
        for source in sorted(Path(__file__).parent.glob("*.py")):
            digest.update(source.read_bytes())
        return digest.hexdigest()

    def write(self, asks: Sequence[Ask]) -> Iterator[tuple[int, Reply]]:
        """Yield (position, reply) in the order of the asks; `NO_RULE` where the form of a question is not known.

        There may be fewer wordings than wanted, and none, where all that the grammar has to say was said before.
        """
        for position, ask in enumerate(asks):
            yield position, self._reply(ask)

    def _reply(self, ask: Ask) -> Reply:
        if ask.wanted < 1:
            return Reply()
        found = grammar.read(ask.question)
        if found is None:
            return Reply(failure=Failure.NO_RULE, detail="the form of this question is not known")
        meaning, own = found
        rng = random.Random(f"{self._seed}/{ask.question}")
        kept = self._labels.union(map(_plain, ask.keep))
        words = Phrasing(rng, self._labels, kept)
        frames = [frame for frame in grammar.frames_for(meaning) if frame != own]
        used = {_key(text) for text in (ask.question, *ask.taken, *(text for text, _ in ask.refused))}
        wordings: list[Wording] = []
        for _ in range(_ROUNDS):
            for frame in _mixed(frames, rng):
                text = grammar.write(frame, meaning, words)
                fresh = _key(text) not in used and self._names_the_same(text, ask)
                if fresh and grammar.parse(text) == meaning:
                    used.add(_key(text))
                    wordings.append(Wording(text, frame.variety))
                if len(wordings) == ask.wanted:
                    return Reply(tuple(wordings))
        return Reply(tuple(wordings))

    def _names_the_same(self, text: str, ask: Ask) -> bool:
        """Say whether a wording keeps what it has to keep, and names the labels that the question names."""
        plain = _plain(text)
        kept = all(f" {term} " in f" {plain} " for term in map(_plain, ask.keep))
        return kept and self._named(plain) == self._named(_plain(ask.question))

    def _named(self, plain: str) -> set[str]:
        return set(self._label.findall(plain))


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """Return the words of a text in lower case and in the singular, well enough to compare.

    >>> _plain("How many red Anatomys, cystic_plate things and anatomies?")
    'how many red anatomy cystic plate thing and anatomy'
    """
    words = " ".join(_WORD.findall(text.lower().replace("_", " ")))
    return _PLURAL.sub("", _PLURAL_Y.sub("y", words))


def _key(text: str) -> tuple[str, ...]:
    """Return the words of a text: wordings that differ in marks, case or articles alone are one."""
    return tuple(word for word in _WORD.findall(text.lower()) if word not in _ARTICLES)


def _mixed(frames: Iterable[Frame], rng: random.Random) -> Iterator[Frame]:
    """Yield frames in random order, the varieties in turn."""
    of_variety: dict[Variety | None, list[Frame]] = {}
    for frame in frames:
        of_variety.setdefault(frame.variety, []).append(frame)
    columns = list(of_variety.values())
    rng.shuffle(columns)
    for column in columns:
        rng.shuffle(column)
    for row in zip_longest(*columns):
        yield from (frame for frame in row if frame is not None)
