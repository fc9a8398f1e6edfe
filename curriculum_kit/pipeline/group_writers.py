"""From what was asked for on the command line to writer, gate and measure; and what it would cost.

`group_curriculum` is `ckit groups` for Python.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.card.groups import DIVERSITY
from curriculum_kit.encoders.text import TextEncoder
from curriculum_kit.enums import WriterKind
from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.pipeline.embedding.cache import cache_folder
from curriculum_kit.pipeline.groups import GroupPlan, Opened, make_groups, open_texts
from curriculum_kit.pipeline.wording_cache import CachedWriter
from curriculum_kit.pipeline.wordings import Text, used
from curriculum_kit.terms import Terms
from curriculum_kit.wordings import Writer
from curriculum_kit.wordings.diversity import diversity
from curriculum_kit.wordings.gate import Gate
from curriculum_kit.writers.budget import tokens_of
from curriculum_kit.writers.rules import RulesWriter
from curriculum_kit.writers.template import REWORDING

MAX_TOKENS = 1024
"""Of a reply: seven wordings of a long question take some 400."""


@dataclass(frozen=True)
class WriterChoice:
    """Which writer, and how it is asked."""

    kind: WriterKind = WriterKind.RULES
    url: str | None = None
    model: str | None = None
    local_model: str | None = None
    temperature: float = 0.8
    max_tokens_total: int | None = None
    concurrency: int = 16
    timeout: float = 120.0
    """Seconds for a reply"""
    cache: Path | None = None


@dataclass(frozen=True)
class Cost:
    """What a run would ask for at first: texts to word, calls not yet answered in the cache, and tokens."""

    writer: str
    texts: int
    groups: int
    calls: int
    tokens_in: int
    tokens_out_at_most: int


def group_curriculum(
    curriculum: Path,
    plan: GroupPlan | None = None,
    choice: WriterChoice | None = None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> dict[str, Any]:
    """Give the questions of a curriculum further wordings; return what its manifest says of them.

    Raises a `CkitError` in one line for whatever `open_texts` and `make_groups` refuse, and for a writer that cannot
    be had: no server, a wrong key, an unknown model.
    """
    plan, choice = plan or GroupPlan(), choice or WriterChoice()
    opened = open_texts(curriculum, plan)
    writer, filler = _writer(choice, plan, opened), RulesWriter(plan.seed, opened.labels)
    encode = _Encoder()
    gate = Gate(opened.labels, _terms(opened), encode)

    def measure(texts: Sequence[Text], sizes: Sequence[int]) -> dict[str, float]:
        return _diversity(texts, sizes, encode)

    facts = make_groups(opened, plan, writer, filler, gate, measure, progress)
    if isinstance(writer, CachedWriter):
        facts = facts | {"calls": writer.asked, "tokens_in": writer.tokens_in, "tokens_out": writer.tokens_out}
        facts |= {"remarks": writer.remarks}
    return facts


def estimate_groups(curriculum: Path, plan: GroupPlan, choice: WriterChoice) -> Cost:
    """Return what the first attempt would cost; nothing is asked and nothing written."""
    opened = open_texts(curriculum, plan)
    writer = _writer(choice, plan, opened)
    groups = sum(text.groups for text in opened.texts)
    if not isinstance(writer, CachedWriter):
        return Cost(writer.name, len(opened.texts), groups, 0, 0, 0)
    gate = Gate(opened.labels, _terms(opened), _Encoder())
    asks = [text.ask(plan.variants - 1, 0, gate.terms_of(text.question)) for text in opened.texts]
    new = writer.missing(asks)
    tokens = sum(tokens_of(REWORDING.messages(ask)) for ask in new)
    return Cost(writer.name, len(opened.texts), groups, len(new), tokens, len(new) * writer.max_tokens)


def _writer(choice: WriterChoice, plan: GroupPlan, opened: Opened) -> Writer:
    """Return the writer that was asked for; raise `ConfigInvalid` where its address or model is not named."""
    if choice.kind is WriterKind.RULES:
        return RulesWriter(plan.seed, opened.labels)
    folder = choice.cache or cache_folder().parent
    if choice.kind is WriterKind.LLM:
        from curriculum_kit.writers.llm import LlmWriter
        from curriculum_kit.writers.server import key_from_environment

        if not choice.url or not choice.model:
            raise ConfigInvalid(
                "--writer llm needs --llm URL and --llm-model NAME, such as --llm http://localhost:8000/v1"
            )
        server = LlmWriter(
            choice.url,
            choice.model,
            key=key_from_environment(),
            concurrency=choice.concurrency,
            timeout=choice.timeout,
            max_tokens=MAX_TOKENS,
            max_tokens_total=choice.max_tokens_total,
            temperature=choice.temperature,
            seed=plan.seed,
        )
        return CachedWriter(server, folder / "wordings", MAX_TOKENS)
    from curriculum_kit.writers.local import LocalWriter

    if not choice.local_model:
        raise ConfigInvalid("--writer local needs --local-model, a folder or a name in the Hugging Face cache")
    local = LocalWriter(choice.local_model, max_tokens=MAX_TOKENS, temperature=choice.temperature, seed=plan.seed)
    return CachedWriter(local, folder / "wordings", MAX_TOKENS)


def _terms(opened: Opened) -> Terms:
    """Return the terms that the curriculum was built with, as far as its table is still there."""
    own = opened.manifest["config"].get("synonyms")
    return Terms.load(Path(own) if own and Path(own).is_file() else None)


_REMEMBERED = 100_000
"""Sentences whose vectors are kept, 150 MB: the gate and the measure of diversity ask for the same."""


class _Encoder:
    """The embedded sentence encoder, loaded when it is first needed."""

    def __init__(self) -> None:
        self._model: TextEncoder | None = None
        self._known: dict[str, NDArray[np.float32]] = {}

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors (n, d)."""
        if self._model is None:
            self._model = TextEncoder.load()
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        vectors = self._model.encode(new)
        fresh = dict(zip(new, vectors, strict=True))
        room = _REMEMBERED - len(self._known)
        self._known |= dict(zip(new[:room], vectors[:room], strict=False))
        rows = [fresh[text] if text in fresh else self._known[text] for text in texts]
        return np.stack(rows) if rows else vectors


def _diversity(
    texts: Sequence[Text], sizes: Sequence[int], encode: Callable[[Sequence[str]], NDArray[np.float32]]
) -> dict[str, float]:
    """Return the figures of diversity over all groups with further wordings; a text counts as often as it is asked."""
    groups = [
        group
        for text in texts
        for group in [(text.question, *(each.text or "" for each in used(text, sizes)))] * text.groups
    ]
    found = asdict(diversity(groups, encode, max(sizes)))
    return {name: round(found[name], 6) for name in DIVERSITY if found[name] is not None}
