"""What the user did wrong, said in one line: what, where, what to do next.

Every error a command shows derives from `CkitError`; the command line prints its message and exits
with code 2. A traceback in front of a user is a bug.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class CkitError(Exception):
    """Wrong use or bad input. The message is one line that ends with the next step to take."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class SourceNotFound(CkitError):
    """A file or folder that was named does not exist."""


class WrongBenchmark(CkitError):
    """The folder does not hold the benchmark that was named."""


class SourceUnreadable(CkitError):
    """A source file exists but is not what its name promises (truncated JSON, not UTF-8, empty)."""


class SchemaMismatch(CkitError):
    """A table on disk has other columns than the contract in `schemas` asks for."""


class OutputOccupied(CkitError):
    """The output folder holds something that would be overwritten."""


class OutputUnwritable(CkitError):
    """The output cannot be written: no room on the disk, no permission, not a folder."""


class ConfigInvalid(CkitError):
    """A flag, a config file or a condition is wrong."""


class EmbeddingsInvalid(CkitError):
    """Precomputed vectors do not fit the vocabulary."""


class ModelUnavailable(CkitError):
    """A model's weights are not at hand or do not load."""


class EngineFailed(CkitError):
    """Ray is not installed, cannot be reached, or gave up."""


class NothingLeft(CkitError):
    """No question is left to work on, or too few for what was asked."""


def did_you_mean(value: str, known: Iterable[str]) -> str:
    """Return " (did you mean 'x'?)" for the nearest of `known`, or "" where none is near.

    >>> did_you_mean("omnimedqva", ["ssg-vqa", "omnimedvqa"])
    " (did you mean 'omnimedvqa'?)"
    >>> did_you_mean("zebra", ["ssg-vqa"])
    ''
    """
    near = difflib.get_close_matches(value, list(known), n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""
