"""An export as a data set repository of the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path

from curriculum_kit.errors import CkitError, ConfigInvalid


class PushFailed(CkitError):
    """The hub cannot be reached, or does not take the export."""


def check_push(repository: str) -> None:
    """Raise `ConfigInvalid` in one line for a name that the hub would refuse, and where there is no token."""
    from huggingface_hub import get_token
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]  # public, but in no __all__

    try:
        validate_repo_id(repository)
    except HFValidationError as error:
        raise ConfigInvalid(f"--push {repository!r} is no name of a repository; give USER/NAME") from error
    if not get_token():
        raise ConfigInvalid("--push needs a token of the Hugging Face hub; run hf auth login, or set HF_TOKEN")


def push(folder: Path, repository: str, public: bool) -> str:
    """Send a finished export to a repository, made if it is not there; return its address.

    `README.md`, the card of the repository, is part of the export. Raises `PushFailed` in one line.
    """
    from huggingface_hub import HfApi

    hub = HfApi()
    try:
        made = hub.create_repo(repository, repo_type="dataset", private=not public, exist_ok=True)
        hub.upload_folder(repo_id=made.repo_id, repo_type="dataset", folder_path=folder, commit_message="ckit export")
    except Exception as error:  # HTTP, connection and file errors come from several libraries
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]
        raise PushFailed(f"{repository} was not pushed: {reason}; the export itself lies in {folder}") from error
    return str(made)
