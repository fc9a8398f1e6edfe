"""Images that are nearly the same to a model: found among real files, left alone where the model cannot tell."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from PIL import Image

from curriculum_kit.benchmarks.mcq import McqOptions, MultipleChoice, parse_mapping
from curriculum_kit.encoders.clip import ClipModel
from curriculum_kit.enums import Check, Fix
from curriculum_kit.errors import ConfigInvalid, OutputOccupied, SourceNotFound
from curriculum_kit.pipeline.alike import ByClip, find_alike
from curriculum_kit.pipeline.audit import Audit, audit
from curriculum_kit.pipeline.fix import check_fix, fix
from curriculum_kit.pipeline.ingest import ingest

LABELS = ("gut", "heart", "kidney", "liver")


@pytest.fixture(scope="module")
def pictures(patchwork: Callable[[int], Image.Image], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return 40 pictures, 0 again as a smaller JPEG, 1 again byte for byte, and what is no picture."""
    folder = tmp_path_factory.mktemp("pictures")
    for number in range(40):
        patchwork(number).save(folder / f"{number}.png")
    Image.open(folder / "0.png").resize((48, 32)).save(folder / "again.jpg", quality=60)
    (folder / "same.png").write_bytes((folder / "1.png").read_bytes())
    (folder / "broken.png").write_text("no picture")
    return folder


def asked(name: str, split: str, answer: str) -> dict[str, Any]:
    return {"question": f"What does {name} show?", "choices": LABELS, "answer": answer, "image": name, "split": split}


