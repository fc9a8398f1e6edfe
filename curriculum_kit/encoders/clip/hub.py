"""Files of a repository on the Hugging Face hub: out of its cache where they are there, else fetched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from curriculum_kit.errors import ModelUnavailable

_NETWORK_TIMEOUT = 5.0  # seconds for the hub's first answer

Select = Callable[[list[str]], list[str]]
"""Which of the files of a repository are needed; none where it does not hold what is looked for."""


def hub_folder(repo: str, select: Select, advice: str) -> Path:
    """Return a folder with the files of `repo` that `select` names.

    A cached copy that holds them is taken as it is, without asking the hub. Raises `ModelUnavailable` where the
    repository lacks the files, or where it cannot be reached; `advice` says what to do then.
    """
    return _cached(repo, select) or _fetched(repo, select, advice)


def _cached(repo: str, select: Select) -> Path | None:
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(repo, local_files_only=True))
    except (OSError, ValueError):  # not there, or no name that the hub allows
        return None
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return folder if select(names) else None


def _fetched(repo: str, select: Select, advice: str) -> Path:
    from huggingface_hub import HfApi, snapshot_download

    try:
        # Asked first, since snapshot_download itself waits for ever for a hub that takes the call and never answers.
        info = HfApi().model_info(repo, timeout=_NETWORK_TIMEOUT)
        wanted = select([sibling.rfilename for sibling in info.siblings or []])
        if wanted:
            return Path(snapshot_download(repo, revision=info.sha, allow_patterns=wanted))
    except Exception as error:  # no network, no such name, no permission: each from another library
        raise ModelUnavailable(
            f"{repo} is not in the Hugging Face cache and cannot be fetched ({first_line(error)}); {advice}"
        ) from error
    raise ModelUnavailable(f"{repo} on the Hugging Face hub is no open_clip model, or has no weights; {advice}")


def first_line(error: BaseException) -> str:
    """Return what an error says, cut to one line that fits into a message."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]
