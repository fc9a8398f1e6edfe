"""One canonical form per label, so that `Cystic_Plate`, `cystic plate` and `Cystic plate.` are one structure."""

from __future__ import annotations

import re
import unicodedata

SYNONYMS = {"specimenbag": "specimen bag"}
"""Spellings of one label that differ by more than case, underscores and white space; SSG-VQA has both."""

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+\d*|(?<![^\W_])-(?=\d)|(?<=\w)-(?!\w)|[^\w\s.,;:!?'\"()\[\]{}/\\&-]")
_BRACKET = re.compile(r"\s*\(([^()]*)\)")
_RELATIONS = frozenset(
    (
        *("above", "after", "before", "below", "between", "but", "by", "from", "if", "in", "into", "no", "nor", "not"),
        *("on", "or", "over", "than", "to", "under", "versus", "via", "vs", "with", "without"),
    )
)
_OPPOSITES = (
    *(
        ("left", "right"),
        ("upper", "lower"),
        ("anterior", "posterior"),
        ("superior", "inferior"),
        ("medial", "lateral"),
    ),
    *(("proximal", "distal"), ("benign", "malignant"), ("positive", "negative"), ("normal", "abnormal")),
    *(("acute", "chronic"), ("large", "small"), ("high", "low"), ("increased", "decreased")),
)
_SHORT = 4
"""Longer labels are sentences: their words keep their order."""


def fold_label(text: str) -> str:
    """Return the canonical form of a label: case, underscores, white space and a final full stop folded.

    Characters that nobody sees (Unicode's category Cf: zero-width spaces, soft hyphens, byte order marks) go.

    Folding is idempotent. Characters that Unicode holds for forms of another are folded too (NFKC:
    full-width letters, the superscript 2), other accents, digits, commas and hyphens are kept. A label
    of nothing but white space and full stops folds to the empty string, which no table accepts.

    >>> fold_label(" Cystic_Plate. ")
    'cystic plate'
    >>> fold_label("MR  (Mag-netic Resonance)")
    'mr (mag-netic resonance)'
    >>> fold_label("li\\u00adver\\u200b")
    'liver'
    """
    seen = text if text.isascii() else "".join(c for c in text if unicodedata.category(c) != "Cf")
    # NFKC before and after: casefold can undo a composition, and the result must not change again.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    label = " ".join(folded.replace("_", " ").split()).rstrip(". ")
    return SYNONYMS.get(label, label)


def near_key(label: str) -> str:
    """Return the key under which labels that mean the same are equal: an option and its near-copy share it.

    Ignored are punctuation, hyphens, articles, the plural s, the order of up to four words ("lung, left"; "of"
    is ignored with it) and a bracket that only repeats what stands before it or abbreviates it. Kept is all that
    may tell structures apart: numbers, signs (1+), letters that stand alone (hepatitis A), prefixes, left and
    right, and the order where a word relates two things. The key is not meant to be read.

    >>> near_key("the X-ray image") == near_key("x ray images.")
    True
    >>> near_key("magnetic resonance imaging (mri)") == near_key("MRI (magnetic resonance imaging)")
    True
    >>> near_key("cancer of the lung") == near_key("lung cancer")
    True
    >>> near_key("grade 1") == near_key("grade 1+")
    False
    """
    folded = fold_label(label)
    words = _words(_without_repeats(folded))
    if _order_is_free(words):
        words = sorted(word for word in words if word != "of")
    return " ".join(words) or folded


def _order_is_free(words: list[str]) -> bool:
    """Return whether the words mean the same in any order: few, without relations, each number and side but once."""
    bare = sum(len(word) == 1 or word[0].isdigit() for word in words)
    relations = bool(_RELATIONS.intersection(words)) or any(
        side in words and other in words for side, other in _OPPOSITES
    )
    return len(words) - words.count("of") <= _SHORT and bare <= 1 and not relations


def _words(text: str) -> list[str]:
    words = _WORD.findall(text.replace("'s", "").replace("\u2019s", "").replace("xray", "x ray"))
    # A letter is an article only where something follows that it can belong to: "a cyst", not "hepatitis a".
    kept = [
        word
        for place, word in enumerate(words)
        if word not in {"the", "an"}
        and not (word == "a" and len(words) > 1 and (place == 0 or words[place - 1] == "of"))
    ]
    return [_singular(word) for word in kept or words]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _without_repeats(text: str) -> str:
    """Return the text without brackets that say again what stands before them, in words or as initials."""
    found = _BRACKET.search(text)
    if found is None:
        return text
    before, inside = _words(text[: found.start()]), _words(found[1])
    if not before or not inside:
        return text
    if len(inside) == 1 and inside[0] == _initials(before):
        return text[: found.start()] + text[found.end() :]
    if len(before) == 1 and before[0] == _initials(inside):
        return found[1] + text[found.end() :]
    return text[: found.start()] + text[found.end() :] if set(inside) <= set(before) else text


def _initials(words: list[str]) -> str:
    return "".join(word[0] for word in words) if len(words) > 1 else ""
