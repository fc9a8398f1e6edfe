"""Lets a torchvision wheel built for CUDA be imported next to a CPU build of torch.

PyPI's torchvision is built for CUDA. Beside CPU torch its compiled part does not load, and then
`import torchvision` itself fails with "operator torchvision::nms does not exist", which takes
transformers, sentence-transformers and open_clip with it. Nothing in ckit calls these operators: it
is enough to declare their schemas before torchvision registers its Python side. `install` adds an
import hook that does so, in that case only. No file is patched, and neither torch nor torchvision is
imported by it. Compiled operators and `torchvision.io` decoding stay missing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_REGISTERS_OPERATORS = "torchvision._meta_registrations"
"""The module that fails. It is imported after `torchvision.extension`, which knows whether the compiled part loaded."""

_SCHEMAS = {
    name: f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
    for name in ("nms", "qnms")  # the only operators that torchvision 0.28 registers without looking first
}

_kept: list[Any] = []  # a torch.library.Library takes its operators along when it is collected


class _DeclareOperators:
    """A finder that finds nothing: it acts just before torchvision's registrations are imported."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == _REGISTERS_OPERATORS:
            extension = sys.modules.get("torchvision.extension")
            if extension is not None and not extension._has_ops():
                _declare_operators()
        return None


def _declare_operators() -> None:
    import torch

    make_library: Any = torch.library.Library
    missing = [name for name in _SCHEMAS if not hasattr(torch.ops.torchvision, name)]
    if missing:
        library = make_library("torchvision", "FRAGMENT")
        for name in missing:
            library.define(_SCHEMAS[name])
        _kept.append(library)


def install() -> None:
    """Add the import hook; calling it again changes nothing. Call it before what imports torchvision."""
    if not any(isinstance(finder, _DeclareOperators) for finder in sys.meta_path):
        sys.meta_path.insert(0, _DeclareOperators())
