"""Which option a completion names: the letter or the label between its answer tags.

Reads text alone, gives the position of an option or None. A completion that names two different options, or none,
has no answer; what it says among its thoughts is no answer either. In doubt there is none: a reward for a guess at what
was meant would teach a model to be vague.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from curriculum_kit.prompts import LETTERS

_TAG = re.compile(r"<[ ]?(/?)(think|answer)[ ]?>", re.IGNORECASE)
_MARKUP = re.compile(r"</?[a-z]{0,12}(?:>|$)|\\[a-z]{1,12}(?=\s*\{)|[*_`#$\\{}]", re.IGNORECASE)
"""Bold, code, LaTeX and HTML around an answer say nothing, nor does a tag that was cut off at the end."""
_TOKEN = re.compile(
    r"(?P<word>[^\W_]+(?:(?:(?<=\d)[.,](?=\d)|['\u2019])[^\W_]+)*|[+<>%\u2264\u2265\u00b0\u00b1]|(?<!\w)-(?=\d))"
    r"|(?P<joint>(?<=\w)[-/](?=\w))"
    r"|(?P<end>[^\w\s])"
)
"""Words, with the signs that tell "1+" from "1"; what joins two words; what ends a clause."""

_FOLLOWS_LETTER = frozenset(("is", "was", "are", "or", "and", "nor", "seems", "appears", "looks"))
"""Before these a lone "a" is an option: "a is right", "a or b". Before any other word it is an article."""
_BESIDE = """
    a an the this that it its it's i i'd i'll i'm we my our your so thus therefore hence then is was are be must
    should would could may might will can seems appears looks to as or and both either think believe say choose
    chose pick select go with conclude answer answers option options choice choices letter label correct best final
    most likely probably maybe perhaps clearly definitely here there by in of structure organ anatomy anatomical
    image picture photo scan frame scene view question arrow box show shows shown showing depict depicts depicted
    display displays displayed see seen visible mark marked marks indicate indicated indicates identify identified
    name named called pointed
