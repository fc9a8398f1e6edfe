"""TRL: a conversational `prompt`, `images`, and every other column handed to the rewards."""

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
from curriculum_kit.exports.columns import IMAGE_BYTES, MESSAGES, decoding_images
from curriculum_kit.exports.guide import bullets, code, one_group_a_row


class Trl(Target):
    """GRPO of TRL. Its chat templates put the image in place: the text has no placeholder."""

    card: ClassVar[TargetCard] = TargetCard("trl", "TRL", "1.16.0", ImageMode.EMBED, finds_images=False)

    def suffix(self, embedded: bool) -> str:
        """Return `parquet`: JSON has no images that `datasets` would decode."""
        return "parquet"

    def row(self, shard: ShardRow, pictures: Sequence[Picture], place: int) -> dict[str, Any]:
        """Return prompt, images, the letter as `solution`, and what goes along."""
        images = [{"bytes": picture.content, "path": picture.name} for picture in pictures]
        return {"prompt": shard["prompt"], "images": images, "solution": shard["solution"], **carried(shard)}

    def schema(self, embedded: bool) -> pa.Schema:
        """Return the columns; `datasets` decodes the images."""
        fields = [("prompt", MESSAGES), ("images", IMAGE_BYTES), ("solution", pa.string()), *CARRIED_FIELDS]
        return decoding_images(pa.schema(fields))

    def settings(self, made: Made) -> str:
        """Return how the rows are loaded and which arguments keep their order."""
        files = ", ".join(f'f"{{DIR}}/{name}"' for name in made.train)
        python = (
            "from datasets import load_dataset\n\n"
            f'rows = load_dataset("parquet", data_files=[{files}], split="train")\n'
            "arguments = GRPOConfig(shuffle_dataset=False, remove_unused_columns=False)\n"
        )
        return code("python", python) + bullets(
            "`shuffle_dataset=False`: the default is True.",
            "`generation_batch_size` decides how many rows a step takes; the last rows that fill no step are dropped.",
            "The reward gets `solution` (the letter), `choices`, `tier`, `group_id` and the other columns by name.",
        )

    def lost(self, made: Made) -> Sequence[str]:
        """Return what TRL alone cannot do; `ckit train` can."""
        return (*one_group_a_row(made, "TRL"), "`ckit train` runs TRL with groups of several wordings and a schedule.")
