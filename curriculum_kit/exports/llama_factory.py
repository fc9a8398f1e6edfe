"""LLaMA-Factory: conversations in ShareGPT form with the answer as the last message, and `dataset_info.json`."""

from __future__ import annotations

import json
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
from curriculum_kit.exports.guide import bullets, code
from curriculum_kit.exports.text import with_placeholders

_TAGS = {"role_tag": "role", "content_tag": "content"} | {
    f"{role}_tag": role for role in ("user", "assistant", "system")
}


class LlamaFactory(Target):
    """Supervised fine-tuning by LLaMA-Factory, which finds images below the folder of `dataset_info.json`."""

    card: ClassVar[TargetCard] = TargetCard("llama-factory", "LLaMA-Factory", "0.9.5", ImageMode.COPY)

    def row(self, shard: ShardRow, pictures: Sequence[Picture], place: int) -> dict[str, Any]:
        """Return messages that end with the letter in the answer's tags, images, and what goes along."""
        answer = {"role": "assistant", "content": f"<answer>{shard['solution']}</answer>"}
        messages = [*with_placeholders(shard, len(pictures), self.card.title), answer]
        return {"messages": messages, "images": bytes_or_names(pictures), **carried(shard)}

    def schema(self, embedded: bool) -> pa.Schema:
        """Return the columns of rows with embedded images."""
        return pa.schema([("messages", MESSAGES), ("images", IMAGE_BYTES), *CARRIED_FIELDS])

    def beside(self, made: Made) -> dict[str, str]:
        """Return `dataset_info.json` with an entry for each split."""
        entries = {
            _entry(split): {
                "file_name": file,
                "formatting": "sharegpt",
                "columns": {"messages": "messages", "images": "images"},
                "tags": _TAGS,
            }
            for split, (file, *_) in made.files.items()
        }
        return {"dataset_info.json": json.dumps(entries, indent=2) + "\n"}

    def settings(self, made: Made) -> str:
        """Return the keys of a training file that keep the order."""
        keys = [
            "stage: sft",
            "dataset_dir: DIR  # this folder",
            f"dataset: {_entry(made.training_split)}",
            "disable_shuffling: true",
            "streaming: false",
            "packing: false",
        ]
        return code("yaml", "\n".join(keys)) + bullets(
            "`disable_shuffling: true`: the default is false.",
            "`streaming: true` shuffles all the same; `packing`, and batches by length, put rows in another order.",
            "`max_samples` takes the easiest rows.",
        )

    def lost(self, made: Made) -> Sequence[str]:
        """Return what LLaMA-Factory cannot do: it has no reinforcement learning by groups."""
        return (
            "LLaMA-Factory has no GRPO: these rows are for supervised fine-tuning, groups mean nothing to it, and the "
            "wordings of a question are rows like any other.",
            "The answer is the letter alone, in `<answer>`: where the prompt asks for thoughts first, the rows have "
            "none to learn from. Build with `--prompt answer` for a prompt that fits.",
        )


def _entry(split: str) -> str:
    return f"curriculum_{split}"
