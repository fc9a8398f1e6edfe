"""The stages of a curriculum in their order, each with what it reads, heeds and writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from curriculum_kit.config import BuildConfig
from curriculum_kit.enums import ImageStorage, TieBreak
from curriculum_kit.pipeline.blind import blind_of_kept, keep_unsolved, write_blind
from curriculum_kit.pipeline.cheap_checks import cheap_audit
from curriculum_kit.pipeline.encoder import encoder_for
from curriculum_kit.pipeline.image_files import image_files, image_ids
from curriculum_kit.pipeline.publish import write_images, write_shards
from curriculum_kit.pipeline.runner import Facts, StageRunner
from curriculum_kit.pipeline.sample import ingest_sample
from curriculum_kit.pipeline.score import read_tiers, write_embeddings, write_scores, write_similarity, write_vocabulary
from curriculum_kit.pipeline.select import SceneLookup, select
from curriculum_kit.pipeline.sources import Selection, Source, open_source
from curriculum_kit.prompts import template_named
from curriculum_kit.storage import OutputFolder, connect, hash_of

Progress = Callable[[str, int, int], None]

_SAMPLE = ".ckit/sample"
_SELECTED = ".ckit/tables/selected.parquet"
_TURNED_AWAY = ".ckit/tables/rejects.parquet"
_BLIND = ".ckit/tables/blind.parquet"
_QUESTIONS = ".ckit/tables/questions.parquet"
_EMBEDDINGS = ".ckit/tables/embeddings.parquet"
_SCORED = ".ckit/tables/scored.parquet"


class Stages:
    """The stages of one build, each with what it reads, what of the config it heeds and what it writes."""

    def __init__(self, config: BuildConfig, folder: OutputFolder, runner: StageRunner, progress: Progress) -> None:
        self.config, self.folder, self.runner, self.progress = config, folder, runner, progress
        self.database = connect(folder.scratch / "duckdb", config.memory)
        # Before anything is made: a model or file that is not there should fail at once.
        self.fingerprint, self.load_encoder = encoder_for(config)
        self.sources = [self.sample()] if config.sample else [open_source(path) for path in config.sources]
        self.selection = Selection(self.database, self.sources, config.where)
        self.image_files = image_files(config, self.database, self.sources)
        self.facts: dict[str, Facts] = {}

    def run(self) -> None:
        """Run every stage, in order."""
        self.select()
        if self._sees_blind:
            self.blind()
            self.keep()
        self.audit()
        self.vocabulary()
        self.encode()
        self.similarity()
        self.score()
        self.tiers()
        self.shards()
        self.images()

    @property
    def _sees_blind(self) -> bool:
        """Whether blind solvability was asked for: it takes longer than all other stages together."""
        return self.config.max_blind is not None or self.config.tie_break is TieBreak.BLIND

    def sample(self) -> Source:
        """Generate and ingest the embedded sample."""

        def make(scratch: Path) -> Facts:
            ingest_sample(scratch / "sample", self.config.scenes, self.config.seed, self.progress)
            return {}

        asked = {"scenes": self.config.scenes, "seed": self.config.seed}
        self.runner.run("sample", inputs={}, config=asked, outputs={"sample": _SAMPLE}, make=make)
        made = self.folder.root / _SAMPLE
        source = open_source(made / "tables", shown=f"the embedded sample ({self.config.scenes} scenes)")
        # Its images were looked at in scratch, and have moved with it.
        return replace(source, image_root=made / "release")

    def select(self) -> None:
        """Choose the questions and give choices to those that have none."""
        selection = self.selection
        selection.check_ids()
        scenes = SceneLookup(self.database, self.sources)
        self._stage(
            "select",
            reads=self._of_sources("questions", "scenes") | self._image_state(),
            heeds=("where", "choices", "options", "seed", "images", "image_root"),
            writes={"questions.parquet": _SELECTED, "rejects.parquet": _TURNED_AWAY}
            if self._sees_blind
            else {"questions.parquet": _QUESTIONS, "rejects.parquet": "rejects.parquet"},
            make=lambda to: select(self.config, selection, scenes, self.image_files, to),
        )

    def blind(self) -> None:
        """Estimate how often each question is answered without its image."""
        self._stage(
            "blind",
            reads=self._made(_SELECTED),
            heeds=("seed",),
            writes={"blind.parquet": _BLIND},
            make=lambda to: write_blind(self.config, self._at(_SELECTED), to, self.progress),
        )

    def keep(self) -> None:
        """Leave out the questions that are answered without their image more often than the bound."""
        self._stage(
            "keep",
            reads=self._made(_SELECTED, _TURNED_AWAY, _BLIND),
            heeds=("max_blind",),
            writes={"questions.parquet": _QUESTIONS, "rejects.parquet": "rejects.parquet"},
            make=lambda to: keep_unsolved(
                self.config,
                self.database,
                self.selection,
                self._at(_SELECTED),
                self._at(_TURNED_AWAY),
                self._at(_BLIND),
                to,
            ),
        )

    def audit(self) -> None:
        """Look for shortcuts and leaks by the checks that take little time."""
        self._stage(
            "audit",
            reads=self._made(_QUESTIONS) | self._of_sources("images"),
            writes={},
            make=lambda _: cheap_audit(self.database, self._at(_QUESTIONS), self.sources),
        )

    def vocabulary(self) -> None:
        """List the labels that are offered or right."""
        self._stage(
            "vocabulary",
            reads=self._made(_QUESTIONS) | self._of_sources("choices"),
            writes={"choices.parquet": "choices.parquet"},
            make=lambda to: write_vocabulary(self.database, self._at(_QUESTIONS), self.sources, to),
        )

    def encode(self) -> None:
        """Give every label a vector."""
        self._stage(
            "encode",
            reads=self._made("choices.parquet") | {"encoder": self.fingerprint},
            writes={"embeddings.parquet": _EMBEDDINGS},
            make=lambda to: write_embeddings(self._at("choices.parquet"), self.load_encoder(), to),
        )

    def similarity(self) -> None:
        """Compare the labels with each other."""
        self._stage(
            "similarity",
            reads=self._made("choices.parquet", _EMBEDDINGS, _QUESTIONS),
            heeds=("full_matrix_up_to", "neighbours", "seed"),
            writes={"similarity.parquet": "similarity.parquet"},
            make=lambda to: write_similarity(
                self.config, self._at("choices.parquet"), self._at(_EMBEDDINGS), self._at(_QUESTIONS), to
            ),
        )

    def score(self) -> None:
        """Give every question its S(q)."""
        self._stage(
            "score",
            reads=self._made(
                "choices.parquet", "similarity.parquet", _QUESTIONS, *([_BLIND] if self._sees_blind else [])
            ),
            heeds=("difficulty", "max_blind"),
            writes={"scored.parquet": _SCORED},
            make=lambda to: write_scores(
                self.config,
                self._at(_QUESTIONS),
                self._at("choices.parquet"),
                self._at("similarity.parquet"),
                blind_of_kept(self.config, self._at(_BLIND)) if self._sees_blind else None,
                to,
            ),
        )

    def tiers(self) -> None:
        """Cut the questions into tiers."""
        self._stage(
            "tiers",
            reads=self._made(_SCORED),
            heeds=("tiers", "tie_break"),
            writes={},
            make=lambda _: read_tiers(self.config, self._at(_SCORED)),
        )

    def shards(self) -> None:
        """Write the questions in order, rendered, tier by tier."""
        sizes = [tier["questions"] for tier in self.facts["tiers"]["tiers"]]
        order = ("tie_break", "seed", "prompt", "images", "image_root", "rows_per_shard")
        self._stage(
            "shards",
            reads=self._made(_SCORED)
            | self._image_state()
            | {"sizes": hash_of(sizes), "prompt": template_named(self.config.prompt).sha256},
            heeds=order,
            writes={"shards": "shards"},
            make=lambda to: write_shards(
                self.config,
                self.database,
                self._at(_SCORED),
                sizes,
                self.image_files,
                to,
                lambda done: self.progress("rows", done, sum(sizes)),
            ),
        )

    def images(self) -> None:
        """Copy the rows of the images that are asked about."""
        self._stage(
            "images",
            reads=self._made(_QUESTIONS) | self._of_sources("images"),
            writes={"images.parquet": "images.parquet"},
            make=lambda to: write_images(self.database, self.sources, self._at(_QUESTIONS), to),
        )

    def _stage(
        self,
        name: str,
        *,
        reads: dict[str, str],
        writes: dict[str, str],
        make: Callable[[Path], Facts],
        heeds: tuple[str, ...] = (),
    ) -> None:
        part = self.config.model_dump(mode="json", include=set(heeds))
        self.facts[name] = self.runner.run(name, inputs=reads, config=part, outputs=writes, make=make)

    def _at(self, name: str) -> Path:
        return self.folder.root / name

    def _made(self, *names: str) -> dict[str, str]:
        return {name: self.runner.hashes[name] for name in names}

    def _of_sources(self, *tables: str) -> dict[str, str]:
        hashes = [source.hashes for source in self.sources]
        return {f"{i}:{table}": found[table] for i, found in enumerate(hashes) for table in tables if table in found}

    def _image_state(self) -> dict[str, str]:
        """Return what the image files are like, where they are read: one that was missing may have come."""
        if self.config.images is not ImageStorage.EMBED:
            return {}
        return {"image_files": self.image_files.state(image_ids(self.database, self.sources))}
