"""The output folder of a build: never taken over by accident, and never one of the sources."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curriculum_kit.errors import OutputOccupied, OutputUnwritable
from curriculum_kit.pipeline.build import BuildSummary

Make = Callable[..., BuildSummary]
Contents = Callable[[Path], dict[str, bytes]]


def test_a_folder_with_other_things_is_refused_and_with_force_they_stay(
    make: Make, contents: Contents, tmp_path: Path
) -> None:
    output = tmp_path / "curriculum"
    output.mkdir()
    (output / "thesis.tex").write_text("chapter 1")
    with pytest.raises(OutputOccupied, match=r"holds something else \(thesis\.tex\)"):
        make()
    assert contents(output) == {"thesis.tex": b"chapter 1"}
    make(force=True)
    assert contents(output)["thesis.tex"] == b"chapter 1"
    assert "manifest.json" in contents(output)


def test_a_curriculum_built_otherwise_is_refused_and_says_what_changed(
    make: Make, contents: Contents, tmp_path: Path
) -> None:
    make()
    before = contents(tmp_path / "curriculum")
    with pytest.raises(OutputOccupied, match=r"built otherwise \(tiers 3 -> 2, seed 0 -> 4\)"):
        make(tiers=2, seed=4)
    assert contents(tmp_path / "curriculum") == before


@pytest.mark.parametrize("force", [False, True])
def test_a_source_is_never_the_output(make: Make, contents: Contents, tables: Path, force: bool) -> None:
    before = contents(tables)
    with pytest.raises(OutputOccupied, match="is one of the folders to read from"):
        make("tables", force=force)
    with pytest.raises(OutputOccupied, match="is one of the folders to read from"):
        make("nowhere/../tables", force=force)
    assert contents(tables) == before


def test_an_ingest_is_not_overwritten_by_a_curriculum(
    make: Make, contents: Contents, ingest_rows: Callable[..., Path], seventy: list[dict[str, Any]]
) -> None:
    before = contents(ingest_rows(seventy, "other"))
    with pytest.raises(OutputOccupied, match="holds a ckit questions folder"):
        make("other")
    assert contents(ingest_rows(seventy, "other")) == before


def test_a_file_is_no_output(make: Make, tmp_path: Path) -> None:
    (tmp_path / "curriculum").write_text("x")
    with pytest.raises(OutputUnwritable, match="is a file, not a folder"):
        make(force=True)
