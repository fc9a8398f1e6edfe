"""Wordings of a question: what is asked of a writer, what comes back, and what the gate says of it.

Reads texts alone; knows no writer, no curriculum and no disk. `gate` decides, `base` holds what all sides speak of.
"""

from curriculum_kit.wordings.base import Ask, Failure, Refusal, Reply, Variety, Verdict, Wording, Writer

__all__ = ["Ask", "Failure", "Refusal", "Reply", "Variety", "Verdict", "Wording", "Writer"]
