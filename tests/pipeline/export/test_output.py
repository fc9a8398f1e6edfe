"""Where an export goes: a folder that appears whole or not at all, and places that fsspec knows."""

import json
from pathlib import Path

import fsspec
import pytest

from curriculum_kit.errors import ConfigInvalid, OutputOccupied, OutputUnwritable
from curriculum_kit.exports.base import ImageMode
from curriculum_kit.pipeline.export import ExportPlan, export_curriculum
from curriculum_kit.pipeline.export_output import new_folder


@pytest.fixture
def memory():
    """Return an empty file system in memory."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


def test_a_folder_appears_when_it_is_complete(tmp_path: Path) -> None:
    with new_folder(str(tmp_path / "below/out")) as place:
        (place.folder / "a.txt").write_text("a")
        assert not (tmp_path / "below/out").exists()
        assert place.final == tmp_path / "below/out"
    assert [path.name for path in (tmp_path / "below").iterdir()] == ["out"]
    assert (tmp_path / "below/out/a.txt").read_text() == "a"


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    (tmp_path / ".out.part").mkdir()
    (tmp_path / ".out.part/old.txt").write_text("old")
    with new_folder(f"file://{tmp_path}/out"):
        pass
    assert [path.name for path in tmp_path.rglob("*")] == ["out"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputUnwritable, match="is a file, not a folder"), new_folder(str(tmp_path / "out")):
        pass


def test_an_export_elsewhere_is_the_same_and_its_last_file_comes_last(make, tmp_path: Path, memory) -> None:
    folder = make()
    done = export_curriculum(folder, "memory://bucket/c/", ExportPlan("ms-swift"))
    assert done == export_curriculum(folder, str(tmp_path / "out"), ExportPlan("ms-swift"))
    here = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert {name.removeprefix("/bucket/c/") for name in memory.find("/bucket/c")} == here
    for name in here:
        assert memory.cat_file(f"/bucket/c/{name}") == (tmp_path / "out" / name).read_bytes()
    assert json.loads(memory.cat_file("/bucket/c/export.json")) == done
    written = {name: memory.created(f"/bucket/c/{name}") for name in here}
    assert max(written, key=written.__getitem__) == "export.json"
    with pytest.raises(OutputOccupied, match=r"memory://bucket/c/ is not empty; choose another -o"):
        export_curriculum(folder, "memory://bucket/c/", ExportPlan("ms-swift"))


@pytest.mark.parametrize(
    ("output", "plan", "says"),
    [
        ("memory://c", ExportPlan("trl", ImageMode.LINK), "--images link: memory://c is not on this machine"),
        ("memory://c", ExportPlan("verl", ImageMode.COPY), "verl wants absolute paths, .* take --images embed"),
        ("memory://c", ExportPlan("trl", push="me/c"), "--push needs the export on this machine"),
        ("nosuch://c", ExportPlan("trl"), "-o nosuch://c: Protocol not known: nosuch"),
        ("out", ExportPlan("ms-swft"), r"unknown --to 'ms-swft' \(did you mean 'ms-swift'\?\); known are trl, "),
    ],
)
def test_what_does_not_go_together_is_one_line(make, memory, output: str, plan: ExportPlan, says: str) -> None:
    with pytest.raises(ConfigInvalid, match=says):
        export_curriculum(make(), output, plan)


def test_a_place_that_cannot_be_written_is_one_line(make, memory, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("403 Forbidden\nand a page of XML")

    monkeypatch.setattr(type(memory), "put_file", refuse)
    with pytest.raises(OutputUnwritable, match=r"memory://c cannot be written: 403 Forbidden; check address"):
        export_curriculum(make(), "memory://c", ExportPlan("trl"))
