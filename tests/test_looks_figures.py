"""The image channel on real frames and radiographs, through the command line: counts are made again from the files."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import pytest

from curriculum_kit.cli import main
from curriculum_kit.encoders.clip import ClipModel

pytestmark = pytest.mark.real_data

Images = dict[str, set[str]]


class Built(NamedTuple):
    """What a build printed, and the folder of its curriculum."""

    out: str
    folder: Path

    @property
    def looks(self) -> dict[str, Any]:
        """What the manifest says of the image channel."""
        found: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text())["stages"]["looks"]
        return found

    @property
    def card(self) -> str:
        return (self.folder / "README.md").read_text()

    def rows(self, name: str) -> list[dict[str, Any]]:
        return pq.read_table(self.folder / name, partitioning=None).to_pylist()


Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs `ckit` and gives what it prints."""

    def ckit(*words: object) -> str:
        monkeypatch.setattr("sys.argv", ["ckit", *map(str, words)])
        code: object = None
        try:
            main()
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        assert not code, err
        return out

    return ckit


@pytest.fixture
def build(run: Run, tiny: Path, tmp_path: Path) -> Callable[..., Built]:
    """Return what builds a curriculum of an ingest with the tiny model."""

    def command(tables: Path, name: str, *options: object) -> Built:
        asked = ("--clip-model", tiny, "--device", "cpu", "--cache", tmp_path / "cache", "--seed", 0, *options)
        return Built(run("build-curriculum", tables, "-o", tmp_path / name, *asked), tmp_path / name)

    return command


def check_counts(built: Built, expected: Images, min_images: int) -> None:
    """Check images and prototypes against those that the source's own files show of each label."""
    made = {row["label"]: row for row in built.rows("prototypes.parquet")}
    assert {label: row["images"] for label, row in made.items() if row["images"]} == {
        label: len(images) for label, images in expected.items()
    }
    enough = {label for label, images in expected.items() if len(images) >= min_images}
    assert {label for label, row in made.items() if row["used"]} == enough
    facts = built.looks
    few = {label: len(images) for label, images in expected.items() if label not in enough}
    assert (facts["labels_shown"], facts["prototypes"], facts["too_few"]) == (len(expected), len(enough), few)
    # Pairs with a label of too few images are left to the other channels, and all others have a cosine.
    labels = [row["label"] for row in built.rows("choices.parquet")]
    for row in built.rows("similarity.parquet"):
        has_both = {labels[row["choice_a"]], labels[row["choice_b"]]} <= enough
        assert (row["clip_image"] is not None) == has_both
        assert row["text"] is not None
        assert 0 <= row["fused"] <= 1


