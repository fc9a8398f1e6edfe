"""What can be said of a wording without its meaning: length, marks, language, who speaks, and whether it is a copy.

Reads texts alone. What an original has itself is no fault of its wording: a marked-up question may be worded with
the marks it has.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from curriculum_kit.wordings.words import word_set

_FOLD = re.compile(r"[\W_]+")
_ARTICLES = frozenset({"a", "an", "the"})

_MARKUP = {
    "tags": re.compile(r"</?[A-Za-z|][^>]{0,80}>|\[/?[A-Z]{3,}\]|<\|"),
    "a code fence": re.compile(r"`"),
    "JSON": re.compile(r"[{}]|\"\s*:|\[\s*\""),
    "a list": re.compile(
        r"^\s*(?:[-*\u2022+>#]|\(?\d{1,2}[.):]\s|\(?[A-Za-z][.)]\s|\([A-Za-z0-9]{1,2}\))|\s\(?[A-H][.):]\s|\([A-Ha-h]\)\s"
    ),
    "an address": re.compile(r"https?:|www\.|\w@\w+\.\w|\b\w+\.(?:com|org|net|io)\b", re.IGNORECASE),
    "emphasis": re.compile(r"\*\*?\S|\S\*\*?|__|~~|\$|\\[A-Za-z(\[]|={2,}|#{2,}|\|"),
    "quotation marks around it": re.compile(r"^\s*[\"\u201c\u2018'].*[\"\u201d\u2019']\s*$", re.DOTALL),
    "a label before it": re.compile(
        r"^\s*(?:q|question|variant|wording|paraphrase|rewording|rephrased|version|output|text|answer|assistant|user|"
        r"system|original|example|option|note|syntax|perspective|order|register)\s*\d*\s*[:=-]",
        re.IGNORECASE,
    ),
}

_INSTRUCTIONS = re.compile(
    "|".join(
        (
            r"\b(?:ignor(?:e|ing)|disregard|forget|overrid\w+|bypass)\b",
            r"\bas an? (?:ai|artificial|language model|llm|large language|assistant|chat\w*)\b",
            r"\b(?:language model|chatbot|system prompt|developer mode|openai|chatgpt|claude|llama|prompt)\b",
            r"^\W*(?:sure|certainly|of course|absolutely|okay|ok|alright|great|yes|no|hello|hi|thanks|sorry|apologies)"
            r"\b\s*[,.!:;-]",
            r"\bhere(?:'s|\u2019s| is| are) (?:the|a|an|your|my|one|some|another|how)\b",
            r"\bI(?:['\u2019](?:ll|d|ve)| can(?:not|['\u2019]t)?| will| won['\u2019]t| would| have| must)\b"
            r"(?! (?:like|love|want) (?:you )?to (?:know|learn|identify|tell|name))",
            r"\bI(?:['\u2019]m| am| apologi[sz]e)\b(?! (?:seeing|looking|curious|wondering|interested))",
            r"\b(?:re-?phras|paraphras|re-?word|re-?writ)\w*|\b(?:wordings?|variants?)\b",
            r"\b(?:answer(?:s|ed|ing)?|respond|responses?|reply|replies)\b",
            r"\b(?:choos(?:e|ing)|select(?:ing)?|choices?|options?|letter)\b|\bpick (?:one|the|from|an?|between)\b",
            r"\bthink(?:ing)? (?:step|carefully|it|about|hard)\b|\bstep[- ]by[- ]step\b",
            r"\breason(?:ing)? (?:step|through|it)\b|\b(?:explain|justify|elaborate|briefly|concisely)\b",
            r"\b(?:make sure|be (?:sure|careful|concise|brief|precise|specific))\b",
            r"\bin (?:one|a single|a few|two|three|at most \w+) (?:words?|sentences?|letters?)\b",
            r"\b(?:you are|you['\u2019]re)\b(?! (?:able|looking|seeing|shown|asked))",
            r"\b(?:act as|pretend|imagine|role-?play|suppose you|assume you)\b",
            r"\byou (?:must|should|need|have to|shall|may not)\b",
            r"\b(?:do not|don['\u2019]t|never) (?:mention|say|name|use|give|include|guess)\b",
            r"\b(?:hint|clue|instructions?|the correct one|the following|listed below|from the list|true or false)\b",
            r"\bthe (?:above|previous|preceding) (?:and|instruction|text|question|prompt|message|rule|request)",
            r"\b(?:output|print|return|format|json|xml|markdown|html)\b",
        )
    ),
    re.IGNORECASE,
)


def empty(text: str, _original: str) -> str:
    """Return that a text has no words, "" where it has."""
    return "" if any(character.isalnum() for character in text) else "has no words"


def fold(text: str) -> str:
    """Return a text without case, marks, spaces and articles: what two copies have in common.

    >>> fold("What is the top-mid anatomy?") == fold("what is top mid  anatomy ?")
    True
    """
    words = _FOLD.split(unicodedata.normalize("NFKC", text).casefold())
    return "".join(word for word in words if word and word not in _ARTICLES)


def copies(text: str, others: Sequence[str]) -> str:
    """Return which of others a text copies, "" for none; the first is the original."""
    folded = fold(text)
    place = next((place for place, other in enumerate(others) if fold(other) == folded), None)
    if place is None:
        return ""
    return "repeats one taken before" if place else "is the original"


def markup(text: str, original: str) -> str:
    """Return what of a model's own format a text holds, "" for nothing."""
    if hidden := next((c for c in text if _hidden(c)), ""):
        return f"holds the character U+{ord(hidden):04X}"
    for name, pattern in _MARKUP.items():
        if (found := pattern.search(text)) and not pattern.search(original):
            return f"holds {name}: {found[0].strip()[:20]!r}"
    return ""


