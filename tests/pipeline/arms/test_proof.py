"""The proof beside the arms: manifest, card and picture, and what fails it."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum_kit.config import BuildConfig
from curriculum_kit.pipeline.arms import ArmsSummary, build_arms
from curriculum_kit.pipeline.arms_manifest import arms_manifest
from curriculum_kit.prompts import template_named
from curriculum_kit.storage import OutputFolder, connect

Rows = list[dict[str, Any]]


def test_the_manifest_says_what_was_compared(made: Path, rows: dict[str, Rows]) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    assert (manifest["kind"], list(manifest["arms"])) == ("arms", sorted(rows))
    assert all(row["same"] for row in manifest["checked"])
    assert {row["what"] for row in manifest["checked"]} == {
        *("questions", "prompt", "letters", "options", "choices", "order")
    }
    for name, arm in manifest["arms"].items():
        own = json.loads((made / name / "manifest.json").read_text())
        shards = {file: known["sha256"] for file, known in own["files"].items() if file.startswith("shards/")}
        assert arm["shards"] == shards
        difficulty = [row["difficulty"] for row in rows[name]]
        assert arm["difficulty"]["first_tenth"] == pytest.approx(np.mean(difficulty[:48]), abs=1e-6)
        assert arm["difficulty"]["last_tenth"] == pytest.approx(np.mean(difficulty[-48:]), abs=1e-6)
    assert not {"choices", "order"} & manifest["config"].keys()


def test_the_card_and_the_picture_are_beside_the_arms(made: Path) -> None:
    card = (made / "README.md").read_text()
    assert "# 6 arms over the same 480 questions" in card
    assert "![S(q) over each arm](difficulty.png)" in card
    assert (made / "difficulty.png").read_bytes().startswith(b"\x89PNG")


def tampered(row: dict[str, Any], part: str) -> dict[str, Any]:
    """Return a row that differs in one word, or in the place of its answer."""
    if part == "questions":
        return row | {"images": [{"bytes": None, "path": "Images/another.png"}]}
    if part == "prompt":
        return row | {"prompt": [{"role": "user", "content": row["prompt"][0]["content"].replace("right", "wrong")}]}
    if part == "choices":
        others = [label for label in row["choices"] if label != row["answer"]]
        return row | {"choices": [*others[:2], row["answer"], others[2]], "answer_index": 2, "solution": "C"}
    return row | {"solution": "ABCD"[row["answer_index"] - 1]}


@pytest.mark.parametrize("part", ["questions", "prompt", "choices", "letters"])
def test_one_row_that_is_changed_fails_the_proof(part: str, made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "arms")
    file = next((tmp_path / "arms" / "order-only" / "shards").rglob("*.parquet"))
    table = pq.ParquetFile(file).read()
    asked = table.to_pylist()
    place = next(number for number, row in enumerate(asked) if row["answer_index"] != 2)
    asked[place] = tampered(asked[place], part)
    pq.write_table(pa.Table.from_pylist(asked, table.schema), file)
    folder = OutputFolder(tmp_path / "arms", "arms")
    with pytest.raises(AssertionError, match=rf"^arms differ where they must not: .*{part} of [-a-z, ]*order-only"):
        arms_manifest({}, folder, connect(folder.scratch), template_named("think"), 0)


def test_arms_of_one_tier_that_are_the_same_are_named(one_tier: BuildConfig, tmp_path: Path) -> None:
    build_arms(one_tier, tmp_path / "arms")
    manifest = json.loads((tmp_path / "arms" / "manifest.json").read_text())
    assert manifest["alike"] == [["choices-only", "ordered", "reversed"]]
    assert "*choices-only* and *ordered* and *reversed* are the same" in (tmp_path / "arms" / "README.md").read_text()


def test_without_matplotlib_the_picture_is_left_out(
    config: BuildConfig, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(made, tmp_path / "arms")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    summary: ArmsSummary = build_arms(config, tmp_path / "arms")
    assert summary.picture is None
    assert not (tmp_path / "arms" / "difficulty.png").exists()
    assert "difficulty.png" not in (tmp_path / "arms" / "README.md").read_text()
