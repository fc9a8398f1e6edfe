"""Real frames and radiographs through a model with random weights: every file is read, and counts are right."""

import csv
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from curriculum_kit.encoders.clip import ClipModel
from curriculum_kit.prototypes import Shown, prototypes

pytestmark = pytest.mark.real_data


def test_laparoscopic_frames_make_a_prototype_of_each_structure_they_show(tiny: Path, real_data: Path) -> None:
    folder = real_data / "cholect50"
    with (folder / "frame_targets.csv").open() as stream:
        frames = [(row["path"], row["targets"].split(";")) for row in csv.DictReader(stream)]
    labels = sorted({target for _, targets in frames for target in targets})
    paths = [path for path, _ in frames]
    batch = pa.record_batch({"key": paths, "path": [str(folder / path) for path in paths]})
    encoded = ClipModel.load(str(tiny), device="cpu").encode_batch(batch)
    assert Counter(encoded.column("status").to_pylist()) == {"ok": 182}
    vectors = np.array(encoded.column("vector").to_pylist())
    shown = [(labels.index(target), image) for image, (_, targets) in enumerate(frames) for target in targets]
    ids, images = np.array(shown).T
    found = prototypes([Shown(ids, images, vectors[images])], len(labels), min_images=10)
    counts = dict(zip(labels, found.images.tolist(), strict=True))
    assert (counts["gallbladder"], counts["liver"], counts["cystic_plate"]) == (40, 21, 7)
    assert [labels[label] for label in found.lacking] == ["abdominal_wall_cavity", "cystic_plate", "gut"]


def test_all_radiographs_of_vqa_rad_are_read(tiny: Path, real_data: Path) -> None:
    folder = real_data / "vqa_rad"
    names = {
        row["image_name"]
        for part in ("trainset", "testset")
        for row in json.loads((folder / f"{part}.json").read_text())
    }
    paths = [str(folder / "images" / name) for name in sorted(names)]
    encoded = ClipModel.load(str(tiny), device="cpu").encode_batch(pa.table({"key": paths, "path": paths}))
    assert Counter(encoded.column("status").to_pylist()) == {"ok": len(names)}
