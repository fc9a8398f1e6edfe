"""The runner: a stage is skipped if and only if what it depends on and what it wrote are as they were."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from curriculum_kit.pipeline.runner import StageRunner
from curriculum_kit.storage import OutputFolder


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[OutputFolder]:
    with OutputFolder.claim(tmp_path / "out", "curriculum", False) as claimed:
        yield claimed


class Stage:
    """A stage that writes one file with the number of times it has run."""

    def __init__(self, folder: OutputFolder) -> None:
        self.folder, self.runs, self.states = folder, 0, list[str]()

    def make(self, scratch: Path) -> dict[str, Any]:
        self.runs += 1
        (scratch / "made").write_text(f"run {self.runs}")
        return {"runs": self.runs}

    def __call__(self, **changes: Any) -> tuple[dict[str, Any], StageRunner]:
        runner = StageRunner(self.folder, lambda _, state: self.states.append(state))
        asked: dict[str, Any] = {"inputs": {"a": "1"}, "config": {"b": 2}, "outputs": {"made": "result.txt"}}
        return runner.run("stage", make=self.make, **(asked | changes)), runner


def test_a_stage_runs_once_and_is_skipped_with_the_same_facts_and_hashes(folder: OutputFolder) -> None:
    stage = Stage(folder)
    facts, first = stage()
    again, second = stage()
    assert facts == again == {"runs": 1}
    assert first.hashes == second.hashes
    assert list(first.hashes) == ["result.txt"]
    assert stage.states == ["started", "done", "skipped"]


@pytest.mark.parametrize("change", [{"inputs": {"a": "2"}}, {"inputs": {}}, {"config": {"b": 3}}, {"config": {}}])
def test_another_input_or_option_runs_it_again(folder: OutputFolder, change: dict[str, Any]) -> None:
    stage = Stage(folder)
    stage()
    assert stage(**change)[0] == {"runs": 2}
    assert (folder.root / "result.txt").read_text() == "run 2"
    assert stage()[0] == {"runs": 3}


def test_other_code_runs_it_again(folder: OutputFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(folder)
    stage()
    monkeypatch.setattr("curriculum_kit.pipeline.runner._code_hash", lambda: "another version")
    assert stage()[0] == {"runs": 2}


def test_an_output_that_is_gone_or_changed_is_made_again(folder: OutputFolder) -> None:
    stage = Stage(folder)
    stage()
    (folder.root / "result.txt").write_text("changed")
    assert stage()[0] == {"runs": 2}
    (folder.root / "result.txt").unlink()
    assert stage()[0] == {"runs": 3}


def test_a_stage_that_fails_leaves_what_was_there_and_no_record(folder: OutputFolder) -> None:
    stage = Stage(folder)
    stage()

    def fail(scratch: Path) -> dict[str, Any]:
        (scratch / "made").write_text("half")
        raise KeyError("half-way")

    for name in ("other", "stage"):
        with pytest.raises(KeyError):
            StageRunner(folder, lambda *_: None).run(
                name, inputs={}, config={}, outputs={"made": f"{name}.txt"}, make=fail
            )
    assert not (folder.root / "other.txt").exists()
    assert not (folder.root / "stage.txt").exists()
    assert (folder.root / "result.txt").read_text() == "run 1"
    assert stage()[0] == {"runs": 2}
