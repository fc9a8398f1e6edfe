"""`ckit groups` from the command line, by the rules: questions of the phantom, vectors made on the spot."""

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """Return a curriculum of two tiers over 16 scenes."""
    from curriculum_kit.benchmarks import reader_of
    from curriculum_kit.config import BuildConfig
    from curriculum_kit.pipeline.build import build
    from curriculum_kit.pipeline.ingest import ingest
    from curriculum_kit.pipeline.sample import generate

    root = tmp_path_factory.mktemp("groups")
    generate(root / "release", 16, 3, False, lambda *_: None)
    ingest(reader_of("phantom"), root / "release", root / "tables")
    labels = pq.read_table(root / "tables" / "choices.parquet")["label"].to_pylist()
    np.savez(root / "v.npz", labels=np.array(labels), vectors=np.random.default_rng(1).normal(size=(len(labels), 6)))
    config = BuildConfig(
        sources=(root / "tables",), embeddings=root / "v.npz", tiers=2, where="question_type = 'query_component'"
    )
    build(config, root / "curriculum")
    return root / "curriculum"


@pytest.fixture
def curriculum(built: Path, tmp_path: Path) -> Path:
    shutil.copytree(built, tmp_path / "c")
    return Path("c")


def test_groups_are_made_shown_and_taken_out(ckit, curriculum: Path) -> None:
    done = ckit("groups", curriculum)
    assert done.code == 0, done.err
    assert "rules" in done.out
    assert "Next: ckit inspect c --groups, ckit forecast c --rollouts 8" in " ".join(done.out.split())
    assert all(len(line) <= 80 for line in done.out.splitlines())
    rows = pq.read_table("c/shards/tier=1", partitioning=None).to_pylist()
    assert {row["variant_id"] for row in rows} == {0, 1, 2, 3}
    assert all(row["question"] in row["prompt"][-1]["content"] for row in rows)
    shown = ckit("inspect", curriculum, "--groups")
    assert "original" in shown.out
    figures = json.loads(ckit("inspect", curriculum, "--groups", "--json").out)
    assert figures["groups"]["full_share"] >= 0.95
    assert len(figures["examples"][0]["wordings"]) == 4
    assert ckit("inspect", curriculum, "--sql", "SELECT count(*) FROM wordings").code == 0
    assert "K" in ckit("forecast", curriculum).out
    assert "already; ckit groups --undo" in ckit("groups", curriculum).mistake
    undone = ckit("groups", curriculum, "--undo", "--json")
    assert json.loads(undone.out)["rows_removed"] == sum(1 for row in rows if row["variant_id"])
    assert "has no question groups" in ckit("inspect", curriculum, "--groups").mistake


def test_a_dry_run_writes_nothing(ckit, curriculum: Path) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in curriculum.rglob("*") if ".ckit" not in path.parts)
    said = ckit("groups", curriculum, "--writer", "llm", "--llm", "http://127.0.0.1:9/v1", "--llm-model", "m",
                "--cache", "cache", "--dry-run")  # fmt: skip
    assert said.code == 0, said.err
    assert "calls at the first attempt" in said.out
    assert "--max-tokens-total" in said.out
    after = sorted((path, path.stat().st_mtime_ns) for path in curriculum.rglob("*") if ".ckit" not in path.parts)
    assert after == before
    assert "No calls" in ckit("groups", curriculum, "--dry-run").out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--variants", 3), "3 wordings a group do not divide 8 rollouts; pass --variants as one of 2, 4, 8"),
        (("--tiers", 5), "--tiers 5: there is no such tier; the curriculum has 0, 1"),
        (("--tiers", "x"), "--tiers 'x' is no list of whole numbers"),
        (("--undo",), "has no groups to take out"),
        (("--writer", "llm"), "--writer llm needs --llm URL and --llm-model NAME"),
        (("--writer", "local"), "--writer local needs --local-model"),
        (("--writer", "local", "--local-model", "nowhere/at-all"), "nowhere/at-all"),
        (("--writer", "llm", "--llm", "http://127.0.0.1:9/v1", "--llm-model", "m"), "127.0.0.1:9"),
    ],
)
def test_wrong_use_is_one_line(ckit, curriculum: Path, monkeypatch, words: tuple, says: str) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert says in ckit("groups", curriculum, *words).mistake


def test_a_folder_that_is_no_curriculum_is_one_line(ckit, tmp_path: Path) -> None:
    assert "does not exist" in ckit("groups", "nowhere").mistake
    (tmp_path / "empty").mkdir()
    assert "holds nothing that ckit wrote" in ckit("groups", "empty").mistake
