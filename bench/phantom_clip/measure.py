"""What a CLIP knows of the phantom: how its two towers order the 15 pairs of structures, and what it recognises."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from captions import LABELS, TEMPLATES
from crops import NAMES, Crops
from scipy.stats import spearmanr
from torch.nn import functional

from curriculum_kit.benchmarks.phantom.world import confusability


def text_ids(tokens: Any, templates: Sequence[str], rng: random.Random) -> torch.Tensor:
    """Return the ids of one caption per label, (6, 24), each in a template drawn for it."""
    return torch.tensor([e.ids for e in tokens.encode_batch([rng.choice(templates).format(x) for x in LABELS])])


def all_ids(tokens: Any) -> torch.Tensor:
    """Return the ids of every caption, (templates x 6, 24), template by template."""
    texts = [template.format(label) for template in TEMPLATES for label in LABELS]
    return torch.tensor([encoded.ids for encoded in tokens.encode_batch(texts)])


@torch.no_grad()
def image_vectors(model: Any, pixels: np.ndarray, normal: Any) -> torch.Tensor:
    """Return unit vectors (n, 64)."""
    model.eval()
    batches = torch.from_numpy(pixels).split(512)
    return torch.cat([model.encode_image(normal(batch), normalize=True) for batch in batches])


@torch.no_grad()
def figures(model: Any, shown: Crops, normal: Any, tokens: Any) -> dict[str, float]:
    """Return Spearman's rank correlation of both towers with `confusability`, and zero-shot accuracy, 0 to 1."""
    seen = image_vectors(model, shown.pixels, normal)
    prototypes = means(seen, shown)
    each = model.encode_text(all_ids(tokens), normalize=True).reshape(len(TEMPLATES), len(LABELS), -1)
    named = functional.normalize(each.mean(dim=0), dim=1)
    right = (seen @ named.T).argmax(dim=1).numpy() == shown.structure
    return {
        "image": _order((prototypes @ prototypes.T).numpy()),
        "text": _order((named @ named.T).numpy()),
        "zero-shot": round(float(right.mean()), 3),
    }


def means(vectors: torch.Tensor, shown: Crops) -> torch.Tensor:
    """Return the unit mean of each structure's vectors, (6, 64)."""
    return functional.normalize(
        torch.stack([vectors[shown.structure == i].mean(dim=0) for i in range(len(NAMES))]), dim=1
    )


def histogram_order(shown: Crops) -> float:
    """Return the rank correlation of what sees colour alone: intersections of mean histograms of 8 x 8 x 8 colours."""
    codes = (shown.pixels // 32).astype(np.int64) @ np.array([64, 8, 1])
    inside = shown.pixels.any(axis=3)  # what was filled up to a square is no colour of a structure
    mean = []
    for name in range(len(NAMES)):
        of_it = shown.structure == name
        shares = [np.bincount(c[i], minlength=512) / i.sum() for c, i in zip(codes[of_it], inside[of_it], strict=True)]
        mean.append(np.mean(shares, axis=0))
    return _order(np.array([[np.minimum(a, b).sum() for b in mean] for a in mean]))


def text_model_order() -> float:
    """Return the rank correlation of the text channel, all-MiniLM-L6-v2."""
    from curriculum_kit.encoders.text import TextEncoder

    vectors = TextEncoder.load().encode(LABELS)
    return _order(vectors @ vectors.T)


def _order(similarity: np.ndarray) -> float:
    known = confusability()
    values = [similarity[NAMES.index(a), NAMES.index(b)] for a, b in known]
    return round(float(spearmanr(values, list(known.values())).statistic), 3)
