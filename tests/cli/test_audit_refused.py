"""`ckit audit`: what it refuses before any work, in one line each, and damaged tables."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Ckit = Callable[..., Any]

LABELS = ("gallbladder", "gut", "heart", "kidney", "liver", "lung", "omentum", "spleen")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            ["--only", "leeks"],
            "--only 'leeks' is unknown (did you mean 'leaks'?); take all or some of formats, letters,",
        ),
        (["--only", ","], "--only is empty; take all or some of formats,"),
        (["--fail-on", "prior,blnd"], "--fail-on 'blnd' is unknown (did you mean 'blind'?)"),
        (["--fail-on", ""], "--fail-on is empty"),
        (["--fail-on", "leaks", "--only", "formats"], "--fail-on leaks is not among --only formats; add it there"),
        (["--fix", "formts", "-o", "x"], "--fix 'formts' is unknown (did you mean 'formats'?); take all or some of"),
        (["--fix", "all"], "--fix writes a cleaned copy and needs a folder for it; add -o DIR"),
        (["-o", "x"], "-o goes with --fix; add --fix all, or leave it out"),
        (["--keep-splits"], "--keep-splits goes with --fix"),
        (["--fix", "leaks", "--keep-splits", "-o", "x"], "--keep-splits and --fix leaks contradict each other"),
        (["--fix", "all", "-o", "planted"], "planted is the folder to be cleaned; choose another -o"),
        (["--fix", "all", "-o", "other"], "other holds something else (mine.txt); choose another -o, or --force"),
        (["--fix", "all", "-o", "planted/questions.parquet"], "questions.parquet is a file, not a folder"),
        (["--device", "cpu"], "--device goes with --clip-model; add it, or leave --device out"),
        (["--image-root", "other"], "--image-root goes with --clip-model"),
        (["--clip-model", "x", "--only", "prior"], "--clip-model is there to look for leaks; add leaks to --only"),
        (["--clip-model", "./absent"], "the CLIP model './absent' does not exist; give --clip-model"),
        (["--json", "other"], "--json other is a folder; name a file in it"),
        (["--where", "splt = 'x'"], "--where \"splt = 'x'\" fails: Binder Error"),
        (["--where", "split = 'x'"], "no question meets --where \"split = 'x'\""),
        (["--where", "random() < 0.5"], "selects other questions each time"),
    ],
)
def test_wrong_use_is_one_line_and_leaves_no_trace(options: list[str], says: str, ckit: Ckit, planted: Path) -> None:
    Path("other").mkdir()
    Path("other/mine.txt").write_text("mine")
    assert says in ckit("audit", planted, *options).mistake
    assert not (planted / "audit").exists()
    assert sorted(path.name for path in Path().iterdir()) == ["other", "planted"]
    assert [path.name for path in Path("other").iterdir()] == ["mine.txt"]


def test_a_curriculum_is_audited_but_not_fixed(ckit: Ckit, curriculum: Path) -> None:
    assert ckit("audit", curriculum, "--only", "letters,options,leaks").code == 0
    line = ckit("audit", curriculum, "--only", "letters", "--fix", "all", "-o", "clean").mistake
    assert line == f"{curriculum} holds a curriculum; name a folder that ckit ingest wrote"
    assert not Path("clean").exists()


def test_a_folder_that_ckit_did_not_write_is_left_as_it_is(ckit: Ckit) -> None:
    Path("mine/audit").mkdir(parents=True)
    assert ckit("audit", "mine").mistake == "mine holds nothing that ckit wrote; check the path"
    assert ckit("audit", "absent").mistake.startswith("absent does not exist; name a folder that ckit")
    assert list(Path("mine").rglob("*")) == [Path("mine/audit")]


def test_where_findings_cannot_be_written_is_said_before_any_check(
    ckit: Ckit, planted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curriculum_kit.pipeline.audit.audit", lambda *_, **__: pytest.fail("a check was made"))
    (planted / "audit").mkdir()
    (planted / "audit" / "notes.txt").write_text("mine")
    line = ckit("audit", planted).mistake
    assert line == "planted/audit holds something else (notes.txt); findings are written there, make room for them"
    shutil.rmtree(planted / "audit")

    def refuse(dir: Path) -> None:
        raise PermissionError(13, "Permission denied", str(dir))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    assert ckit("audit", planted).mistake.startswith("no permission for planted; ")


def test_a_full_disk_is_one_line_and_leaves_the_audit_unfinished(
    ckit: Ckit, planted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ckit("audit", planted, "--only", "letters").code == 0

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device", "evidence.parquet")

    with monkeypatch.context() as patch:
        patch.setattr("curriculum_kit.pipeline.audit.write_table", fail)
        assert "the disk is full while writing" in ckit("audit", planted, "--only", "letters").mistake
    assert not (planted / "audit" / "manifest.json").exists()


@pytest.mark.parametrize(
    ("table", "damage"),
    [("questions", "zeros"), ("images", "no parquet"), ("choices", "gone"), ("rejects", "gone"), ("rejects", "zeros")],
)
def test_a_damaged_table_is_one_line(table: str, damage: str, ckit: Ckit, planted: Path) -> None:
    ruin(planted / f"{table}.parquet", damage)
    assert "planted" in ckit("audit", planted, "--only", "options,images").mistake


@pytest.mark.parametrize(
    ("table", "damage"),
    [
        ("shards/tier=1/part-00000.parquet", "gone"),
        ("shards/tier=1/part-00000.parquet", "zeros"),
        ("images.parquet", "gone"),
    ],
)
def test_a_damaged_curriculum_is_one_line(table: str, damage: str, ckit: Ckit, curriculum: Path) -> None:
    ruin(curriculum / table, damage)
    assert str(curriculum) in ckit("audit", curriculum, "--only", "options,images").mistake


def ruin(path: Path, damage: str) -> None:
    """Remove a Parquet file, replace it, or overwrite all that stands before its footer."""
    data = path.read_bytes()
    footer = 8 + int.from_bytes(data[-8:-4], "little")
    if damage == "gone":
        path.unlink()
    else:
        zeros = b"PAR1" + bytes(len(data) - footer - 4) + data[-footer:]
        path.write_bytes(zeros if damage == "zeros" else b"PAR1 and so on")
