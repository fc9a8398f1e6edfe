"""What can be guessed without the image: from the labels' prior, the question's words, and all of it together.

`prior` and `words` name labels and words. `solvability` gives every question a probability: `signals` are counted
over other units, `stacking` weighs them, `models` puts the two together.
"""

from curriculum_kit.audit.blind.prior import prior_findings
from curriculum_kit.audit.blind.solvability import Blind, blind_findings, blind_solvability, blind_table
from curriculum_kit.audit.blind.words import word_findings

__all__ = ["Blind", "blind_findings", "blind_solvability", "blind_table", "prior_findings", "word_findings"]
