"""What the CLIP that ships can do on a phantom it has not learned from, through the encoder that curricula use."""

import io
import json
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import spearmanr

from curriculum_kit import phantom_clip
from curriculum_kit.benchmarks.phantom.drawing import draw
from curriculum_kit.benchmarks.phantom.scenes import sample_scene
from curriculum_kit.benchmarks.phantom.world import HEIGHT, STRUCTURES, WIDTH, confusability
from curriculum_kit.encoders.clip import ClipModel
from curriculum_kit.encoders.text import TextEncoder
from curriculum_kit.errors import ConfigInvalid
from curriculum_kit.labels import fold_label

FRAMES = 160
LABELS = sorted(map(fold_label, STRUCTURES))


def order(vectors: np.ndarray) -> float:
    """Return the rank correlation of cosines with how confusable the structures are."""
    known = {tuple(map(fold_label, pair)): value for pair, value in confusability().items()}
    similarity = vectors @ vectors.T
    cosines = [similarity[LABELS.index(a), LABELS.index(b)] for a, b in known]
    return float(spearmanr(cosines, list(known.values())).statistic)


@pytest.fixture(scope="module")
def unseen() -> pa.Table:
    """Return the structures of 160 frames: label, the frame as PNG, and the corners of the region."""
    rows = []
    for number in range(FRAMES):
        scene = sample_scene(90210, "VID01", number)
        stream = io.BytesIO()
        draw(scene, random.Random(number)).save(stream, "PNG")
        for thing in scene.things:
            if thing.type == "anatomy":
                x0, y0, x1, y1 = thing.box
                corners = {"x0": x0 / WIDTH, "y0": y0 / HEIGHT, "x1": (x1 + 1) / WIDTH, "y1": (y1 + 1) / HEIGHT}
                label = fold_label(thing.component)
                rows.append({"key": f"{number}/{label}", "label": label, "bytes": stream.getvalue(), **corners})
    return pa.Table.from_pylist(rows)


@pytest.fixture(scope="module")
def model() -> ClipModel:
    return ClipModel.load(phantom_clip.NAME, "cpu")


def embedded(model: ClipModel, rows: pa.Table) -> np.ndarray:
    found = model.encode_batch(rows.drop_columns(["label"]))
    assert set(found["status"].to_pylist()) == {"ok"}
    return np.stack(found["vector"].to_numpy(zero_copy_only=False))


def prototypes(vectors: np.ndarray, labels: list[str]) -> np.ndarray:
    means = np.stack([vectors[[label == one for label in labels]].mean(axis=0) for one in LABELS])
    return means / np.linalg.norm(means, axis=1, keepdims=True)


def test_both_towers_know_which_structures_look_alike(model: ClipModel, unseen: pa.Table) -> None:
    labels = unseen["label"].to_pylist()
    assert min(labels.count(label) for label in LABELS) >= 70
    vectors, texts = embedded(model, unseen), model.encode_labels(LABELS)
    assert order(prototypes(vectors, labels)) >= 0.85
    assert order(texts) >= 0.9
    named = (vectors @ texts.T).argmax(axis=1)
    assert np.mean([LABELS[place] == label for place, label in zip(named, labels, strict=True)]) >= 0.65
    assert order(TextEncoder.load().encode(LABELS)) < 0.5


def test_what_has_learned_nothing_does_not(
    model: ClipModel, unseen: pa.Table, write_clip_model, tmp_path: Path
) -> None:
    labels, known = unseen["label"].to_pylist(), order(prototypes(embedded(model, unseen), unseen["label"].to_pylist()))
    config = json.loads((phantom_clip.folder() / "open_clip_config.json").read_text())
    random_ones = []
    for seed in range(3):
        folder = write_clip_model(tmp_path / str(seed), config["model_cfg"], seed=seed)
        other = ClipModel.load(str(folder), "cpu")
        random_ones.append(order(prototypes(embedded(other, unseen), labels)))
    assert np.median(random_ones) <= known - 0.2


def test_it_refuses_what_it_was_not_trained_on(model: ClipModel) -> None:
    with pytest.raises(ConfigInvalid, match=r"phantom was trained on .* alone and does not know 1 labels \('spleen'\)"):
        model.encode_labels(["liver", "spleen"])


def test_it_is_small_and_says_what_it_is() -> None:
    files = [path for path in phantom_clip.folder().iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 8_000_000
    config = json.loads((phantom_clip.folder() / "open_clip_config.json").read_text())
    assert sorted(config["ckit"]["labels"]) == LABELS
    card = (phantom_clip.folder() / "README.md").read_text()
    assert "phantom alone" in card
