"""What a user may write as --clip-model, told apart before anything is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curriculum_kit import phantom_clip, torchvision_repair
from curriculum_kit.errors import ModelUnavailable, did_you_mean

RECOMMENDED = "hf-hub:microsoft/BiomedCLIP-PubMedBERT_256-vit_base_patch16_224"
"""BiomedCLIP (arXiv 2303.00915), trained on 15 million figures of biomedical papers with their captions."""

FORMS = (
    f"an open_clip architecture with its tag (ViT-B-32:laion2b_s34b_b79k), {RECOMMENDED}, "
    "a model folder, a checkpoint with its architecture (ViT-B-32:model.pt), or phantom for the phantom alone"
)

WEIGHT_SUFFIXES = (".safetensors", ".bin", ".pt", ".pth", ".ckpt")

_HUB, _LOCAL = "hf-hub:", "local-dir:"


@dataclass(frozen=True)
class FolderName:
    """A folder in open_clip's own format."""

    path: Path


@dataclass(frozen=True)
class HubName:
    """A model on the Hugging Face hub, as `organisation/name`."""

    repo: str


@dataclass(frozen=True)
class TagName:
    """Weights that open_clip lists: an architecture and a tag."""

    architecture: str
    tag: str


@dataclass(frozen=True)
class CheckpointName:
    """A file of weights and the architecture that they are for."""

    architecture: str
    path: Path


ModelName = FolderName | HubName | TagName | CheckpointName


def parse_name(name: str) -> ModelName:
    """Tell which kind of model a name means. The main forms are `ARCHITECTURE:TAG` and `hf-hub:organisation/name`.

    Also understood: `ARCHITECTURE/TAG`, OpenAI's spelling `ViT-B/32` of an architecture, `organisation/name`
    without its prefix, a folder with or without `local-dir:`, and `ARCHITECTURE:FILE`. `phantom` is the model
    that ships with ckit. Any other folder that exists is taken for one whatever it is called. Raises
    `ModelUnavailable`, which says what to write, for anything else: above all for an architecture alone, which
    open_clip would fill with random weights.
    """
    text = name.strip()
    if text == phantom_clip.NAME:
        return FolderName(phantom_clip.folder())
    if text.startswith(_HUB):
        return _hub(text.removeprefix(_HUB), name)
    path = Path(text.removeprefix(_LOCAL)).expanduser()
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except OSError:  # longer than a path can be
        is_folder = is_file = False
    if text.removeprefix(_LOCAL) and is_folder:
        return FolderName(path)
    if is_file:
        raise ModelUnavailable(
            f"{name!r} is a file and does not say for which architecture; name it as in --clip-model ViT-B-32:{path}, "
            "or give the folder that holds it beside open_clip_config.json"
        )
    if text.startswith((_LOCAL, ".", "~", "/")):
        raise ModelUnavailable(f"the CLIP model {name!r} does not exist; give --clip-model {FORMS}")
    architecture, colon, rest = text.partition(":")
    if colon:
        return _tag_or_file(_architecture(architecture, name), rest, name)
    architecture, slash, tag = text.rpartition("/")
    known = _architectures()
    if _plain(text) in known or not slash:
        raise ModelUnavailable(_without_tag(_architecture(text, name)))
    if _plain(architecture) in known:
        return _tag(_plain(architecture), tag)
    return _hub(text, name)


def open_clip() -> Any:
    """Import open_clip, which takes seconds, or raise `ModelUnavailable` where it is not installed."""
    torchvision_repair.install()
    try:
        import open_clip as library
    except ImportError as error:
        raise ModelUnavailable(
            f"CLIP needs open_clip, which cannot be imported ({error}); pip install 'curriculum-kit[clip]'"
        ) from error
    return library


def _hub(repo: str, name: str) -> HubName:
    if repo.count("/") != 1 or not all(repo.split("/")):
        raise ModelUnavailable(f"{name!r} is no name on the Hugging Face hub and no folder; give --clip-model {FORMS}")
    return HubName(repo)


def _tag_or_file(architecture: str, rest: str, name: str) -> ModelName:
    path = Path(rest).expanduser()
    if path.is_file():
        return CheckpointName(architecture, path)
    if not rest:
        raise ModelUnavailable(_without_tag(architecture))
    if "/" in rest or rest.endswith(WEIGHT_SUFFIXES):
        what = "is a folder" if path.is_dir() else "does not exist"
        raise ModelUnavailable(f"CLIP model {name!r}: {path} {what}; give the file that holds the weights")
    return _tag(architecture, rest)


def _tag(architecture: str, tag: str) -> TagName:
    if not open_clip().is_pretrained_cfg(architecture, tag):
        tags = open_clip().list_pretrained_tags_by_model(architecture)
        raise ModelUnavailable(
            f"open_clip lists no weights {tag!r} for {architecture}{did_you_mean(tag, tags)}; "
            f"it has {', '.join(tags) or 'none, so give a checkpoint'}"
        )
    return TagName(architecture, tag)


def _architecture(text: str, name: str) -> str:
    known = _architectures()
    if _plain(text) not in known:
        raise ModelUnavailable(
            f"{name!r} is no CLIP model: open_clip has no architecture {text!r}{did_you_mean(_plain(text), known)}; "
            f"give --clip-model {FORMS}"
        )
    return _plain(text)


def _without_tag(architecture: str) -> str:
    tags = open_clip().list_pretrained_tags_by_model(architecture)
    choice = f"{architecture}:{tags[-1]} (or {', '.join(tags[:-1])})" if tags else f"{architecture}:FILE"
    return f"{architecture} alone is an architecture with random weights, which say nothing; give --clip-model {choice}"


def _architectures() -> list[str]:
    names: list[str] = open_clip().list_models()
    return names


def _plain(architecture: str) -> str:
    """Return an architecture as open_clip spells it."""
    return architecture.strip().replace("/", "-")
