"""ckit: curricula for reinforcement learning of medical vision-language models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from curriculum_kit.pipeline.curriculum import Curriculum

__all__ = ["Curriculum", "__version__"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Loaded when it is asked for: most of what imports the package reads no curriculum.
    if name == "Curriculum":
        from curriculum_kit.pipeline.curriculum import Curriculum

        return Curriculum
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
