"""The models have random weights: what is tested is that the right pixels and words reach the right tower."""

import json
import shutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from PIL import Image

from curriculum_kit.encoders.clip import CONFIG, OWN_KEY, ClipModel, ClipText, clip_fingerprint_of
from curriculum_kit.encoders.clip.names import open_clip
from curriculum_kit.encoders.clip.towers import Towers
from curriculum_kit.errors import ConfigInvalid, EmbeddingsInvalid, ModelUnavailable

WEIGHTS = "open_clip_model.safetensors"


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Keep torch from waiting for threads that a busy machine does not run: for a model this small it takes seconds."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def model(tiny: Path) -> ClipModel:
    return ClipModel.load(str(tiny), device="cpu", workers=2)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return 40 files of noise of different shapes."""
    folder = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(0)
    for number in range(40):
        size = (int(random.integers(5, 90)), int(random.integers(5, 90)), 3)
        Image.fromarray(random.integers(0, 255, size, dtype=np.uint8)).save(folder / f"{number:02d}.png")
    return sorted(folder.iterdir())


def batch_of(paths: list[Path], **columns: Any) -> pa.RecordBatch:
    return pa.record_batch({"key": [path.name for path in paths], "path": [str(path) for path in paths], **columns})


def vectors_of(batch: Any) -> NDArray[np.float32]:
    column = batch.column("vector")
    return np.array([row if row is not None else [np.nan] * column.type.list_size for row in column.to_pylist()])


def by_open_clip(folder: Path, pictures: list[Path]) -> NDArray[np.float64]:
    """Return what open_clip's own example gives."""
    import torch

    reference, preprocess = open_clip().create_model_from_pretrained(f"local-dir:{folder}")
    reference.eval()
    with torch.no_grad():
        rows = [reference.encode_image(preprocess(Image.open(path))[None])[0].double().numpy() for path in pictures]
    return np.array([row / np.linalg.norm(row) for row in rows])


def test_images_get_the_vectors_that_open_clip_gives(model: ClipModel, tiny: Path, pictures: list[Path]) -> None:
    found = model.encode_batch(batch_of(pictures))
    assert found.schema.field("vector").type == pa.list_(pa.float32(), 16)
    assert found.column("key").to_pylist() == [path.name for path in pictures]
    assert set(found.column("status").to_pylist()) == {"ok"}
    np.testing.assert_allclose(vectors_of(found), by_open_clip(tiny, pictures), atol=1e-5)


def test_vectors_do_not_depend_on_how_rows_are_parted(model: ClipModel, pictures: list[Path]) -> None:
    whole = vectors_of(model.encode_batch(batch_of(pictures)))
    assert np.linalg.matrix_rank(whole) > 1  # not all the same anyway
    for size in (1, 7, 33):
        parts = [model.encode_batch(batch_of(pictures[at : at + size])) for at in range(0, len(pictures), size)]
        np.testing.assert_allclose(np.concatenate([vectors_of(part) for part in parts]), whole, atol=1e-6)
    np.testing.assert_array_equal(vectors_of(model.encode_batch(batch_of(pictures))), whole)


