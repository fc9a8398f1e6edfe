"""Where the files of a model lie: in a folder, in the cache of the Hugging Face hub, or beside a LoRA adapter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from curriculum_kit.errors import ModelUnavailable

_HUB_TIMEOUT = 5.0  # seconds for the hub's first answer
ADAPTER = "adapter_config.json"


def find_model(model: str) -> Path:
    """Return the folder of a model, given by its folder or by its name on the hub, whose cache is looked into first.

    Raises `ModelUnavailable` where there is none.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise ModelUnavailable(f"{model} holds no model (config.json and weights, or {ADAPTER}); check the path")
        return folder
    if model.count("/") > 1 or model.startswith((".", "~", "/")) or not model:
        raise ModelUnavailable(f"the model folder {model!r} does not exist; check the path")
    from huggingface_hub import HfApi, snapshot_download

    try:
        return Path(snapshot_download(model, local_files_only=True))
    except (OSError, ValueError):  # not there, or no name that the hub allows
        pass
    try:
        # Asked first, since snapshot_download itself waits for ever for a hub that takes the call and never answers.
        revision = HfApi().model_info(model, timeout=_HUB_TIMEOUT).sha
        return Path(snapshot_download(model, revision=revision))
    except Exception as error:  # no network, no such name, no permission: each from another library
        raise ModelUnavailable(
            f"the model {model!r} is no folder here, not in the Hugging Face cache, and cannot be fetched "
            f"({first_line(error)}); on a machine with network run `hf download {model} --local-dir model`"
        ) from error


def model_state(model: str) -> list[Any]:
    """Return what changes when a model's files do: their names, sizes and times; of a name on the hub, the name."""
    folder = Path(model).expanduser()
    if not folder.is_dir():
        return [model]
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]


def adapter_base(folder: Path) -> str | None:
    """Return the model that the LoRA adapter in a folder belongs to; None where the folder holds no adapter alone."""
    if not (folder / ADAPTER).is_file() or (folder / "config.json").is_file():
        return None
    try:
        base = json.loads((folder / ADAPTER).read_text(encoding="utf-8"))["base_model_name_or_path"]
    except (ValueError, KeyError, TypeError):
        base = None
    if not isinstance(base, str) or not base:
        raise ModelUnavailable(f"{folder / ADAPTER} names no base model; set base_model_name_or_path there")
    return base


def find_base(adapter: Path, base: str) -> Path:
    """Return the folder of the model that an adapter belongs to; errors as of `find_model`, naming the adapter."""
    try:
        return find_model(base)
    except ModelUnavailable as error:
        raise ModelUnavailable(
            f"{adapter} is an adapter of another model, and {error}; or correct base_model_name_or_path in {ADAPTER}"
        ) from error


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, or its name."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]
