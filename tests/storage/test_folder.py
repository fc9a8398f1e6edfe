"""Output folders: never taken over by accident, never half-written."""

import subprocess
import sys
from pathlib import Path

import pytest

from curriculum_kit.errors import CkitError, OutputOccupied, OutputUnwritable
from curriculum_kit.storage import OutputFolder, read_json, write_json

HOLD = """
import pathlib, sys
from curriculum_kit.storage import OutputFolder

with OutputFolder.claim(pathlib.Path(sys.argv[1]), "ingest", False):
    print("mine", flush=True)
    input()
"""


def claim(root: Path, kind: str = "ingest", force: bool = False) -> None:
    with OutputFolder.claim(root, kind, force):
        pass


def refusal(error: type[CkitError], root: Path, kind: str = "ingest", force: bool = False) -> str:
    with pytest.raises(error) as caught:
        claim(root, kind, force)
    return str(caught.value)


def test_a_new_folder_is_made_with_its_parents_and_remembers_its_kind(tmp_path: Path) -> None:
    claim(tmp_path / "a" / "b")
    assert read_json(tmp_path / "a" / "b" / ".ckit" / "owner.json") == {"kind": "ingest"}


def test_an_empty_folder_and_our_own_are_taken(tmp_path: Path) -> None:
    claim(tmp_path)
    (tmp_path / "questions.parquet").write_text("x")
    claim(tmp_path)
    assert (tmp_path / "questions.parquet").read_text() == "x"


def test_a_folder_with_other_things_is_refused_and_not_touched(tmp_path: Path) -> None:
    for name in ("thesis.tex", "a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(name)
    assert refusal(OutputOccupied, tmp_path) == (
        f"{tmp_path} holds something else (a.txt, b.txt, c.txt); "
        "choose another -o, or --force to write there all the same"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt", "c.txt", "thesis.tex"]


def test_force_takes_it_and_leaves_the_other_files_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("chapter 1")
    claim(tmp_path, force=True)
    assert (tmp_path / "thesis.tex").read_text() == "chapter 1"
    claim(tmp_path)


def test_a_folder_of_another_kind_is_refused_by_its_kind(tmp_path: Path) -> None:
    claim(tmp_path, "curriculum")
    assert f"{tmp_path} holds a ckit curriculum folder;" in refusal(OutputOccupied, tmp_path)
    assert read_json(tmp_path / ".ckit" / "owner.json") == {"kind": "curriculum"}


@pytest.mark.parametrize("owner", ["{}", '{"kind": 3}', '{"other": 1}', "no json"])
def test_an_owner_that_cannot_be_read_is_nobody(tmp_path: Path, owner: str) -> None:
    (tmp_path / ".ckit").mkdir()
    (tmp_path / ".ckit" / "owner.json").write_text(owner)
    (tmp_path / "a.txt").write_text("x")
    assert "holds " in refusal(OutputOccupied, tmp_path)


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    assert refusal(OutputUnwritable, tmp_path / "out", force=True) == (
        f"{tmp_path / 'out'} is a file, not a folder; choose another -o"
    )


def test_a_folder_that_another_process_writes_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "mine\n"
        assert "is being written by another ckit" in refusal(OutputOccupied, tmp_path, force=True)
        other.communicate("\n", timeout=60)
    assert other.returncode == 0
    claim(tmp_path)


def fail_half_way(root: Path) -> None:
    with OutputFolder.claim(root, "ingest", False) as folder:
        (folder.scratch / "half").mkdir(parents=True)
        raise KeyError


def test_a_run_that_failed_leaves_the_folder_to_the_next(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        fail_half_way(tmp_path)
    with OutputFolder.claim(tmp_path, "ingest", False) as folder:
        assert not folder.scratch.exists()


def test_a_file_and_a_folder_are_published_over_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "shards" / "tier=5").mkdir(parents=True)
    (tmp_path / "shards" / "tier=5" / "part.parquet").write_text("old")
    (tmp_path / "choices.parquet").write_text("old")
    with OutputFolder.claim(tmp_path, "curriculum", True) as folder:
        for name in ("shards/tier=0/part.parquet", "choices.parquet"):
            made = folder.scratch / name
            made.parent.mkdir(parents=True, exist_ok=True)
            made.write_text("new")
        folder.publish(folder.scratch / "shards", "shards")
        folder.publish(folder.scratch / "choices.parquet", "choices.parquet")
    files = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*.parquet")}
    assert {name: path.read_text() for name, path in files.items()} == {
        "shards/tier=0/part.parquet": "new",
        "choices.parquet": "new",
    }
    assert not (tmp_path / ".ckit" / "scratch").exists()


def test_a_file_takes_the_place_of_a_folder_and_the_other_way_round(tmp_path: Path) -> None:
    with OutputFolder.claim(tmp_path, "curriculum", False) as folder:
        (tmp_path / "a").mkdir()
        (tmp_path / "b").write_text("old")
        (folder.scratch / "b").mkdir(parents=True)
        (folder.scratch / "a").write_text("new")
        folder.publish(folder.scratch / "a", "a")
        folder.publish(folder.scratch / "b", "b")
    assert (tmp_path / "a").read_text() == "new"
    assert (tmp_path / "b").is_dir()


def test_without_its_manifest_a_folder_is_not_finished(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path, "curriculum")
    assert folder.manifest is None
    write_json(tmp_path / "manifest.json", {"rows": 3})
    assert folder.manifest == {"rows": 3}
    folder.forget_manifest()
    folder.forget_manifest()
    assert folder.manifest is None


def test_hashes_name_every_file_and_are_none_where_one_is_absent(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path, "curriculum")
    (tmp_path / "shards" / "tier=0").mkdir(parents=True)
    (tmp_path / "shards" / "tier=0" / "part.parquet").write_bytes(b"abc")
    (tmp_path / "empty").write_bytes(b"")
    assert folder.hashes(["shards", "empty"]) == {
        "shards/tier=0/part.parquet": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "empty": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    }
    assert folder.hashes([]) == {}
    assert folder.hashes(["shards", "absent"]) is None
    (tmp_path / "hollow").mkdir()
    assert folder.hashes(["hollow"]) is None


def test_a_run_that_fails_at_once_leaves_no_folder_behind(tmp_path: Path) -> None:
    with pytest.raises(CkitError), OutputFolder.claim(tmp_path / "new", "questions", force=False):
        raise CkitError("nothing to do")
    assert not (tmp_path / "new").exists()


def test_a_run_that_fails_later_keeps_what_it_made(tmp_path: Path) -> None:
    def make(folder: OutputFolder) -> None:
        (folder.root / "choices.parquet").write_bytes(b"x")
        raise CkitError("no room")

    with pytest.raises(CkitError), OutputFolder.claim(tmp_path / "new", "questions", force=False) as folder:
        make(folder)
    assert (tmp_path / "new" / "choices.parquet").is_file()


def test_a_folder_that_was_there_before_stays(tmp_path: Path) -> None:
    with pytest.raises(CkitError), OutputFolder.claim(tmp_path, "questions", force=False):
        raise CkitError("nothing to do")
    assert tmp_path.is_dir()
