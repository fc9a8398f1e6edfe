"""The stages about labels: which there are, their vectors in every channel, how similar they are."""

from __future__ import annotations

from pathlib import Path

from curriculum_kit.enums import ChoiceSource
from curriculum_kit.pipeline.image_files import image_ids
from curriculum_kit.pipeline.label_tables import (
    sentences,
    write_embeddings,
    write_similarity,
    write_vocabulary,
)
from curriculum_kit.pipeline.looks import write_looks
from curriculum_kit.pipeline.stage_base import ASKED, EMBEDDINGS, LABELS, PROTOTYPE_VECTORS, QUESTIONS, SHOWN, StageBase
from curriculum_kit.storage import hash_of, read_table, sha256_of


def _hash_of_labels(choices: Path) -> str:
    """Return a hash of the labels alone: how often each is offered changes neither its vector nor its similarity."""
    return hash_of(read_table(choices, "choices")["label"].to_pylist())


class LabelStages(StageBase):
    """The stages from the selected questions to the similarity of their labels."""

    def vocabulary(self, of: str = QUESTIONS, to: str = "choices.parquet") -> None:
        """List the labels that are offered or right, and those that similarity is ranked among."""
        known = self._known_labels if to == "choices.parquet" else None
        self.stage(
            "vocabulary" if to == "choices.parquet" else "labels",
            reads=self.made(of) | ({"known": _hash_of_labels(known)} if known else {}) | self.of_sources("choices"),
            writes={"choices.parquet": to},
            make=lambda scratch: write_vocabulary(self.database, self.at(of), self.sources, scratch, known),
        )

    @property
    def _known_labels(self) -> Path | None:
        """The labels that could be drawn, where similarity is ranked among all these whichever were."""
        if self.draws_similar:
            return self.at(LABELS)
        return self.among.labels if self.among and self.config.choices is ChoiceSource.RANDOM else None

    def compare_drawable(self) -> None:
        """List the labels that may be drawn, which are those that answer a question, and compare them."""
        self.vocabulary(of=ASKED, to=LABELS)
        self.compare(LABELS, ASKED)

    def compare(self, labels: str = "choices.parquet", questions: str = QUESTIONS) -> None:
        """Encode the labels in every channel, and compare them with each other."""
        if self.clip:
            self.looks(labels, questions)
        self.encode(labels)
        self.similarity(labels, questions)

    def looks(self, labels: str, questions: str) -> None:
        """Embed the images, and make of what shows a label its prototype."""
        assert self.clip, "there is a CLIP model"
        clip, asked = self.clip, self.among.asked if self.among else self.at(questions)
        found = {"image_files": self.image_files.state(image_ids(self.database, self.sources))}
        self.stage(
            "looks",
            reads={"labels": _hash_of_labels(self.at(labels)), "asked": sha256_of(asked), "clip": clip.fingerprint}
            | self.of_sources("images")
            | found,
            heeds=("min_images",),
            writes={
                "prototypes.parquet": "prototypes.parquet",
                "vectors.parquet": PROTOTYPE_VECTORS,
                "shown.parquet": SHOWN,
            },
            make=lambda to: write_looks(
                self.config,
                self.database,
                self.sources,
                self.image_files,
                to,
                questions=asked,
                choices=self.at(labels),
                clip=clip,
                progress=self.progress,
            ),
        )

    def encode(self, labels: str) -> None:
        """Give every label a vector in every channel."""
        clip = sentences(self.config, self.database, self.sources, self.clip) if self.clip else None
        self.stage(
            "encode",
            reads={"labels": _hash_of_labels(self.at(labels)), "encoder": self.fingerprint}
            | self.own_terms()
            | ({"clip": clip.fingerprint} | self.made(PROTOTYPE_VECTORS) if clip else {}),
            writes={"embeddings.parquet": EMBEDDINGS},
            make=lambda to: write_embeddings(
                self.at(labels), self.load_encoder(), self.terms, to, clip, self.at(PROTOTYPE_VECTORS) if clip else None
            ),
        )

    def similarity(self, labels: str, questions: str) -> None:
        """Compare the labels with each other."""
        known = self.facts["vocabulary" if labels == "choices.parquet" else "labels"]["labels"]
        # Of few labels every pair is kept, whichever meet in a question.
        of_questions = [questions] if known > self.config.full_matrix_up_to else []
        self.stage(
            "similarity",
            reads={"labels": _hash_of_labels(self.at(labels))} | self.made(EMBEDDINGS, *of_questions),
            heeds=("full_matrix_up_to", "neighbours", "weights", "seed", *(["choices"] if of_questions else [])),
            writes={"similarity.parquet": "similarity.parquet"},
            make=lambda to: write_similarity(self.config, self.at(labels), self.at(EMBEDDINGS), self.at(questions), to),
        )
