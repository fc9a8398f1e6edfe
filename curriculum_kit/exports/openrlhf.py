"""OpenRLHF: `prompt` as messages with `<image>` in the text, `images`, `label` and `datasource`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import pyarrow as pa

from curriculum_kit.exports.base import (
    CARRIED_FIELDS,
    ImageMode,
    Made,
    Picture,
    ShardRow,
    Target,
    TargetCard,
    carried,
)
from curriculum_kit.exports.columns import MESSAGES
from curriculum_kit.exports.guide import bullets, code, one_group_a_row, tier_after_tier
from curriculum_kit.exports.text import with_placeholders


class OpenRlhf(Target):
    """GRPO of OpenRLHF, which always shuffles its prompts and opens images by the path of the row."""

    card: ClassVar[TargetCard] = TargetCard(
        "openrlhf", "OpenRLHF", "0.11.2", ImageMode.COPY, finds_images=False, keeps_order=False
    )

    def row(self, shard: ShardRow, pictures: Sequence[Picture], place: int) -> dict[str, Any]:
        """Return messages, images (their bytes where embedded), the letter as `label`, and what goes along."""
        return {
            "prompt": with_placeholders(shard, len(pictures), self.card.title),
            "images": [each.name if each.content is None else each.content for each in pictures],
            "label": shard["solution"],
            "datasource": shard["benchmark"],
            **carried(shard),
        }

    def schema(self, embedded: bool) -> pa.Schema:
        """Return the columns of rows with embedded images."""
        return pa.schema(
            [
                ("prompt", MESSAGES),
                ("images", pa.list_(pa.binary())),
                ("label", pa.string()),
                ("datasource", pa.string()),
                *CARRIED_FIELDS,
            ]
        )

    def settings(self, made: Made) -> str:
        """Return the flags for the first tier; the next follow with the model of the one before."""
        command = (
            f'python3 -m openrlhf.cli.train_ppo_ray --data.prompt_dataset "$DIR/{made.train[0]}" \\\n'
            "  --data.input_key prompt --data.label_key label --data.image_key images \\\n"
            f"  --data.apply_chat_template --data.max_images_per_prompt {max(made.images_in_largest_row, 1)} \\\n"
            "  --algo.advantage.estimator group_norm"
        )
        return code("sh", command) + bullets(
            "A run for each file, in this order, each beginning with the model that the last one saved: "
            f"{', '.join(f'`{name}`' for name in made.train)}.",
            "`--data.apply_chat_template`: without it the messages and `<image>` reach the model as they stand.",
            f"`--data.max_images_per_prompt {max(made.images_in_largest_row, 1)}`: the default, 0, means text alone.",
            "The reward gets `label`, the letter: name yours as `--reward.remote_url`.",
        )

    def lost(self, made: Made) -> Sequence[str]:
        """Return what OpenRLHF cannot do."""
        return (*one_group_a_row(made, "OpenRLHF"), tier_after_tier(made, "OpenRLHF"))
