"""`ckit build-curriculum --arms`: curricula for a fair comparison, each in a folder of its own.

    ordered ─▶ choices-only, reversed        the same choices in another order
       └─ its questions ─▶ random, order-only, keep

`ordered` comes first, for it may turn questions away; the others take what is left. What arms have in common is made
once. That nothing but choices and order differs is proved by the rows in the shards. The manifest comes last.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from curriculum_kit.arms import ARMS, FIRST, Arm, Checked
from curriculum_kit.arms_card import arms_card
from curriculum_kit.config import BuildConfig
from curriculum_kit.enums import ChoiceSource
from curriculum_kit.errors import CkitError, ConfigInvalid
from curriculum_kit.pipeline.arms_manifest import arms_manifest
from curriculum_kit.pipeline.build import OnStage, Progress, build, refuse_other, refuse_source
from curriculum_kit.pipeline.runner import StageRunner
from curriculum_kit.pipeline.shared import Shared, open_shared
from curriculum_kit.pipeline.sources import Selection
from curriculum_kit.pipeline.stages import among
from curriculum_kit.prompts import template_named
from curriculum_kit.storage import (
    MANIFEST,
    OutputFolder,
    connect,
    explain_os_error,
    read_json,
    write_json,
    write_text,
)

_OF_SIMILAR = {"targets", "max_blind_gain", "ramp"}
"""Options that hold for choices of a wanted difficulty alone."""


@dataclass(frozen=True)
class ArmsSummary:
    """What was built, for people and for `--json`."""

    output: str
    rows_read: int
    rows: int
    """Questions in every arm"""
    turned_away: int
    left_out: int
    arms: dict[str, dict[str, Any]]
    checked: list[Checked]
    without_choices: int
    """Questions that have no choices in their source: with any there is no arm `keep`"""
    picture: str | None
    """None where matplotlib is missing"""


def build_arms(
    config: BuildConfig,
    output: Path,
    *,
    force: bool = False,
    on_arm: Callable[[Arm], None] = lambda _: None,
    on_stage: OnStage = lambda *_: None,
    progress: Progress = lambda *_: None,
) -> ArmsSummary:
    """Build all arms in folders below `output`, and prove that they differ in nothing but choices and order.

    `config.choices` and `config.order` do not matter. Raises a `CkitError` in one line for what a build of any arm
    would refuse, and for `max_blind`: how well questions are answered blind depends on their choices.
    """
    if config.max_blind is not None:
        raise ConfigInvalid(
            "--max-blind would leave out other questions in every arm, for it depends on their choices; leave it out"
        )
    template = template_named(config.prompt)
    for place in (output, *(output / arm.name for arm in ARMS)):
        refuse_source(config, place)
    asked = {key: value for key, value in config.decisive.items() if key not in ("choices", "order")}
    try:
        with OutputFolder.claim(output, "arms", force) as folder:
            refuse_other(folder, asked, force)
            shared = open_shared(config, folder, StageRunner(folder, on_stage), progress)
            folder.forget_manifest()
            database = connect(folder.scratch / "duckdb", config.memory)
            work = _Work(config, folder, shared, on_arm, on_stage, progress)
            work.build(FIRST)
            bare = _without_choices(database, shared, among(folder.root / FIRST.name).questions)
            for arm in sorted(ARMS, key=lambda arm: arm.choices is not FIRST.choices):
                if arm is not FIRST and not (bare and arm.choices is ChoiceSource.KEEP):
                    work.build(arm)
            if bare:
                _remove(folder.root / "keep")
            manifest = arms_manifest(asked, folder, database, template, bare)
            write_text(folder.root / "README.md", arms_card(manifest))
            write_json(folder.root / MANIFEST, manifest)
            return _summary(output, shared, manifest)
    except OSError as error:
        raise explain_os_error(error, output) from error


@dataclass
class _Work:
    """Builds one arm after the other, each with what those before it have made."""

    config: BuildConfig
    folder: OutputFolder
    shared: Shared
    on_arm: Callable[[Arm], None]
    on_stage: OnStage
    progress: Progress

    def build(self, arm: Arm) -> None:
        self.on_arm(arm)
        root, first = self.folder.root / arm.name, self.folder.root / FIRST.name
        # The same choices are of the same questions.
        chosen = None if arm.choices is FIRST.choices else among(first)
        shared = replace(self.shared, among=chosen)
        try:
            # The folder that the arms stand in was claimed, and what is in it is theirs.
            build(
                _config_of(arm, self.config),
                root,
                force=True,
                on_stage=self.on_stage,
                progress=self.progress,
                shared=shared,
            )
        except CkitError as error:
            raise type(error)(f"arm {arm.name}: {error}") from error
        self.shared = replace(self.shared, siblings=[*self.shared.siblings, root])


def _config_of(arm: Arm, config: BuildConfig) -> BuildConfig:
    """Return the config of one arm: that of all, without what does not go with its choices."""
    values = config.model_dump(exclude=set() if arm.choices is ChoiceSource.SIMILAR else _OF_SIMILAR)
    if arm.choices is not ChoiceSource.SIMILAR:
        values["options"] = config.most_options
    return BuildConfig.model_validate(values | {"choices": arm.choices, "order": arm.order})


def _without_choices(database: duckdb.DuckDBPyConnection, shared: Shared, questions: Path) -> int:
    """Return how many of the questions have no choices in their source."""
    selection = Selection(database, shared.sources, None, questions)
    return int(selection.rows("count(*) FILTER (len(choices) = 0)")[0][0])


def _remove(root: Path) -> None:
    """Remove an arm of an earlier run, which would pass for one of these."""
    if (read_json(OutputFolder(root, "curriculum").hidden / "owner.json") or {}).get("kind") == "curriculum":
        shutil.rmtree(root)


def _summary(output: Path, shared: Shared, manifest: dict[str, Any]) -> ArmsSummary:
    read = sum(source.manifest["rows"]["questions"] for source in shared.sources)
    rows = manifest["arms"][FIRST.name]["rows"]
    return ArmsSummary(
        output=str(output),
        rows_read=read,
        rows=rows,
        turned_away=manifest["turned_away"],
        left_out=read - rows - manifest["turned_away"],
        arms=manifest["arms"],
        checked=[Checked(row["what"], tuple(row["arms"]), row["same"]) for row in manifest["checked"]],
        without_choices=manifest["without_choices"],
        picture=manifest["picture"],
    )
