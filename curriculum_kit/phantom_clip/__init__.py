"""The CLIP that ships for the phantom: weights, tokenizer and configuration, in open_clip's own format.

`bench/phantom_clip/train.py` makes it from the phantom alone. It knows the phantom's six structures and nothing else;
`README.md` beside it is its card.
"""

from __future__ import annotations

from pathlib import Path

NAME = "phantom"
"""What --clip-model calls it."""


def folder() -> Path:
    """Return where it lies."""
    return Path(__file__).parent
