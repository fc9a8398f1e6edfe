"""Which CLIP models could be loaded without network: those whose weights lie in a cache of this machine.

Reads the names of files alone; opens none and asks nobody.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from curriculum_kit.encoders.clip.files import CONFIG
from curriculum_kit.encoders.clip.names import WEIGHT_SUFFIXES, open_clip


def hub_cache() -> Path:
    """Return the folder that the Hugging Face hub's files are kept in."""
    from huggingface_hub.constants import HF_HUB_CACHE

    return Path(HF_HUB_CACHE)


def other_caches() -> list[Path]:
    """Return the folders that torch and open_clip's own downloads are kept in; ckit puts nothing there."""
    caches = Path(os.path.expanduser("~"), ".cache")  # noqa: PTH111 - Path.home raises where there is none
    return [Path(os.environ.get("TORCH_HOME") or caches / "torch") / "hub" / "checkpoints", caches / "clip"]


def weights_at_hand() -> list[str]:
    """Return what to pass as --clip-model for each set of weights that lies here, sorted.

    These are open_clip's tags and repositories in its format out of the hub's cache, and files of other caches that
    bear the name of weights which open_clip lists, with their architecture.
    """
    library = open_clip()
    in_hub = _files_in_hub()
    in_others = {file.name: file for folder in other_caches() for file in sorted(folder.glob("*")) if file.is_file()}
    found = {f"hf-hub:{repo}" for repo, names in in_hub.items() if CONFIG in names and any(map(_is_weights, names))}
    for architecture, tag in library.list_pretrained():
        listed: Mapping[str, str] = library.get_pretrained_cfg(architecture, tag)
        repo, _, file = listed.get("hf_hub", "").rpartition("/")
        if _holds(in_hub.get(repo, set()), file):
            found.add(f"{architecture}:{tag}")
        elif (known := in_others.get(listed.get("url", "").rpartition("/")[2])) is not None:
            found.add(f"{architecture}:{known}")
    return sorted(found)


def _holds(names: set[str], file: str) -> bool:
    """Say whether a repository's files hold these weights, or any where none are named."""
    wanted = {file, f"{file.rpartition('.')[0]}.safetensors"} if file else set(filter(_is_weights, names))
    return bool(names & wanted)


def _is_weights(name: str) -> bool:
    return name.endswith(WEIGHT_SUFFIXES)


def _files_in_hub() -> dict[str, set[str]]:
    """Return the names of the files of each model that the hub's cache holds."""
    found = {}
    for folder in hub_cache().glob("models--*--*"):
        repo = folder.name.removeprefix("models--").replace("--", "/", 1)
        # A link to what was not fetched to its end, or is gone, is no file.
        found[repo] = {file.name for file in folder.glob("snapshots/*/*") if file.is_file()}
    return found