def linked_copy(folder: Path, target: Path, missing: str, broken: str) -> Path:
    """Return a copy of a folder by links, in which one file is missing and another is cut off."""
    for file in folder.rglob("*"):
        if file.is_file():
            link = target / file.relative_to(folder)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(file)
    (target / missing).unlink()
    content = (target / broken).read_bytes()
    (target / broken).unlink()
    (target / broken).write_bytes(content[: len(content) // 3])
    return target


def test_laparoscopic_frames(
    real_data: Path, run: Run, build: Callable[..., Built], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question for each structure that a frame shows; 182 frames, of which one is gone and one is cut off."""
    gone, cut = "videos/VID68/000068.png", "videos/VID70/000631.png"
    folder = linked_copy(real_data / "cholect50", tmp_path / "frames", gone, cut)
    shown: Images = {}
    with (folder / "frame_targets.csv").open() as stream, (tmp_path / "asked.csv").open("w") as asked:
        asked.write("path,target\n")
        for row in csv.DictReader(stream):
            for target in row["targets"].split(";"):
                asked.write(f"{row['path']},{target}\n")
                if target != "null_target":
                    shown.setdefault(target.replace("_", " "), set()).add(row["path"])
    seen = {label: images - {gone, cut} for label, images in shown.items()}
    mapping = ("images=path", "answer=target", "question==Which structure is acted on?", "unit=path")
    mapped = [word for one in mapping for word in ("--map", one)]
    said = run("ingest", "mcq", tmp_path / "asked.csv", *mapped, "--images", folder, "-o", tmp_path / "tables")
    assert "182 images (1 corrupt, 1 missing, 180 ok)" in said
    where = ("--where", "answer <> 'null target'")

    built = build(tmp_path / "tables", "curriculum", *where)
    asked_about = set().union(*shown.values())
    assert built.looks["by_status"] == {"corrupt": 1, "missing": 1, "ok": len(asked_about) - 2}
    assert built.looks["wanted"] == len(asked_about)
    check_counts(built, seen, min_images=10)
    assert built.looks["too_few"].keys() == {"abdominal wall cavity", "cystic plate", "gut"}
    # 40 frames show the gallbladder; one of these is gone, and shows the gut too.
    assert len(seen["gallbladder"]) == 39
    line = f"The image tower saw {len(asked_about) - 2} images (1 corrupt, 1 missing)"
    assert f"{line}, enough for 9 of 12 labels shown; fewer than 10 images show abdominal wall cavity (3)" in built.out
    assert f"{line}. They show 12 labels, of which 9 have the 10 images" in built.card
    assert "Too few images show abdominal wall cavity (3), cystic plate (7), gut (2)" in built.card

    monkeypatch.setattr(ClipModel, "encode_batch", lambda *_: pytest.fail("every vector is in the cache"))
    cached = sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "cache").rglob("*.parquet"))
    again = build(tmp_path / "tables", "again", *where, "--tiers", 2)
    assert sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "cache").rglob("*.parquet")) == cached
    assert again.rows("prototypes.parquet") == built.rows("prototypes.parquet")
    assert again.looks == built.looks


def test_radiographs(real_data: Path, run: Run, build: Callable[..., Built], tmp_path: Path) -> None:
    """Planes, modalities and organs, of 315 radiographs and scans; one that is asked about is gone, one is cut off."""
    source, types = real_data / "vqa_rad", ("PLANE", "MODALITY", "ORGAN")
    asked = [row for part in ("trainset", "testset") for row in json.loads((source / f"{part}.json").read_text())]
    shown: Images = {}
    for row in asked:
        answer = " ".join(str(row["answer"]).lower().split())
        if row["question_type"] in types and answer not in {"yes", "no"}:
            shown.setdefault(answer, set()).add(row["image_name"])
    gone, cut = sorted(shown["axial"])[:2]
    folder = linked_copy(source, tmp_path / "rad", f"images/{gone}", f"images/{cut}")
    names = {row["image_name"] for row in asked}
    said = run("ingest", "vqa-rad", folder, "--images", folder, "-o", tmp_path / "tables")
    assert f"{len(names)} images (1 corrupt, 1 missing, {len(names) - 2} ok)" in said
    assert f"Missing below {folder}: images/{gone}" in said

    where = f"answer NOT IN ('yes', 'no') AND question_type IN {types}"
    built = build(tmp_path / "tables", "curriculum", "--where", where)
    assert not built.rows("rejects.parquet")
    seen = {label: images - {gone, cut} for label, images in shown.items() if images - {gone, cut}}
    asked_about = set().union(*shown.values())
    assert built.looks["by_status"] == {"corrupt": 1, "missing": 1, "ok": len(asked_about) - 2}
    check_counts(built, seen, min_images=10)
    assert {row["label"] for row in built.rows("prototypes.parquet") if row["used"]} == {"axial", "pa"}
    assert f"enough for 2 of {len(seen)} labels shown; fewer than 10 images show " in built.out
    # S(q) of choices that no image tells apart is that of the other channels.
    for row in built.rows("shards"):
        known = [row[f"difficulty_{channel}"] for channel in ("text", "clip_text", "clip_image")]
        assert (known[2] is None) or {"axial", "pa"} <= set(row["choices"])
        assert None not in known[:2]
