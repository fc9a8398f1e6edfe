"""One canonical form per label, so that `Cystic_Plate`, `cystic plate` and `Cystic plate.` are one structure."""

from __future__ import annotations

import unicodedata

SYNONYMS = {"specimenbag": "specimen bag"}
"""Spellings of one label that differ by more than case, underscores and white space; SSG-VQA has both."""


def fold_label(text: str) -> str:
    """Return the canonical form of a label: case, underscores, white space and a final full stop folded.

    Folding is idempotent. Characters that Unicode holds for forms of another are folded too (NFKC:
    full-width letters, the superscript 2), other accents, digits, commas and hyphens are kept. A label
    of nothing but white space and full stops folds to the empty string, which no table accepts.

    >>> fold_label(" Cystic_Plate. ")
    'cystic plate'
    >>> fold_label("MR  (Mag-netic Resonance)")
    'mr (mag-netic resonance)'
    """
    # NFKC before and after: casefold can undo a composition, and the result must not change again.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    label = " ".join(folded.replace("_", " ").split()).rstrip(". ")
    return SYNONYMS.get(label, label)
