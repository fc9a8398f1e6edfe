"""Where the files of a chat model lie, and what they are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from curriculum_kit.errors import ModelUnavailable

_DECIDES = (".safetensors", ".bin", ".json", ".txt", ".model", ".jinja", ".tiktoken")
_NOT_NEEDED = ["*.onnx", "*.h5", "*.msgpack", "*.gguf", "onnx/*", "original/*", "*.png", "*.jpg"]
_NETWORK_TIMEOUT = 5.0  # seconds for the hub's first answer


def find_model(model: str, *, download: bool) -> tuple[str, Path]:
    """Return the name to show and the folder of a model, given by its folder or by its name on the Hugging Face hub.

    A name is looked for in the local cache and fetched only where it is not there and `download` allows it. Raises
    `ModelUnavailable` where there is none.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        if not _holds_model(folder):
            raise ModelUnavailable(f"{folder} holds no model (config.json and weights); name the folder that does")
        return folder.resolve().name, folder
    if model.count("/") > 1 or model.startswith((".", "~", "/")) or not model:
        raise ModelUnavailable(f"the folder {model!r} does not exist; name a folder that holds a chat model")
    found = _cached(model)
    if found is None:
        if not download:
            raise ModelUnavailable(
                f"the model {model!r} is no folder here and its weights are not in the Hugging Face cache; fetch them "
                f"with `hf download {model}`, or name a folder that holds a chat model"
            )
        found = _fetched(model)
    return model, found


def fingerprint_of(folder: Path) -> str:
    """Return the SHA-256 over the names and bytes of all files that decide what a model writes."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.suffix in _DECIDES and not inside.parts[0].startswith(".") and path.is_file():
            digest.update(f"{inside.as_posix()}\0{_content(path)}\n".encode())
    return digest.hexdigest()


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, or its name."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what transformers reports about itself off the terminal, and give its settings back."""
    from transformers.utils import logging

    reports: Any = logging
    verbosity, bars = reports.get_verbosity(), reports.is_progress_bar_enabled()
    reports.set_verbosity_error()
    reports.disable_progress_bar()
    try:
        yield
    finally:
        reports.set_verbosity(verbosity)
        if bars:
            reports.enable_progress_bar()


def _holds_model(folder: Path) -> bool:
    return (folder / "config.json").is_file() and any(p.suffix in {".safetensors", ".bin"} for p in folder.iterdir())


def _cached(model: str) -> Path | None:
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(model, local_files_only=True))
    except (OSError, ValueError):  # not there, or no name that the hub allows
        return None
    return folder if _holds_model(folder) else None


def _fetched(model: str) -> Path:
    from huggingface_hub import HfApi, snapshot_download

    try:
        # Asked first, since snapshot_download itself waits for ever for a hub that takes the call and never answers.
        revision = HfApi().model_info(model, timeout=_NETWORK_TIMEOUT).sha
        return Path(snapshot_download(model, revision=revision, ignore_patterns=_NOT_NEEDED))
    except Exception as error:  # no network, no such name, no permission: each from another library
        raise ModelUnavailable(
            f"the model {model!r} is not in the Hugging Face cache and cannot be fetched ({first_line(error)}); "
            f"on a machine with network run `hf download {model} --local-dir model` and name that folder"
        ) from error


def _content(path: Path) -> str:
    """Return the SHA-256 of a file; the cache of the hub keeps large files under it, which saves reading them."""
    blob = path.resolve().name
    if re.fullmatch(r"[0-9a-f]{64}", blob):
        return blob
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
