"""Counts in sentences: what the doctests leave open."""

from curriculum_kit.audit.counts import part


def test_none_is_no_small_share() -> None:
    assert part(0, 5_000, "questions") == "0 of 5,000 questions (0.0%)"
    assert part(1, 5_000, "questions") == "1 of 5,000 questions (under 0.1%)"
