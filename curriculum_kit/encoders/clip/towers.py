"""A CLIP model made of its files: weights loaded in full, tokenizer, and how it wants its images."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pickle import UnpicklingError
from typing import Any

from PIL import Image

from curriculum_kit.encoders.clip.files import CONFIG, ClipFiles, without
from curriculum_kit.encoders.clip.hub import first_line
from curriculum_kit.encoders.clip.names import open_clip
from curriculum_kit.errors import ConfigInvalid, ModelUnavailable


@dataclass(frozen=True)
class Towers:
    """Both towers on a device, ready to encode."""

    model: Any
    tokenize: Callable[[list[str]], Any]
    shape_image: Callable[[Image.Image], Image.Image]
    """Resizes and crops an RGB image of any size to the model's own."""
    mean: Any
    """Of the colour channels, 0 to 1, as a tensor of shape (3, 1, 1) on the device; likewise the deviation `std`."""
    std: Any
    device: Any

    @property
    def half(self) -> bool:
        """Whether the image tower runs in half precision: on accelerators alone, where it is faster."""
        return bool(self.device.type != "cpu")


def build_towers(files: ClipFiles, device: str) -> Towers:
    """Build the model that the files make up, in evaluation mode.

    Every weight of the model must be in the file and the other way round, so that nothing stays random; pickled
    files may hold tensors alone. Raises `ModelUnavailable` where they do not fit, and `ConfigInvalid` for a device
    that this machine does not have.
    """
    library = open_clip()
    import torch
    from open_clip.transform import PreprocessCfg, image_transform_v2
    from torchvision.transforms import Compose, ToTensor

    place = _device(device)
    try:
        with _quiet():
            model = library.create_model(
                files.builds,
                load_weights=False,
                pretrained_text=False,
                pretrained_image=False,
                force_preprocess_cfg=files.preprocess,
                **_overrides(files),
            )
            library.load_checkpoint(model, str(files.weights), strict=True, weights_only=True)
            tokenize = _tokenizer(files)
            tokenize(["liver"])
            preprocess = PreprocessCfg(**model.visual.preprocess_cfg)
            *shaping, to_tensor, normalise = image_transform_v2(preprocess, is_train=False).transforms
            mean, std = (torch.tensor(part).view(3, 1, 1) for part in (normalise.mean, normalise.std))
    except Exception as error:  # broken weights raise whatever their library happens to raise
        raise ModelUnavailable(
            f"CLIP model {files.name} does not load from {files.weights} ({_seen(error)}); {_next_step(files, error)}"
        ) from error
    assert isinstance(to_tensor, ToTensor)
    # BatchNorm, which ResNet towers have, and dropout would make a vector depend on its batch.
    model.eval().requires_grad_(False).to(place)
    return Towers(model, tokenize, Compose(shaping), mean.to(place), std.to(place), place)


def _device(name: str) -> Any:
    import torch

    if name == "auto":
        found = torch.accelerator.current_accelerator(check_available=True)
        return found or torch.device("cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except Exception as error:  # each backend says in its own way that it is not there
        raise ConfigInvalid(
            f"device {name!r} is not on this machine ({first_line(error)}); take cpu or auto"
        ) from error
    return device


def _overrides(files: ClipFiles) -> dict[str, Any]:
    """Return what open_clip shall not take from its own configuration, or from the hub."""
    changed: dict[str, Any] = {}
    if files.text_tower:
        text = {**files.model_config["text_cfg"], "hf_model_name": str(files.text_tower), "hf_model_pretrained": False}
        changed["text_cfg"] = text
    if files.model_config.get("quick_gelu"):
        changed["quick_gelu"] = True
    return changed


def _tokenizer(files: ClipFiles) -> Callable[[list[str]], Any]:
    """Return the tokenizer as `open_clip.get_tokenizer` makes it, from files alone."""
    text = files.model_config["text_cfg"]
    options = {"context_length": text.get("context_length", 77), **text.get("tokenizer_kwargs", {})}
    made: Callable[[list[str]], Any]
    if files.tokenizer is None:
        made = open_clip().SimpleTokenizer(**options)
    else:
        from open_clip.tokenizer import HFTokenizer

        safe = without(options, ("trust_remote_code",))
        made = HFTokenizer(str(files.tokenizer), tokenizer_mode=text.get("tokenizer_mode"), **safe)
    return made


def _seen(error: Exception) -> str:
    # Of bytes that are no pickle, torch's reader makes a KeyError of a number.
    is_no_pickle = isinstance(error, KeyError) and isinstance(error.args[0], int)
    # torch advises to load the file without its safeguard, which would run whatever it holds.
    if is_no_pickle or isinstance(error, UnpicklingError | EOFError):
        return "the file is no checkpoint, or holds more than tensors"
    if _is_script(error):
        return "the file is a TorchScript archive"
    if _is_foreign(error):
        return "its tensors are not those of the model"
    return f"{type(error).__name__}: {first_line(error)}"


def _next_step(files: ClipFiles, error: Exception) -> str:
    if _is_script(error):
        return "name open_clip's tag of that model instead (as ViT-B-32:openai)"
    if _is_foreign(error):
        folder = files.builds.removeprefix("local-dir:")
        if folder != files.builds:
            return f"these weights are not for what {CONFIG} there describes; fetch the whole folder again"
        return f"these weights are not for {folder}; name the architecture they are for"
    return "fetch it again, or pass another --clip-model"


def _is_foreign(error: Exception) -> bool:
    """Say whether the weights are those of another model, by the names and sizes of their tensors."""
    return any(sign in str(error) for sign in ("size mismatch", "state_dict", "pos_embed"))


def _is_script(error: Exception) -> bool:
    return "TorchScript" in str(error)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the libraries report about themselves off stderr: each failure is raised as well."""
    before = logging.root.manager.disable
    logging.disable(max(before, logging.ERROR))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
