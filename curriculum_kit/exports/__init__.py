"""A curriculum in the schema of another trainer: a module per target, and the table of them by name."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from curriculum_kit.errors import ConfigInvalid, did_you_mean

if TYPE_CHECKING:
    from curriculum_kit.exports.base import Target

_TARGETS = {
    "trl": ("trl", "Trl"),
    "ms-swift": ("ms_swift", "MsSwift"),
    "verl": ("verl", "Verl"),
    "easyr1": ("easyr1", "EasyR1"),
    "openrlhf": ("openrlhf", "OpenRlhf"),
    "llama-factory": ("llama_factory", "LlamaFactory"),
    "med-r1": ("med_r1", "MedR1"),
}

NAMES = tuple(_TARGETS)
"""Every target that `ckit export` knows."""


def target_of(name: str) -> Target:
    """Return the target of a name; raise `ConfigInvalid` with the known names else.

    >>> target_of("openrhlf")
    Traceback (most recent call last):
    curriculum_kit.errors.ConfigInvalid: unknown --to 'openrhlf' (did you mean 'openrlhf'?); known are trl, ...
    """
    if name not in _TARGETS:
        raise ConfigInvalid(f"unknown --to {name!r}{did_you_mean(name, NAMES)}; known are {', '.join(NAMES)}")
    module, target = _TARGETS[name]
    made: Target = getattr(importlib.import_module(f"curriculum_kit.exports.{module}"), target)()
    return made
