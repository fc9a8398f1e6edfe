"""Every export read back as plain JSON or Parquet: field by field, it is the curriculum."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from curriculum_kit.errors import CkitError, ConfigInvalid, OutputOccupied, SourceNotFound
from curriculum_kit.exports import NAMES
from curriculum_kit.exports.base import ImageMode
from curriculum_kit.pipeline.export import ExportPlan, export_curriculum
from curriculum_kit.storage import sha256_of

IMAGE = "<image>"


def _rows(file: Path) -> list[dict[str, Any]]:
    if file.suffix == ".parquet":
        return pq.read_table(file).to_pylist()
    text = file.read_text(encoding="utf-8")
    return json.loads(text) if file.suffix == ".json" else [json.loads(line) for line in text.splitlines()]


def _content(image: Any, folder: Path) -> bytes:
    """Return the bytes that stand in a row, or those of the file that it names."""
    if isinstance(image, dict):
        image = image.get("bytes") or image.get("image") or image["path"]
    return image if isinstance(image, bytes) else (folder / image).read_bytes()


def _read(to: str, row: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return what a row of a target says, as the fixture `wanted` has it."""
    about = row if "question_id" in row else row["extra_info"]
    images = [row["image"]] if to == "med-r1" else row["images"]
    text = {
        "trl": lambda: IMAGE * len(images) + row["prompt"][0]["content"],
        "ms-swift": lambda: row["messages"][0]["content"],
        "verl": lambda: row["prompt"][0]["content"],
        "easyr1": lambda: row["problem"],
        "openrlhf": lambda: row["prompt"][0]["content"],
        "llama-factory": lambda: row["messages"][0]["content"],
        "med-r1": lambda: row["problem"],
    }[to]()
    solution = {
        "verl": lambda: row["reward_model"]["ground_truth"],
        "easyr1": lambda: row["answer"],
        "openrlhf": lambda: row["label"],
        "llama-factory": lambda: row["messages"][1]["content"][len("<answer>") : -len("</answer>")],
        "med-r1": lambda: row["solution"][len("<answer> ") : -len(" </answer>")],
    }.get(to, lambda: row["solution"])()
    assert text.startswith(IMAGE * len(images)) or to == "med-r1"
    return {name: about[name] for name in ("question_id", "group_id", "variant_id", "tier", "question", "choices")} | {
        "solution": solution,
        "text": text.replace(IMAGE, ""),
        "images": [_content(image, folder) for image in images],
    }


@pytest.mark.parametrize("embedded", [True, False], ids=["bytes", "files"])
@pytest.mark.parametrize("mode", list(ImageMode))
@pytest.mark.parametrize("to", NAMES)
def test_what_is_written_is_the_curriculum(make, wanted, images: Path, tmp_path: Path, to, mode, embedded) -> None:
    curriculum, mixed = make(embedded, mixed=to != "med-r1"), to != "med-r1"
    plan = ExportPlan(to, mode, images)
    if (to == "med-r1" and mode == "embed") or (embedded and mode == "link"):
        with pytest.raises(ConfigInvalid, match="take"):
            export_curriculum(curriculum, str(tmp_path / "out"), plan)
        assert not (tmp_path / "out").exists()
        return
    done = export_curriculum(curriculum, str(tmp_path / "out"), plan)
    rows = wanted(mixed=mixed)
    assert (done["rows"], done["groups"], done["tiers"]) == (len(rows), len(rows) - 2, 2)
    if to == "med-r1":
        for row in rows:
            row["text"] = f"{row['question']} A)gut, B)liver, left, C)cystic_plate"
    by_id = {row["question_id"]: row for row in rows}
    for split, names in {"train": ("train", "unassigned"), "validation": ("validation",), "test": ("test",)}.items():
        seen = [
            _read(to, row, tmp_path / "out") for file in done["splits"][split] for row in _rows(tmp_path / "out" / file)
        ]
        assert seen == [by_id[row["question_id"]] for row in wanted(*names, mixed=mixed)]
    assert (tmp_path / "out/images").exists() == (mode in ("copy", "link"))
    assert (tmp_path / "out/images/mine/a/1.png").is_symlink() == (mode == "link")
    assert done["files"] == {
        name: entry | {"sha256": sha256_of(tmp_path / "out" / name)} for name, entry in done["files"].items()
    }
    assert json.loads((tmp_path / "out/export.json").read_text()) == done


