"""Words questions anew by a grammar, without any model: the forms of SSG-VQA and the commonest of OmniMedVQA.

A text is read into a small `Meaning`, and the meaning is written in other sentences. Whatever the grammar writes it
also reads, back to the same meaning. A form that it does not know is left alone.
"""

from curriculum_kit.writers.rules.grammar import parse
from curriculum_kit.writers.rules.meaning import Meaning
from curriculum_kit.writers.rules.writer import RulesWriter

__all__ = ["Meaning", "RulesWriter", "parse"]
