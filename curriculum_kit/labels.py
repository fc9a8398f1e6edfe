"""One canonical form per label, so that `Cystic_Plate`, `cystic plate` and `Cystic plate.` are one structure."""

from __future__ import annotations

import unicodedata


def fold_label(text: str) -> str:
    """Return the canonical form of a label: case, underscores, white space and a final full stop folded.

    Folding is idempotent. It keeps every other character: accents, digits, commas, hyphens. A label
    of nothing but white space and full stops folds to the empty string, which no table accepts.

    >>> fold_label(" Cystic_Plate. ")
    'cystic plate'
    >>> fold_label("MR  (Mag-netic Resonance)")
    'mr (mag-netic resonance)'
    """
    # NFKC before and after: casefold can undo a composition, and the result must not change again.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.replace("_", " ").split()).rstrip(". ")