"""
_FILLERS = frozenset(_BESIDE.split())
"""Words that may stand beside an option without changing what is meant. No sides and no parts: the left kidney is not
the kidney, nor is the wall of the gallbladder the gallbladder."""
_CLAUSES = frozenset(
    ("because", "since", "although", "though", "but", "while", "whereas", "however", "rather", "instead")
)
"""Words that begin a clause of their own."""


@dataclass(frozen=True)
class _Word:
    """A word or sign, and whether a mark stands between it and the one before."""

    text: str
    begins: bool


def chosen(completion: str, choices: Sequence[str]) -> int | None:
    """Return the position in `choices` of the option that a completion names between its answer tags, or None.

    Read are the letter ("B", "b.", "(B)", "**B**", "Option B", "B) liver") and the label ("the liver", "Gall bladder"),
    and sentences of little more ("The structure shown is the liver."). A letter and a label, or several answer tags,
    must agree. A label counts only where it stands alone: "left kidney" names no option "kidney". A letter beyond
    the last option is an answer, but not a right one, so that nothing is named. The last tag may be left open.

    >>> choices = ["gut", "liver", "gallbladder", "bladder"]
    >>> chosen("<think>Not <answer>A</answer>.</think> <answer>B) Liver</answer>", choices)
    1
    >>> chosen("<answer>the gall bladder</answer>", choices)
    2
    >>> [chosen(f"<answer>{text}</answer>", choices) for text in ("A or B", "A. liver", "E", "no idea")]
    [None, None, None, None]
    >>> chosen("It is the liver.", choices) is None
    True
    """
    mentions = [found for text in _answer_texts(completion) for found in _mentions(text, choices)]
    left = set.intersection(*mentions) if mentions else set()
    only = left.pop() if len(left) == 1 else None
    return only if only is not None and only < len(choices) else None


def _answer_texts(completion: str) -> Iterator[str]:
    """Yield what stands behind each opened answer tag up to the next tag, thoughts left out."""
    tags = [(tag[2].lower(), bool(tag[1]), tag.start(), tag.end()) for tag in _TAG.finditer(completion)]
    ends = [place for place, (name, closes, *_) in enumerate(tags) if name == "think" and closes]
    opened = next((place for place, (name, closes, *_) in enumerate(tags) if name == "think" and not closes), len(tags))
    # A chat template may have opened the thoughts already: then they end where they are first closed.
    first = ends[0] + 1 if ends and ends[0] < opened else 0
    last_end = ends[-1] if ends else -1
    is_thought = False
    for place, (name, closes, _, end) in enumerate(tags):
        if name == "think":
            is_thought = not closes and place < last_end
        elif not closes and not is_thought and place >= first:
            yield completion[end : tags[place + 1][2] if place + 1 < len(tags) else len(completion)]


def _mentions(text: str, choices: Sequence[str]) -> list[set[int]]:
    """Return for every option that a text names the positions that may be meant.

    These are one for a letter, and more for a label that stands there twice.
    """
    words = list(_words(text))
    spans = _label_spans(words, choices)
    found: list[set[int]] = []
    beside: set[str] = set()
    is_lettered = False
    for clause in _clauses(words, spans):
        named, rest, has_letter = _read_clause(clause)
        if rest <= _FILLERS:
            found += named
            is_lettered |= has_letter
        else:
            beside |= rest
    if found and not is_lettered:
        # "kidney, left" must not be read as "kidney" where "left kidney" is an option too.
        meant = set.intersection(*found)
        others = {word.text for place, label in enumerate(choices) if place not in meant for word in _words(label)}
        if beside & ({word.casefold() for word in others} - _FILLERS):
            return []
    return found


def _label_spans(words: Sequence[_Word], choices: Sequence[str]) -> dict[int, tuple[int, set[int]]]:
    """Return where labels stand: by the first word, how many words, and the options that are called so.

    A label that lies within a longer one is not named, nor is one that a letter is to be read for. A label without
    marks is not looked for across them.
    """
    starts, joined = {}, ""
    for place, word in enumerate(words):
        starts[len(joined)] = place
        joined += word.text.casefold()
    starts[len(joined)] = len(words)
    spans: dict[tuple[int, int], set[int]] = {}
    for option, label in enumerate(choices):
        parts = list(_words(label))
        key = "".join(part.text.casefold() for part in parts)
        if not key or (len(key) == 1 and key.upper() in LETTERS[: len(choices)]):
            continue
        has_marks = any(part.begins for part in parts[1:])
        at = joined.find(key)
        while at >= 0:
            first, last = starts.get(at), starts.get(at + len(key))
            if first is not None and last is not None:
                crosses = any(word.begins for word in words[first + 1 : last])
                if has_marks or not crosses:
                    spans.setdefault((first, last), set()).add(option)
            at = joined.find(key, at + 1)
    outer: dict[int, tuple[int, set[int]]] = {}
    reached = 0
    for first, last in sorted(spans, key=lambda span: (span[0], -span[1])):
        if last > reached:
            reached = last
            outer[first] = (last - first, spans[first, last])
    return outer


def _clauses(words: Sequence[_Word], spans: Mapping[int, tuple[int, set[int]]]) -> Iterator[list[str | set[int]]]:
    """Yield the words of each clause, in place of labels the options that are called so."""
    clause: list[str | set[int]] = []
    covered = 0
    for place, word in enumerate(words):
        if word.begins and place >= covered:
            yield clause
            clause = []
        if place in spans:
            length, options = spans[place]
            clause.append(options)
            covered = max(covered, place + length)
        elif place >= covered:
            if word.text.casefold() in _CLAUSES:
                yield clause
                clause = []
            else:
                clause.append(word.text)
    yield clause


def _read_clause(clause: Sequence[str | set[int]]) -> tuple[list[set[int]], set[str], bool]:
    """Return the options that a clause names, its other words, and whether a letter is among what names them."""
    named: list[set[int]] = []
    rest = set()
    has_letter = False
    for place, word in enumerate(clause):
        if isinstance(word, set):
            named.append(word)
        elif _is_letter(word, clause[place + 1] if place + 1 < len(clause) else None):
            named.append({LETTERS.index(word.upper())})
            has_letter = True
        else:
            rest.add(word.casefold())
    return named, rest, has_letter


def _is_letter(word: str, follows: str | set[int] | None) -> bool:
    """Say whether a word is the letter of an option, and neither the article nor the pronoun."""
    if len(word) != 1 or word.upper() not in LETTERS:
        return False
    if word not in {"a", "i", "I"} or follows is None:
        return True
    return isinstance(follows, str) and follows.casefold() in _FOLLOWS_LETTER


def _words(text: str) -> Iterator[_Word]:
    plain = _MARKUP.sub(" ", unicodedata.normalize("NFKC", text))
    for line in plain.splitlines():
        begins = True
        for found in _TOKEN.finditer(line):
            if found["word"] is not None:
                yield _Word(found[0].replace("\u2019", "'"), begins)
                begins = False
            elif found["end"] is not None:
                begins = True
