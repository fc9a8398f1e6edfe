"""The files of a text tower that open_clip would look up on the hub: tokenizer, and a transformer's configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from curriculum_kit.encoders.clip.hub import Select, hub_folder

TEXT_TOWER = "text-tower"
"""Folder inside a model's folder for the configuration of a text tower that has a repository of its own."""

_VOCABULARIES = (
    *("tokenizer.json", "vocab.txt", "vocab.json"),
    *("tokenizer.model", "spiece.model", "sentencepiece.bpe.model"),
)
_BESIDE = ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "merges.txt")


def tokenizer_files(names: list[str]) -> list[str]:
    """Return those of the names that belong to a tokenizer; none where no vocabulary is among them."""
    found = [name for name in names if name in _VOCABULARIES]
    return [*found, *(name for name in names if name in _BESIDE)] if found else []


def text_parts(text: dict[str, Any], folder: Path | None) -> tuple[Path | None, Path | None]:
    """Return the folders of the tokenizer and of the text tower's configuration, where a model names such."""
    own, beside = ([folder], [folder / TEXT_TOWER]) if folder else ([], [])
    target = f"here to {folder}/{TEXT_TOWER}" if folder else "into the Hugging Face cache here"

    def locate(place: str | None, select: Select, nearby: list[Path], wanted: str) -> Path | None:
        if not place:
            return None
        for path in [*nearby, Path(place).expanduser()]:
            if path.is_dir() and select([child.name for child in path.iterdir()]):
                return path
        fetch = f"`hf download {place} {wanted} --local-dir {TEXT_TOWER}`"
        return hub_folder(place, select, f"on a machine with network run {fetch} and copy it {target}")

    vocabulary = '--include "*token*" --include "*vocab*" --include "*.model"'
    tokenizer = locate(text.get("hf_tokenizer_name"), tokenizer_files, [*own, *beside], vocabulary)
    # Not in the model's folder itself: what lies there as config.json describes the whole model to transformers.
    tower = locate(text.get("hf_model_name"), _tower_config, beside, "config.json")
    return tokenizer, tower


def _tower_config(names: list[str]) -> list[str]:
    return ["config.json"] if "config.json" in names else []
