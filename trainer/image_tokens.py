"""Tokens that stand for an image in a prompt, which no model may write: there would be no image behind them."""

from __future__ import annotations

from typing import Any

_NAMES = ("image_token_id", "image_token_index", "video_token_id", "vision_start_token_id")
"""Where the configurations of transformers keep them."""


def never_sampled(config: Any) -> list[int]:
    """Return the tokens of a model's configuration that are suppressed when it writes, in order."""
    found = {getattr(config, name, None) for name in _NAMES}
    return sorted(token for token in found if isinstance(token, int) and token >= 0)
