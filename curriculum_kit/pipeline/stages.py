"""The stages of a curriculum in their order, each with what it reads, heeds and writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from curriculum_kit.config import BuildConfig
from curriculum_kit.enums import ChoiceSource, ImageStorage, TieBreak
from curriculum_kit.pipeline.also_right import AlsoRight
from curriculum_kit.pipeline.blind import keep_unsolved, stay, write_blind
from curriculum_kit.pipeline.cheap_checks import cheap_audit
from curriculum_kit.pipeline.encoder import encoder_for
from curriculum_kit.pipeline.image_files import image_files, image_ids
from curriculum_kit.pipeline.publish import write_images, write_shards
from curriculum_kit.pipeline.runner import Facts, StageRunner
from curriculum_kit.pipeline.sample import ingest_sample
from curriculum_kit.pipeline.score import read_tiers, write_embeddings, write_scores, write_similarity, write_vocabulary
from curriculum_kit.pipeline.select import select
from curriculum_kit.pipeline.similar import write_drawn
from curriculum_kit.pipeline.sources import Selection, Source, open_source
from curriculum_kit.prompts import template_named
from curriculum_kit.storage import OutputFolder, connect, hash_of, read_table, sha256_of
from curriculum_kit.terms import Terms

Progress = Callable[[str, int, int], None]

_SAMPLE = ".ckit/sample"
_ASKED = ".ckit/tables/asked.parquet"
_NOT_ASKED = ".ckit/tables/not_asked.parquet"
_LABELS = ".ckit/tables/labels.parquet"
_DRAWN = ".ckit/tables/drawn.parquet"
_SELECTED = ".ckit/tables/selected.parquet"
_TURNED_AWAY = ".ckit/tables/rejects.parquet"
_BLIND = ".ckit/tables/blind.parquet"
_QUESTIONS = ".ckit/tables/questions.parquet"
_EMBEDDINGS = ".ckit/tables/embeddings.parquet"
_SCORED = ".ckit/tables/scored.parquet"


class Stages:
    """The stages of one build, each with what it reads, what of the config it heeds and what it writes."""

    def __init__(
        self,
        config: BuildConfig,
        folder: OutputFolder,
        runner: StageRunner,
        progress: Progress,
        among: Path | None = None,
    ) -> None:
        self.config, self.folder, self.runner, self.progress = config, folder, runner, progress
        self.database = connect(folder.scratch / "duckdb", config.memory)
        # Before anything is made: a model or file that is not there should fail at once.
        self.terms = Terms.load(config.synonyms)
        self.fingerprint, self.load_encoder = encoder_for(config)
        self.sources = [self.sample()] if config.sample else [open_source(path) for path in config.sources]
        self.selection = Selection(self.database, self.sources, config.where, among)
        self.also_right = AlsoRight(self.database, self.sources, self.selection)
        self.image_files = image_files(config, self.database, self.sources)
        self.facts: dict[str, Facts] = {}

    def run(self) -> None:
        """Run every stage, in order."""
        self.select()
        if self._draws_similar:
            self.compare()
            self.draw()
        if self._sees_blind:
            self.blind()
            self.keep()
        self.audit()
        if self._draws_similar:
            self.vocabulary(known=_LABELS)
        else:
            self.vocabulary()
            self.encode()
            self.similarity()
        self.score()
        self.tiers()
        self.shards()
        self.images()

    def compare(self) -> None:
        """Compare the labels that may be drawn, which are those that answer a question."""
        self.vocabulary(of=_ASKED, to=_LABELS)
        self.encode(_LABELS)
        self.similarity(_LABELS, _ASKED)

    @property
    def _draws_similar(self) -> bool:
        return self.config.choices is ChoiceSource.SIMILAR

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
        """Choose the questions; give random choices to those that have none, or to all."""
        self.selection.check_ids()
        self._stage(
            "select",
            reads=self._of_sources("questions", "scenes") | self._image_state() | self._terms(),
            heeds=("where", "choices", "options", "seed", "images", "image_root"),
            writes={"questions.parquet": _ASKED, "rejects.parquet": _NOT_ASKED}
            if self._draws_similar
            else self._with_choices,
            make=lambda to: select(self.config, self.selection, self.also_right, self.terms, self.image_files, to),
        )

    @property
    def _with_choices(self) -> dict[str, str]:
        """Where the questions go that have choices, and those that were turned away."""
        if self._sees_blind:
            return {"questions.parquet": _SELECTED, "rejects.parquet": _TURNED_AWAY}
        return {"questions.parquet": _QUESTIONS, "rejects.parquet": "rejects.parquet"}

    def draw(self) -> None:
        """Draw choices of the S(q) that each tier is to have."""
        self._stage(
            "draw",
            reads=self._made(_ASKED, _NOT_ASKED, _LABELS, "similarity.parquet")
            | self._of_sources("questions", "scenes")
            | self._terms(),
            heeds=("options", "tiers", "targets", "max_blind_gain", "ramp", "difficulty", "seed"),
            writes={**self._with_choices, "drawn.parquet": _DRAWN},
            make=lambda to: write_drawn(
                self.config,
                self.selection,
                self.also_right,
                self.terms,
                to,
                questions=self._at(_ASKED),
                turned_away=self._at(_NOT_ASKED),
                choices=self._at(_LABELS),
                similarity=self._at("similarity.parquet"),
            ),
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

    def vocabulary(self, of: str = _QUESTIONS, to: str = "choices.parquet", known: str | None = None) -> None:
        """List the labels that are offered or right."""
        self._stage(
            "vocabulary" if to == "choices.parquet" else "labels",
            reads=self._made(of, *([known] if known else [])) | self._of_sources("choices"),
            writes={"choices.parquet": to},
            make=lambda scratch: write_vocabulary(
                self.database, self._at(of), self.sources, scratch, self._at(known) if known else None
            ),
        )

    def encode(self, labels: str = "choices.parquet") -> None:
        """Give every label a vector."""
        self._stage(
            "encode",
            reads=self._made(labels) | {"encoder": self.fingerprint},
            writes={"embeddings.parquet": _EMBEDDINGS},
            make=lambda to: write_embeddings(self._at(labels), self.load_encoder(), to),
        )

    def similarity(self, labels: str = "choices.parquet", questions: str = _QUESTIONS) -> None:
        """Compare the labels with each other."""
        self._stage(
            "similarity",
            reads=self._made(labels, _EMBEDDINGS, questions),
            heeds=("full_matrix_up_to", "neighbours", "seed"),
            writes={"similarity.parquet": "similarity.parquet"},
            make=lambda to: write_similarity(
                self.config, self._at(labels), self._at(_EMBEDDINGS), self._at(questions), to
            ),
        )

    def score(self) -> None:
        """Give every question its S(q)."""
        further = [*([_BLIND] if self._sees_blind else []), *([_DRAWN] if self._draws_similar else [])]
        self._stage(
            "score",
            reads=self._made("choices.parquet", "similarity.parquet", _QUESTIONS, *further),
            heeds=("difficulty", "max_blind", "seed"),
            writes={"scored.parquet": _SCORED},
            make=self._score,
        )

    def _score(self, to: Path) -> Facts:
        step = read_table(self._at(_DRAWN), "drawn")["step"].to_numpy() if self._draws_similar else None
        blind = None
        if self._sees_blind:
            stays, blind = stay(self.config, self._at(_BLIND))
            step = None if step is None else step[stays]
        questions, choices, pairs = map(self._at, (_QUESTIONS, "choices.parquet", "similarity.parquet"))
        return write_scores(self.config, questions, choices, pairs, to, blind=blind, step=step)

    def tiers(self) -> None:
        """Cut the questions into tiers."""
        self._stage(
            "tiers",
            reads=self._made(_SCORED),
            heeds=("choices", "tiers", "ramp", "tie_break", "order"),
            writes={},
            make=lambda _: read_tiers(self.config, self._at(_SCORED)),
        )

    def shards(self) -> None:
        """Write the questions in order, rendered, tier by tier."""
        sizes = [tier["questions"] for tier in self.facts["tiers"]["tiers"]]
        order = ("order", "tie_break", "seed", "prompt", "images", "image_root", "rows_per_shard")
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

    def _terms(self) -> dict[str, str]:
        """Return what the user's own table of terms is like."""
        return {"synonyms": sha256_of(self.config.synonyms)} if self.config.synonyms else {}

    def _image_state(self) -> dict[str, str]:
        """Return what the image files are like, where they are read: one that was missing may have come."""
        if self.config.images is not ImageStorage.EMBED:
            return {}
        return {"image_files": self.image_files.state(image_ids(self.database, self.sources))}
