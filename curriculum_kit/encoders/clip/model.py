"""The CLIP encoder: labels through the text tower, images and regions through the image tower."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curriculum_kit.encoders import unit_rows
from curriculum_kit.encoders.clip.batches import default_workers, encode_rows
from curriculum_kit.encoders.clip.decoding import Pixels
from curriculum_kit.encoders.clip.files import find
from curriculum_kit.encoders.clip.templates import GENERIC, checked_templates, fill, text_fingerprint
from curriculum_kit.encoders.clip.towers import Towers, build_towers
from curriculum_kit.errors import ConfigInvalid

TEXT_BATCH = 64
"""Sentences at a time; fixed, because another number moves a cosine by 1e-7."""

IMAGE_BATCH = {False: 16, True: 256}
"""Images at a time on a processor, and in half precision on an accelerator."""


class ClipModel:
    """A CLIP model that stands ready. Made by `ClipModel.load`."""

    def __init__(
        self,
        name: str,
        fingerprint: str,
        dimensions: int,
        towers: Towers,
        labels: tuple[str, ...] | None = None,
        templates: tuple[str, ...] | None = None,
        workers: int | None = None,
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.dimensions = dimensions
        self.labels = labels
        """The only labels that the model knows, or None where it was trained on language at large."""
        self.templates = templates or GENERIC
        """The sentences of `encode_labels` where none are given."""
        self.towers = towers
        self._workers = workers or default_workers()

    @classmethod
    def load(cls, name: str, device: str = "auto", workers: int | None = None) -> ClipModel:
        """Load a model by what `names.parse_name` understands: `ViT-B-32:laion2b_s34b_b79k`, `hf-hub:...`, a folder.

        `device` is `auto` (an accelerator where there is one), `cpu`, or another name that torch knows; `workers`
        is the number of threads that decode images. Raises `ModelUnavailable` where there is no such model, where
        it cannot be had, or where its weights do not fit or would be random, and `ConfigInvalid` for a device
        that is not there.
        """
        files = find(name)
        towers = build_towers(files, device)
        dimensions = int(files.model_config["embed_dim"])
        return cls(files.name, files.fingerprint(), dimensions, towers, files.labels, files.templates, workers)

    def encode_labels(
        self,
        labels: list[str],
        templates: Sequence[str] | None = None,
        on_progress: Callable[[int], None] | None = None,
    ) -> NDArray[np.float32]:
        """Return unit vectors of shape (len(labels), dimensions): the mean over the sentences of each label.

        Each sentence has the same weight: its vector is scaled to length 1 before the mean, and the mean after
        (Radford et al. 2021, arXiv 2103.00020). `templates` hold `{label}`; None is the model's own. Raises
        `ConfigInvalid` for a template without it, and for labels that a model of a closed list does not know:
        its text tower would give them vectors that mean nothing. `on_progress` is told how many labels are done.
        """
        used = self.templates if templates is None else checked_templates(templates, "the list of templates")
        self._refuse_unknown(labels)
        total = np.zeros((len(labels), self.dimensions), dtype=np.float64)
        per_batch = max(1, TEXT_BATCH // len(used))
        for start in range(0, len(labels), per_batch):
            some = labels[start : start + per_batch]
            sentences = [sentence for template in used for sentence in fill(template, some)]
            vectors = unit_rows(self._text_tower(sentences), sentences, f"CLIP model {self.name}")
            total[start : start + len(some)] = vectors.reshape(len(used), len(some), -1).mean(axis=0, dtype=np.float64)
            if on_progress:
                on_progress(start + len(some))
        return unit_rows(total, labels, f"CLIP model {self.name}")

    def encode_batch(self, batch: Any) -> Any:
        """Return key, vector and status of the images or regions of a RecordBatch or Table; see `encode_rows`.

        The vectors do not depend on how rows are parted into batches (to 1e-6), nor on the number of threads.
        In half precision they differ from those of a processor by about 1e-3.
        """
        half = self.towers.half
        shape_image, size = self.towers.shape_image, IMAGE_BATCH[half]
        return encode_rows(batch, self.embed, shape_image, self.dimensions, size, self._workers, overlap=half)

    def embed(self, pixels: Pixels) -> NDArray[np.float32]:
        """Return what the image tower gives for shaped images: uint8 (n, height, width, 3) to (n, dimensions)."""
        towers = self.towers
        if not towers.half:
            return self._image_tower(pixels, half=False)
        # Always batches of one size: for another, a GPU takes another kernel, which rounds half precision otherwise.
        missing = max(0, IMAGE_BATCH[True] - len(pixels))
        padded = np.concatenate([pixels, np.zeros((missing, *pixels.shape[1:]), dtype=np.uint8)])
        found = self._image_tower(padded, half=True)[: len(pixels)]
        # Some towers overflow 16 bits; they are slow in full precision but right.
        return found if np.isfinite(found).all() else self._image_tower(pixels, half=False)

    def _image_tower(self, pixels: Pixels, half: bool) -> NDArray[np.float32]:
        import torch

        towers = self.towers
        with torch.inference_mode(), torch.autocast(towers.device.type, dtype=torch.float16, enabled=half):
            images = torch.from_numpy(pixels).to(towers.device).permute(0, 3, 1, 2).contiguous()
            scaled = images.float().div_(255).sub_(towers.mean).div_(towers.std)
            found: NDArray[np.float32] = towers.model.encode_image(scaled).float().cpu().numpy()
        return found

    def _text_tower(self, sentences: list[str]) -> NDArray[np.float32]:
        import torch

        found = []
        with torch.inference_mode():
            for start in range(0, len(sentences), TEXT_BATCH):
                tokens = self.towers.tokenize(sentences[start : start + TEXT_BATCH]).to(self.towers.device)
                found.append(self.towers.model.encode_text(tokens).float().cpu().numpy())
        return np.concatenate(found)

    def _refuse_unknown(self, labels: list[str]) -> None:
        unknown = sorted(set(labels) - set(self.labels)) if self.labels is not None else []
        if unknown:
            named = ", ".join(map(repr, unknown[:3])) + (", ..." if len(unknown) > 3 else "")
            raise ConfigInvalid(
                f"CLIP model {self.name} was trained on {', '.join(self.labels or ())} alone and does not know "
                f"{len(unknown)} labels ({named}); pass another --clip-model"
            )


@dataclass(frozen=True)
class ClipText:
    """The text tower with its sentences, wherever an `Encoder` is asked for."""

    model: ClipModel
    templates: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the model's name."""
        return self.model.name

    @property
    def fingerprint(self) -> str:
        """Return a SHA-256 that changes with the model and with the sentences."""
        return text_fingerprint(self.model.fingerprint, self.templates)

    def encode(self, labels: list[str]) -> NDArray[np.float32]:
        """Do what `ClipModel.encode_labels` does."""
        return self.model.encode_labels(labels, self.templates)


def clip_fingerprint_of(name: str) -> str:
    """Return the fingerprint of a model without loading it; names and errors as in `ClipModel.load`."""
    return find(name).fingerprint()
