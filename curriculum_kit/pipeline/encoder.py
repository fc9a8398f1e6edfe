"""Which encoder a config asks for: named at once, loaded when it is needed."""

from __future__ import annotations

from collections.abc import Callable

from curriculum_kit.config import BuildConfig
from curriculum_kit.encoders import Encoder


def encoder_for(config: BuildConfig) -> tuple[str, Callable[[], Encoder]]:
    """Return the fingerprint of the text channel that was asked for, and what loads it: that takes seconds."""
    if config.embeddings:
        from curriculum_kit.encoders.precomputed import load_vectors

        vectors = load_vectors(config.embeddings)
        return vectors.fingerprint, lambda: vectors
    from curriculum_kit.encoders.text import TextEncoder, fingerprint_of

    return fingerprint_of(config.text_model), lambda: TextEncoder.load(config.text_model)