def test_half_precision_is_near_and_does_not_depend_on_how_rows_are_parted(
    model: ClipModel, pictures: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on an accelerator: batches of one size, filled up, in 16 bits; images that overflow in full precision."""
    exact = vectors_of(model.encode_batch(batch_of(pictures)))
    monkeypatch.setattr(Towers, "half", True)
    monkeypatch.setattr("curriculum_kit.encoders.clip.model.IMAGE_BATCH", {True: 16})
    whole = vectors_of(model.encode_batch(batch_of(pictures)))
    assert not np.array_equal(whole, exact)
    np.testing.assert_allclose(whole, exact, atol=5e-3)
    parts = [model.encode_batch(batch_of(pictures[at : at + 7])) for at in range(0, len(pictures), 7)]
    np.testing.assert_allclose(np.concatenate([vectors_of(part) for part in parts]), whole, atol=1e-6)
    monkeypatch.setattr(model, "towers", replace(model.towers, std=model.towers.std / 1e9))  # 16 bits end at 65,504
    large = vectors_of(model.encode_batch(batch_of(pictures[:3])))
    monkeypatch.setattr(Towers, "half", False)
    monkeypatch.setattr("curriculum_kit.encoders.clip.model.IMAGE_BATCH", {False: 16})
    np.testing.assert_array_equal(large, vectors_of(model.encode_batch(batch_of(pictures[:3]))))


def test_bytes_paths_and_tables_are_one(model: ClipModel, pictures: list[Path]) -> None:
    some = pictures[:5]
    by_path = model.encode_batch(batch_of(some))
    contents = [path.read_bytes() for path in some]
    by_bytes = model.encode_batch(pa.record_batch({"key": [path.name for path in some], "bytes": contents}))
    assert by_bytes.equals(by_path)
    mixed = batch_of(some, bytes=pa.array([None, *contents[1:]], pa.binary()))
    table = model.encode_batch(pa.Table.from_batches([mixed]))
    assert isinstance(table, pa.Table)
    assert table.equals(pa.Table.from_batches([by_path]))


def test_files_that_cannot_be_used_are_said_by_their_status(model: ClipModel, pictures: list[Path]) -> None:
    text = pictures[0].with_suffix(".txt").with_name("text.png")
    text.write_text("no image")
    tiny_image = text.with_name("one.png")
    Image.new("RGB", (1, 1)).save(tiny_image)
    paths = [text, pictures[0], text.with_name("none.png"), tiny_image]
    found = model.encode_batch(batch_of(paths))
    text.unlink(), tiny_image.unlink()
    assert found.column("status").to_pylist() == ["corrupt", "ok", "missing", "ok"]
    assert [row.as_py() is None for row in found.column("vector")] == [True, False, True, False]
    assert found.column("vector").null_count == 2


def test_rows_without_a_source_are_missing_and_none_is_fine(model: ClipModel) -> None:
    nothing = pa.record_batch({"key": ["a"], "path": pa.array([None], pa.string())})
    assert model.encode_batch(nothing).column("status").to_pylist() == ["missing"]
    assert model.encode_batch(nothing.slice(0, 0)).num_rows == 0


def test_a_region_gets_the_vector_of_its_pixels(model: ClipModel, tmp_path: Path) -> None:
    left, right = (Image.effect_noise((20, 20), spread).convert("RGB") for spread in (10, 100))
    both = Image.new("RGB", (40, 20))
    both.paste(left, (0, 0))
    both.paste(right, (20, 0))
    paths = [tmp_path / f"{name}.png" for name in ("both", "left", "right")]
    for image, path in zip((both, left, right), paths, strict=True):
        image.save(path)
    whole = vectors_of(model.encode_batch(batch_of(paths)))
    corners = {"x0": [0.0, 0.5, None], "y0": [0.0, 0.0, None], "x1": [0.5, 1.0, None], "y1": [1.0, 1.0, None]}
    columns = {name: pa.array(values, pa.float32()) for name, values in corners.items()}
    regions = vectors_of(model.encode_batch(batch_of([paths[0]] * 3, **columns)))
    np.testing.assert_allclose(regions, whole[[1, 2, 0]], atol=1e-6)
    assert not np.allclose(regions[0], regions[1], atol=1e-4)


@pytest.mark.parametrize("columns", [{"key": ["a"]}, {"path": ["a"]}])
def test_a_batch_without_its_columns_is_refused(model: ClipModel, columns: dict[str, list[str]]) -> None:
    with pytest.raises(EmbeddingsInvalid, match="give key, and bytes or path"):
        model.encode_batch(pa.record_batch(columns))


def test_labels_are_averaged_over_their_sentences(model: ClipModel) -> None:
    labels = ["liver", "gallbladder", "cystic plate"]
    alone = [model.encode_labels(labels, [template]).astype(float) for template in ("a {label}", "the {label}!")]
    both = model.encode_labels(labels, ["a {label}", "the {label}!"])
    assert (both.shape, both.dtype) == ((3, 16), np.float32)
    mean = (alone[0] + alone[1]) / 2
    np.testing.assert_allclose(both, mean / np.linalg.norm(mean, axis=1, keepdims=True), atol=1e-6)
    np.testing.assert_array_equal(model.encode_labels(labels), model.encode_labels(labels, model.templates))
    assert model.encode_labels([]).shape == (0, 16)


def test_labels_get_the_vectors_that_open_clip_gives(model: ClipModel, tiny: Path) -> None:
    reference = open_clip().create_model_from_pretrained(f"local-dir:{tiny}", return_transform=False).eval()
    tokens = open_clip().get_tokenizer(f"local-dir:{tiny}")(["the liver", "the gut"])
    expected = reference.encode_text(tokens, normalize=True).detach().numpy()
    np.testing.assert_allclose(model.encode_labels(["liver", "gut"], ["the {label}"]), expected, atol=1e-6)


def test_many_labels_are_counted_as_they_are_done(model: ClipModel) -> None:
    done: list[int] = []
    labels = [f"structure {number}" for number in range(100)]
    found = model.encode_labels(labels, ["{label}", "a {label}"], on_progress=done.append)
    assert done == [32, 64, 96, 100]
    np.testing.assert_allclose(found[70:80], model.encode_labels(labels[70:80], ["{label}", "a {label}"]), atol=1e-6)


def test_the_text_tower_is_an_encoder_of_its_own_fingerprint(model: ClipModel) -> None:
    text = ClipText(model, ("a {label}",))
    np.testing.assert_array_equal(text.encode(["liver"]), model.encode_labels(["liver"], ["a {label}"]))
    assert text.name == model.name
    assert len({text.fingerprint, ClipText(model, ("the {label}",)).fingerprint, model.fingerprint}) == 3


def test_a_model_of_a_closed_list_refuses_other_labels(model_folder: Callable[..., Path]) -> None:
    folder = model_folder(**{OWN_KEY: {"labels": ["gut", "liver"], "templates": ["a photo of {label}"]}})
    closed = ClipModel.load(str(folder), device="cpu")
    np.testing.assert_array_equal(
        closed.encode_labels(["liver"]), closed.encode_labels(["liver"], ["a photo of {label}"])
    )
    with pytest.raises(ConfigInvalid, match=r"trained on gut, liver alone and does not know 1 labels \('omentum'\)"):
        closed.encode_labels(["liver", "omentum"])


def test_a_text_tower_of_its_own_loads_without_the_hub(with_bert: Path, tmp_path: Path) -> None:
    """With names of the hub in its configuration, as BiomedCLIP has them, and the BERT's beside it."""
    before = ClipModel.load(str(with_bert), device="cpu")
    shutil.move(tmp_path / "bert", with_bert / "text-tower")
    config = json.loads((with_bert / CONFIG).read_text())
    config["model_cfg"]["text_cfg"] |= {"hf_model_name": "nobody/bert", "hf_tokenizer_name": "nobody/bert"}
    (with_bert / CONFIG).write_text(json.dumps(config))
    after = ClipModel.load(str(with_bert), device="cpu")
    np.testing.assert_array_equal(after.encode_labels(["liver", "gut"]), before.encode_labels(["liver", "gut"]))
    assert after.fingerprint == before.fingerprint == clip_fingerprint_of(str(with_bert))


@pytest.fixture(scope="module")
def architecture(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the name of an architecture that open_clip knows for the while."""
    vision = {"image_size": 32, "layers": 1, "width": 64, "patch_size": 16}
    text = {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1}
    file = tmp_path_factory.mktemp("architecture") / "tiny-for-test.json"
    file.write_text(json.dumps({"embed_dim": 8, "vision_cfg": vision, "text_cfg": text}))
    open_clip().add_model_config(file)
    return file.stem


def test_a_checkpoint_loads_by_its_architecture(architecture: str, tmp_path: Path) -> None:
    import torch

    made = open_clip().create_model(architecture, load_weights=False)
    torch.save({"state_dict": made.state_dict()}, tmp_path / "made.pt")
    model = ClipModel.load(f"{architecture}:{tmp_path / 'made.pt'}", device="cpu")
    expected = made.eval().encode_text(open_clip().get_tokenizer(architecture)(["liver"]), normalize=True)
    np.testing.assert_allclose(model.encode_labels(["liver"], ["{label}"]), expected.detach().numpy(), atol=1e-6)


def test_checkpoints_that_do_not_fit_are_one_line(architecture: str, tmp_path: Path) -> None:
    import torch

    made = open_clip().create_model(architecture, load_weights=False)
    path = tmp_path / "a.pt"
    contents: dict[str, object] = {
        f"these weights are not for {architecture}": {**made.state_dict(), "visual.proj": torch.zeros(64, 9)},
        "is no checkpoint, or holds more than tensors": made,  # a pickled object, which could run any code
        "fetch it again": {},
    }
    for message, content in contents.items():
        torch.save(content, path)
        with pytest.raises(ModelUnavailable, match=message):
            ClipModel.load(f"{architecture}:{path}", device="cpu")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), path)
    with pytest.raises(ModelUnavailable, match=r"is a TorchScript archive.*name open_clip's tag") as caught:
        ClipModel.load(f"{architecture}:{path}", device="cpu")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content"), [(WEIGHTS, b"cut off"), ("tokenizer.json", b"{}"), (WEIGHTS, b""), (WEIGHTS, b"\x08" * 99)]
)
def test_broken_files_are_one_line(tiny: Path, tmp_path: Path, name: str, content: bytes) -> None:
    copy = Path(shutil.copytree(tiny, tmp_path / "copy"))
    (copy / name).write_bytes(content)
    with pytest.raises(ModelUnavailable, match=r"does not load from .*; fetch it again") as caught:
        ClipModel.load(str(copy), device="cpu")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "wrong", [{"mean": [0.5]}, {"mode": "L"}, {"interpolation": "cubist"}, {"resize_mode": "melt"}]
)
def test_a_wrong_way_to_prepare_images_is_one_line(model_folder: Callable[..., Path], wrong: dict[str, Any]) -> None:
    with pytest.raises(ModelUnavailable, match="does not load"):
        ClipModel.load(str(model_folder(preprocess_cfg=wrong)), device="cpu")


def test_weights_that_lack_a_part_are_refused_rather_than_drawn(tiny: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    copy = Path(shutil.copytree(tiny, tmp_path / "copy"))
    weights = load_file(copy / WEIGHTS)
    del weights["text_projection"]
    save_file(weights, copy / WEIGHTS)
    with pytest.raises(ModelUnavailable, match="these weights are not for"):
        ClipModel.load(str(copy), device="cpu")


@pytest.mark.parametrize("device", ["gpu", "cuda:99", ""])
def test_a_device_that_is_not_there_is_one_line(tiny: Path, device: str) -> None:
    with pytest.raises(ConfigInvalid, match=r"is not on this machine .*; take cpu or auto"):
        ClipModel.load(str(tiny), device=device)


def test_loading_says_nothing(tiny: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    ClipModel.load(str(tiny), device="cpu")
    assert tuple(capfd.readouterr()) == ("", "")
    assert caplog.records == []
