"""The files that make up a CLIP model, wherever they come from, and their fingerprint.

Everything that open_clip would look up on the Hugging Face hub while it builds a model is found here first:
weights, tokenizer and, where the text tower is a transformer of its own as in BiomedCLIP, that one's configuration.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curriculum_kit.encoders.clip.hub import first_line, hub_folder
from curriculum_kit.encoders.clip.names import (
    FORMS,
    RECOMMENDED,
    CheckpointName,
    FolderName,
    HubName,
    TagName,
    open_clip,
    parse_name,
)
from curriculum_kit.encoders.clip.templates import checked_templates
from curriculum_kit.encoders.clip.text_files import TEXT_TOWER, text_parts, tokenizer_files
from curriculum_kit.errors import ModelUnavailable

CONFIG = "open_clip_config.json"
OWN_KEY = "ckit"
"""Key of `open_clip_config.json`, beside open_clip's own, for a model that was trained on a closed list of labels:
`{"labels": [...], "templates": [...]}`. open_clip passes over it."""

RULES = 1
"""Raised whenever another way of decoding images changes what the model sees, so that caches start anew."""

_WEIGHTS = tuple(
    f"open_clip_{stem}" for stem in ("model.safetensors", "pytorch_model.safetensors", "pytorch_model.bin")
)
_TOWER_OF_RECOMMENDED = "microsoft/BiomedNLP-BiomedBERT-base-uncased-abstract"
_PLACES = ("hf_model_name", "hf_tokenizer_name", "hf_model_pretrained")
"""Keys of a text tower's configuration that say where things lie, not what they are."""


@dataclass(frozen=True)
class ClipFiles:
    """What a model is built from. `builds` is the name under which open_clip finds the architecture."""

    name: str
    builds: str
    model_config: dict[str, Any]
    preprocess: dict[str, Any]
    weights: Path
    tokenizer: Path | None
    """Folder of the tokenizer's files; None where it is the one that open_clip carries."""
    text_tower: Path | None
    """Folder with the `config.json` of a text tower that has a repository of its own."""
    labels: tuple[str, ...] | None = None
    """The only labels that the model was trained on; None where it was trained on language at large."""
    templates: tuple[str, ...] | None = None
    """The sentences that it was trained on; None where they are free."""

    def fingerprint(self) -> str:
        """Return the SHA-256 over all that decides the vectors of images; places and file names do not."""
        config = {**self.model_config, "text_cfg": without(self.model_config["text_cfg"], _PLACES)}
        told = [config, self.preprocess, self.labels, RULES]
        digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
        _add_file(digest, "weights", self.weights)
        if self.text_tower:
            _add_file(digest, "text tower", self.text_tower / "config.json")
        if self.tokenizer:
            for name in sorted(tokenizer_files([path.name for path in self.tokenizer.iterdir()])):
                _add_file(digest, name, self.tokenizer / name)
        return digest.hexdigest()


def find(name: str) -> ClipFiles:
    """Find the files of a model by what `parse_name` understands; fetch those that are on the hub alone.

    Raises `ModelUnavailable` where they cannot be had: it says which to fetch elsewhere and where to put them.
    """
    parsed = parse_name(name)
    if isinstance(parsed, FolderName):
        return _from_folder(parsed.path, name.strip().removeprefix("local-dir:"))
    if isinstance(parsed, HubName):
        advice = _advice(parsed.repo, _TOWER_OF_RECOMMENDED if f"hf-hub:{parsed.repo}" == RECOMMENDED else None)
        folder = hub_folder(parsed.repo, _model_files, advice)
        return _from_folder(folder, f"hf-hub:{parsed.repo}")
    config = open_clip().get_model_config(parsed.architecture)
    if isinstance(parsed, TagName):
        weights, preprocess = _tagged(parsed, config["text_cfg"].get("hf_model_name"))
        config["quick_gelu"] = config.get("quick_gelu", False) or preprocess.pop("quick_gelu", False)
        shown = f"{parsed.architecture}:{parsed.tag}"
    else:
        weights, preprocess = parsed.path, _usual_preprocess(parsed)
        shown = f"{parsed.architecture}:{parsed.path}"
    parts = text_parts(config["text_cfg"], None)
    return ClipFiles(shown, parsed.architecture, config, preprocess, weights, *parts)