@lru_cache(maxsize=4096)
def _hidden(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "C" or category in {"So", "Zl", "Zp"} or (category == "Zs" and character not in " \u00a0")


def other_language(text: str, original: str) -> str:
    """Return why a text is not in English, "" where it is; the gate reads no other language."""
    if foreign := next((c for c in text if not c.isascii() and _foreign_letter(c) and c not in original), ""):
        return f"holds the letter {foreign!r}"
    if "\u00bf" in text or "\u00a1" in text:
        return "has the marks of another language"
    words = [word for word in _FOLD.split(text.casefold()) if word]
    english, foreign_words = (
        sum(word in word_set("english") for word in words),
        [word for word in words if word in word_set("foreign")],
    )
    if len(foreign_words) > english or (not english and len(words) > 4):
        return f"reads as no English ({' '.join(words[:4])})"
    if any(not c.isascii() and _foreign_letter(c) for c in text):
        return "is in another script, which the gate cannot read"
    return ""


@lru_cache(maxsize=4096)
def _foreign_letter(character: str) -> bool:
    # Greek letters stand for themselves in names ("\u03b2 cells"); the original has them then.
    return character.isalpha() and not unicodedata.name(character, "").startswith("LATIN")


def instructions(text: str, original: str) -> str:
    """Return what in a text tells its reader how to behave or speaks about itself, "" for nothing."""
    had = {found[0].casefold() for found in _INSTRUCTIONS.finditer(original)}
    for found in _INSTRUCTIONS.finditer(text):
        if found[0].casefold() not in had:
            return f"says {found[0].strip()!r}"
    return ""


_BETWEEN = re.compile(r"[.!?\u2026]+[\"')\]]*\s*(?=[^\s.!?\"')\]])|[!?]{2,}|\.{2,}")
_NO_END = re.compile(r"\b(?:e\.g|i\.e|vs|dr|approx|etc|fig|no|cf|[A-Za-z])\.\s*$|\d\.(?=\d)$", re.IGNORECASE)


def sentences(text: str) -> int:
    """Return how many sentences a text has; abbreviations and decimal points end none.

    >>> sentences("What is 2.5 cm wide?"), sentences("It is red. What is it?")
    (1, 2)
    """
    ends = [found for found in _BETWEEN.finditer(text.strip()) if not _no_end(text.strip(), found)]
    return 1 + len(ends)


def several_sentences(text: str, original: str) -> str:
    """Return how many sentences a text has where it may have one, or as many as its original; else ""."""
    count = sentences(text)
    return f"{count} sentences" if count > max(1, sentences(original)) else ""


def _no_end(text: str, found: re.Match[str]) -> bool:
    before = text[: found.end()].rstrip()
    after = text[found.end() : found.end() + 1]
    decimal = found[0] == "." and before[-2:-1].isdigit() and after.isdigit()
    return decimal or (found[0].startswith(".") and bool(_NO_END.search(before)))
