"""What a curriculum starts from, and what several have in common that differ in their choices and their order alone."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from curriculum_kit.config import BuildConfig
from curriculum_kit.encoders import Encoder
from curriculum_kit.pipeline.encoder import ClipSource, clip_for, encoder_for
from curriculum_kit.pipeline.runner import Facts, StageRunner
from curriculum_kit.pipeline.sample import ingest_sample
from curriculum_kit.pipeline.sources import Source, open_source
from curriculum_kit.storage import OutputFolder, sha256_of

Progress = Callable[[str, int, int], None]

_SAMPLE = ".ckit/sample"


@dataclass(frozen=True)
class Among:
    """A curriculum with drawn choices, as another sees it that is to hold the same questions: tables of its stages."""

    questions: Path
    """The questions, each with as many choices as it is to have elsewhere too"""
    asked: Path
    """The questions whose answers could be drawn, so that others draw from the same labels"""
    labels: Path
    """The labels among whose pairs similarity is ranked, so that S(q) is on one scale"""

    @property
    def hashes(self) -> dict[str, str]:
        """The SHA-256 of what decides the questions and the labels to draw from."""
        return {"among": sha256_of(self.questions), "drawn from": sha256_of(self.asked)}


@dataclass(frozen=True)
class Shared:
    """Sources and model, opened before anything is made."""

    sources: Sequence[Source]
    fingerprint: str
    load_encoder: Callable[[], Encoder]
    clip: ClipSource | None = None
    siblings: Sequence[Path] = ()
    """Curricula that were built before: what their stages have made of the same input is not made again"""
    among: Among | None = None
    """Where the questions are to be those of another curriculum"""


def open_shared(config: BuildConfig, folder: OutputFolder, runner: StageRunner, progress: Progress) -> Shared:
    """Find the model and open the sources; the embedded sample is generated and ingested into `folder` first.

    Raises a `CkitError` in one line where a model or a folder is not there, or a folder is no ingest.
    """
    fingerprint, load = encoder_for(config)
    clip = clip_for(config)
    sources = [_sample(config, folder, runner, progress)] if config.sample else [*map(open_source, config.sources)]
    return Shared(sources, fingerprint, functools.cache(load), clip)


def _sample(config: BuildConfig, folder: OutputFolder, runner: StageRunner, progress: Progress) -> Source:
    def make(scratch: Path) -> Facts:
        ingest_sample(scratch / "sample", config.scenes, config.seed, progress)
        return {}

    asked = {"scenes": config.scenes, "seed": config.seed}
    runner.run("sample", inputs={}, config=asked, outputs={"sample": _SAMPLE}, make=make)
    made = folder.root / _SAMPLE
    source = open_source(made / "tables", shown=f"the embedded sample ({config.scenes} scenes)")
    # Its images were looked at in scratch, and have moved with it.
    return replace(source, image_root=made / "release")
