"""Words of questions about whole pictures: what a picture is called, what is asked for, and what is said of it."""

from __future__ import annotations

import random
import re

from curriculum_kit.writers.rules.meaning import Picture

SHOWN = "shown"
_SHOWN = frozenset(
    (
        *(
            "shown",
            "show",
            "depicted",
            "displayed",
            "visible",
            "visualized",
            "seen",
            "pictured",
            "presented",
            "portrayed",
        ),
        *(
            "illustrated",
            "featured",
            "present",
            "represented",
            "observed",
            "captured",
            "revealed",
            "exhibited",
            "found",
        ),
        *("evident", "apparent", "discernible", "observable", "noticeable", "perceptible"),
    )
)
_OTHERS = (
    *("identified", "indicated", "highlighted", "affected", "involved", "impacted", "targeted", "implicated"),
    *("compromised", "afflicted", "detected", "detectable", "identifiable", "suggested"),
)
_CAN_BE = {"detectable": "detected", "identifiable": "identified"}
_SHOW_VERBS = (
    *("show", "depict", "display", "portray", "illustrate", "represent", "reveal", "feature", "contain", "present"),
    *("capture", "exhibit"),
)
_MANNERS = {
    "specifically": "specifically", "particularly": "specifically", "primarily": "primarily", "mainly": "primarily",
}  # fmt: skip
_DEGREES = {"specific": "specifically", "main": "primarily", "primary": "primarily"}
MAKING = {"obtain": "obtained", "acquire": "acquired", "capture": "captured", "produce": "produced"}
_MAKING = r"(?:obtain|acquir|captur|produc|creat|generat|tak|mak|record)(?:e|ing)?"
_MADE = "obtained|acquired|captured|produced|created|generated|taken|made|recorded"

# No verb, preposition or other word that holds a sentence together may stand in what is asked for.
_HOLDS = r"is|are|was|were|be|been|being|does|do|did|has|have|can|could|would|should|may|will|that|which|what|who|you"
_HOLDS += r"|it|its|this|these|to|by|from|with|on|in|at|as|or|and|not|no|there|any|if|how|into|than|show|shows|appears?"
_BARRED = "|".join(sorted(_SHOWN | set(_OTHERS) | set(_MANNERS)))
_WORD = rf"(?!(?:{_HOLDS}|of|for|the|an?|{_BARRED})\b)[a-z][\w'-]*"
_NOUN = rf"{_WORD}(?: {_WORD}){{0,4}}(?: (?:of|for) (?:the |an? )?{_WORD}(?: {_WORD}){{0,3}}){{0,2}}"
_CALLED = "visual representation|visual depiction|visualization|visual|image|picture|scan|sonogram|photograph|photo"
_CALLED += "|radiograph|examination|illustration|ultrasound|micrograph"
_OF_PICTURE = rf"(?!(?:{_HOLDS}|of|for|the)\b)[\w()/-]+"
_PICTURE = rf"(?:this|the) (?:{_OF_PICTURE} ){{0,4}}?(?:{_CALLED})"
_MANNER = rf"(?:(?:{'|'.join(_MANNERS)}) )"

PATTERNS = {
    "w": "what|which",
    "is": "is|are",
    "was": "was|is|were|are",
    "at": "in|on|by|from",
    "n": _NOUN,
    "content": "contents?|subject|subject matter|object",
    "i": _PICTURE,
    "p": rf"{_MANNER}?(?:being )?(?:{'|'.join(sorted((*_SHOWN, *_OTHERS)))})",
    "be": "seen|observed|found|identified|visualized|detected",
    "v": rf"{_MANNER}?(?:{'|'.join(_SHOW_VERBS)})",
    "vs": rf"{_MANNER}?(?:{'|'.join(_SHOW_VERBS)})s",
    "do": "highlight|indicate|suggest",
    "m": _MANNER + "?",
    "degree": f"(?:(?:{'|'.join(_DEGREES)}) )?",
    "part": r"\w+",
    "used": "used|utilized|utilised|employed|performed|applied",
    "make": _MAKING,
    "made": _MADE,
}
"""What may fill the slots of frames about pictures; see `picture_frames`."""

