"""`ckit build-curriculum`: from ingested questions to tiered shards, stage by stage.

    questions ─select─▶ choices ─encode─▶ embeddings ─similarity─▶ S(q) ─tiers─▶ shards

Every stage is skipped where what it depends on is as it was, so that a run that was killed goes on
where it stopped and ends with the same bytes. The manifest comes last: without it, nothing is finished.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from curriculum_kit import __version__
from curriculum_kit.card import data_card
from curriculum_kit.config import BuildConfig
from curriculum_kit.errors import OutputOccupied
from curriculum_kit.pipeline.group_shards import GROUPS, WORDINGS
from curriculum_kit.pipeline.runner import StageRunner
from curriculum_kit.pipeline.shared import Shared
from curriculum_kit.pipeline.sources import describe
from curriculum_kit.pipeline.stages import Stages
from curriculum_kit.pipeline.validate import with_validation
from curriculum_kit.prompts import template_named
from curriculum_kit.schemas import SCHEMA_VERSION
from curriculum_kit.storage import MANIFEST, OutputFolder, explain_os_error, rows_in, write_json, write_text

OnStage = Callable[[str, str], None]
Progress = Callable[[str, int, int], None]

_HELD = {"curriculum": "a curriculum", "arms": "arms"}
_VERSIONS = ("duckdb", "faiss-cpu", "numpy", "pyarrow", "scikit-learn", "sentence-transformers", "torch")


@dataclass(frozen=True)
class BuildSummary:
    """What a build did, for people and for `--json`."""

    output: str
    rows_read: int
    selected: int
    rejected: int
    left_out: int
    rows: int
    files: int
    labels: int
    distinct_difficulties: int
    tiers: list[dict[str, Any]]
    near_equal: int
    """Pairs of labels that may name one structure; the data card lists them."""
    findings: list[dict[str, Any]]
    """What the cheap checks of the audit found, the gravest first."""


def build(
    config: BuildConfig,
    output: Path,
    *,
    force: bool = False,
    on_stage: OnStage = lambda *_: None,
    progress: Progress = lambda *_: None,
    shared: Shared | None = None,
) -> BuildSummary:
    """Build a curriculum in `output`, or one of several with what they share.

    Raises a `CkitError` in one line for sources that are no ingest, a condition that selects nothing
    or is no SQL, more tiers than distinct S(q), vectors or models that do not fit, an output in use, a
    disk that is full.
    """
    template_named(config.prompt)  # a wrong name should fail before any work is done
    refuse_source(config, output)
    try:
        with OutputFolder.claim(output, "curriculum", force) as folder:
            asked = config.decisive
            refuse_other(folder, asked, force)
            _refuse_groups(folder, force)
            runner = StageRunner(folder, on_stage, shared.siblings if shared else ())
            work = Stages(config, folder, runner, progress, shared)
            folder.forget_manifest()
            work.run()
            (folder.root / WORDINGS).unlink(missing_ok=True)  # of groups that are gone
            manifest = _manifest(asked, work)
            write_text(folder.root / "README.md", with_validation(data_card(manifest), folder.root, manifest))
            write_json(folder.root / MANIFEST, manifest)
            return _summary(output, work)
    except OSError as error:
        raise explain_os_error(error, output) from error


def _manifest(asked: dict[str, Any], work: Stages) -> dict[str, Any]:
    """Return what went in and what came out. No times and no output path: equal builds are equal in bytes."""
    template = template_named(work.config.prompt)
    root = work.folder.root
    published = {name: digest for name, digest in sorted(work.runner.hashes.items()) if not name.startswith(".")}
    return {
        "kind": "curriculum",
        "ckit": __version__,
        "schema_version": SCHEMA_VERSION,
        "config": asked,
        "prompt": {"name": template.name, "sha256": template.sha256, "system": template.system, "user": template.user},
        "versions": {"python": platform.python_version(), **{name: metadata.version(name) for name in _VERSIONS}},
        "sources": describe(work.sources),
        **({"among": work.among.hashes["among"]} if work.among else {}),
        "stages": work.facts,
        "files": {name: {"rows": rows_in(root / name), "sha256": digest} for name, digest in published.items()},
    }


def refuse_source(config: BuildConfig, output: Path) -> None:
    """Raise `OutputOccupied` where the output is one of the sources: `--force` must not destroy what is read."""
    for source in config.sources:
        if output.resolve() == source.resolve():
            raise OutputOccupied(f"{output} is one of the folders to read from; choose another -o")


def refuse_other(folder: OutputFolder, asked: dict[str, Any], force: bool) -> None:
    """Raise `OutputOccupied` where the folder holds what was built otherwise, and is finished."""
    known = (folder.manifest or {}).get("config")
    if known is None or known == asked or force:
        return
    changed = [
        f"{key} {_short(known.get(key))} -> {_short(asked.get(key))}"
        for key in asked
        if known.get(key) != asked.get(key)
    ]
    raise OutputOccupied(
        f"{folder.root} holds {_HELD[folder.kind]} built otherwise ({', '.join(changed)}); "
        "choose another -o, or --force to rebuild it"
    )


def _refuse_groups(folder: OutputFolder, force: bool) -> None:
    """Raise `OutputOccupied` where the curriculum has groups: a build writes its shards without them."""
    if not force and GROUPS in (folder.manifest or {}):
        raise OutputOccupied(
            f"{folder.root} holds question groups, which a build would take out; choose another -o, or --force"
        )


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _summary(output: Path, build: Stages) -> BuildSummary:
    facts = build.facts
    read = sum(source.manifest["rows"]["questions"] for source in build.sources)
    return BuildSummary(
        output=str(output),
        rows_read=read,
        selected=facts["select"]["selected"],
        rejected=facts["select"]["rejected"]
        + facts.get("draw", {}).get("rejected", 0)
        + facts.get("keep", {}).get("left_out", 0),
        left_out=read - facts["select"]["selected"],
        rows=facts["shards"]["rows"],
        files=facts["shards"]["files"],
        labels=facts["vocabulary"]["labels"],
        distinct_difficulties=facts["tiers"]["distinct"],
        tiers=facts["tiers"]["tiers"],
        near_equal=facts["encode"]["near_equal"]["pairs"],
        findings=facts["audit"]["findings"],
    )
