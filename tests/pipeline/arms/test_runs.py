"""Runs that make arms: no stage twice, killed and taken up again, refused."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curriculum_kit.config import BuildConfig
from curriculum_kit.errors import CkitError, ConfigInvalid, NothingLeft, OutputOccupied, SourceNotFound
from curriculum_kit.pipeline.arms import build_arms
from curriculum_kit.pipeline.build import build
from curriculum_kit.pipeline.open import open_views

Contents = Callable[[Path], dict[str, bytes]]

WHOLE = [
    "select",
    "labels",
    "encode",
    "similarity",
    "draw",
    "audit",
    "vocabulary",
    "score",
    "tiers",
    "shards",
    "images",
]


def test_the_ordered_arm_is_what_a_build_alone_writes(
    config: BuildConfig, made: Path, contents: Contents, tmp_path: Path
) -> None:
    build(config, tmp_path / "alone")
    assert contents(tmp_path / "alone") == contents(made / "ordered")


class Stages:
    """What the stages of each arm did."""

    def __init__(self) -> None:
        self.arm = ""
        self.did: dict[str, dict[str, list[str]]] = {}

    def on_arm(self, arm: Any) -> None:
        self.arm = arm.name

    def on_stage(self, stage: str, state: str) -> None:
        self.did.setdefault(self.arm, {}).setdefault(state, []).append(stage)


def test_nothing_is_made_twice(config: BuildConfig, made: Path, contents: Contents, tmp_path: Path) -> None:
    first, again = Stages(), Stages()
    summary = build_arms(config, tmp_path / "arms", on_arm=first.on_arm, on_stage=first.on_stage)
    assert list(first.did) == ["ordered", "choices-only", "reversed", "random", "keep", "order-only"]
    assert first.did["ordered"]["done"] == WHOLE
    for arm in ("choices-only", "reversed", "order-only"):
        assert first.did[arm]["done"] == ["tiers", "shards"]
    for arm in ("random", "keep"):
        assert first.did[arm]["taken"] == ["encode", "similarity"]
    before = contents(tmp_path / "arms")
    # Another folder, the same bytes; and again, without a stage that runs.
    assert before == contents(made)
    assert build_arms(config, tmp_path / "arms", on_arm=again.on_arm, on_stage=again.on_stage) == summary
    assert all(list(states) == ["skipped"] for states in again.did.values())
    assert contents(tmp_path / "arms") == before


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_a_run_that_is_killed_goes_on_where_it_stopped(
    config: BuildConfig, made: Path, contents: Contents, tmp_path: Path
) -> None:
    program = [sys.executable, "-c", "from curriculum_kit.cli import main; main()", "build-curriculum", "--arms"]
    command = [*program, str(config.sources[0]), "--embeddings", str(config.embeddings), "-o", str(tmp_path / "arms")]
    for until in ("similarity", "reversed:", "order-only:"):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            seen = next((line for line in process.stdout if line.split()[:1] == [until]), None)
            process.send_signal(signal.SIGKILL)
        assert seen is not None
        assert not (tmp_path / "arms" / "manifest.json").exists()
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert contents(tmp_path / "arms") == contents(made)


def test_other_questions_in_the_ordered_arm_are_noticed_by_the_others(
    mostly_liver: BuildConfig, contents: Contents, tmp_path: Path
) -> None:
    other = mostly_liver.model_copy(update={"max_blind_gain": 0.2})
    counts = [build_arms(config, tmp_path / "arms", force=True).rows for config in (mostly_liver, other)]
    assert counts[0] < counts[1]
    build_arms(other, tmp_path / "fresh")
    assert contents(tmp_path / "arms") == contents(tmp_path / "fresh")


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"max_blind": 0.9}, ConfigInvalid, "--max-blind would leave out other questions in every arm"),
        ({"where": "answer = 'nose'"}, NothingLeft, "arm ordered: no question meets --where"),
        ({"tiers": 71}, NothingLeft, "arm order-only: "),
        ({"prompt": "thinkk"}, ConfigInvalid, "did you mean 'think'?"),
    ],
)
def test_what_cannot_be_built_says_which_arm(
    options: dict[str, Any], error: type[CkitError], says: str, config: BuildConfig, tmp_path: Path
) -> None:
    with pytest.raises(error) as caught:
        build_arms(config.model_copy(update=options), tmp_path / "arms")
    assert says in str(caught.value)
    assert not (tmp_path / "arms" / "manifest.json").exists()


def test_a_folder_with_something_else_is_refused(config: BuildConfig, made: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("words")
    with pytest.raises(OutputOccupied, match=r"holds something else \(thesis\.tex\)"):
        build_arms(config, tmp_path / "mine")
    with pytest.raises(OutputOccupied, match="holds a ckit curriculum folder"):
        build_arms(config, made / "ordered")
    with pytest.raises(OutputOccupied, match="is one of the folders to read from"):
        build_arms(config, config.sources[0], force=True)


def test_a_folder_of_arms_is_no_curriculum_and_says_which_are(made: Path) -> None:
    with pytest.raises(
        SourceNotFound, match=r"holds arms, each a curriculum of its own; name one, such as .*/ordered$"
    ):
        open_views(made)
    assert open_views(made / "ordered")[0] == "curriculum"
