"""ms-swift: `messages` with `<image>` in the text, `images`, and `solution` for the rewards."""

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
    bytes_or_names,
    carried,
)
from curriculum_kit.exports.columns import IMAGE_BYTES, MESSAGES
from curriculum_kit.exports.guide import bullets, code, one_group_a_row
from curriculum_kit.exports.text import with_placeholders


class MsSwift(Target):
    """GRPO of ms-swift, which finds images below the environment variable `ROOT_IMAGE_DIR`."""

    card: ClassVar[TargetCard] = TargetCard("ms-swift", "ms-swift", "4.6.0", ImageMode.COPY)

    def row(self, shard: ShardRow, pictures: Sequence[Picture], place: int) -> dict[str, Any]:
        """Return messages, images, the letter as `solution`, and what goes along."""
        messages = with_placeholders(shard, len(pictures), self.card.title)
        return {
            "messages": messages,
            "images": bytes_or_names(pictures),
            "solution": shard["solution"],
            **carried(shard),
        }

    def schema(self, embedded: bool) -> pa.Schema:
        """Return the columns of rows with embedded images."""
        return pa.schema([("messages", MESSAGES), ("images", IMAGE_BYTES), ("solution", pa.string()), *CARRIED_FIELDS])

    def settings(self, made: Made) -> str:
        """Return the flags of `swift rlhf` that keep the order."""
        data = " ".join(f'"$DIR/{name}"' for name in made.train)
        held_out = " ".join(f'"$DIR/{name}"' for name in made.held_out)
        validation = f" \\\n  --val_dataset {held_out}" if held_out else ""
        root = 'ROOT_IMAGE_DIR="$DIR" ' if made.mode in (ImageMode.COPY, ImageMode.LINK) else ""
        command = (
            f"{root}swift rlhf --rlhf_type grpo --dataset {data}{validation} \\\n"
            "  --dataset_shuffle false --split_dataset_ratio 0 --streaming false --strict true --dynamic_sample false"
        )
        return code("sh", command) + bullets(
            "`--dataset_shuffle false`: the default is true, for the rows at loading and for the sampler of GRPO.",
            "`--strict true`: else a row that cannot be read is left out without a word.",
            "`--dynamic_sample false`: else dead groups are filled up with rows from elsewhere in the curriculum.",
            "A reward gets `solution` (the letter), `choices`, `tier` and the other columns by name; "
            "`--reward_funcs accuracy` compares mathematics, not letters.",
        )

    def lost(self, made: Made) -> Sequence[str]:
        """Return what ms-swift cannot do."""
        return (*one_group_a_row(made, "ms-swift"), "Its only order is that of the file: no schedule but tier by tier.")
