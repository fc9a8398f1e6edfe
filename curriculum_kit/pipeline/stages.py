"""The stages of a curriculum in their order, each with what it reads, heeds and writes."""

from __future__ import annotations

from pathlib import Path

from curriculum_kit.pipeline.blind import keep_unsolved, stay, write_blind
from curriculum_kit.pipeline.cheap_checks import cheap_audit
from curriculum_kit.pipeline.label_stages import LabelStages
from curriculum_kit.pipeline.looks import nearness_of_questions
from curriculum_kit.pipeline.publish import write_images, write_shards
from curriculum_kit.pipeline.runner import Facts
from curriculum_kit.pipeline.score import read_tiers, write_scores
from curriculum_kit.pipeline.select import select
from curriculum_kit.pipeline.shared import Among
from curriculum_kit.pipeline.similar import write_drawn
from curriculum_kit.pipeline.stage_base import (
    ASKED,
    BLIND,
    DRAWN,
    LABELS,
    NOT_ASKED,
    PROTOTYPE_VECTORS,
    QUESTIONS,
    SCORED,
    SELECTED,
    SHOWN,
    TURNED_AWAY,
)
from curriculum_kit.prompts import template_named
from curriculum_kit.storage import hash_of, read_table


def among(root: Path) -> Among:
    """Return what others need of a curriculum in `root`, whose choices were drawn for a wanted S(q)."""
    return Among(root / QUESTIONS, root / ASKED, root / LABELS)


class Stages(LabelStages):
    """The stages of one build, each with what it reads, what of the config it heeds and what it writes."""

    def run(self) -> None:
        """Run every stage, in order."""
        self.select()
        if self.draws_similar:
            self.compare_drawable()
            self.draw()
        if self.sees_blind:
            self.blind()
            self.keep()
        self.audit()
        self.vocabulary()
        if not self.draws_similar:
            self.compare()
        self.score()
        self.tiers()
        self.shards()
        self.images()

    def select(self) -> None:
        """Choose the questions; give random choices to those that have none, or to all."""
        self.selection.check_ids()
        self.stage(
            "select",
            reads=self.of_sources("questions", "scenes")
            | self.image_state()
            | self.own_terms()
            | (self.among.hashes if self.among else {}),
            heeds=("where", "choices", "options", "seed", "images", "image_root"),
            writes={"questions.parquet": ASKED, "rejects.parquet": NOT_ASKED}
            if self.draws_similar
            else self._with_choices,
            make=lambda to: select(
                self.config, self.selection, self.also_right, self.terms, self.image_files, to, self.among
            ),
        )

    @property
    def _with_choices(self) -> dict[str, str]:
        """Where the questions go that have choices, and those that were turned away."""
        if self.sees_blind:
            return {"questions.parquet": SELECTED, "rejects.parquet": TURNED_AWAY}
        return {"questions.parquet": QUESTIONS, "rejects.parquet": "rejects.parquet"}

    def draw(self) -> None:
        """Draw choices of the S(q) that each tier is to have."""
        self.stage(
            "draw",
            reads=self.made(ASKED, NOT_ASKED, LABELS, "similarity.parquet")
            | self.of_sources("questions", "scenes")
            | self.own_terms(),
            heeds=("options", "tiers", "targets", "max_blind_gain", "ramp", "difficulty", "seed"),
            writes={**self._with_choices, "drawn.parquet": DRAWN},
            make=lambda to: write_drawn(
                self.config,
                self.selection,
                self.also_right,
                self.terms,
                to,
                questions=self.at(ASKED),
                turned_away=self.at(NOT_ASKED),
                choices=self.at(LABELS),
                similarity=self.at("similarity.parquet"),
            ),
        )

    def blind(self) -> None:
        """Estimate how often each question is answered without its image."""
        self.stage(
            "blind",
            reads=self.made(SELECTED),
            heeds=("seed",),
            writes={"blind.parquet": BLIND},
            make=lambda to: write_blind(self.config, self.at(SELECTED), to, self.progress),
        )

    def keep(self) -> None:
        """Leave out the questions that are answered without their image more often than the bound."""
        self.stage(
            "keep",
            reads=self.made(SELECTED, TURNED_AWAY, BLIND),
            heeds=("max_blind",),
            writes={"questions.parquet": QUESTIONS, "rejects.parquet": "rejects.parquet"},
            make=lambda to: keep_unsolved(
                self.config,
                self.selection,
                self.at(SELECTED),
                self.at(TURNED_AWAY),
                self.at(BLIND),
                to,
            ),
        )

    def audit(self) -> None:
        """Look for shortcuts and leaks by the checks that take little time."""
        self.stage(
            "audit",
            reads=self.made(QUESTIONS) | self.of_sources("images"),
            writes={},
            make=lambda _: cheap_audit(self.database, self.at(QUESTIONS), self.sources),
        )

    def score(self) -> None:
        """Give every question its S(q)."""
        further = [*([BLIND] if self.sees_blind else []), *([DRAWN] if self.draws_similar else [])]
        further += [PROTOTYPE_VECTORS, SHOWN] if self.clip else []
        self.stage(
            "score",
            reads=self.made("choices.parquet", "similarity.parquet", QUESTIONS, *further),
            heeds=("difficulty", "max_blind", "seed"),
            writes={"scored.parquet": SCORED},
            make=self._score,
        )

    def _score(self, to: Path) -> Facts:
        step = read_table(self.at(DRAWN), "drawn")["step"].to_numpy() if self.draws_similar else None
        blind = None
        if self.sees_blind:
            stays, blind = stay(self.config, self.at(BLIND))
            step = None if step is None else step[stays]
        questions, choices, pairs = map(self.at, (QUESTIONS, "choices.parquet", "similarity.parquet"))
        image = None
        if self.clip:
            image = nearness_of_questions(
                questions, choices, self.at(PROTOTYPE_VECTORS), self.at(SHOWN), self.config.seed
            )
        return write_scores(self.config, questions, choices, pairs, to, blind=blind, step=step, image=image)

    def tiers(self) -> None:
        """Cut the questions into tiers."""
        steps = len(self.facts["draw"]["steps"]) if self.draws_similar else None
        self.stage(
            "tiers",
            reads=self.made(SCORED),
            heeds=("choices", "tiers", "ramp", "tie_break", "order"),
            writes={},
            make=lambda _: read_tiers(self.config, self.at(SCORED), steps),
        )

    def shards(self) -> None:
        """Write the questions in order, rendered, tier by tier."""
        sizes = [tier["questions"] for tier in self.facts["tiers"]["tiers"]]
        order = ("order", "tie_break", "seed", "prompt", "images", "image_root", "rows_per_shard")
        self.stage(
            "shards",
            reads=self.made(SCORED)
            | self.image_state()
            | {"sizes": hash_of(sizes), "prompt": template_named(self.config.prompt).sha256},
            heeds=order,
            writes={"shards": "shards"},
            make=lambda to: write_shards(
                self.config,
                self.database,
                self.at(SCORED),
                sizes,
                self.image_files,
                to,
                lambda done: self.progress("rows", done, sum(sizes)),
            ),
        )

    def images(self) -> None:
        """Copy the rows of the images that are asked about."""
        self.stage(
            "images",
            reads=self.made(QUESTIONS) | self.of_sources("images") | self.image_files.layouts,
            writes={"images.parquet": "images.parquet"},
            make=lambda to: write_images(self.database, self.sources, self.at(QUESTIONS), to, self.image_files),
        )
