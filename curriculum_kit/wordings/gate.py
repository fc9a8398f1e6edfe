"""The gate that every wording passes, whoever wrote it: does it ask the same, and nothing but that?

Reads original texts, wordings, the labels of a vocabulary and a table of anatomical terms; gives a `Verdict` for each
wording. It is strict where it cannot read: a wording refused costs another try, a wrong one taken costs a wrong
reward. The first reason that holds is given, in this order:

1. the text alone: `EMPTY`, `TOO_LONG`, `MARKUP`, `OTHER_LANGUAGE`, `INSTRUCTIONS`, `COPY`, `NOT_ONE_SENTENCE`,
   `NOT_A_QUESTION`, `TOO_SHORT`;
2. what it says against the original: `NAMES_CHOICE`, `CHANGES_NEGATION`, `CHANGES_NUMBER`, `CHANGES_RELATION` where
   one side became another, `DROPS_REFERENT`, `ADDS_REFERENT`, `CHANGES_RELATION`, `CHANGES_ASKED`;
3. `MEANS_ELSE` by the encoder, which sees only what is left.

`RAISES_BLIND` is not decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.terms import Terms
from curriculum_kit.wordings import form, meaning
from curriculum_kit.wordings.base import Refusal, Verdict
from curriculum_kit.wordings.lexicon import Lexicon

Pair = tuple[str, Sequence[str], Sequence[str]]
"""An original, wordings of it, and those taken before."""

_READ = 1 << 17
"""Texts whose reading is kept."""


@dataclass(frozen=True)
class Bounds:
    """What a wording may be at most and must be at least."""

    words_at_least: int = 3
    words_at_most: int = 60
    times_as_long: float = 3.0
    """Words, and characters, of a wording for each of its original."""
    characters_at_most: int = 500
    similarity_at_least: float = 0.3
    """Cosine of the sentences. Low, since the terms do the fine work: it stops what is about something else."""


class Gate:
    """Judges wordings for one vocabulary. `encode` gives unit rows (n, d) for n texts."""

    def __init__(
        self,
        labels: Sequence[str],
        terms: Terms,
        encode: Callable[[Sequence[str]], NDArray[np.float32]],
        bounds: Bounds | None = None,
    ) -> None:
        self._lexicon = Lexicon(labels, terms)
        self._encode = encode
        self._bounds = bounds or Bounds()
        self._read = lru_cache(maxsize=_READ)(lambda text: meaning.read(text, self._lexicon))

    def terms_of(self, text: str) -> tuple[str, ...]:
        """Return the terms of a text that each wording must keep, as they stand there and in their order."""
        found = self._read(text).referents
        spans = dict.fromkeys(text[item.start : item.end] for item in found.items if meaning.must_stay(item, found))
        return tuple(spans)

    def judge(self, original: str, wordings: Sequence[str], taken: Sequence[str] = ()) -> list[Verdict]:
        """Return a verdict for each wording of an original; one that repeats an accepted one of these is a `COPY`."""
        return self.judge_all([(original, wordings, taken)])[0]

    def judge_all(self, pairs: Iterable[Pair]) -> list[list[Verdict]]:
        """Return the verdicts of many originals, in order; all that needs the encoder is encoded at once."""
        pairs = list(pairs)
        cheap = [
            [self._unlike(original, wording, taken) for wording in wordings] for original, wordings, taken in pairs
        ]
        needed = dict.fromkeys(
            text
            for (original, wordings, _), verdicts in zip(pairs, cheap, strict=True)
            for wording, verdict in zip(wordings, verdicts, strict=True)
            if verdict is None
            for text in (original, wording)
        )
        # Sorted by length for the encoder's padding, then by text: the same texts make the same batches.
        texts = sorted(needed, key=lambda text: (len(text), text))
        rows = {text: row for row, text in enumerate(texts)}
        vectors = self._encode(texts) if texts else np.empty((0, 1), np.float32)
        return [
            self._settled(original, wordings, verdicts, rows, vectors)
            for (original, wordings, _), verdicts in zip(pairs, cheap, strict=True)
        ]

    def _settled(
        self,
        original: str,
        wordings: Sequence[str],
        verdicts: Sequence[Verdict | None],
        rows: dict[str, int],
        vectors: NDArray[np.float32],
    ) -> list[Verdict]:
        """Return the verdicts with those filled in that only the encoder can give."""
        settled: list[Verdict] = []
        accepted: set[str] = set()
        for wording, verdict in zip(wordings, verdicts, strict=True):
            if verdict is not None:
                settled.append(verdict)
                continue
            one, other = vectors[rows[original]], vectors[rows[wording]]
            similarity = float(np.clip(np.dot(one.astype(np.float64), other.astype(np.float64)), -1.0, 1.0))
            folded = form.fold(wording)
            if folded in accepted:
                settled.append(Verdict(Refusal.COPY, "repeats a wording accepted with it", similarity))
            elif similarity < self._bounds.similarity_at_least:
                detail = f"similarity {similarity:.2f} is below {self._bounds.similarity_at_least:.2f}"
                settled.append(Verdict(Refusal.MEANS_ELSE, detail, similarity))
            else:
                accepted.add(folded)
                settled.append(Verdict(similarity=similarity))
        return settled

    def _unlike(self, original: str, wording: str, taken: Sequence[str]) -> Verdict | None:
        """Return the first refusal that needs no encoder, None where there is none."""
        refused = self._malformed(original, wording, taken)
        if refused is None:
            refused = meaning.difference(self._read(original), self._read(wording), self._lexicon)
        return None if refused is None else Verdict(*refused)

    def _malformed(self, original: str, wording: str, taken: Sequence[str]) -> tuple[Refusal, str] | None:
        checks: tuple[tuple[Refusal, Callable[[str, str], str]], ...] = (
            (Refusal.EMPTY, form.empty),
            (Refusal.TOO_LONG, self._too_long),
            (Refusal.MARKUP, form.markup),
            (Refusal.OTHER_LANGUAGE, form.other_language),
            (Refusal.INSTRUCTIONS, form.instructions),
            (Refusal.COPY, lambda text, before: form.copies(text, [before, *taken])),
            (Refusal.NOT_ONE_SENTENCE, form.several_sentences),
            (Refusal.NOT_A_QUESTION, self._states),
            (Refusal.TOO_SHORT, self._too_short),
        )
        return next(((refusal, said) for refusal, check in checks if (said := check(wording, original))), None)

    def _too_long(self, wording: str, original: str) -> str:
        bounds = self._bounds
        if len(wording) > max(bounds.characters_at_most, bounds.times_as_long * len(original)):
            return f"{len(wording)} characters"
        words, before = len(wording.split()), len(original.split())
        # A short question may be asked at some length: three times two words are none.
        allowed = max(min(bounds.words_at_most, bounds.times_as_long * max(before, 6)), before + 5)
        return f"{words} words for {before}" if words > allowed else ""

    def _too_short(self, wording: str, original: str) -> str:
        words = len(wording.split())
        return f"{words} words" if words < min(self._bounds.words_at_least, len(original.split())) else ""

    def _states(self, wording: str, original: str) -> str:
        """Return why a wording asks nothing, "" where it asks or the original does not ask either."""
        before, after = self._read(original).question, self._read(wording).question
        if after is None:
            return "asks nothing" if before is not None else ""
        marked = wording.rstrip().endswith("?") or "?" not in original
        return "" if marked or after.request else "ends without a question mark"