_PARTS = re.compile(rf"(this|the) (.*?) ?({_CALLED})", re.IGNORECASE)
_NAME_OF = re.compile(
    r"^(?:(?:specific|medical|clinical|correct) )?(?:(?:name|term)(?: used)? (?:of|for)"
    r"|term used to (?:describe|classify)) the ",
    re.IGNORECASE,
)
_NO_NOUN = re.compile(r"(?:ed|able|ible|given|taken|visibly|visually|clearly)(?: of\b| for\b|$)", re.IGNORECASE)
_BODY = re.compile(r"((?:.* )?)body (part|area|region)")
_OF_BODY = re.compile(r"((?:.* )?)(part|area|region) of the body")
_TECHNIQUE = re.compile(
    r"imaging|modalit|techni|method|technolog|\b(?:tool|scan|procedure|test|examination|exam|device|equipment|machine)\b",
    re.IGNORECASE,
)
_ANATOMY = frozenset({"joint", "bone", "organ", "tissue", "structure", "muscle", "vessel", "limb", "region", "area"})
_COMPLEX = re.compile(r"(\w+) (?:of|for) (?:the|an?) (?!body|human|anatomy|chest|thora|physique)")


def read_picture(text: str) -> Picture | None:
    """Read "this ultrasound image"."""
    match = _PARTS.fullmatch(text)
    if match is None:
        return None
    noun = match[3].lower()
    return Picture(match[2], "image" if noun == "picture" else noun, match[1].lower())


def read_noun(text: str) -> str | None:
    """Return what is asked for in one form: "name of the body part" is "part of the body".

    None where it ends with what is no noun: a participle or an adjective that says something of it.
    """
    if _NO_NOUN.search(text):
        return None
    noun = _NAME_OF.sub("", re.sub(r"\bparticular\b", "specific", text))
    return _BODY.sub(r"\1\2 of the body", noun)


def read_predicate(text: str) -> tuple[str, str]:
    """Return what is said, and in what manner: "primarily being depicted" is ("shown", "primarily")."""
    *before, word = text.lower().split()
    manner = next((_MANNERS[other] for other in before if other in _MANNERS), "")
    shown = word in _SHOWN or word.removesuffix("s") in _SHOW_VERBS
    return SHOWN if shown else _CAN_BE.get(word, word), manner


def read_manner(text: str) -> str:
    """Return a manner from an adverb or the adjective made of it; "" for none."""
    word = text.strip().lower()
    return _MANNERS.get(word) or _DEGREES.get(word, "")


def is_plural(noun: str) -> bool:
    """Say whether what is asked for is plural: "signs of disease" is, "diagnosis" is not."""
    head = re.split(" of | for ", noun)[0]
    return head.endswith("s") and not head.endswith(("ss", "is", "us"))


def is_complex(noun: str) -> bool:
    """Say whether a noun has a complement of its own ("stage of the cancer"): no "which" can stand before it."""
    return bool(_COMPLEX.search(noun))


def is_technique(noun: str) -> bool:
    """Say whether a noun is a way to make pictures: "In what part of the body was this image taken" asks for none."""
    return bool(_TECHNIQUE.search(noun))


def is_anatomy(noun: str) -> bool:
    """Say whether a noun is something that parts of a body come from: "joint" is, "angle" is not."""
    return noun.lower() in _ANATOMY


def write_noun(noun: str, rng: random.Random) -> str:
    """Return a noun, "part of the body" at times as "body part"."""
    return _OF_BODY.sub(r"\1body \2", noun) if rng.random() < 0.4 else noun


def write_picture(picture: Picture, rng: random.Random) -> str:
    """Return what a picture is called; one without a modifier may be an image or a picture."""
    noun = picture.noun
    if noun == "image" and not picture.modifier and rng.random() < 0.3:
        noun = "picture"
    return " ".join(filter(None, (picture.article, picture.modifier, noun)))


def write_predicate(predicate: str, manner: str, rng: random.Random) -> str:
    """Return "shown" in one of its words, or another predicate as it is, with its manner."""
    word = rng.choice(("shown", "depicted", "displayed", "visible")) if predicate == SHOWN else predicate
    if manner and word == "visible":
        word = "shown"
    return f"{manner} {word}".strip()


def write_show(manner: str, rng: random.Random) -> str:
    """Return a verb for what a picture does, with its manner."""
    return f"{manner} {rng.choice(('show', 'depict', 'display'))}".strip()


def write_degree(manner: str) -> str:
    """Return the adjective made of a manner, with a space behind it: "primary "."""
    return {"specifically": "specific ", "primarily": "primary "}.get(manner, "")
