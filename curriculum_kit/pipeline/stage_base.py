"""What every stage of a build stands on: the config, the folder, the sources, and who runs or skips it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from curriculum_kit.config import BuildConfig
from curriculum_kit.enums import ChoiceSource, ImageStorage, TieBreak
from curriculum_kit.pipeline.also_right import AlsoRight
from curriculum_kit.pipeline.image_files import image_files, image_ids
from curriculum_kit.pipeline.runner import Facts, StageRunner
from curriculum_kit.pipeline.shared import Shared, open_shared
from curriculum_kit.pipeline.sources import Selection
from curriculum_kit.storage import OutputFolder, connect, sha256_of
from curriculum_kit.terms import Terms

Progress = Callable[[str, int, int], None]

ASKED = ".ckit/tables/asked.parquet"
NOT_ASKED = ".ckit/tables/not_asked.parquet"
LABELS = ".ckit/tables/labels.parquet"
DRAWN = ".ckit/tables/drawn.parquet"
SELECTED = ".ckit/tables/selected.parquet"
TURNED_AWAY = ".ckit/tables/rejects.parquet"
BLIND = ".ckit/tables/blind.parquet"
QUESTIONS = ".ckit/tables/questions.parquet"
EMBEDDINGS = ".ckit/tables/embeddings.parquet"
SCORED = ".ckit/tables/scored.parquet"
PROTOTYPE_VECTORS = ".ckit/tables/prototype_vectors.parquet"
SHOWN = ".ckit/tables/shown.parquet"
"""Where tables lie that stages make for each other."""


class StageBase:
    """One build: what its stages share. A wrong path or name fails here, before anything is made."""

    def __init__(
        self,
        config: BuildConfig,
        folder: OutputFolder,
        runner: StageRunner,
        progress: Progress,
        shared: Shared | None = None,
    ) -> None:
        self.config, self.folder, self.runner, self.progress = config, folder, runner, progress
        self.database = connect(folder.scratch / "duckdb", config.memory)
        self.terms = Terms.load(config.synonyms)
        shared = shared or open_shared(config, folder, runner, progress)
        self.fingerprint, self.load_encoder, self.clip = shared.fingerprint, shared.load_encoder, shared.clip
        self.sources, self.among = shared.sources, shared.among
        every = Selection(self.database, self.sources, config.where)
        self.selection = (
            Selection(self.database, self.sources, config.where, self.among.questions) if self.among else every
        )
        # What is right too is known from questions that are not among these as well.
        self.also_right = AlsoRight(self.database, self.sources, every)
        self.image_files = image_files(config, self.database, self.sources)
        self.facts: dict[str, Facts] = {}

    @property
    def draws_similar(self) -> bool:
        """Whether choices are drawn for a wanted S(q), which takes their similarity first."""
        return self.config.choices is ChoiceSource.SIMILAR

    @property
    def sees_blind(self) -> bool:
        """Whether blind solvability was asked for: it takes longer than all other stages together."""
        return self.config.max_blind is not None or self.config.tie_break is TieBreak.BLIND

    def stage(
        self,
        name: str,
        *,
        reads: dict[str, str],
        writes: dict[str, str],
        make: Callable[[Path], Facts],
        heeds: tuple[str, ...] = (),
    ) -> None:
        """Run a stage, or skip it: what it reads by hash, what it writes where, and the part of the config it heeds."""
        part = self.config.model_dump(mode="json", include=set(heeds))
        self.facts[name] = self.runner.run(name, inputs=reads, config=part, outputs=writes, make=make)

    def at(self, name: str) -> Path:
        """Return where a table of this build lies."""
        return self.folder.root / name

    def made(self, *names: str) -> dict[str, str]:
        """Return the hashes of tables that stages before have made."""
        return {name: self.runner.hashes[name] for name in names}

    def of_sources(self, *tables: str) -> dict[str, str]:
        """Return the hashes of tables of the sources."""
        hashes = [source.hashes for source in self.sources]
        return {f"{i}:{table}": found[table] for i, found in enumerate(hashes) for table in tables if table in found}

    def own_terms(self) -> dict[str, str]:
        """Return what the user's own table of terms is like."""
        return {"synonyms": sha256_of(self.config.synonyms)} if self.config.synonyms else {}

    def image_state(self) -> dict[str, str]:
        """Return where the image files lie and, where they are read, what they are like: one may have come."""
        if self.config.images is not ImageStorage.EMBED:
            return self.image_files.layouts
        return self.image_files.layouts | {
            "image_files": self.image_files.state(image_ids(self.database, self.sources))
        }
