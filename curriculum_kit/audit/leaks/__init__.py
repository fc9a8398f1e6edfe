"""Does a split leak: `splits` compares its sides, `kinds` says what may stand on both."""

from curriculum_kit.audit.leaks.splits import leak_findings

__all__ = ["leak_findings"]
