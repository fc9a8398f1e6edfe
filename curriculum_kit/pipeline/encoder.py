"""Which encoders a config asks for: named at once, loaded when they are needed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from curriculum_kit.config import BuildConfig
from curriculum_kit.encoders import Encoder

if TYPE_CHECKING:
    from curriculum_kit.encoders.clip import ClipModel


@dataclass(frozen=True)
class ClipSource:
    """The CLIP model that was asked for."""

    name: str
    fingerprint: str
    own_templates: bool
    """Whether it was trained on sentences of its own"""
    labels: tuple[str, ...] | None
    """The only labels that it was trained on; None where on language at large"""
    load: Callable[[], ClipModel]
    """Gives the model; loads it once, which takes seconds"""


def encoder_for(config: BuildConfig) -> tuple[str, Callable[[], Encoder]]:
    """Return the fingerprint of the text channel that was asked for, and what loads it: that takes seconds."""
    if config.embeddings:
        from curriculum_kit.encoders.precomputed import load_vectors

        vectors = load_vectors(config.embeddings)
        return vectors.fingerprint, lambda: vectors
    from curriculum_kit.encoders.text import TextEncoder, fingerprint_of

    return fingerprint_of(config.text_model), lambda: TextEncoder.load(config.text_model)


def clip_for(config: BuildConfig) -> ClipSource | None:
    """Return the CLIP model that was asked for; raise `ModelUnavailable` in one line where it cannot be had."""
    if config.clip_model is None:
        return None
    from curriculum_kit.encoders.clip import ClipModel
    from curriculum_kit.encoders.clip.files import find

    name = config.clip_model
    load = functools.cache(lambda: ClipModel.load(name, config.device))
    files = find(name)
    return ClipSource(name, files.fingerprint(), files.templates is not None, files.labels, load)