@pytest.mark.parametrize("to", ["openrlhf", "med-r1"])
def test_where_rows_are_shuffled_a_tier_is_a_file(make, tmp_path: Path, to: str) -> None:
    done = export_curriculum(make(), str(tmp_path / "out"), ExportPlan(to))
    suffix = {"openrlhf": "jsonl", "med-r1": "json"}[to]
    assert done["splits"] == {
        "train": [f"train-tier-0.{suffix}", f"train-tier-1.{suffix}"],
        "validation": [f"validation.{suffix}"],
        "test": [f"test.{suffix}"],
    }
    assert {name: entry["rows"] for name, entry in done["files"].items() if "rows" in entry} == {
        f"train-tier-0.{suffix}": 1,
        f"train-tier-1.{suffix}": 4,
        f"validation.{suffix}": 1,
        f"test.{suffix}": 1,
    }


def test_the_same_curriculum_gives_the_same_bytes(make, tmp_path: Path) -> None:
    folder = make()
    once, again = (export_curriculum(folder, str(tmp_path / name), ExportPlan("verl")) for name in ("a", "b"))
    assert once == again


def test_the_readme_speaks_of_these_files(make, tmp_path: Path) -> None:
    export_curriculum(make(), str(tmp_path / "out"), ExportPlan("verl"))
    text = (tmp_path / "out/README.md").read_text()
    assert text.startswith("---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n")
    assert "| `train.parquet` | train | 5 |" in text
    assert "data.shuffle=False" in text
    assert "up to 3 rows of one `group_id`" in text
    assert (tmp_path / "out/CURRICULUM.md").read_text() == "# The card\n"


def test_llama_factory_finds_its_files(make, tmp_path: Path) -> None:
    export_curriculum(make(), str(tmp_path / "out"), ExportPlan("llama-factory"))
    entries = json.loads((tmp_path / "out/dataset_info.json").read_text())
    assert {name: entry["file_name"] for name, entry in entries.items()} == {
        "curriculum_train": "train.jsonl",
        "curriculum_validation": "validation.jsonl",
        "curriculum_test": "test.jsonl",
    }


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"prompt": [{"role": "user", "content": "What is <image>?"}]},
            "question q3 holds '<image>', which ms-swift takes for an image; leave it out when building, with --where",
        ),
        ({"prompt": [{"role": "system", "content": "Look."}]}, "the prompt of question q3 has no user message"),
        ({"images": [{"bytes": b"x", "path": "../1.png"}]}, "'../1.png', which is no path below an image root"),
        ({"images": [{"bytes": b"x", "path": "/1.png"}]}, "'/1.png', which is no path below an image root"),
    ],
)
def test_a_row_that_cannot_be_exported_leaves_nothing(make, tmp_path: Path, changes: dict, says: str) -> None:
    with pytest.raises(CkitError) as error:
        export_curriculum(make(q3=changes), str(tmp_path / "out"), ExportPlan("ms-swift"))
    assert says in str(error.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["curriculum"]


def test_med_r1_reads_one_image(make, tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="question q6 has 2 images and Med-R1 reads exactly one"):
        export_curriculum(make(mixed=True), str(tmp_path / "out"), ExportPlan("med-r1"))


def test_missing_images_are_counted_before_anything_is_written(make, images: Path, tmp_path: Path) -> None:
    folder = make(embedded=False)
    (images / "b/3.png").unlink()
    with pytest.raises(SourceNotFound, match=r"2 of 7 rows lack an image, such as .*b/3\.png; .*--image-root"):
        export_curriculum(folder, str(tmp_path / "out"), ExportPlan("trl", image_root=images))
    with pytest.raises(ConfigInvalid, match=r"paths alone; name the folder .* --image-root"):
        export_curriculum(folder, str(tmp_path / "out"), ExportPlan("trl"))
    with pytest.raises(SourceNotFound, match=r"image folder .*nowhere does not exist"):
        export_curriculum(folder, str(tmp_path / "out"), ExportPlan("trl", image_root=tmp_path / "nowhere"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["curriculum", "images"]


def test_without_an_image_root_paths_stay_as_they_are(make, tmp_path: Path) -> None:
    export_curriculum(make(embedded=False), str(tmp_path / "out"), ExportPlan("ms-swift", ImageMode.PATHS))
    assert [row["images"] for row in _rows(tmp_path / "out/test.jsonl")] == [["a/2.png"]]


def test_what_is_there_stays(make, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    folder = make()
    export_curriculum(folder, str(tmp_path / "out"), ExportPlan("trl"))
    before = sorted((tmp_path / "out").iterdir())
    with pytest.raises(OutputOccupied, match=r"out is not empty \(CURRICULUM.md, README.md, export.json\)"):
        export_curriculum(folder, str(tmp_path / "out"), ExportPlan("verl"))
    assert sorted((tmp_path / "out").iterdir()) == before
