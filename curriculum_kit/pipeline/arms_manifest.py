"""The manifest of arms: what each holds, by what it was proved to be comparable, and the picture of S(q).

Reads the shards and the manifest of each arm.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.compute as pc

from curriculum_kit import __version__
from curriculum_kit.arms import ARMS, FIRST, Hashes, alike, hashes_of, prove
from curriculum_kit.charts import difficulty_curve
from curriculum_kit.enums import ChoiceSource
from curriculum_kit.pipeline.curves import curve_of
from curriculum_kit.pipeline.sql import from_tables
from curriculum_kit.prompts import PromptTemplate
from curriculum_kit.schemas import SCHEMA_VERSION
from curriculum_kit.storage import MANIFEST, OutputFolder, iter_table, read_json

PICTURE = "difficulty.png"

_KNOWN = {arm.name: arm for arm in ARMS}


def arms_manifest(
    asked: dict[str, Any],
    folder: OutputFolder,
    database: duckdb.DuckDBPyConnection,
    template: PromptTemplate,
    bare: int,
) -> dict[str, Any]:
    """Return what the arms hold and how they compare. No times and no output path, as in a curriculum's own."""
    names = [arm.name for arm in ARMS if not (bare and arm.choices is ChoiceSource.KEEP)]
    made = {name: read_json(folder.root / name / MANIFEST) or {} for name in names}
    hashes = {name: _hashes(database, folder.root / name, template) for name in names}
    checked = prove(hashes, template)
    differ = [f"{row.what} of {', '.join(row.arms)}" for row in checked if not row.same]
    assert not differ, f"arms differ where they must not: {'; '.join(differ)}"
    first = made[FIRST.name]
    scale = {name: manifest["files"]["similarity.parquet"]["sha256"] for name, manifest in made.items()}
    own_scale = [name for name in names if scale[name] != scale[FIRST.name]]
    return {
        "kind": "arms",
        "ckit": __version__,
        "schema_version": SCHEMA_VERSION,
        "config": asked,
        "prompt": first["prompt"],
        "sources": first["sources"],
        "arms": {name: _arm(name, folder.root / name, made[name], hashes[name]) for name in names},
        "checked": [asdict(row) for row in checked],
        "alike": alike(hashes),
        "own_scale": own_scale[0] if own_scale else None,
        "without_choices": bare,
        "turned_away": first["stages"]["select"]["rejected"] + first["stages"]["draw"]["rejected"],
        "with_the_others": made["random"]["stages"]["select"]["with_the_others"],
        "picture": _picture(folder.root, names, own_scale),
    }


def _arm(name: str, root: Path, manifest: dict[str, Any], hashes: Hashes) -> dict[str, Any]:
    files = sorted((root / "shards").rglob("*.parquet"))
    batches = [batch for file in files for batch in iter_table(file, "shard", columns=["difficulty", "choices"])]
    difficulty = np.concatenate([batch["difficulty"].to_numpy() for batch in batches])
    sizes = np.concatenate([pc.list_value_length(batch["choices"]).to_numpy() for batch in batches])
    tenth = max(round(len(difficulty) / 10), 1)
    parts = {"first_tenth": difficulty[:tenth], "last_tenth": difficulty[-tenth:], "mean": difficulty}
    arm = _KNOWN[name]
    return {
        "choices": arm.choices.value,
        "order": arm.order.value,
        "rows": len(difficulty),
        "options": [int(sizes.min()), int(sizes.max())],
        "difficulty": {part: round(float(values.mean()), 6) for part, values in parts.items()},
        "blind_gain": _blind_gain(manifest),
        "hashes": asdict(hashes),
        "shards": {file: known["sha256"] for file, known in manifest["files"].items() if file.startswith("shards/")},
    }


def _blind_gain(manifest: Mapping[str, Any]) -> float | None:
    """Return what knowing how often each label is right gains over chance; None where it could not be estimated."""
    for row in manifest["stages"]["audit"]["findings"]:
        if row["name"] == "prior/accuracy" and row["figure"] is not None:
            return round(float(row["figure"]) - float(row["expected"]), 6)
    return None


def _hashes(database: duckdb.DuckDBPyConnection, root: Path, template: PromptTemplate) -> Hashes:
    files = from_tables(sorted((root / "shards").rglob("*.parquet")), positions=True)
    database.execute(f"CREATE OR REPLACE VIEW shards AS SELECT * FROM {files}")
    return hashes_of(database, template)


def _picture(root: Path, names: list[str], own_scale: list[str]) -> str | None:
    """Draw S(q) over each arm and return the name of the file; None where matplotlib is missing."""
    if importlib.util.find_spec("matplotlib") is None:
        (root / PICTURE).unlink(missing_ok=True)
        return None
    shown = {name: f"{name} (own scale)" if name in own_scale else name for name in names}
    difficulty_curve({shown[name]: curve_of(root / name / "shards") for name in names}, root / PICTURE)
    return PICTURE
