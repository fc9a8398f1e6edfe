"""`ckit audit --clip-model`: images that are nearly the same to a model, from the command line to the cleaned copy."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

Ckit = Callable[..., Any]
LABELS = ("gut", "heart", "kidney", "liver")


@pytest.fixture
def tables(ckit: Ckit, patchwork: Callable[[int], Image.Image]) -> Path:
    """Return a question for each of 42 pictures, two thirds in train; `copy.jpg` in test is picture 0 of train."""
    Path("pictures").mkdir()
    rows = []
    for number in range(42):
        name = f"{number}.png"
        patchwork(number).save(Path("pictures", name))
        split = "test" if number % 3 == 2 else "train"
        rows.append(
            {"question": "What is it?", "choices": LABELS, "image": name, "answer": LABELS[number % 4], "side": split}
        )
    Image.open("pictures/0.png").resize((48, 32)).save("pictures/copy.jpg", quality=60)
    rows.append(rows[0] | {"image": "copy.jpg", "side": "test"})
    Path("rows.json").write_text(json.dumps(rows))
    assert ckit("ingest", "mcq", "rows.json", "--map", "split=side", "--images", "pictures", "-o", "tables").code == 0
    return Path("tables")


def test_the_copy_is_a_leak_and_the_cleaned_copy_has_none(ckit: Ckit, tables: Path, vit: Path) -> None:
    by_clip = ("--only", "leaks", "--clip-model", vit, "--device", "cpu", "--cache", "cache", "--fail-on", "leaks")
    result = ckit("audit", tables, *by_clip, "--json", "found.json")
    assert result.code == 1
    found = {row["name"]: row for row in json.loads(Path("found.json").read_text())["findings"]}
    assert (found["leaks/near-embedding-test-train"]["rows"], found["leaks/near-embedding-test-train"]["of"]) == (1, 15)
    assert f"To {vit} images are nearly the same from a cosine of" in found["leaks/embedding-bound"]["sentence"]
    rows = ckit("inspect", tables, "--sql", "SELECT image_id, detail FROM evidence", "--json").out
    assert json.loads(rows)[0]["image_id"] == "mcq:copy.jpg"

    result = ckit("audit", tables, *by_clip, "--fix", "leaks", "-o", "cleaned")
    assert result.code == 0
    assert "leaks/near-embedding-test-train" in result.out  # before, and "no such finding" after
    manifest = json.loads(Path("cleaned/manifest.json").read_text())
    assert manifest["request"]["clip_model"] == str(vit)
    assert "cosine" in manifest["fixes"]["leaks"][0]


def test_a_curriculum_is_looked_at_where_its_images_are_named(
    ckit: Ckit, tables: Path, vectors: Path, vit: Path
) -> None:
    assert ckit("build-curriculum", tables, "--embeddings", vectors, "-o", "curriculum", "--tiers", 1).code == 0
    by_clip = ("--only", "leaks", "--clip-model", vit, "--device", "cpu", "--cache", "cache")
    line = ckit("audit", "curriculum", *by_clip).mistake
    assert line == "curriculum does not say where its images lie; name their folder with --image-root"
    result = ckit("audit", "curriculum", *by_clip, "--image-root", "pictures")
    assert result.code == 0
    assert "leaks/near-embedding-test-train" in result.out
