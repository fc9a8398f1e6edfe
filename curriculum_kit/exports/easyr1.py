"""EasyR1: `problem` with `<image>` in it, `answer`, `images`; one user message and nothing else."""

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
from curriculum_kit.exports.columns import IMAGE_BYTES
from curriculum_kit.exports.guide import bullets, code, one_group_a_row
from curriculum_kit.exports.text import as_one_text, with_placeholders

_EXTRA = "extra_info"
"""Where the other columns go: `answer` is the letter here, and the label in a shard."""


class EasyR1(Target):
    """GRPO of EasyR1, which finds images below `data.image_dir`."""

    card: ClassVar[TargetCard] = TargetCard("easyr1", "EasyR1", "its documentation", ImageMode.EMBED)

    def row(self, shard: ShardRow, pictures: Sequence[Picture], place: int) -> dict[str, Any]:
        """Return the whole prompt as one text, the letter as `answer`, and what goes along in `extra_info`."""
        problem = as_one_text(with_placeholders(shard, len(pictures), self.card.title))
        return {
            "problem": problem,
            "answer": shard["solution"],
            "images": bytes_or_names(pictures),
            _EXTRA: carried(shard),
        }

    def schema(self, embedded: bool) -> pa.Schema:
        """Return the columns of rows with embedded images."""
        return pa.schema(
            [
                ("problem", pa.string()),
                ("answer", pa.string()),
                ("images", IMAGE_BYTES),
                (_EXTRA, pa.struct(CARRIED_FIELDS)),
            ]
        )

    def settings(self, made: Made) -> str:
        """Return the overrides that keep the order."""
        (train, *more), held_out = made.train, (made.held_out or made.train)[0]
        assert not more, "a trainer that keeps the order gets one file for each split"
        root = ' data.image_dir="$DIR"' if made.mode in (ImageMode.COPY, ImageMode.LINK) else ""
        command = (
            f'python3 -m verl.trainer.main data.train_files="$DIR/{train}" data.val_files="$DIR/{held_out}" \\\n'
            f"  data.prompt_key=problem data.answer_key=answer data.image_key=images{root} \\\n"
            "  data.shuffle=false data.format_prompt=null data.filter_overlong_prompts=false"
        )
        return code("sh", command) + bullets(
            "`data.shuffle=false`: the default is true.",
            "`data.format_prompt=null`: `problem` holds the instructions already.",
            "The reward gets the letter as ground truth; name yours as `worker.reward.reward_function`.",
            *(["No split is held out here: `data.val_files` repeats the training rows."] if not made.held_out else []),
        )

    def lost(self, made: Made) -> Sequence[str]:
        """Return what EasyR1 cannot do."""
        return (
            *one_group_a_row(made, "EasyR1"),
            "It reads one user message: what a system message says stands before the question.",
            "Its only order is that of the file: no schedule but tier by tier.",
        )
