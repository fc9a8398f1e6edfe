"""How findings speak of counts."""

from __future__ import annotations


def part(rows: int, of: int, things: str) -> str:
    """Return a count, what it is part of, and the share.

    >>> part(526, 1615, "test questions")
    '526 of 1,615 test questions (32.6%)'
    >>> part(4, 62907, "questions"), part(7, 7, "questions")
    ('4 of 62,907 questions (under 0.1%)', 'all 7 questions')
    """
    if rows == of:
        return f"all {of:,} {things}"
    share = f"{rows / of:.1%}"
    return f"{rows:,} of {of:,} {things} ({'under 0.1%' if rows and share == '0.0%' else share})"


def sentence(*parts: str) -> str:
    """Return the parts as one sentence: joined by spaces, with a capital and a full stop.

    >>> sentence("all 7 questions", "show a blank image")
    'All 7 questions show a blank image.'
    """
    text = " ".join(text for text in parts if text)
    return f"{text[:1].upper()}{text[1:]}."
