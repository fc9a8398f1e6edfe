"""Med-R1: a JSON list of `{image, problem, solution}`, options inlined in the problem, as its releases have it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.exports.base import (
    ImageMode,
    Made,
    Picture,
    ShardRow,
    Target,
    TargetCard,
    carried,
)
from curriculum_kit.exports.guide import bullets, one_group_a_row, tier_after_tier
from curriculum_kit.prompts import LETTERS


class MedR1(Target):
    """GRPO of Med-R1, which puts its own instructions behind `problem`."""

    card: ClassVar[TargetCard] = TargetCard(
        "med-r1",
        "Med-R1",
        "its releases",
        ImageMode.COPY,
        modes=frozenset(ImageMode) - {ImageMode.EMBED},
        keeps_order=False,
    )

    def suffix(self, embedded: bool) -> str:
        """Return `json`: its releases are lists."""
        return "json"

    def row(self, shard: ShardRow, pictures: Sequence[Picture], place: int) -> dict[str, Any]:
        """Return image, problem, solution and what goes along; `ConfigInvalid` unless there is exactly one image."""
        if len(pictures) != 1:
            raise ConfigInvalid(
                f"question {shard['question_id']} has {len(pictures)} images and Med-R1 reads exactly one; "
                "build the curriculum without such questions, or export to another format"
            )
        options = ", ".join(f"{letter}){label}" for letter, label in zip(LETTERS, shard["choices"], strict=False))
        return {
            "image": pictures[0].name,
            "problem": f"{shard['question']} {options}",
            "solution": f"<answer> {shard['solution']} </answer>",
            **carried(shard),
        }

    def settings(self, made: Made) -> str:
        """Return which file comes when."""
        return bullets(
            "A run for each file, in this order, each beginning with the model that the last one saved: "
            f"{', '.join(f'`{name}`' for name in made.train)}.",
            "Image paths start from this folder: run there, or set its image root to it.",
        )

    def lost(self, made: Made) -> Sequence[str]:
        """Return what Med-R1 cannot do."""
        return (
            *one_group_a_row(made, "Med-R1"),
            tier_after_tier(made, "Med-R1"),
            "The prompt of the curriculum does not come along: Med-R1 puts its own instructions behind `problem`.",
        )