@pytest.fixture(scope="module")
def tables(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return questions, one a picture: even numbers in train, odd ones in test, and the copies opposite to theirs."""
    root = tmp_path_factory.mktemp("asked")
    rows = [asked(f"{n}.png", ("train", "test")[n % 2], LABELS[n % 4]) for n in range(40)]
    rows += [asked("again.jpg", "test", "gut"), asked("same.png", "train", "heart")]
    rows += [asked(name, "test", "gut") for name in ("broken.png", "absent.png")]
    (root / "rows.json").write_text(json.dumps(rows))
    reader = MultipleChoice(McqOptions(mapping=parse_mapping(["split=split"]), image_root=pictures))
    ingest(reader, root / "rows.json", root / "tables", image_root=pictures)
    return root / "tables"


@pytest.fixture
def by_clip(vit: Path, tmp_path: Path) -> ByClip:
    """Return a model that tells the pictures apart, and a cache of this test."""
    return ByClip(str(vit), device="cpu", cache=tmp_path / "cache")


def named(found: Audit) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in found.findings.to_pylist()}


def test_a_copy_in_another_file_is_found_and_said_to_be_in_train(tables: Path, by_clip: ByClip) -> None:
    alike = find_alike(tables, by_clip)
    assert alike.pairs is not None
    (pair,) = alike.pairs.to_pylist()  # not the one that is equal byte for byte: that is another finding
    assert {pair["image_a"], pair["image_b"]} == {"mcq:0.png", "mcq:again.jpg"}
    assert 0.9 < pair["cosine"] < 1
    found = audit(tables, checks=[Check.LEAKS], alike=alike)
    leak = named(found)["leaks/near-embedding-test-train"]
    assert (leak["severity"], leak["rows"], leak["of"]) == ("warning", 1, 23)
    shown = [row for row in found.evidence.to_pylist() if row["name"] == "leaks/near-embedding-test-train"]
    assert [row["image_id"] for row in shown] == ["mcq:again.jpg"]
    assert (
        shown[0]["detail"]
        == f"its embedding is nearly that of an image in train: mcq:0.png (cosine {pair['cosine']:.3f})"
    )


def test_what_was_measured_is_said_with_the_model_and_what_was_not_seen(tables: Path, by_clip: ByClip) -> None:
    note = named(audit(tables, checks=[Check.LEAKS], alike=find_alike(tables, by_clip)))["leaks/embedding-bound"]
    assert note["severity"] == "note"
    says = note["sentence"]
    assert says.startswith(f"To {by_clip.model} images are nearly the same from a cosine of {note['figure']:.4f} on")
    assert re.search(r"of 42 images \d\d are as near to a copy \(half size, .*\), and 2 to one of another unit\.", says)
    assert says.endswith("2 images without a file that decodes were not compared.")


def test_a_second_look_embeds_no_file_again(tables: Path, by_clip: ByClip, monkeypatch: pytest.MonkeyPatch) -> None:
    first = find_alike(tables, by_clip)
    encode, batches = ClipModel.encode_batch, []

    def watch(self: ClipModel, batch: Any) -> Any:
        batches.append(batch.schema.names)
        return encode(self, batch)

    monkeypatch.setattr(ClipModel, "encode_batch", watch)
    assert find_alike(tables, by_clip).pairs == first.pairs
    assert batches == [["key", "bytes"]]  # the copies alone


def test_a_model_that_cannot_tell_says_nothing_of_any_image(tables: Path, tiny: Path, by_clip: ByClip) -> None:
    """The tiny ResNet with random weights gives much the same to everything."""
    alike = find_alike(tables, ByClip(str(tiny), device="cpu", cache=by_clip.cache))
    assert alike.pairs is None
    (finding,) = alike.findings
    assert (finding.name, finding.severity) == ("leaks/near-embedding", "unchecked")
    assert f"{tiny} cannot tell copies of these images from other images: only " in finding.sentence
    assert named(audit(tables, checks=[Check.LEAKS], alike=alike))["leaks/near-embedding"]["rows"] == 0


def test_too_few_images_to_measure_are_not_compared(tables: Path, by_clip: ByClip) -> None:
    alike = find_alike(tables, by_clip, where="regexp_matches(question, 'does [0-9].png')")
    assert alike.pairs is None
    assert "Of 10 images 10 have a file that decodes, of 40 that it takes" in alike.findings[0].sentence


def test_with_one_split_nothing_is_embedded(tables: Path, by_clip: ByClip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClipModel, "load", lambda *_: pytest.fail("there is nothing to compare"))
    alike = find_alike(tables, by_clip, where="split = 'train'")
    assert (alike.pairs, alike.findings) == (None, [])


def test_the_cleaned_copy_has_both_on_one_side(tables: Path, by_clip: ByClip, tmp_path: Path) -> None:
    alike = find_alike(tables, by_clip)
    done = fix(tables, tmp_path / "cleaned", fixes=[Fix.LEAKS], clip_model=by_clip.model, alike=alike)
    rows = pq.read_table(tmp_path / "cleaned" / "questions.parquet").to_pylist()
    split = {row["image_ids"][0]: row["split"] for row in rows}
    assert split["mcq:again.jpg"] == split["mcq:0.png"]
    assert split["mcq:same.png"] == split["mcq:1.png"]
    assert done.done[0].sentences[0] == alike.findings[0].sentence
    after = named(audit(tmp_path / "cleaned", checks=[Check.LEAKS], alike=alike))
    assert not [name for name in after if name.startswith("leaks/near-embedding")]
    # Another request: without the model the copy would be made otherwise.
    check_fix(tables, tmp_path / "cleaned", fixes=[Fix.LEAKS], seed=0, force=False, clip_model=by_clip.model)
    with pytest.raises(OutputOccupied, match="holds tables that were made otherwise"):
        check_fix(tables, tmp_path / "cleaned", fixes=[Fix.LEAKS], seed=0, force=False)


def test_images_that_moved_are_found_below_the_root_that_is_named(
    tables: Path, pictures: Path, by_clip: ByClip, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").symlink_to(pictures.parent)
    moved = ByClip(by_clip.model, tmp_path / "elsewhere", "cpu", by_clip.cache)
    assert find_alike(tables, moved).pairs == find_alike(tables, by_clip).pairs
    with pytest.raises(
        SourceNotFound, match=r"image folder .*nowhere does not exist; name the folder with --image-root"
    ):
        find_alike(tables, ByClip(by_clip.model, tmp_path / "nowhere"))


def test_an_ingest_without_a_look_at_its_images_asks_where_they_lie(by_clip: ByClip, tmp_path: Path) -> None:
    rows = [asked("0.png", "train", "gut"), asked("1.png", "test", "gut")]
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    reader = MultipleChoice(McqOptions(mapping=parse_mapping(["split=split"])))
    ingest(reader, tmp_path / "rows.json", tmp_path / "tables")
    with pytest.raises(ConfigInvalid, match="does not say where its images lie; name their folder with --image-root"):
        find_alike(tmp_path / "tables", by_clip)
