"""Encoders turn labels into unit vectors. A stage sees the `Encoder` protocol, never a model library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.errors import EmbeddingsInvalid


class Encoder(Protocol):
    """Whatever gives a vector to a label."""

    @property
    def name(self) -> str:
        """Return the name for messages and the manifest."""

    @property
    def fingerprint(self) -> str:
        """Return a SHA-256 that changes whenever the vectors may change; embeddings are cached by it."""

    def encode(self, labels: list[str]) -> NDArray[np.float32]:
        """Return unit vectors of shape (len(labels), d), in the order of `labels`."""


def unit_rows(vectors: NDArray[np.floating], labels: Sequence[str], origin: str) -> NDArray[np.float32]:
    """Return the rows scaled to length 1, as float32.

    `vectors` has shape (n, d) and row i belongs to `labels[i]`; `origin` names the model or file for
    messages. Raises `EmbeddingsInvalid`, naming the first label, for NaN, infinity and zero vectors.
    """
    exact = np.asarray(vectors, dtype=np.float64)
    finite = np.isfinite(exact).all(axis=1)
    if not finite.all():
        label = labels[int(np.argmin(finite))]
        raise EmbeddingsInvalid(f"{origin}: the vector of {label!r} holds NaN or infinity; compute it again")
    # Scaled by the largest entry first: squares of huge or tiny numbers would overflow or vanish.
    largest = np.abs(exact).max(axis=1, initial=0.0, keepdims=True)
    if not largest.all():
        label = labels[int(np.argmin(largest[:, 0]))]
        raise EmbeddingsInvalid(f"{origin}: the vector of {label!r} is zero and has no direction; compute it again")
    exact = exact / largest
    unit: NDArray[np.float32] = (exact / np.linalg.norm(exact, axis=1, keepdims=True)).astype(np.float32)
    return unit
