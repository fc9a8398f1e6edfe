"""What went into a curriculum and what came out, from its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Source:
    """One ingested benchmark."""

    title: str
    licence: str
    home: str
    rows: int
    questions: int
    rejects: int
    sha256: str


@dataclass(frozen=True)
class Made:
    """One file of the curriculum."""

    name: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class Provenance:
    """Sources, settings, models and versions; files."""

    ckit: str
    order: str
    sources: list[Source]
    selected: int
    rejected: int
    """Rows that the build could not use; those of the ingest are with the sources."""
    distinct: int
    """Different values of S(q)."""
    encoders: list[str]
    weights: dict[str, float]
    settings: dict[str, str]
    """What the build was asked for, where anything was said."""
    prompt: str
    prompt_sha256: str
    template: str
    versions: dict[str, str]
    files: list[Made]


def provenance_of(manifest: Mapping[str, Any]) -> Provenance:
    """Return what the manifest says."""
    stages, config = manifest["stages"], manifest["config"]
    clip = stages["encode"].get("clip")
    return Provenance(
        ckit=manifest["ckit"],
        order=config["order"],
        sources=[_source(source) for source in manifest["sources"]],
        selected=stages["select"]["selected"],
        rejected=stages["select"].get("rejected", 0) + stages.get("draw", {}).get("rejected", 0),
        distinct=stages["tiers"]["distinct"],
        encoders=[stages["encode"]["encoder"], *([f"CLIP {clip['model']}"] if clip else [])],
        weights=stages["similarity"].get("weights") or {},
        settings={name: _text(value) for name, value in sorted(config.items()) if _is_said(value)},
        prompt=manifest["prompt"]["name"],
        prompt_sha256=manifest["prompt"]["sha256"],
        template=manifest["prompt"]["user"],
        versions=manifest.get("versions", {}),
        files=[Made(name, made["rows"], made["sha256"]) for name, made in sorted(manifest["files"].items())],
    )


def _source(source: Mapping[str, Any]) -> Source:
    card, rows = source["benchmark"], source["rows"]
    return Source(
        card["title"],
        card["licence"],
        card["homepage"],
        rows["in"],
        rows["questions"],
        rows["rejects"],
        source["source"].get("sha256", ""),
    )


def _is_said(value: Any) -> bool:
    # Not `in (None, False, [])`: a seed of 0 equals False.
    return value is not None and value is not False and value != []


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