def without(mapping: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Return the mapping without these keys."""
    return {key: value for key, value in mapping.items() if key not in keys}


def _from_folder(folder: Path, name: str) -> ClipFiles:
    raw = _config_of(folder)
    config, own = raw["model_cfg"], raw.get(OWN_KEY) or {}
    weights = _choose_weights([path.name for path in folder.iterdir()])
    if len(weights) != 1:
        held = f"several files of weights ({', '.join(sorted(weights))})" if weights else "no weights"
        raise ModelUnavailable(f"{folder} holds {CONFIG} and {held}; keep one as {_WEIGHTS[0]} or {_WEIGHTS[-1]}")
    tokenizer, tower = text_parts(config["text_cfg"], folder)
    labels, templates = (tuple(own[key]) if key in own else None for key in ("labels", "templates"))
    if templates is not None:
        templates = checked_templates(templates, str(folder / CONFIG))
    preprocess = raw.get("preprocess_cfg") or {}
    builds = f"local-dir:{folder}"
    return ClipFiles(name, builds, config, preprocess, folder / weights[0], tokenizer, tower, labels, templates)


def _config_of(folder: Path) -> dict[str, Any]:
    """Return what `open_clip_config.json` holds, once it is certain that open_clip can use it."""
    path = folder / CONFIG
    if not path.is_file():
        raise ModelUnavailable(_not_ours(folder))
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        parts = [raw["model_cfg"][key] for key in ("vision_cfg", "text_cfg")]
        int(raw["model_cfg"]["embed_dim"])
        if not all(isinstance(part, dict) for part in parts):
            raise TypeError("vision_cfg and text_cfg must be objects")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnavailable(
            f"{path} is no configuration of an open_clip model ({type(error).__name__}: {first_line(error)}); "
            "fetch the model's folder again"
        ) from error
    return dict(raw)


def _not_ours(folder: Path) -> str:
    """Say what a folder without open_clip's configuration is instead."""
    if (folder / "modules.json").is_file():
        return f"{folder} holds a sentence-transformers model, not CLIP; pass it as --text-model"
    if (folder / "config.json").is_file():
        return (
            f"{folder} is in the format of transformers ({CONFIG} is missing); "
            "give a repository or folder in open_clip's format, or the open_clip tag of that model"
        )
    return f"{folder} holds no CLIP model ({CONFIG} and weights); give --clip-model {FORMS}"


def _choose_weights(names: list[str]) -> list[str]:
    """Return the file of weights to load; several where it is not clear which, none where there is none."""
    own = [name for name in _WEIGHTS if name in names]
    return own[:1] or [name for name in names if name.endswith((".safetensors", ".bin", ".pt", ".pth"))]


def _model_files(names: list[str]) -> list[str]:
    weights = _choose_weights([name for name in names if "/" not in name])
    if CONFIG not in names or len(weights) != 1:
        return []
    tower = f"{TEXT_TOWER}/config.json"
    return [CONFIG, *weights, *tokenizer_files(names), *([tower] if tower in names else [])]


def _tagged(name: TagName, tower: str | None) -> tuple[Path, dict[str, Any]]:
    """Return the weights behind one of open_clip's tags, and how images are prepared for them."""
    listed = open_clip().get_pretrained_cfg(name.architecture, name.tag)
    repo, _, file = listed["hf_hub"].rpartition("/")

    def select(names: list[str]) -> list[str]:
        safe = f"{file.rpartition('.')[0]}.safetensors"
        return [known for known in (safe, file) if known in names][:1] if file else _choose_weights(names)[:1]

    advice = _advice(repo, tower)
    if file:
        advice = (
            f"on a machine with network run `hf download {repo} {file} --local-dir clip-model`, "
            f"copy that folder here and pass --clip-model {name.architecture}:clip-model/{file}"
        )
    folder = hub_folder(repo, select, advice)
    weights = select([path.name for path in folder.iterdir()])[0]
    return folder / weights, without(listed, ("url", "hf_hub"))


def _usual_preprocess(name: CheckpointName) -> dict[str, Any]:
    """Return how images are prepared for all weights that open_clip lists for an architecture.

    A checkpoint does not say it itself. Where the listed weights differ, open_clip's default holds.
    """
    library = open_clip()
    tags = library.list_pretrained_tags_by_model(name.architecture)
    keys = ("mean", "std", "interpolation", "resize_mode")
    listed = [library.get_pretrained_cfg(name.architecture, tag) for tag in tags]
    ways = [{key: way[key] for key in keys if key in way} for way in listed]
    return ways[0] if ways and all(way == ways[0] for way in ways) else {}


def _advice(repo: str, tower: str | None) -> str:
    """Say how to get a repository's files, and those of its text tower, to a machine without network."""
    fetch = f"`hf download {repo} --local-dir clip-model`"
    if tower:
        fetch += f" and `hf download {tower} config.json --local-dir clip-model/{TEXT_TOWER}`"
    return f"on a machine with network run {fetch}, copy the folder clip-model here and pass it as --clip-model"


def _add_file(digest: Any, name: str, path: Path) -> None:
    try:
        with path.open("rb") as stream:
            digest.update(f"{name}\0{hashlib.file_digest(stream, 'sha256').hexdigest()}\n".encode())
    except OSError as error:
        raise ModelUnavailable(
            f"{path} of a CLIP model cannot be read ({first_line(error)}); fetch it again"
        ) from error
