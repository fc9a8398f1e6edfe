"""Readers of benchmarks, a module each, and the table of them by name."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from curriculum_kit.errors import ConfigInvalid, did_you_mean

if TYPE_CHECKING:
    from curriculum_kit.benchmarks.base import Benchmark

_READERS = {
    "ssg-vqa": ("ssg_vqa.reader", "SSGVQA"),
    "omnimedvqa": ("omnimedvqa", "OmniMedVQA"),
    "anatomy-r1": ("anatomy_r1", "AnatomyR1"),
    "med-r1": ("med_r1", "MedR1"),
    "vqa-rad": ("vqa_rad", "VQARAD"),
    "slake": ("slake", "Slake"),
    "phantom": ("phantom.reader", "Phantom"),
}

ANY_FORMAT = "mcq"
"""The reader of a user's own files, by a column mapping; it fits anything and is never suggested."""

NAMES = (*_READERS, ANY_FORMAT)
"""Every benchmark that `ckit ingest` knows."""


def reader_of(name: str) -> Benchmark:
    """Return the reader of a benchmark with a format of its own.

    >>> reader_of("omnimedqva")
    Traceback (most recent call last):
    curriculum_kit.errors.ConfigInvalid: unknown benchmark 'omnimedqva' (did you mean 'omnimedvqa'?); known are ...
    """
    if name not in _READERS:
        raise ConfigInvalid(f"unknown benchmark {name!r}{did_you_mean(name, NAMES)}; known are {', '.join(NAMES)}")
    module, reader = _READERS[name]
    made: Benchmark = getattr(importlib.import_module(f"curriculum_kit.benchmarks.{module}"), reader)()
    return made


def guess_benchmark(source: Path) -> str | None:
    """Return the name of the benchmark that a folder looks like, or None."""
    return next((name for name in _READERS if name != "phantom" and reader_of(name).recognises(source)), None)
