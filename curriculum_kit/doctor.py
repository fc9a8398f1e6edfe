"""What is installed, which models are at hand, and what would fail.

Reads the environment, writes nothing. Every check says what stops working where it fails.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from packaging.requirements import Requirement

from curriculum_kit.errors import CkitError

DISTRIBUTION = "curriculum-kit"
MD5_OF_CKIT = 13483345409092578587
_NAMED = 5
"""Models that are named; more are counted."""


class Health(StrEnum):
    """Outcome of one check. Only `broken` is a failure: `absent` is an extra that was not installed."""

    OK = "ok"
    ABSENT = "absent"
    BROKEN = "broken"


class Absent(CkitError):
    """Something that is optional is not there."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `detail` says what was found and, where it is not ok, what to do."""

    name: str
    health: Health
    detail: str


def examine() -> Iterator[Check]:
    """Yield the checks one by one: versions first, then what takes a moment."""
    yield Check("python", Health.OK, f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield from _requirements()
    for name, look in _PROBES:
        try:
            yield Check(name, Health.OK, look())
        except Absent as error:
            yield Check(name, Health.ABSENT, str(error))
        except CkitError as error:
            yield Check(name, Health.BROKEN, str(error))
        except Exception as error:  # a broken installation raises whatever its libraries raise
            lines = str(error).strip().splitlines() or [type(error).__name__]
            yield Check(name, Health.BROKEN, f"{lines[0][:160]}; install again with -c constraints.txt")


def _requirements() -> Iterator[Check]:
    """Compare what is installed with what the distribution asks for, extras apart."""
    try:
        wanted = [Requirement(text) for text in importlib.metadata.requires(DISTRIBUTION) or []]
    except importlib.metadata.PackageNotFoundError:
        yield Check(
            DISTRIBUTION, Health.BROKEN, "not installed as a distribution; run pip install -c constraints.txt -e ."
        )
        return
    extras = sorted(importlib.metadata.metadata(DISTRIBUTION).get_all("Provides-Extra") or [])
    yield _group("dependencies", [r for r in wanted if not r.marker], "", required=True)
    for extra in extras:
        of_extra = [r for r in wanted if r.marker and r.marker.evaluate({"extra": extra})]
        yield _group(
            f"extra {extra}", of_extra, f"pip install -c constraints.txt 'curriculum-kit[{extra}]'", required=False
        )


def _group(name: str, wanted: list[Requirement], install: str, required: bool) -> Check:
    found: list[str] = []
    absent: list[str] = []
    wrong: list[str] = []
    for requirement in wanted:
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            absent.append(requirement.name)
            continue
        (found if requirement.specifier.contains(version, prereleases=True) else wrong).append(
            f"{requirement.name} {version}"
        )
    if wrong:
        return Check(
            name, Health.BROKEN, f"outside the tested range: {', '.join(wrong)}; install with -c constraints.txt"
        )
    if absent:
        health = Health.BROKEN if required else Health.ABSENT
        return Check(name, health, f"lacks {', '.join(absent)}; {install or 'pip install -c constraints.txt -e .'}")
    return Check(name, Health.OK, ", ".join(found))


def _torch() -> str:
    import torch

    if torch.cuda.is_available():
        names = {torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())}
        return f"{torch.__version__}, {torch.cuda.device_count()} GPU ({', '.join(sorted(names))})"
    return f"{torch.__version__}, no GPU: the data work runs, training runs slowly"


def _text_model() -> str:
    from curriculum_kit.encoders.text import TextEncoder

    encoder = TextEncoder.load(None)
    liver, gallbladder = encoder.encode(["liver", "gallbladder"])
    return f"{encoder.name}: cos(liver, gallbladder) = {float(liver @ gallbladder):.2f}"


def _open_clip() -> str:
    if importlib.util.find_spec("open_clip") is None:
        raise Absent("--clip-model would fail; pip install -c constraints.txt 'curriculum-kit[clip]'")
    from curriculum_kit.encoders.clip.names import open_clip

    library = open_clip()
    return f"{library.__version__}, {len(library.list_models())} architectures; loads no weights by itself"


def _clip_weights() -> str:
    if importlib.util.find_spec("open_clip") is None:
        raise Absent("looked for once open_clip is installed")
    from curriculum_kit.encoders.clip import RECOMMENDED
    from curriculum_kit.encoders.clip.at_hand import hub_cache, weights_at_hand

    found = weights_at_hand()
    if found:
        more = f", and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        return f"--clip-model takes without network {', '.join(found[:_NAMED])}{more}"
    raise Absent(
        f"none in {hub_cache()}, and none was fetched by looking; --clip-model takes a folder, or a name such as "
        f"{RECOMMENDED}, which needs network once, and says which files to bring where there is none"
    )


def _faiss() -> str:
    import faiss
    import numpy as np

    index = faiss.IndexFlatIP(2)
    index.add(np.eye(2, dtype=np.float32))
    return f"{faiss.__version__}, finds {int(index.search(np.array([[0.0, 1.0]], np.float32), 1)[1][0, 0])} for 1"


def _duckdb() -> str:
    import duckdb

    # Shards are ordered by this function: where it is missing or differs, so does the order.
    row = duckdb.connect().execute("SELECT md5_number_lower('ckit')").fetchone()
    if row != (MD5_OF_CKIT,):
        raise CkitError(f"md5_number_lower('ckit') gives {row}, must be {MD5_OF_CKIT}; install with -c constraints.txt")
    return f"{duckdb.__version__}, orders rows as it should"


def _disk() -> str:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    if free < 1:
        raise CkitError(f"{free:.1f} GB free in the working folder; a curriculum of a million questions needs 1 GB")
    return f"{free:.0f} GB free in the working folder"


_PROBES: tuple[tuple[str, Callable[[], str]], ...] = (
    ("disk", _disk),
    ("duckdb", _duckdb),
    ("faiss", _faiss),
    ("torch", _torch),
    ("text model", _text_model),
    ("open_clip", _open_clip),
    ("CLIP weights", _clip_weights),
)
